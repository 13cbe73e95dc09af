"""How long a long list of prompts takes before it is a job."""

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.readers import read_list
from tests.bench.rows import Row, at_most
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import settings_for
from tests.fakes.prompts import PARTI_50

_PARTI = Path(__file__).parents[1] / "lists" / "PartiPrompts.tsv"
_LONG = 10_000
_FILE_ROWS = 5_000
_REPEATS = 5


def rows() -> Iterator[Row]:
    """Through the studio of an installation that allows as many."""
    with TemporaryDirectory() as folder, _opened(Path(folder)) as installation:
        jobs = installation.studio.jobs
        checks = installation.studio.checks
        settings = installation.studio.choices.default_settings()
        sheet = [PromptRow(text=text) for text in _texts(_LONG)]

        def submit() -> None:
            jobs.submit(LOCAL_ADMIN, sheet, settings, name="")

        # As the app does after its start.
        gc.collect()
        gc.freeze()
        yield at_most(f"submit {_LONG:,} prompts", _median_s(submit), 0.5, "{:.2f} s")
        header, *lines = _PARTI.read_text(encoding="utf-8").splitlines()
        data = "\n".join([header, *islice(cycle(lines), _FILE_ROWS)]).encode()

        def check() -> None:
            checks.check(LOCAL_ADMIN, read_list("list.tsv", data).rows, settings)

        checked = f"{_FILE_ROWS:,} rows of PartiPrompts: read, check, estimate"
        yield at_most(checked, _median_s(check), 0.7, "{:.2f} s")


def _texts(count: int) -> list[str]:
    return [f"{PARTI_50[number % len(PARTI_50)]} {number}" for number in range(count)]


def _median_s(act: Callable[[], None]) -> float:
    figures = []
    for _ in range(_REPEATS):
        start_s = time.perf_counter()
        act()
        figures.append(time.perf_counter() - start_s)
    return statistics.median(figures)


@contextmanager
def _opened(folder: Path) -> Iterator[Installation]:
    settings = settings_for(folder, RunningServer(0)).model_copy(update={"max_rows": _LONG})
    installation = open_installation(settings)
    try:
        yield installation
    finally:
        installation.close(timeout_s=0)
