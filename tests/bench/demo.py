"""The demo: its painter, and the way from 50 prompts to 50 images."""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bulkgen.bootstrap import open_installation
from bulkgen.demo.painter import encode, paint
from bulkgen.settings import Settings
from tests.bench.rows import Row, at_most
from tests.fakes.installations import submit, wait_for_job
from tests.fakes.prompts import PARTI_50

_PICTURES = 20
_REPEATS = 5


def painter_rows() -> Iterator[Row]:
    """CPU of a painted picture by format."""
    megapixels = _PICTURES * 1024 * 1024 / 1_000_000
    for output_format in ("webp", "jpeg", "png"):

        def paint_all(output_format: str = output_format) -> None:
            for prompt in PARTI_50[:_PICTURES]:
                encode(paint(prompt, 0, 1024, 1024), output_format, 90)

        paint_all()
        cpu_ms = _median_cpu_s(paint_all) * 1000 / megapixels
        yield at_most(f"demo picture, {output_format}, CPU a megapixel", cpu_ms, 60, "{:.0f} ms")


def rows() -> Iterator[Row]:
    """From prompts to images."""
    with TemporaryDirectory() as folder:
        installation = open_installation(_settings(Path(folder)))
        installation.engine.start()
        start_s = time.perf_counter()
        job_id = submit(installation, PARTI_50)
        wait_for_job(installation, job_id)
        took_s = time.perf_counter() - start_s
        yield at_most("demo: 50 prompts to 50 images", took_s, 20, "{:.1f} s")
        installation.close(timeout_s=10)


def _median_cpu_s(act: Callable[[], None]) -> float:
    figures = []
    for _ in range(_REPEATS):
        start_s = time.process_time()
        act()
        figures.append(time.process_time() - start_s)
    return statistics.median(figures)


def _settings(data_dir: Path) -> Settings:
    return Settings.model_construct(
        **{
            **{name: field.default for name, field in Settings.model_fields.items()},
            "data_dir": data_dir,
            "demo": True,
        }
    )
