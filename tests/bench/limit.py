"""How much of an account's limit is used, and what else happens on the way."""

import statistics
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bulkgen.bootstrap import open_installation
from tests.bench.engine_process import JobReport, Report
from tests.bench.parts import Account, Plan
from tests.bench.processes import bench_server, output_of, start
from tests.bench.rows import Row, at_least, at_most
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import settings_for

SCALE = 10.0
LATENCY_S = 12.0
_MINUTES = 3
_SEEDS = range(1, 6)
_TIERS = (5, 20, 50, 150, 250)
#: Runs of these leave the machine nearly idle, so they are made side by side.
_SMALL_TIERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One account's job, by the ledger of its server and by our own books."""

    share: float
    wall_over_ideal: float
    refused_429: int
    bought: int
    lost: int


def rows() -> Iterator[Row]:
    """Every tier, alone."""
    with ThreadPoolExecutor(_SMALL_TIERS) as pool:
        small = list(pool.map(_runs, _TIERS[:_SMALL_TIERS]))
    for tier, runs in zip(_TIERS, [*small, *map(_runs, _TIERS[_SMALL_TIERS:])], strict=True):
        share = statistics.median(run.share for run in runs)
        yield at_least(f"share of the limit used, {tier} a minute", share, 0.985)
        if tier == _TIERS[-1]:
            wall = statistics.median(run.wall_over_ideal for run in runs)
            yield at_most(f"wall over ideal, {tier} a minute", wall, 1.10, "{:.2f}")
        refused = max(run.refused_429 for run in runs)
        yield at_most(f"429s, the most of any run, {tier} a minute", refused, 1, "{:d}")
        lost = sum(run.lost for run in runs)
        yield at_most(f"images lost or missing, all runs, {tier} a minute", lost, 0, "{:d}")


def _runs(tier: int) -> list[Run]:
    return [run_alone(tier, tier * _MINUTES, seed) for seed in _SEEDS]


def run_alone(limit: int, prompts: int, seed: int, scale: float = SCALE) -> Run:
    """One job of one account, in an engine of its own."""
    with bench_server(images_per_minute=limit, scale=scale, seed=seed) as server:
        account = Account(port=server.port, images_per_minute=limit, prompts=prompts)
        report = run_engine([account], scale=scale)
        return judge(server.ledger(), report.jobs[0], limit, scale)


def run_engine(accounts: Sequence[Account], **changes: Any) -> Report:
    """Run jobs to their end in a fresh installation and process."""
    with TemporaryDirectory() as folder:
        # As at most starts, the schema is there.
        open_installation(settings_for(Path(folder), RunningServer(0), limit=None)).close()
        plan = Plan(
            folder=folder,
            accounts=accounts,
            started_at=datetime.now(UTC).isoformat(),
            **{"scale": SCALE, **changes},
        )
        log = Path(folder) / "engine.log"
        return Report.from_json(output_of(start("engine_process", plan.to_json(), log), log))


def judge(ledger: Sequence[dict[str, Any]], job: JobReport, limit: int, scale: float) -> Run:
    """Compare the server's ledger with the limit and with the job."""
    first = min(datetime.fromisoformat(entry["at"]) for entry in ledger)
    bought = [entry for entry in ledger if entry["outcome"] == "bought"]
    last = max(datetime.fromisoformat(entry["at"]) for entry in bought)
    images = sum(entry["n"] for entry in bought)
    wanted = sum(job.images.values())
    allowed = limit + limit / 60 * (last - first).total_seconds() * scale
    ideal_s = max(0.0, wanted - limit) / limit * 60 + LATENCY_S
    wall_s = (datetime.fromisoformat(job.ended_at) - first).total_seconds() * scale
    return Run(
        share=images / allowed,
        wall_over_ideal=wall_s / ideal_s,
        refused_429=sum(entry["error"] == "rate_limit_exceeded" for entry in ledger),
        bought=images,
        lost=wanted - job.images["completed"],
    )
