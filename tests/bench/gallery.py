"""The gallery in a real Chromium, at 50 and at 2,000 images."""

import os
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from playwright.sync_api import Browser, Page, expect, sync_playwright

from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.studio.choices import FAST_PACE, Pace
from tests.bench.rows import Row, at_least, at_most
from tests.browser.chromium import executable
from tests.fakes.app_process import AppProcess, running_app
from tests.fakes.finished_jobs import demo_installation, submit_finished

_VARIATIONS = 4
_MANY, _FEW = 2_000, 50
_LOADS, _CLICKS, _QUICK = 5, 40, 20
_TICKS, _TICK_S = 10, 2
#: A job that is active and gets nothing.
_STANDSTILL = Pace(images_per_minute=1, latency_s=60.0)
_ARGUMENTS = ["--no-sandbox", "--disable-gpu"]

_USABLE = """() => {
  const tiles = [...document.querySelectorAll(".st-key-gallery-tiles img")]
  const boxes = document.querySelectorAll(".st-key-gallery-tiles input[type=checkbox]")
  return tiles.length >= 48 && boxes.length >= 48
    && tiles.every((image) => image.complete && image.naturalWidth)
}"""
#: From a click until the bar, which is read from the database after the write, says so.
_CLICK = """async ([place, selected]) => {
  const boxes = document.querySelectorAll(".st-key-gallery-tiles input[type=checkbox]")
  const start = performance.now()
  boxes[place].click()
  while (!document.body.innerText.includes(`Selected: ${selected} of`)) {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return performance.now() - start
}"""
_QUICKLY = """async (count) => {
  const boxes = [...document.querySelectorAll(".st-key-gallery-tiles input[type=checkbox]")]
  for (const box of boxes.slice(0, count)) {
    box.click()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}"""
_SELECT_ALL = """async (selected) => {
  const button = [...document.querySelectorAll("button")]
    .find((button) => button.innerText === "Select All")
  const start = performance.now()
  button.click()
  while (!document.body.innerText.includes(`Selected: ${selected} of`)) {
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return performance.now() - start
}"""


def rows() -> Iterator[Row]:
    """First where nothing arrives, then while jobs run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=_ARGUMENTS)
        yield from _quiet_rows(browser)
        yield from _busy_rows(browser)
        browser.close()


def _quiet_rows(browser: Browser) -> Iterator[Row]:
    with _app(_STANDSTILL, [(_MANY, None), (_FEW + 2, None), (_MANY + 400, _MANY)]) as (app, jobs):
        finished, few, waiting = jobs
        with _gallery(browser, app, few):
            before_mb = _rss_mb(app)
        loads = []
        for _ in range(_LOADS):
            start_s = time.perf_counter()
            with _gallery(browser, app, finished):
                loads.append(time.perf_counter() - start_s)
        grown_mb = _rss_mb(app) - before_mb
        yield at_most(
            "gallery of 2,000 images until usable", statistics.median(loads), 2, "{:.2f} s"
        )
        yield at_most("server memory it adds", grown_mb, 40, "{:.0f} MB")
        with _gallery(browser, app, finished) as page:
            took = []
            for _ in range(_LOADS):
                took.append(page.evaluate(_SELECT_ALL, _MANY))
                page.get_by_role("button", name="Deselect All").click()
                expect(page.get_by_text("Selected: 0 of")).to_be_visible()
        yield at_most("select all of 2,000", statistics.median(took), 400, "{:.0f} ms")
        yield from _tick_rows(browser, app, waiting)


def _tick_rows(browser: Browser, app: AppProcess, job_id: UUID) -> Iterator[Row]:
    with browser.new_page() as blank:
        idle_s = _cpu_during(app, blank, _TICKS * _TICK_S)
    with _gallery(browser, app, job_id) as page:
        received = _count_bytes(page)
        page.reload()
        page.wait_for_function(_USABLE)
        page.wait_for_timeout(2_000 * _TICK_S)
        before = sum(received)
        polled_s = _cpu_during(app, page, _TICKS * _TICK_S)
        tick_bytes = (sum(received) - before) / _TICKS
    yield at_most("websocket, a progress tick", tick_bytes / 1000, 6, "{:.1f} KB")
    yield at_most("CPU of a progress tick", (polled_s - idle_s) * 1000 / _TICKS, 25, "{:.0f} ms")


def _busy_rows(browser: Browser) -> Iterator[Row]:
    with _app(FAST_PACE, [(_FEW + 152, _FEW + 2), (_MANY + 400, _MANY)]) as (app, jobs):
        for job_id, arrived in zip(jobs, (_FEW, _MANY), strict=True):
            with _gallery(browser, app, job_id) as page:
                received = _count_bytes(page)
                page.reload()
                page.wait_for_function(_USABLE)
                page.evaluate(_CLICK, [0, 1])
                took, sizes = [], []
                for place in range(1, _CLICKS):
                    before = sum(received)
                    took.append(page.evaluate(_CLICK, [place, place + 1]))
                    page.wait_for_timeout(100)
                    sizes.append(sum(received) - before)
                what = f"a click, written and counted, at {arrived:,} images while jobs run"
                yield at_most(f"{what}, median", statistics.median(took), 150, "{:.0f} ms")
                p95 = statistics.quantiles(took, n=20)[-1]
                yield at_most(f"{what}, p95", p95, 200, "{:.0f} ms")
                kilobytes = statistics.median(sizes) / 1000
                yield at_most(f"websocket, a click at {arrived:,}", kilobytes, 30, "{:.1f} KB")
                kept = _quick_clicks(page)
        yield at_least(f"of {_QUICK} quick clicks kept, while images arrive", kept, _QUICK, "{:d}")


def _quick_clicks(page: Page) -> int:
    """How many of the first tiles lost their ticks, as a fresh page shows it."""
    page.evaluate(_QUICKLY, _QUICK)
    page.wait_for_timeout(3_000)
    page.reload()
    page.wait_for_function(_USABLE)
    found = re.search(r"Selected: (\d+) of", page.inner_text("body"))
    return _CLICKS - int(found[1]) if found else 0


@contextmanager
def _app(
    pace: Pace, wanted: list[tuple[int, int | None]]
) -> Iterator[tuple[AppProcess, list[UUID]]]:
    """An app with jobs of so many images, and how many of them have arrived where not all."""
    with TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        with demo_installation(data_dir) as installation:
            installation.studio.choices.set_pace(LOCAL_ADMIN, pace)
            jobs = [
                submit_finished(
                    installation,
                    images // _VARIATIONS,
                    arrived=arrived,
                    images_per_prompt=_VARIATIONS,
                )
                for images, arrived in wanted
            ]
        with running_app(data_dir) as app:
            yield app, jobs


@contextmanager
def _gallery(browser: Browser, app: AppProcess, job_id: UUID) -> Iterator[Page]:
    """The gallery of a job in a fresh browser context, once it can be used."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"{app.url}/gallery?job={job_id}")
    page.wait_for_function(_USABLE)
    yield page
    context.close()


def _count_bytes(page: Page) -> list[int]:
    """The sizes of what the page's websocket receives from now on."""
    sizes: list[int] = []
    page.on("websocket", lambda s: s.on("framereceived", lambda frame: sizes.append(len(frame))))
    return sizes


def _cpu_during(app: AppProcess, page: Page, seconds: float) -> float:
    before_s = _cpu_s(app)
    page.wait_for_timeout(seconds * 1000)
    return _cpu_s(app) - before_s


def _cpu_s(app: AppProcess) -> float:
    fields = Path(f"/proc/{app.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _rss_mb(app: AppProcess) -> float:
    status = Path(f"/proc/{app.process.pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
