"""How long a person waits for the table of a long list, in a browser."""

import statistics
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, WebSocket, sync_playwright

from tests.bench.rows import Row, at_most
from tests.browser.chromium import ARGUMENTS, executable
from tests.fakes.app_process import running_app

_PARTI = Path(__file__).parents[1] / "lists" / "PartiPrompts.tsv"
_ROWS = 5_000
_REPEATS = 9
#: From the left edge of the grid to its prompts, and down to a row in sight.
_PROMPT_X = 300
_ROW_Y = 150
#: Resolves when the line of the bar contains a text, at the next paint.
_PAINTED = """
text => new Promise(resolve => {
    const look = () => {
        const bar = document.querySelector('[data-testid=stBottomBlockContainer]')
        const app = document.querySelector('.stApp')
        const ended = app.dataset.testScriptState === 'notRunning'
        if (ended && bar && bar.textContent.includes(text)) resolve()
        else requestAnimationFrame(look)
    }
    look()
})
"""


def rows() -> Iterator[Row]:
    """From the upload, then from the key that ends an edit, to the figures of the bar."""
    with (
        TemporaryDirectory() as folder,
        running_app(Path(folder) / "data") as app,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 1600})
        received = _bytes_received(page)
        page.goto(app.url)
        page.get_by_text("No prompts yet").wait_for()
        uploaded_s = _upload(page, _long_list(Path(folder)))
        yield at_most(f"{_ROWS:,} rows uploaded: table usable", uploaded_s, 2, "{:.2f} s")
        before = sum(received)
        edited_ms = [_edit(page) * 1000 for _ in range(_REPEATS)]
        kb_per_run = (sum(received) - before) / (2 * _REPEATS) / 1000
        edited = f"an edit among {_ROWS:,} rows: bar painted"
        yield at_most(edited, statistics.median(edited_ms), 400, "{:.0f} ms")
        yield at_most("bytes the browser gets for it", kb_per_run, 100, "{:.0f} kB")
        browser.close()


def _long_list(folder: Path) -> Path:
    header, *lines = _PARTI.read_text(encoding="utf-8").splitlines()
    path = folder / "list.tsv"
    path.write_text("\n".join([header, *islice(cycle(lines), _ROWS)]), encoding="utf-8")
    return path


def _bytes_received(page: Page) -> list[int]:
    sizes: list[int] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: sizes.append(len(frame)))

    page.on("websocket", listen)
    return sizes


def _upload(page: Page, path: Path) -> float:
    start_s = time.perf_counter()
    page.locator("input[type=file]").set_input_files(path)
    page.evaluate(_PAINTED, f"{_ROWS:,} prompts")
    return time.perf_counter() - start_s


def _edit(page: Page) -> float:
    """Empty a prompt, which the bar counts, then write another."""
    box = page.get_by_test_id("stDataFrame").bounding_box()
    if box is None:
        raise AssertionError
    page.mouse.click(box["x"] + _PROMPT_X, box["y"] + _ROW_Y)
    page.keyboard.press("Delete")
    page.evaluate(_PAINTED, f"{_ROWS - 1:,} prompts")
    page.keyboard.type("a boat", delay=20)
    start_s = time.perf_counter()
    page.keyboard.press("Enter")
    page.evaluate(_PAINTED, f"{_ROWS:,} prompts")
    return time.perf_counter() - start_s
