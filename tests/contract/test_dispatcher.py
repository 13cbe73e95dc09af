"""What the dispatcher starts in one look, with an executor that runs nothing."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.people import Actor, Role
from bulkgen.domain.prompts import PromptRow
from bulkgen.engine.dispatcher import Dispatcher
from tests.fakes.clocks import StandingClock
from tests.fakes.demo_server import RunningServer
from tests.fakes.executors import RecordingExecutor
from tests.fakes.installations import settings_for

_NOBODY = RunningServer(port=1)


@pytest.fixture(params=[60])
def installation(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Installation]:
    installation = open_installation(settings_for(tmp_path / "data", _NOBODY, limit=request.param))
    yield installation
    installation.close(timeout_s=0)


def _dispatcher(installation: Installation) -> tuple[Dispatcher, RecordingExecutor]:
    steps = installation.engine._steps
    executor = RecordingExecutor()
    dispatcher = Dispatcher(
        store=steps.store,
        spool=steps.spool,
        vault=steps.vault,
        catalogue=steps.catalogue,
        executor=executor,
        clock=StandingClock(),
        process_id=uuid4(),
    )
    return dispatcher, executor


def _submit(installation: Installation, prompts: int) -> UUID:
    """Start a job of somebody new; returns the person."""
    owner = Actor(id=uuid4(), role=Role.EDITOR)
    rows = [PromptRow(text=f"a lighthouse, number {number}") for number in range(prompts)]
    installation.studio.jobs.submit(
        owner, rows, installation.studio.choices.default_settings(), name="a job"
    )
    return owner.id


def test_owners_share_a_bucket_and_what_one_does_not_need_goes_to_the_others(
    installation: Installation,
) -> None:
    needs = {_submit(installation, prompts): prompts for prompts in (2, 9, 100, 100)}
    dispatcher, executor = _dispatcher(installation)

    dispatcher.tick()

    attempts = installation.store.engine.open_attempts()
    started = Counter(attempt.owner_id for attempt in attempts)
    assert sorted(started.values()) == [2, 9, 23, 24]
    assert all(started[owner] <= prompts for owner, prompts in needs.items())
    assert len(executor.started) == 58
    assert len({attempt.prompt_id for attempt in attempts}) == 58


def test_a_bucket_that_is_used_up_starts_nothing_and_waits_for_no_call(
    installation: Installation,
) -> None:
    _submit(installation, 100)
    dispatcher, executor = _dispatcher(installation)

    for _ in range(3):
        dispatcher.tick()

    assert len(executor.started) == 58
    assert not dispatcher.waits_for_end


@pytest.mark.parametrize("installation", [6000], indirect=True)
def test_an_account_with_all_its_calls_open_waits_for_one_to_end(
    installation: Installation,
) -> None:
    _submit(installation, 300)
    dispatcher, executor = _dispatcher(installation)

    dispatcher.tick()

    assert len(executor.started) == 192
    assert dispatcher.waits_for_end
