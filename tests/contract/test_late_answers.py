"""Answers of calls that were taken for lost: they are paid, so they are kept and named."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.attempts import Failure, FailureKind
from bulkgen.domain.jobs import JobStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.engine.dispatcher import Dispatcher
from bulkgen.engine.steps import Steps
from tests.fakes.demo_server import KEY, RunningServer
from tests.fakes.executors import RecordingExecutor
from tests.fakes.installations import job_of, settings_for, submit

_INTERRUPTED = Failure(kind=FailureKind.INTERRUPTED, message="bulkgen was stopped.")


@pytest.fixture
def installation(tmp_path: Path, server: RunningServer) -> Iterator[Installation]:
    """An installation whose steps are run by the test alone."""
    installation = open_installation(settings_for(tmp_path / "data", server))
    yield installation
    installation.close(timeout_s=0)


def _start(steps: Steps) -> list[UUID]:
    """Write down every call that may start now."""
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
    return [attempt_id for _, attempt_id in executor.started]


def _give_up(steps: Steps, attempt_id: UUID) -> None:
    steps.store.engine.settle_failed(attempt_id, _INTERRUPTED, 0.0, steps.clock.now())


def _answer(steps: Steps, attempt_id: UUID, prompt_of: UUID | None = None) -> str:
    """Buy the pictures of a call and put them into the spool; returns the hash of the first."""
    attempt = steps.store.engine.open_attempt(prompt_of or attempt_id)
    assert attempt is not None
    assert attempt.request is not None
    arrival = steps.spool.begin(attempt_id)
    answer = steps.provider.generate(attempt.request, KEY, arrival)
    arrival.keep(answer, complete=True)
    return answer.images[0].sha256


def test_a_late_picture_fills_its_place_when_that_is_empty(installation: Installation) -> None:
    steps = installation.engine._steps
    job_id = submit(installation, 1)
    (call,) = _start(steps)
    sha256 = _answer(steps, call)
    _give_up(steps, call)

    steps.settle(call)

    (image,) = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    job = job_of(installation, job_id)
    receipt = installation.studio.jobs.receipt(LOCAL_ADMIN, job_id)
    assert image.sha256 == sha256
    assert job.status is JobStatus.COMPLETED
    assert (job.attempts.bought, job.attempts.unknown) == (1, 0)
    assert job.reserved_usd == 0
    assert receipt.calls_late == 1
    assert _start(steps) == []


def test_a_late_picture_whose_place_is_taken_is_kept_beside_it(
    installation: Installation, server: RunningServer
) -> None:
    steps = installation.engine._steps
    job_id = submit(installation, 1)
    (lost,) = _start(steps)
    late = _answer(steps, lost)
    _give_up(steps, lost)
    (again,) = _start(steps)
    steps.generate_images(again)
    first = installation.studio.gallery.images(LOCAL_ADMIN, job_id)[0]

    steps.settle(lost)

    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    job = job_of(installation, job_id)
    assert [image.sha256 for image in images] == [first.sha256, late]
    assert [image.selected for image in images] == [True, False]
    assert len(server.ledger()) == job.attempts.bought == job.images.completed == 2
    assert job.cost_usd == sum(image.cost_usd for image in images if image.cost_usd)
    assert installation.studio.jobs.receipt(LOCAL_ADMIN, job_id).calls_late == 1


def test_a_late_picture_does_not_disturb_the_call_that_replaced_its_own(
    installation: Installation,
) -> None:
    steps = installation.engine._steps
    job_id = submit(installation, 1)
    (lost,) = _start(steps)
    late = _answer(steps, lost)
    _give_up(steps, lost)
    (again,) = _start(steps)

    steps.settle(lost)
    open_now = steps.store.engine.open_attempt(again)
    steps.generate_images(again)

    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    assert open_now is not None
    assert _start(steps) == []
    assert len(images) == 2
    assert images[1].sha256 == late
    assert job_of(installation, job_id).images.completed == 2


def test_settling_a_late_answer_twice_changes_nothing(installation: Installation) -> None:
    steps = installation.engine._steps
    job_id = submit(installation, 1)
    (call,) = _start(steps)
    _answer(steps, call)
    _give_up(steps, call)
    spooled = steps.spool.answer(call)
    assert spooled is not None
    steps.settle(call)

    steps.store.engine.settle_bought(spooled, None, _INTERRUPTED, steps.clock.now())

    job = job_of(installation, job_id)
    assert (job.images.total, job.attempts.total) == (1, 1)
