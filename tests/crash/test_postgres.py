"""Postgres taken away in the middle of the work, and processes that share one."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.errors import StoreError
from bulkgen.domain.jobs import Job, JobStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.records.tables import attempts
from tests.fakes.app_process import ROOT, environment
from tests.fakes.demo_server import KEY, RunningServer, running_server
from tests.fakes.installations import (
    job_of,
    running_installation,
    settings_for,
    submit,
    wait_for_job,
)
from tests.fakes.postgres import RunningPostgres

_IMAGES = 300
_CRASHES = 6
#: More than one process sends at a time.
_SHARED = 220
_WAIT_S = 100

#: The engine of an app, and the name under which it leases; what takes half a minute in earnest
#: takes ten seconds.
ENGINE = """
import logging, sys
from bulkgen import engine, logs
from bulkgen.bootstrap import open_installation
from bulkgen.engine import dispatcher
from bulkgen.records import engine_lock
from bulkgen.settings import Settings
engine.LEASE_S = dispatcher.LEASE_S = 10.0
engine._HEARTBEAT_S = 2.0
engine_lock._FROZEN_S = 5
logs.configure(logging.INFO)
installation = open_installation(Settings.read())
installation.engine.start()
print(installation.engine._process_id, flush=True)
sys.stdin.read()
installation.close(10)
"""


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with running_server(images_per_minute=6000, latency_s=0.3, prepared_bytes=30_000) as server:
        yield server


def _sold(server: RunningServer) -> Counter[str]:
    bought = [entry for entry in server.ledger() if entry["outcome"] == "bought"]
    return Counter(sha256 for entry in bought for sha256 in entry["sha256"])


def _wait_patiently(installation: Installation, job_id: UUID) -> Job:
    ends_at = time.monotonic() + _WAIT_S
    while time.monotonic() < ends_at:
        try:
            job = job_of(installation, job_id)
        except StoreError:
            continue
        if not job.active:
            return job
        time.sleep(0.05)
    raise AssertionError(f"waited for {_WAIT_S} s: {job}")


@pytest.mark.timeout(240)
def test_a_postgres_that_crashes_again_and_again_strands_and_loses_nothing(
    tmp_path: Path, postgres: RunningPostgres, server: RunningServer
) -> None:
    moments = random.Random(1)  # noqa: S311 - the same moments in each run
    with (
        postgres.fresh_database() as url,
        running_installation(tmp_path / "data", server, database_url=url) as living,
    ):
        job_id = submit(living, _IMAGES)
        for _ in range(_CRASHES):
            time.sleep(moments.uniform(0.1, 2.5))
            with postgres.away():
                time.sleep(moments.uniform(0.0, 2.0))
        job = _wait_patiently(living, job_id)
        images = living.studio.gallery.images(LOCAL_ADMIN, job_id)

    assert job.status is JobStatus.COMPLETED
    assert Counter(image.sha256 for image in images) == _sold(server)
    assert job.images.completed == job.attempts.bought == job.attempts.total == _IMAGES


@contextmanager
def _engine(data_dir: Path, server: RunningServer, url: str) -> Iterator[subprocess.Popen[str]]:
    settings = environment(
        data_dir,
        BULKGEN_DATABASE_URL=url,
        BULKGEN_IMAGES_PER_MINUTE="600",
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=server.base_url,
    )
    process = subprocess.Popen(
        [sys.executable, "-c", ENGINE],
        cwd=ROOT,
        env=settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.communicate()


def _name(process: subprocess.Popen[str]) -> UUID:
    assert process.stdout is not None
    return UUID(process.stdout.readline().strip())


def _dispatchers(installation: Installation, job_id: UUID) -> set[UUID]:
    """Who started the calls of a job."""
    with installation.store.database.read() as connection:
        return set(
            connection.scalars(select(attempts.c.lease_owner).where(attempts.c.job_id == job_id))
        )


@pytest.mark.timeout(300)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_of_two_processes_one_dispatches_and_the_other_takes_over(
    tmp_path: Path, postgres_url: str, server: RunningServer, how: signal.Signals
) -> None:
    server.set_pace(6000, 4.0)
    data_dir = tmp_path / "data"
    client = open_installation(settings_for(data_dir, server, database_url=postgres_url))
    with (
        _engine(data_dir, server, postgres_url) as one,
        _engine(data_dir, server, postgres_url) as two,
    ):
        processes = {_name(one): one, _name(two): two}
        job_id = submit(client, _SHARED)
        wait_for_job(client, job_id, lambda _: len(server.ledger()) > 50)
        (first,) = _dispatchers(client, job_id)
        (second,) = set(processes) - {first}
        processes[first].send_signal(how)
        at_the_end_of_the_first = job_of(client, job_id)
        ended = _wait_patiently(client, job_id)
        pictures = _pictures(client, job_id)
        processes[first].send_signal(signal.SIGCONT)
        later_job_id = submit(client, 5)
        wait_for_job(client, later_job_id)

    later = _pictures(client, job_id)
    dispatchers = _dispatchers(client, job_id), _dispatchers(client, later_job_id)
    client.close(timeout_s=0)
    sold = _sold(server)
    bought = sold.total() - 5
    assert ended.status is JobStatus.COMPLETED
    assert ended.images.completed == len(set(pictures.values())) == _SHARED
    assert pictures.items() <= later.items()
    assert set(later.values()) <= set(sold)
    assert dispatchers == ({first, second}, {second})
    assert ended.attempts.unknown <= at_the_end_of_the_first.attempts.open
    assert _SHARED < bought <= ended.attempts.bought + ended.attempts.unknown
    # The frozen one brings in late what was bought before; of the killed one that is lost.
    assert how == signal.SIGKILL or len(later) == bought


def _pictures(installation: Installation, job_id: UUID) -> dict[UUID, str | None]:
    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    return {image.id: image.sha256 for image in images}
