"""A small and a large account side by side in one engine."""

from collections.abc import Iterator
from contextlib import ExitStack

from tests.bench.limit import SCALE, judge, run_engine
from tests.bench.parts import Account
from tests.bench.processes import bench_server
from tests.bench.rows import Row, at_least

_LIMITS = (5, 250)


def rows() -> Iterator[Row]:
    """Each has its own server, its own limit and three minutes' worth of images."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(bench_server(images_per_minute=limit, scale=SCALE))
            for limit in _LIMITS
        ]
        report = run_engine(
            [
                Account(port=server.port, images_per_minute=limit, prompts=3 * limit)
                for server, limit in zip(servers, _LIMITS, strict=True)
            ]
        )
        for server, limit, job in zip(servers, _LIMITS, report.jobs, strict=True):
            run = judge(server.ledger(), job, limit, SCALE)
            other = sum(_LIMITS) - limit
            what = f"share of the limit used, {limit} a minute beside {other}"
            yield at_least(what, run.share, 0.985)
