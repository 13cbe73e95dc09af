"""A short job started behind a long one on the same account."""

import statistics
import time
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from uuid import UUID

from tests.bench.limit import SCALE
from tests.bench.parts import Account, Bench, Plan, open_bench
from tests.bench.processes import bench_server
from tests.bench.rows import Row, at_most

_LIMIT = 250
_LONG = 5_000
_SHORT = 10
#: The long job has used up the full bucket by then.
_STARTED_BEFORE = 300
_SEEDS = range(1, 6)


def rows() -> Iterator[Row]:
    """How much longer it takes than alone."""
    slower = statistics.median(_took_s(seed, _LONG) / _took_s(seed, 0) for seed in _SEEDS)
    yield at_most(f"{_SHORT} prompts behind {_LONG:,}, times as long as alone", slower, 2, "{:.2f}")


def _took_s(seed: int, long_prompts: int) -> float:
    with (
        bench_server(images_per_minute=_LIMIT, scale=SCALE, seed=seed) as server,
        TemporaryDirectory() as folder,
    ):
        account = Account(port=server.port, images_per_minute=_LIMIT, prompts=0)
        bench = open_bench(Plan(folder=folder, accounts=[account]))
        bench.enter_limits()
        bench.engine.start()
        long_job = bench.submit(0, long_prompts) if long_prompts else None
        while long_job and _calls(bench, long_job) < _STARTED_BEFORE:
            time.sleep(0.05)
        short_job = bench.submit(0, _SHORT)
        jobs = bench.installation.store.jobs
        while jobs.get(short_job).active:
            time.sleep(0.02)
        if long_job:
            jobs.cancel(long_job, bench.clock.now())
        bench.close(timeout_s=10)
        job = jobs.get(short_job)
    if job.completed_at is None:
        raise AssertionError
    return (job.completed_at - job.created_at).total_seconds()


def _calls(bench: Bench, job_id: UUID) -> int:
    return bench.installation.store.jobs.get(job_id).attempts.total
