"""A minute without S3, twice: while images are made, and while pages are."""

import random
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from bulkgen.bootstrap import Installation
from bulkgen.domain.jobs import JobStatus
from bulkgen.domain.people import LOCAL_ADMIN
from tests.fakes.demo_server import RunningServer, running_server
from tests.fakes.installations import job_of, running_installation, submit
from tests.fakes.s3 import RunningS3, running_s3
from tests.fakes.storage_checks import check_in_two_days

_IMAGES = 200
_BEFORE = 20
_AWAY_S = 60
_WAIT_S = 600


def without_s3(folder: Path, _: random.Random, say: Callable[[str], None]) -> None:
    """Nothing may be lost, bought twice, or left lying about."""
    with (
        running_s3() as s3,
        running_server(images_per_minute=6_000, latency_s=1.0, prepared_bytes=30_000) as server,
        running_installation(
            folder / "data", server, storage_url=s3.url(s3.new_bucket(versions=True))
        ) as installation,
    ):
        job_id = submit(installation, _IMAGES)
        _wait_until(lambda: job_of(installation, job_id).images.completed >= _BEFORE)
        missed = _minute_away(s3)
        _wait_until(lambda: _over(installation, job_id))
        installation.studio.pages.create(LOCAL_ADMIN, job_id)
        _wait_until(lambda: _pages(installation, job_id)[0] >= _BEFORE)
        missed += _minute_away(s3)
        _wait_until(lambda: sum(_pages(installation, job_id)) == _IMAGES)
        _check(installation, server, job_id)
        assert _pages(installation, job_id) == (_IMAGES, 0)
        assert s3.refused == []
    say(
        f"{_IMAGES} images and their pages, two minutes without S3 ({missed:,} requests in vain): "
        "all there as they were sold, nothing bought twice, the spool empty"
    )


def _minute_away(s3: RunningS3) -> int:
    s3.missed, s3.shut = 0, True
    time.sleep(_AWAY_S)
    s3.shut = False
    return s3.missed


def _wait_until(reached: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + _WAIT_S
    while not reached():
        assert time.monotonic() < ends_at
        time.sleep(0.1)


def _over(installation: Installation, job_id: UUID) -> bool:
    """Whether all is made and stored; a pause for storage is ended as a person would."""
    job = job_of(installation, job_id)
    if job.status is JobStatus.PAUSED:
        installation.studio.jobs.resume(LOCAL_ADMIN, job_id)
    spooled = installation.studio.health.look(LOCAL_ADMIN).spooled
    return job.status is JobStatus.COMPLETED and not spooled


def _pages(installation: Installation, job_id: UUID) -> tuple[int, int]:
    progress = installation.studio.pages.progress(LOCAL_ADMIN, job_id)
    assert progress is not None
    return progress.completed, progress.failed


def _check(installation: Installation, server: RunningServer, job_id: UUID) -> None:
    gallery = installation.studio.gallery
    stored = {
        sha256(gallery.original(LOCAL_ADMIN, image.id).read()).hexdigest()
        for image in gallery.images(LOCAL_ADMIN, job_id)
    }
    assert stored == {digest for entry in server.ledger() for digest in entry["sha256"]}
    assert len(server.ledger()) == len(server.ledger("responses")) == _IMAGES
    assert check_in_two_days(installation).look(LOCAL_ADMIN).in_order
