"""The public site at 10,000 pages: lists and pages as the app answers them, and exports."""

import io
import os
import statistics
import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from bulkgen.bootstrap import Installation
from bulkgen.cli.exports import export_site
from bulkgen.domain.pages import PageEdit
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.web.routes import routes
from tests.bench.rows import Row, at_most, for_comparison
from tests.fakes.finished_jobs import demo_installation
from tests.fakes.published import add_pages, some_pages, store_pictures

_PAGES = 10_000
_RUNS = 3
_ANSWERS = 20
_BASE_URL = "https://pictures.example"
_PICTURE_BYTES = 20_000


def rows() -> Iterator[Row]:
    """What a visitor waits for, then what an export takes."""
    with (
        TemporaryDirectory() as folder,
        demo_installation(Path(folder) / "data") as installation,
    ):
        pages = add_pages(installation.store, some_pages(_PAGES))
        store_pictures(installation.storage, pages, os.urandom(_PICTURE_BYTES))
        yield from _visitor_rows(installation)
        yield from _export_rows(installation, Path(folder))


def _visitor_rows(installation: Installation) -> Iterator[Row]:
    visitor = TestClient(Starlette(routes=routes(lambda: installation.studio, None)))
    for what, path in (
        ("index", "/p/"),
        ("last page of the index", f"/p/page/{-(-_PAGES // 48)}"),
        ("list of a common tag", "/p/tag/cat"),
        ("a page", f"/p/{installation.studio.site.newest(offset=_PAGES // 2, limit=1)[0].slug}"),
    ):
        took_ms = [_seconds(visitor.get, path) * 1000 for _ in range(_ANSWERS)]
        name = f"public site of {_PAGES:,} pages: {what}"
        yield at_most(name, statistics.median(took_ms), 200, "{:.0f} ms")
    yield at_most(
        "the same: HTML of a page", len(visitor.get(path).content) / 1000, 15, "{:.1f} kB"
    )


def _export_rows(installation: Installation, folder: Path) -> Iterator[Row]:
    site = installation.studio.site
    settings = installation.settings.model_copy(update={"public_url": _BASE_URL})

    def export(out: Path) -> None:
        with redirect_stdout(io.StringIO()):
            export_site(settings, Namespace(out=out))

    whole_s = [_seconds(export, folder / f"site-{run}") for run in range(_RUNS)]
    yield at_most("the same: export, pictures linked", statistics.median(whole_s), 60, "{:.1f} s")
    out = folder / "site-0"
    changed_s = []
    for run in range(_RUNS):
        page = site.newest(offset=_PAGES // 3 + run, limit=1)[0]
        words = replace(page.text, title=f"Another title {run}")
        edit = PageEdit(page_id=page.id, text=words, category=page.category)
        installation.studio.pages.edit(LOCAL_ADMIN, [edit])
        changed_s.append(_seconds(export, out))
    yield at_most(
        "the same: export of one changed page", statistics.median(changed_s), 2, "{:.2f} s"
    )
    unchanged_s = statistics.median(_seconds(export, out) for _ in range(_RUNS))
    yield for_comparison("the same: export of nothing new", unchanged_s, "{:.2f} s")


def _seconds(act: Callable[[Any], object], subject: object) -> float:
    start_s = time.perf_counter()
    act(subject)
    return time.perf_counter() - start_s
