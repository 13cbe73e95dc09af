"""What is on the disk before what: pictures before the row that pays, that row before completed."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from bulkgen.bootstrap import Installation, open_installation
from tests.fakes.demo_server import running_server
from tests.fakes.installations import settings_for, submit, wait_for_job


class Trace:
    """Files and folders brought to the disk, and commits, in the order in which they happened."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self._lock = threading.Lock()

    def watch(self, installation: Installation, patch: pytest.MonkeyPatch) -> None:
        for name in ("fsync", "fdatasync"):
            patch.setattr(os, name, self._recording(getattr(os, name)))
        engine = installation.store.database.engine
        event.listen(engine, "before_cursor_execute", self._on_statement)
        event.listen(engine, "commit", self._on_commit)

    def _add(self, what: str) -> None:
        with self._lock:
            self.events.append(what)

    def _recording(self, sync: Callable[[int], None]) -> Callable[[int], None]:
        def recorded(descriptor: int) -> None:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            sync(descriptor)
            self._add(f"synced {path}")

        return recorded

    def _on_statement(
        self, connection: Connection, _cursor: object, statement: str, parameters: Any, *_: object
    ) -> None:
        words = {str(value) for value in parameters}
        done = connection.info.setdefault("done", set())
        if statement.startswith("UPDATE attempts") and "bought" in words:
            done.add("settled")
        if statement.startswith("UPDATE images") and "completed" in words:
            done.add("completed")

    def _on_commit(self, connection: Connection) -> None:
        for what in connection.info.pop("done", ()):
            self._add(what)


def test_a_picture_is_on_the_disk_before_it_is_paid_and_stored_before_it_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = Trace()
    with running_server(images_per_minute=6000, latency_s=0.02, prepared_bytes=30_000) as server:
        installation = open_installation(settings_for(tmp_path / "data", server))
        job_id = submit(installation, 1)
        trace.watch(installation, monkeypatch)
        installation.engine.start()
        wait_for_job(installation, job_id)
        installation.close(timeout_s=10)

    settled = trace.events.index("settled")
    completed = trace.events.index("completed")
    spooled, stored = trace.events[:settled], trace.events[settled:completed]
    spool = str(tmp_path / "data" / "spool")
    part = next(e for e in spooled if e.startswith(f"synced {spool}/")).split("/")[-2]
    # The picture, its answer, their folder under its first name, and the name it keeps.
    assert [entry for entry in spooled if entry.startswith("synced")] == [
        f"synced {spool}/{part}/0",
        f"synced {spool}/{part}/answer.json",
        f"synced {spool}/{part}",
        f"synced {spool}",
    ]
    storage = str(tmp_path / "data" / "storage")
    synced = [entry.removeprefix("synced ") for entry in stored if entry.startswith("synced")]
    thumbnail = next(path for path in synced if Path(path).name.startswith("."))
    assert Path(thumbnail).is_relative_to(f"{storage}/thumbnails")
    assert synced.index(thumbnail) < synced.index(str(Path(thumbnail).parent))
    picture = synced.index(f"{spool}/{part.removesuffix('.part')}/0")
    assert any(path.startswith(f"{storage}/images/") for path in synced[picture:])


def test_every_connection_of_a_running_engine_commits_synchronously(tmp_path: Path) -> None:
    found = []

    def ask(connection: Any, *_: object) -> None:
        found.append(connection.execute("PRAGMA synchronous").fetchone()[0])

    with running_server(images_per_minute=6000, latency_s=0.02, prepared_bytes=30_000) as server:
        installation = open_installation(settings_for(tmp_path / "data", server))
        event.listen(installation.store.database.engine, "checkin", ask)
        installation.engine.start()
        wait_for_job(installation, submit(installation, 20))
        installation.close(timeout_s=10)

    assert len(found) > 60
    assert set(found) == {2}
