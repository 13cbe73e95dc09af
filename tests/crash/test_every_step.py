"""An engine that dies before each of its durable steps, and the engine after it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bulkgen.bootstrap import open_installation
from tests.fakes.crash_checks import after_a_kill, check_end, settled_ledger
from tests.fakes.demo_server import RunningServer, running_server
from tests.fakes.engine_process import EngineProcesses, Order, engine_processes
from tests.fakes.installations import settings_for, submit

_KILLED = -9


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running_server(images_per_minute=60_000, latency_s=0.01, prepared_bytes=30_000) as server:
        yield server


@pytest.fixture(scope="module")
def engines() -> Iterator[EngineProcesses]:
    with engine_processes() as engines:
        yield engines


def _submitted(data_dir: Path, server: RunningServer) -> UUID:
    installation = open_installation(settings_for(data_dir, server, 6000))
    job_id = submit(installation, 1, images_per_prompt=2, size="816x816", budget_usd="1")
    installation.close(timeout_s=0)
    return job_id


def _steps(journal: Path) -> list[str]:
    return journal.read_text(encoding="utf-8").splitlines()


@contextmanager
def _named(step: str) -> Iterator[None]:
    """Say before which step the engine was killed, if anything fails."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"The engine was killed before: {step}")
        raise


def _until_it_is_sent_again(steps: list[str]) -> list[str]:
    """The steps before a second call; those from there on are the same in every job."""
    calls = [place for place, step in enumerate(steps) if step == "call"]
    return steps[: calls[1] if len(calls) > 1 else None]


@pytest.mark.parametrize(
    ("script", "lost_answers"),
    [
        ([], 0),
        ([{"action": "rate_limit", "next": 1, "seconds": 0.01}], 0),
        ([{"action": "reset_after", "next": 1}], 1),
    ],
    ids=["a picture", "a refusal", "a lost answer"],
)
def test_an_engine_may_die_before_any_step(
    tmp_path: Path,
    server: RunningServer,
    engines: EngineProcesses,
    script: list[dict[str, Any]],
    lost_answers: int,
) -> None:
    template = tmp_path / "template"
    journal = tmp_path / "journal"
    job_id = _submitted(template, server)
    order = Order(
        data_dir=str(tmp_path / "whole"),
        port=server.port,
        job_id=str(job_id),
        journal=str(journal),
    )
    shutil.copytree(template, order.data_dir)
    server.script(*script)
    assert engines.run(order) == 0
    steps = _steps(journal)
    assert {"call", "answer"} <= set(steps)
    assert len(steps) >= 28

    for crash_at, step in enumerate(_until_it_is_sent_again(steps), start=1):
        data_dir = tmp_path / str(crash_at)
        shutil.copytree(template, data_dir)
        first = len(server.ledger())
        server.script(*script)
        killed = replace(order, data_dir=str(data_dir), crash_at=crash_at)
        with _named(step):
            if engines.run(killed) != _KILLED:
                # A heartbeat that found a call under way was one step more in the first run.
                assert len(_steps(journal)) < crash_at
            open_calls = after_a_kill(data_dir, job_id)
            server.script()
            assert engines.run(replace(killed, crash_at=None)) == 0
            check_end(
                data_dir,
                job_id,
                settled_ledger(server, first),
                open_at_kills=open_calls,
                lost_answers=lost_answers,
            )
        shutil.rmtree(data_dir)
