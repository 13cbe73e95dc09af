"""How fast review answers a key, in a real browser."""

import sqlite3
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

from tests.bench.rows import Row, at_least, at_most, for_comparison
from tests.browser.chromium import ARGUMENTS, executable
from tests.fakes.app_process import running_app
from tests.fakes.reviewable import reviewable_job

_KEYS = 200
_SAVED_KEYS = 40
_RUNS = 3
_GAP_MS = 100
_EDGE_PX = 768

#: Notes for each key when the pictures of the next prompt were on the screen.
_WATCH = """() => {
  const root = [...document.querySelectorAll("*")].find((e) => e.shadowRoot)?.shadowRoot
  const where = () => root.querySelector(".where").textContent
  const shown = () => [...root.querySelectorAll(".tile:not([hidden]) .picture")]
    .every((slot) => slot.querySelector("img:not([data-loading])")?.naturalWidth)
  window.painted = []
  window.addEventListener("keydown", (event) => {
    const before = where()
    const look = () => {
      if (where() === before || !shown()) return requestAnimationFrame(look)
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => painted.push(performance.now() - event.timeStamp)
      port2.postMessage(0)
    }
    requestAnimationFrame(look)
  }, true)
}"""


def rows() -> Iterator[Row]:
    """Keys to the screen, to the websocket and to the database."""
    runs = [_run() for _ in range(_RUNS)]
    p95_ms = statistics.median(_p95(run.painted_ms) for run in runs)
    yield at_most("review: key to next images painted, p95 of 200 keys", p95_ms, 50, "{:.0f} ms")
    p50_ms = statistics.median(statistics.median(run.painted_ms) for run in runs)
    yield for_comparison("the same, median", p50_ms, "{:.0f} ms")
    saved_ms = statistics.median(_p95(run.saved_ms) for run in runs)
    yield at_most("review: key to the database, p95 of 40 keys", saved_ms, 500, "{:.0f} ms")
    yield at_least(
        "review: of 200 keys, in the database 1 s after the last",
        min(run.decided for run in runs),
        _KEYS,
        "{:.0f}",
    )
    kb = max(run.websocket_bytes for run in runs) / 1000 / _KEYS
    yield at_most("review: websocket for a key", kb, 30, "{:.1f} kB")


class _Run:
    def __init__(self) -> None:
        self.painted_ms: list[float] = []
        self.saved_ms: list[float] = []
        self.websocket_bytes = 0
        self.decided = 0


def _run() -> _Run:
    run = _Run()
    with TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        reviewable_job(data_dir, prompts=_KEYS + _SAVED_KEYS + 1, pictures=24, edge_px=_EDGE_PX)
        with running_app(data_dir) as app, _page() as page:
            page.on("websocket", lambda socket: _count(run, socket))
            page.goto(f"{app.url}/review")
            page.locator(".tile img:not([data-loading])").nth(3).wait_for()
            page.wait_for_timeout(2_000)
            run.websocket_bytes = 0
            page.evaluate(_WATCH)
            for number in range(1, _KEYS + 1):
                page.keyboard.press(str(1 + number % 4))
                page.wait_for_function(f"painted.length === {number}")
                page.wait_for_timeout(_GAP_MS)
            run.painted_ms = page.evaluate("painted")
            page.wait_for_timeout(1_000)
            with closing(_database(data_dir)) as connection:
                run.decided = _decided(connection)
                run.saved_ms = list(_saved_ms(page, connection))
    return run


@contextmanager
def _page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()


def _count(run: _Run, socket: object) -> None:
    def add(payload: str | bytes) -> None:
        run.websocket_bytes += len(payload)

    for event in ("framesent", "framereceived"):
        socket.on(event, add)  # type: ignore[attr-defined]  # Playwright's WebSocket


def _database(data_dir: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{data_dir / 'demo' / 'bulkgen.db'}?mode=ro", uri=True)


def _saved_ms(page: Page, connection: sqlite3.Connection) -> Iterator[float]:
    """For single keys, how long until another process can read the decision."""
    for number in range(_KEYS + 1, _KEYS + _SAVED_KEYS + 1):
        page.wait_for_timeout(3 * _GAP_MS)
        start_s = time.perf_counter()
        page.keyboard.press("1")
        while _decided(connection) < number:
            time.sleep(0.002)
        yield (time.perf_counter() - start_s) * 1000


def _decided(connection: sqlite3.Connection) -> int:
    (count,) = connection.execute("SELECT count(decided_at) FROM prompts").fetchone()
    return int(count)


def _p95(figures: list[float]) -> float:
    return statistics.quantiles(figures, n=20)[-1]
