"""An engine killed in the middle of a job, and what the next one makes of it."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.engine_process import Report
from tests.bench.limit import SCALE
from tests.bench.parts import Account, Plan, open_bench
from tests.bench.processes import bench_server, output_of, start
from tests.bench.rows import Row, at_most
from tests.fakes.demo_server import RunningServer

_LIMIT = 150
_PROMPTS = 240
_KILL_AFTER = 96


def rows() -> Iterator[Row]:
    """Kill -9 when two of five images are bought."""
    with (
        bench_server(images_per_minute=_LIMIT, scale=SCALE) as server,
        TemporaryDirectory() as folder,
    ):
        account = Account(port=server.port, images_per_minute=_LIMIT, prompts=_PROMPTS)
        plan = Plan(folder=folder, accounts=[account], started_at=datetime.now(UTC).isoformat())
        log = Path(folder) / "engine.log"
        killed = start("engine_process", plan.to_json(), log)
        while _bought(server) < _KILL_AFTER:
            time.sleep(0.05)
        killed.kill()
        killed.communicate()
        open_calls = _open_calls(plan)
        report = Report.from_json(output_of(start("engine_process", plan.to_json(), log), log))
        extra = _bought(server) - _PROMPTS
    job = report.jobs[0]
    missing = _PROMPTS - job.images["completed"]
    yield at_most(f"kill -9 at {_KILL_AFTER} of {_PROMPTS}: images missing", missing, 0, "{:d}")
    yield at_most("extra purchases; goal: calls open at the kill", extra, open_calls, "{:d}")
    unlisted = max(0, extra - job.attempts["unknown"])
    yield at_most("extra purchases that the receipt does not list", unlisted, 0, "{:d}")


def _bought(server: RunningServer) -> int:
    return sum(entry["outcome"] == "bought" for entry in server.ledger())


def _open_calls(plan: Plan) -> int:
    bench = open_bench(plan)
    try:
        return len(bench.installation.store.engine.open_attempts())
    finally:
        bench.close(timeout_s=0)
