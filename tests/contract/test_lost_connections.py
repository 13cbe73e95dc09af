"""The database goes away in the middle of each step of the engine, and comes back."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from bulkgen import engine
from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.jobs import JobStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.engine import dispatcher, patience
from tests.fakes.demo_server import RunningServer, running_server
from tests.fakes.installations import settings_for, submit, wait_for_job, wait_for_pages
from tests.fakes.lost_connections import lose_connection


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for seconds in earnest waits for parts of one here."""
    monkeypatch.setattr(engine, "_SWEEP_S", 0.2)
    monkeypatch.setattr(engine, "_AWAY_S", 0.1)
    monkeypatch.setattr(engine, "_HEARTBEAT_S", 0.5)
    monkeypatch.setattr(engine, "LEASE_S", 2.0)
    monkeypatch.setattr(dispatcher, "LEASE_S", 2.0)
    monkeypatch.setattr(patience, "_REST_S", 0.1)


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with running_server(images_per_minute=6000, latency_s=0.1, prepared_bytes=30_000) as server:
        yield server


@pytest.fixture
def installation(tmp_path: Path, server: RunningServer) -> Iterator[Installation]:
    installation = open_installation(settings_for(tmp_path / "data", server))
    yield installation
    installation.close(timeout_s=10)


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize(
    ("method", "times"),
    [
        ("runnable_jobs", 3),
        ("start_attempts", 1),
        ("open_attempt", 3),
        ("settle_bought", 3),
        ("image_saved", 3),
    ],
)
def test_nothing_is_bought_twice_or_left_behind(
    installation: Installation,
    server: RunningServer,
    method: str,
    times: int,
    *,
    committed: bool,
) -> None:
    still = lose_connection(installation.store, method, times=times, committed=committed)
    installation.engine.start()

    job = wait_for_job(installation, submit(installation, 8))

    assert still() == 0
    assert job.status is JobStatus.COMPLETED
    assert (job.images.completed, job.attempts.bought, job.attempts.total) == (8, 8, 8)
    assert len(server.ledger()) == 8


@pytest.mark.parametrize("method", ["renew_leases", "open_attempts", "free_page_tasks"])
def test_calls_longer_than_a_lease_outlive_a_database_that_is_away(
    installation: Installation, server: RunningServer, method: str
) -> None:
    server.set_pace(6000, 4.0)
    still = lose_connection(installation.store, method, times=3, committed=False)
    installation.engine.start()

    job = wait_for_job(installation, submit(installation, 4))

    assert still() == 0
    assert (job.images.completed, job.attempts.bought, job.attempts.total) == (4, 4, 4)


@pytest.mark.parametrize("committed", [False, True])
def test_how_a_call_was_refused_is_not_forgotten(
    installation: Installation, server: RunningServer, *, committed: bool
) -> None:
    server.script({"action": "server_error", "next": 3})
    still = lose_connection(installation.store, "settle_failed", times=5, committed=committed)
    installation.engine.start()

    job = wait_for_job(installation, submit(installation, 8))

    assert still() == 0
    assert (job.images.completed, job.attempts.bought, job.attempts.refused) == (8, 8, 3)
    assert job.attempts.unknown == 0


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("method", ["take_page_tasks", "page_step", "settle_page_text"])
def test_a_page_is_made_once_the_lease_of_the_lost_try_is_over(
    installation: Installation, method: str, *, committed: bool
) -> None:
    installation.engine.start()
    job_id = submit(installation, 3)
    wait_for_job(installation, job_id)
    still = lose_connection(installation.store, method, times=2, committed=committed)

    progress = _create(installation, job_id)

    assert still() == 0
    assert (progress, len(installation.studio.pages.all(LOCAL_ADMIN))) == ((3, 0), 3)


def _create(installation: Installation, job_id: UUID) -> tuple[int, int]:
    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    progress = wait_for_pages(installation, job_id)
    return progress.completed, progress.failed
