"""The same work done with the SDK alone, for comparison."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tests.bench.limit import LATENCY_S, SCALE
from tests.bench.plain_pool import PoolPlan, PoolReport
from tests.bench.processes import bench_server, output_of, start
from tests.bench.rows import Row, for_comparison
from tests.fakes.demo_server import RunningServer

_LIMIT = 250
_PROMPTS = 3 * _LIMIT
#: A usual size, and one thread for each image of a minute.
_THREADS = (64, _LIMIT)
_SDK_CALLS = 100


def rows() -> Iterator[Row]:
    """Three minutes' worth of images at the largest tier."""
    for threads in _THREADS:
        with bench_server(images_per_minute=_LIMIT, scale=SCALE) as server:
            report = run_pool(server, threads=threads, prompts=_PROMPTS, scale=SCALE)
            ledger = server.ledger()
        first = min(datetime.fromisoformat(entry["at"]) for entry in ledger)
        wall_s = (datetime.fromisoformat(report.ended_at) - first).total_seconds() * SCALE
        ideal_s = (_PROMPTS - _LIMIT) / _LIMIT * 60 + LATENCY_S
        refused = sum(entry["error"] == "rate_limit_exceeded" for entry in ledger)
        name = f"thread pool of {threads} + SDK retries, {_LIMIT} a minute"
        yield for_comparison(f"{name}: 429s", refused, "{:d}")
        yield for_comparison(f"{name}: images lost of {_PROMPTS}", _PROMPTS - report.saved, "{:d}")
        yield for_comparison(f"{name}: wall over ideal", wall_s / ideal_s, "{:.2f}")


def bare_sdk_ms(size_bytes: int) -> float:
    """CPU of one picture through the SDK in one thread, without any waiting."""
    with bench_server(
        images_per_minute=100_000, latency_s=0, prepared_bytes=size_bytes, scale=1
    ) as server:
        report = run_pool(server, threads=1, prompts=_SDK_CALLS, scale=1, output_format="png")
    return report.cpu_s * 1000 / _SDK_CALLS


def run_pool(
    server: RunningServer,
    *,
    threads: int,
    prompts: int,
    scale: float,
    output_format: Literal["png", "webp"] = "webp",
) -> PoolReport:
    """A pool in a process of its own."""
    with TemporaryDirectory() as folder:
        plan = PoolPlan(
            base_url=server.base_url,
            folder=folder,
            threads=threads,
            prompts=prompts,
            scale=scale,
            output_format=output_format,
        )
        log = Path(folder) / "pool.log"
        return PoolReport(
            **json.loads(output_of(start("plain_pool", json.dumps(asdict(plan)), log), log))
        )
