"""How the limit of an account is found and kept to."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from bulkgen.bootstrap import open_installation
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.rates import Bucket, LimitSource
from bulkgen.engine.dispatcher import Dispatcher
from bulkgen.records.store import SqlStore
from tests.fakes.clocks import StandingClock
from tests.fakes.demo_server import RunningServer, running_server
from tests.fakes.executors import RecordingExecutor
from tests.fakes.installations import running_installation, settings_for, submit, wait_for_job


@dataclass
class Dispatching:
    """A dispatcher whose time passes by hand and whose calls never end."""

    store: SqlStore
    account: str
    clock: StandingClock
    executor: RecordingExecutor
    dispatcher: Dispatcher

    def run(self, seconds: int) -> int:
        """Look once a second; returns how many calls were started."""
        before = len(self.executor.started)
        for _ in range(seconds):
            self.dispatcher.tick()
            self.clock.go(1)
        return len(self.executor.started) - before

    def bucket(self) -> Bucket:
        """The account's bucket."""
        bucket = self.store.buckets.get(self.account)
        assert bucket is not None
        return bucket


@pytest.fixture
def dispatching(tmp_path: Path, server: RunningServer) -> Iterator[Dispatching]:
    installation = open_installation(settings_for(tmp_path / "data", server, limit=None))
    submit(installation, 190)
    steps = installation.engine._steps
    clock, executor = StandingClock(), RecordingExecutor()
    dispatcher = Dispatcher(
        store=steps.store,
        spool=steps.spool,
        vault=steps.vault,
        catalogue=steps.catalogue,
        executor=executor,
        clock=clock,
        process_id=uuid4(),
    )
    account = steps.vault.account(LOCAL_ADMIN.id)
    yield Dispatching(installation.store, account, clock, executor, dispatcher)
    installation.close(timeout_s=0)


def test_an_unknown_limit_starts_at_five_and_doubles_every_half_minute(
    dispatching: Dispatching,
) -> None:
    started = [dispatching.run(seconds) for seconds in (30, 30, 30)]

    assert started[0] <= 8
    assert 4 <= started[1] <= 7
    assert 9 <= started[2] <= 12
    dispatching.run(5)
    assert (dispatching.bucket().images_per_minute, dispatching.bucket().source) == (
        40,
        LimitSource.ASSUMED,
    )


def test_a_refusal_ends_the_doubling(dispatching: Dispatching) -> None:
    dispatching.run(70)
    now = dispatching.clock.now()
    dispatching.store.buckets.change(
        dispatching.account,
        lambda bucket: bucket.corrected(images=1, retry_after_s=5.0, limit=12, now=now),
    )

    started = dispatching.run(300)

    assert dispatching.bucket().images_per_minute == 12
    assert started in (59, 60, 61)


def test_two_other_refusals_in_a_row_hold_every_call_of_the_account(
    dispatching: Dispatching,
) -> None:
    dispatching.run(1)
    now = dispatching.clock.now()
    for _ in range(2):
        dispatching.store.buckets.change(dispatching.account, lambda bucket: bucket.busy(40.0, now))

    assert dispatching.run(40) == 0
    assert dispatching.run(1) > 0


def test_a_machine_that_slept_goes_on_with_no_more_than_a_full_bucket(
    dispatching: Dispatching,
) -> None:
    dispatching.run(1)
    now = dispatching.clock.now()
    dispatching.store.buckets.change(dispatching.account, lambda bucket: bucket.with_limit(60, now))
    dispatching.run(30)

    dispatching.clock.go(8 * 3600)
    awake = dispatching.run(1)
    dispatching.clock.go(-2 * 3600)
    set_back = dispatching.run(60)

    assert awake == 58
    assert 58 <= set_back <= 62


def test_a_restart_does_not_begin_with_a_full_bucket(tmp_path: Path) -> None:
    with running_server(images_per_minute=60, latency_s=0.05, prepared_bytes=30_000) as server:
        with running_installation(tmp_path / "data", server, limit=60) as installation:
            job_id = submit(installation, 64)
            wait_for_job(installation, job_id, lambda job: job.images.processing > 40)
        with running_installation(tmp_path / "data", server, limit=60) as installation:
            job = wait_for_job(installation, job_id)

        assert job.images.completed == 64
        assert job.attempts.refused <= 1


def test_the_organization_behind_a_key_is_learned_from_its_answers(
    tmp_path: Path, server: RunningServer
) -> None:
    with running_installation(tmp_path / "data", server) as installation:
        wait_for_job(installation, submit(installation, 3))

        account = installation.engine._steps.vault.account(LOCAL_ADMIN.id)
        found = installation.store.buckets.find(account)

        assert found is not None
        assert found[0].startswith("organization:org-")
        assert found[1].taken > 0
