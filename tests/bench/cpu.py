"""Processor time of an image of full size."""

import statistics
from collections.abc import Iterator

from tests.bench import peers
from tests.bench.engine_process import Report
from tests.bench.limit import run_engine
from tests.bench.parts import Account
from tests.bench.processes import bench_server
from tests.bench.rows import Row, at_most, for_comparison

LARGE_BYTES = 1_500_000
_LIMIT = 250
_PROMPTS = 600
_SCALE = 5.0
#: More than there are pictures: only the first has its pixels touched.
_NO_THUMBNAILS = 100_000


def rows() -> Iterator[Row]:
    """Our own path, then the SDK's."""
    idle = _run(0)
    bare = _run(_PROMPTS)
    settled_ms = statistics.mean(bare.settle_ms)
    yield at_most("CPU of a 1.5 MB png, answer to settled", settled_ms, 8, "{:.1f} ms")
    yield at_most("CPU of it, whole process", _each_ms(bare, idle), 10, "{:.1f} ms")
    whole = _run(_PROMPTS, pictures_a_thumbnail=1)
    yield for_comparison("the same with its thumbnail", _each_ms(whole, idle), "{:.1f} ms")
    sdk_ms = peers.bare_sdk_ms(LARGE_BYTES)
    yield for_comparison("the bare SDK: generate, base64, write", sdk_ms, "{:.1f} ms")


def _run(prompts: int, pictures_a_thumbnail: int = _NO_THUMBNAILS) -> Report:
    with bench_server(images_per_minute=_LIMIT, prepared_bytes=LARGE_BYTES, scale=_SCALE) as server:
        return run_engine(
            [Account(port=server.port, images_per_minute=_LIMIT, prompts=prompts)],
            scale=_SCALE,
            output_format="png",
            pictures_a_thumbnail=pictures_a_thumbnail,
        )


def _each_ms(report: Report, idle: Report) -> float:
    return (report.cpu_s - idle.cpu_s) * 1000 / _PROMPTS
