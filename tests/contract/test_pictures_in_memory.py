"""How many pictures are whole in memory when many answers come together."""

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

from bulkgen.bootstrap import open_installation
from bulkgen.domain.looks import Look
from bulkgen.engine import Engine
from bulkgen.storage import variants
from tests.fakes.demo_server import running_server
from tests.fakes.installations import settings_for, submit, wait_for_job


class CountedPictures:
    """Counts pictures from the look at their format to the end of their thumbnail."""

    moderation_jpeg = staticmethod(variants.moderation_jpeg)
    make_variants = staticmethod(variants.make_variants)
    placeholder = staticmethod(variants.placeholder)
    preview = staticmethod(variants.preview)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self.most = 0

    def describe(self, data: bytes) -> tuple[str, int, int]:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        return variants.describe(data)

    def thumbnail(self, data: bytes) -> tuple[bytes, Look]:
        time.sleep(0.03)
        with self._lock:
            self._now -= 1
        return variants.thumbnail(data)


def test_one_picture_more_than_there_are_cores_is_looked_at_at_a_time(tmp_path: Path) -> None:
    with running_server(
        images_per_minute=6000, latency_s=0.5, latency_sigma=0, prepared_bytes=30_000
    ) as server:
        installation = open_installation(settings_for(tmp_path / "data", server))
        pictures = CountedPictures()
        steps = replace(installation.engine._steps, pictures=pictures)
        engine = Engine(steps, installation.engine_lock)
        engine.start()
        job = wait_for_job(installation, submit(installation, 20))
        engine.stop(10)
        installation.close(timeout_s=0)

    assert job.images.completed == 20
    assert 0 < pictures.most <= (os.cpu_count() or 1) + 1
