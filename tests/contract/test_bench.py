"""The measurements themselves: that they run, and that they judge by the definitions they print."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.bench.__main__ import main
from tests.bench.engine_process import JobReport
from tests.bench.limit import judge, run_alone
from tests.bench.parts import ScaledClock
from tests.bench.peers import run_pool
from tests.bench.processes import bench_server
from tests.bench.rows import Row, at_least, at_most, markdown

_START = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)


def _call(at_s: float, *, error: str | None = None) -> dict[str, object]:
    return {
        "at": (_START + timedelta(seconds=at_s)).isoformat(),
        "outcome": "refused" if error else "bought",
        "error": error,
        "n": 1,
    }


def _job(*, completed: int, failed: int = 0, ended_s: float) -> JobReport:
    return JobReport(
        owner=1,
        images={"completed": completed, "failed": failed},
        attempts={},
        ended_at=(_START + timedelta(seconds=ended_s)).isoformat(),
    )


def test_a_client_that_takes_each_image_when_it_is_allowed_uses_the_whole_limit():
    # Two at once, then one every half minute, and the last answer one latency later.
    ledger = [_call(0), _call(0), _call(3), _call(6)]

    run = judge(ledger, _job(completed=4, ended_s=7.2), limit=2, scale=10)

    assert run.share == pytest.approx(1)
    assert run.wall_over_ideal == pytest.approx(1)
    assert (run.bought, run.lost, run.refused_429) == (4, 0, 0)


def test_a_refused_call_uses_nothing_and_is_counted():
    ledger = [_call(0), _call(0.1, error="rate_limit_exceeded"), _call(12)]

    run = judge(ledger, _job(completed=1, failed=1, ended_s=13), limit=1, scale=10)

    assert run.share == pytest.approx(2 / 3)
    assert (run.refused_429, run.lost) == (1, 1)


def test_a_job_runs_through_the_harness():
    run = run_alone(limit=60, prompts=6, seed=1, scale=50)

    assert (run.bought, run.lost) == (6, 0)
    assert 0 < run.share <= 1


def test_the_plain_pool_runs_too():
    with bench_server(images_per_minute=60, latency_s=0.1, scale=10) as server:
        report = run_pool(server, threads=4, prompts=4, scale=10)

        assert report.saved == 4
        assert len(server.ledger()) == 4


def test_a_faster_clock_can_be_read_back():
    clock = ScaledClock(_START, 10)

    assert clock.real(_START + timedelta(seconds=50)) == _START + timedelta(seconds=5)


def test_a_row_says_whether_its_goal_is_reached():
    reached = at_least("share of the limit", 0.99, 0.985)
    missed = at_most("images lost", 2, 0, "{:d}")

    assert markdown([reached, missed, Row(what="a peer", measured="7")]) == (
        "| what | goal | measured | verdict |\n"
        "| --- | --- | --- | --- |\n"
        "| share of the limit | >= 0.985 | 0.990 | reached |\n"
        "| images lost | <= 0 | 2 | MISSED |\n"
        "| a peer |  | 7 |  |\n"
    )


def test_a_group_that_is_not_there_is_said_in_one_sentence(capsys):
    assert main(["speed"]) == 2
    assert "no group speed; there are limit," in capsys.readouterr().err
