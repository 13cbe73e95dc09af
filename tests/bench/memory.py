"""The most memory the engine holds while many answers arrive together."""

from collections.abc import Iterator

from tests.bench import peers
from tests.bench.cpu import LARGE_BYTES
from tests.bench.limit import run_engine
from tests.bench.parts import Account
from tests.bench.processes import bench_server
from tests.bench.rows import Row, at_most, for_comparison

#: Answers in flight, by account, and the most MB they may take.
_CASES = (((64,), 130), ((125, 125), 180))
#: High enough to send all of them at once.
_LIMIT = 6000
_LATENCY_S = 4.0
_SIGMA = 0.05


def rows() -> Iterator[Row]:
    """Our own path, then a plain pool."""
    for by_account, goal_mb in _CASES:
        count = sum(by_account)
        with bench_server(
            images_per_minute=_LIMIT,
            latency_s=_LATENCY_S,
            latency_sigma=_SIGMA,
            prepared_bytes=LARGE_BYTES,
            scale=1,
        ) as server:
            accounts = [
                Account(port=server.port, images_per_minute=_LIMIT, prompts=prompts)
                for prompts in by_account
            ]
            ours = run_engine(accounts, scale=1, output_format="png", pictures_a_thumbnail=1)
            plain = peers.run_pool(
                server, threads=count, prompts=count, scale=1, output_format="png"
            )
        what = f"peak memory, {count} answers of 1.5 MB arriving together"
        yield at_most(what, ours.peak_mb, goal_mb, "{:.0f} MB")
        yield for_comparison("the same in a plain thread pool", plain.peak_mb, "{:.0f} MB")
