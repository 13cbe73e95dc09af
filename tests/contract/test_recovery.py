"""What is done about calls whose process has ended, and what is left alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.attempts import Usage
from bulkgen.domain.images import ProviderAnswer
from bulkgen.domain.jobs import Job
from bulkgen.engine import Engine
from bulkgen.engine.dispatcher import LEASE_S, Dispatcher
from bulkgen.engine.recovery import recover
from bulkgen.engine.steps import Steps
from bulkgen.ports import Step
from tests.fakes.demo_server import RunningServer
from tests.fakes.executors import RecordingExecutor
from tests.fakes.installations import job_of, settings_for, submit, wait_for_job
from tests.fakes.locks import SwitchedLock

_OVER = timedelta(seconds=LEASE_S + 1)


@pytest.fixture
def installation(
    tmp_path: Path, server: RunningServer, database_url: str
) -> Iterator[Installation]:
    """An installation whose engine rests."""
    settings = settings_for(tmp_path / "data", server, database_url=database_url)
    installation = open_installation(settings)
    yield installation
    installation.close(timeout_s=0)


def _started(installation: Installation, prompts: int) -> tuple[UUID, list[UUID]]:
    """A job whose calls another process has written down and not sent."""
    job_id = submit(installation, prompts)
    steps = installation.engine._steps
    executor = RecordingExecutor()
    Dispatcher(
        store=steps.store,
        spool=steps.spool,
        vault=steps.vault,
        catalogue=steps.catalogue,
        executor=executor,
        clock=steps.clock,
        process_id=uuid4(),
    ).tick()
    return job_id, [attempt_id for _, attempt_id in executor.started]


def _recover(
    installation: Installation, under_way: set[UUID] | None = None, after: timedelta | None = None
) -> None:
    steps = installation.engine._steps
    executor = RecordingExecutor(under_way or set())
    expired_at = None if after is None else steps.clock.now() + after
    recover(steps.store, steps.spool, executor, steps.clock, expired_at)


def _keep_answer(steps: Steps, attempt_id: UUID, picture: bytes = b"a picture") -> None:
    arrival = steps.spool.begin(attempt_id)
    sink = arrival.new_image()
    sink.write(picture)
    sink.finish()
    usage = Usage(text_in=10, image_in=0, out=439)
    answer = ProviderAnswer(
        images=arrival.finished(), usage=usage, request_id="req_1", model="gpt-image-2.5-flare"
    )
    arrival.keep(answer, complete=True)


def _counts(job: Job) -> tuple[int, int, int]:
    return job.attempts.open, job.attempts.unknown, job.images.pending


def test_a_call_is_left_alone_until_its_lease_is_over(installation: Installation) -> None:
    job_id, _ = _started(installation, 3)

    _recover(installation, after=timedelta())
    early = job_of(installation, job_id)
    _recover(installation, after=_OVER)

    assert _counts(early) == (3, 0, 0)
    assert _counts(job_of(installation, job_id)) == (0, 3, 3)


def test_where_every_other_process_has_ended_nothing_waits_for_a_lease(
    installation: Installation,
) -> None:
    job_id, _ = _started(installation, 3)

    _recover(installation)

    assert _counts(job_of(installation, job_id)) == (0, 3, 3)


@pytest.mark.parametrize("after", [None, _OVER])
def test_what_is_under_way_here_is_never_given_up(
    installation: Installation, after: timedelta | None
) -> None:
    job_id, attempts = _started(installation, 3)

    _recover(installation, under_way=set(attempts[:2]), after=after)

    assert _counts(job_of(installation, job_id)) == (2, 1, 1)


@pytest.mark.parametrize("after", [None, _OVER])
def test_an_answer_in_the_spool_is_never_given_up(
    installation: Installation, after: timedelta | None
) -> None:
    job_id, attempts = _started(installation, 3)
    _keep_answer(installation.engine._steps, attempts[0])

    _recover(installation, after=after)

    assert _counts(job_of(installation, job_id)) == (1, 2, 2)


def test_what_a_living_process_is_receiving_is_not_thrown_away(
    installation: Installation,
) -> None:
    spool = installation.engine._steps.spool
    _, (attempt_id,) = _started(installation, 1)
    arrival = spool.begin(attempt_id)
    sink = arrival.new_image()

    _recover(installation, after=timedelta())
    sink.write(b"the rest")
    sink.finish()
    answer = ProviderAnswer(
        images=arrival.finished(), usage=None, request_id=None, model="gpt-image-2.5-flare"
    )
    arrival.keep(answer, complete=True)

    assert spool.picture(attempt_id, 0).read_bytes() == b"the rest"


def test_a_process_that_does_not_dispatch_books_the_answers_it_has(
    installation: Installation,
) -> None:
    job_id, (attempt_id,) = _started(installation, 1)
    steps = installation.engine._steps
    _keep_answer(steps, attempt_id)
    engine = Engine(steps, SwitchedLock(held=False))

    engine.start()
    job = wait_for_job(installation, job_id, lambda job: job.attempts.open == 0)
    engine.stop(10)

    assert job.attempts.bought == 1


def test_a_step_that_crashed_leaves_its_answer_to_the_sweeper(installation: Installation) -> None:
    job_id, (kept, lost) = _started(installation, 2)
    steps = installation.engine._steps
    _keep_answer(steps, kept)

    steps.crashed(Step.GENERATE_IMAGES, kept)
    steps.crashed(Step.GENERATE_IMAGES, lost)
    steps.settle(kept)

    job = job_of(installation, job_id)
    assert (job.attempts.bought, job.attempts.unknown, job.attempts.open) == (1, 1, 0)


def test_a_call_that_was_held_up_beyond_its_lease_is_not_sent(
    installation: Installation, server: RunningServer
) -> None:
    job_id, (attempt_id,) = _started(installation, 1)
    steps = installation.engine._steps
    attempt = steps.store.engine.open_attempt(attempt_id)
    assert attempt is not None
    over = replace(attempt.lease, until=steps.clock.now() - timedelta(seconds=1))
    steps.store.engine.renew_leases(over, {attempt_id})

    steps.generate_images(attempt_id)

    job = job_of(installation, job_id)
    assert server.ledger() == []
    assert (job.attempts.refused, job.images.pending) == (1, 1)
    assert job.reserved_usd == 0


def test_an_answer_two_processes_settle_is_saved_once_and_stays(
    installation: Installation, server: RunningServer
) -> None:
    job_id, (attempt_id,) = _started(installation, 1)
    steps = installation.engine._steps
    attempt = steps.store.engine.open_attempt(attempt_id)
    assert attempt is not None
    assert attempt.request is not None
    arrival = steps.spool.begin(attempt_id)
    key = steps.vault.open_key(attempt.owner_id)
    arrival.keep(steps.provider.generate(attempt.request, key, arrival), complete=True)
    folder = steps.spool.picture(attempt_id, 0).parent
    copy = {path.name: path.read_bytes() for path in folder.iterdir()}

    steps.settle(attempt_id)
    folder.mkdir()
    for name, data in copy.items():
        (folder / name).write_bytes(data)
    steps.settle(attempt_id)

    job = job_of(installation, job_id)
    image = installation.store.images.of_job(job_id)[0]
    assert (job.attempts.bought, job.images.completed) == (1, 1)
    assert image.storage_key is not None
    assert steps.storage.get(image.storage_key) == copy["0"]
    assert not folder.exists()
