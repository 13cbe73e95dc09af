"""Measurements, printed as a table: `make bench`."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bulkgen.bootstrap import open_installation
from bulkgen.demo.painter import encode, paint
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompt_files import read_prompt_file
from bulkgen.settings import Settings
from tests.fakes.installations import submit, wait_for_job
from tests.fakes.prompts import PARTI_50

_ROWS = 5_000
_PICTURES = 20
_REPEATS = 5


def main() -> None:
    """Print every measurement."""
    for name, value, goal in (*_painter(), *_lists(), *_demo()):
        sys.stdout.write(f"{name:<58} {value:>12}   {goal}\n")


def _median(act: Callable[[], object], clock: Callable[[], float]) -> float:
    figures = []
    for _ in range(_REPEATS):
        start = clock()
        act()
        figures.append(clock() - start)
    return statistics.median(figures)


def _painter() -> Iterator[tuple[str, str, str]]:
    megapixels = _PICTURES * 1024 * 1024 / 1_000_000
    for output_format in ("webp", "jpeg", "png"):

        def paint_all(output_format: str = output_format) -> None:
            for prompt in PARTI_50[:_PICTURES]:
                encode(paint(prompt, 0, 1024, 1024), output_format, 90)

        paint_all()
        cpu_ms = _median(paint_all, time.process_time) * 1000 / megapixels
        yield f"demo picture, {output_format}, CPU a megapixel", f"{cpu_ms:.1f} ms", "<= 60 ms"


def _lists() -> Iterator[tuple[str, str, str]]:
    rows = "\n".join(f"{PARTI_50[n % 50]} {n}" for n in range(_ROWS))
    data = f"prompt\n{rows}\n".encode()
    with tempfile.TemporaryDirectory() as folder:
        installation = open_installation(_demo_settings(Path(folder)))
        studio = installation.studio
        settings = studio.choices.default_settings()

        def check() -> None:
            sheet = read_prompt_file("list.csv", data)
            studio.jobs.check(LOCAL_ADMIN, sheet.rows, settings)

        def start() -> None:
            sheet = read_prompt_file("list.csv", data)
            studio.jobs.submit(LOCAL_ADMIN, sheet.rows, settings, name="")

        checked_s = _median(check, time.perf_counter)
        yield f"{_ROWS:,} prompts: read, check, estimate", f"{checked_s:.2f} s", ""
        started_s = _median(start, time.perf_counter)
        yield f"{_ROWS:,} prompts: the same and submit", f"{started_s:.2f} s", ""
        installation.close(timeout_s=0)


def _demo() -> Iterator[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        installation = open_installation(_demo_settings(Path(folder)))
        installation.engine.start()
        start = time.perf_counter()
        job_id = submit(installation, PARTI_50)
        wait_for_job(installation, job_id)
        yield "demo: 50 prompts to 50 images", f"{time.perf_counter() - start:.1f} s", "<= 20 s"
        start = time.perf_counter()
        installation.studio.pages.create(LOCAL_ADMIN, job_id)
        while (progress := installation.studio.pages.progress(LOCAL_ADMIN, job_id)) is None or (
            progress.active
        ):
            time.sleep(0.05)
        yield "demo: 50 images to 50 pages", f"{time.perf_counter() - start:.1f} s", "<= 10 s"
        installation.close(timeout_s=10)


def _demo_settings(data_dir: Path) -> Settings:
    return Settings.model_construct(
        **{
            **{name: field.default for name, field in Settings.model_fields.items()},
            "data_dir": data_dir,
            "demo": True,
        }
    )


if __name__ == "__main__":
    main()
