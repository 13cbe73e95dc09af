"""Disks that are full or away: nothing that is paid is lost, and work goes on afterwards."""

import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bulkgen import bootstrap, engine
from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.jobs import Job, JobStatus, PauseReason
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.storage import open_storage
from tests.fakes.demo_server import RunningServer, running_server
from tests.fakes.disks import FillableDisk, FlakyStorage, a_file_instead
from tests.fakes.installations import (
    job_of,
    running_installation,
    settings_for,
    submit,
    wait_for_job,
)

_WAIT_S = 30


@pytest.fixture(autouse=True)
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[MutableMapping[str, Any]]]:
    """Sweep often, and keep the log instead of formatting its many tracebacks."""
    monkeypatch.setattr(engine, "_SWEEP_S", 0.3)
    with capture_logs() as logged:
        yield logged


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with running_server(images_per_minute=6000, latency_s=0.5, prepared_bytes=30_000) as server:
        yield server


@pytest.fixture
def installation(tmp_path: Path, server: RunningServer) -> Iterator[Installation]:
    with running_installation(tmp_path / "data", server) as installation:
        yield installation


def _bill(server: RunningServer) -> Decimal:
    return sum((Decimal(entry["cost_usd"]) for entry in server.ledger()), Decimal(0))


def _wait_until(reached: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + _WAIT_S
    while not reached():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def _all_sent(job: Job) -> bool:
    return job.images.pending == 0


def _set_tokens(installation: Installation, tokens: float) -> None:
    """Hold calls back, or let them go."""
    account = installation.engine._steps.vault.account(LOCAL_ADMIN.id)
    now = datetime.now(UTC)
    installation.store.buckets.change(
        account, lambda bucket: replace(bucket, tokens=tokens, updated_at=now)
    )


def _integrity(installation: Installation) -> str:
    with installation.store.database.read() as connection:
        return str(connection.scalar(text("PRAGMA integrity_check")))


def test_answers_that_found_the_databases_disk_full_are_booked_when_there_is_room(
    installation: Installation, server: RunningServer
) -> None:
    disk = FillableDisk(installation.store.database)
    job_id = submit(installation, 40)
    wait_for_job(installation, job_id, _all_sent)

    disk.full = True
    _wait_until(lambda: disk.refused > 10)
    while_full = job_of(installation, job_id)
    disk.full = False
    job = wait_for_job(installation, job_id)

    assert while_full.images.completed < 40
    assert job.status is JobStatus.COMPLETED
    assert (job.attempts.bought, job.attempts.total) == (40, 40)
    assert job.cost_usd == _bill(server)
    assert job.reserved_usd == 0
    assert len(server.ledger()) == 40
    assert _integrity(installation) == "ok"


def test_failures_that_found_the_databases_disk_full_are_booked_when_there_is_room(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "reset_after", "next": 40})
    disk = FillableDisk(installation.store.database)
    job_id = submit(installation, 40)
    wait_for_job(installation, job_id, _all_sent)

    disk.full = True
    _wait_until(lambda: disk.refused > 10)
    disk.full = False
    job = wait_for_job(installation, job_id)

    assert job.images.completed == 40
    assert (job.attempts.bought, job.attempts.unknown, job.attempts.open) == (40, 40, 0)
    assert len(server.ledger()) == 80


def test_a_spool_that_cannot_be_read_at_the_start_pauses_what_would_run(
    tmp_path: Path, server: RunningServer
) -> None:
    installation = open_installation(settings_for(tmp_path / "data", server))
    job_id = submit(installation, 5)
    with a_file_instead(tmp_path / "data" / "spool"):
        installation.engine.start()
        paused = wait_for_job(installation, job_id)
    installation.studio.jobs.resume(LOCAL_ADMIN, job_id)
    ended = wait_for_job(installation, job_id)
    installation.close(timeout_s=10)

    assert (paused.status, paused.pause_reason) == (JobStatus.PAUSED, PauseReason.STORAGE)
    assert ended.images.completed == len(server.ledger()) == 5


@contextmanager
def _gone(folder: Path) -> Iterator[None]:
    aside = folder.rename(folder.with_suffix(".aside"))
    yield
    aside.rename(folder)


@pytest.mark.parametrize("away", [a_file_instead, _gone])
def test_nothing_is_bought_while_the_spool_cannot_be_written(
    tmp_path: Path,
    installation: Installation,
    server: RunningServer,
    away: Callable[[Path], AbstractContextManager[None]],
) -> None:
    _set_tokens(installation, -10.0)
    job_id = submit(installation, 5)
    with away(tmp_path / "data" / "spool"):
        _set_tokens(installation, 100.0)
        paused = wait_for_job(installation, job_id)
        assert server.ledger() == []
    installation.studio.jobs.resume(LOCAL_ADMIN, job_id)
    ended = wait_for_job(installation, job_id)

    assert (paused.status, paused.pause_reason) == (JobStatus.PAUSED, PauseReason.STORAGE)
    assert "spool" in (paused.message or "")
    assert "resume" in (paused.message or "")
    assert paused.reserved_usd == paused.cost_usd == 0
    assert ended.images.completed == len(server.ledger()) == 5


def test_a_picture_that_no_longer_could_be_written_is_paid_and_the_job_pauses(
    tmp_path: Path, installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, 1)
    _wait_until(lambda: bool(server.ledger()))
    with a_file_instead(tmp_path / "data" / "spool"):
        paused = wait_for_job(installation, job_id)
    installation.studio.jobs.resume(LOCAL_ADMIN, job_id)
    ended = wait_for_job(installation, job_id)

    assert (paused.status, paused.pause_reason) == (JobStatus.PAUSED, PauseReason.STORAGE)
    assert (paused.attempts.bought, paused.images.pending) == (1, 1)
    assert paused.cost_usd >= _bill(server) / 2
    assert (ended.images.completed, len(server.ledger())) == (1, 2)


def test_pictures_wait_in_the_spool_while_storage_cannot_be_written(
    tmp_path: Path, server: RunningServer
) -> None:
    with running_installation(tmp_path / "data", server, limit=9) as installation:
        with a_file_instead(tmp_path / "data" / "storage"):
            job_id = submit(installation, 12)
            paused = wait_for_job(installation, job_id, lambda job: job.status is JobStatus.PAUSED)
            bought = len(server.ledger())
        stored = wait_for_job(installation, job_id)
        still = len(server.ledger())
        _set_tokens(installation, 100.0)
        installation.studio.jobs.resume(LOCAL_ADMIN, job_id)
        ended = wait_for_job(installation, job_id)

        assert paused.pause_reason is PauseReason.STORAGE
        assert "storage" in (paused.message or "")
        assert (stored.status, stored.images.completed) == (JobStatus.PAUSED, bought)
        assert bought == still < 12
        assert ended.images.completed == len(server.ledger()) == 12
        assert ended.cost_usd == _bill(server)


def test_uploads_repeat_until_storage_is_back_and_nothing_is_bought_again(
    tmp_path: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "open_storage", lambda url: FlakyStorage(open_storage(url)))
    with running_installation(tmp_path / "data", server) as installation:
        storage = installation.storage
        assert isinstance(storage, FlakyStorage)
        storage.away = True
        job_id = submit(installation, 10)
        _wait_until(lambda: storage.refused >= 40)
        away = job_of(installation, job_id)
        storage.away = False
        job = wait_for_job(installation, job_id)
        images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)

        assert (away.images.completed, away.attempts.bought) == (0, 10)
        assert (job.status, job.images.completed) == (JobStatus.COMPLETED, 10)
        assert len(server.ledger()) == 10
        sold = {sha256 for entry in server.ledger() for sha256 in entry["sha256"]}
        assert {image.sha256 for image in images} == sold
        assert list((tmp_path / "data" / "spool").iterdir()) == []


def test_an_answer_without_a_picture_is_kept_when_storage_is_back(
    tmp_path: Path,
    server: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
    logged: list[MutableMapping[str, Any]],
) -> None:
    monkeypatch.setattr(bootstrap, "open_storage", lambda url: FlakyStorage(open_storage(url)))
    server.script({"action": "empty_data"})
    with running_installation(tmp_path / "data", server) as installation:
        storage = installation.storage
        assert isinstance(storage, FlakyStorage)
        storage.away = True
        submit(installation, 1)
        _wait_until(lambda: storage.refused >= 3)
        storage.away = False
        _wait_until(lambda: not any((tmp_path / "data" / "spool").iterdir()))

    kept = [path for path in (tmp_path / "data" / "storage").rglob("*") if path.is_file()]
    assert [b'"data":[]' in path.read_bytes() for path in kept] == [True]
    assert "step_crashed" not in {entry["event"] for entry in logged}
