"""How long selected images take to become published pages, against the demo server."""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import LOCAL_ADMIN
from tests.bench.rows import Row, at_most
from tests.fakes.finished_jobs import demo_installation
from tests.fakes.installations import submit, wait_for_job, wait_for_pages
from tests.fakes.prompts import PARTI_50

_RUNS = 3


def rows() -> Iterator[Row]:
    """Moderation, text, variants, storage and rows; the pictures are there before."""
    figures = [_published_s() for _ in range(_RUNS)]
    what = f"{len(PARTI_50)} selected images to {len(PARTI_50)} published pages"
    yield at_most(what, statistics.median(figures), 10.0, "{:.1f} s")


def _published_s() -> float:
    with TemporaryDirectory() as folder, demo_installation(Path(folder)) as installation:
        installation.engine.start()
        job_id = submit(installation, PARTI_50, page_status=str(PageStatus.PUBLISHED))
        wait_for_job(installation, job_id)
        started_s = time.perf_counter()
        installation.studio.pages.create(LOCAL_ADMIN, job_id)
        progress = wait_for_pages(installation, job_id)
        taken_s = time.perf_counter() - started_s
        if progress.published != len(PARTI_50):
            raise RuntimeError(f"{progress.published} pages are published: {progress.failures}")
        return taken_s
