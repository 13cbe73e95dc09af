"""The gallery in a real browser: while images arrive, by keyboard, on a phone."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.app_process import AppProcess, running_app
from tests.fakes.finished_jobs import demo_installation, submit_finished

_CLICK_QUICKLY = """async () => {
  const boxes = [...document.querySelectorAll(".st-key-gallery-tiles input[type=checkbox]")]
  for (const box of boxes.filter((box) => !box.disabled).slice(0, 20)) {
    box.click()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}"""
_SMALL_TARGETS = """() => [...document.querySelectorAll(
    "button, a[href], input, textarea, [role=button], [role=combobox]")]
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .filter((element) => element.dataset.testid !== "stSkipToContent")
  .map((element) => {
    const target = element.closest("label, [role=group], [data-testid$=RootElement]") || element
    const { width, height } = target.getBoundingClientRect()
    return [element.ariaLabel || element.textContent, Math.round(width), Math.round(height)]
  })
  .filter(([, width, height]) => width && (width < 44 || height < 44))"""


@pytest.fixture
def app_with(tmp_path: Path) -> Iterator[Callable[..., AppProcess]]:
    """Starts an app that has a job like this."""
    with ExitStack() as stack:

        def start(wanted: int, **like: Any) -> AppProcess:
            with demo_installation(tmp_path / "data") as installation:
                submit_finished(installation, wanted, **like)
            return stack.enter_context(running_app(tmp_path / "data"))

        yield start


def test_no_quick_click_is_lost_and_nothing_moves_while_images_arrive(
    app_with: Callable[..., AppProcess], page: Page
) -> None:
    app = app_with(600, arrived=40)
    page.goto(f"{app.url}/gallery")
    expect(page.get_by_role("heading", name="Generating Images")).to_be_visible()
    tile = page.get_by_role("checkbox", name="Prompt 39", exact=True)
    expect(tile).to_be_checked()
    before = page.get_by_text(re.compile(r"\d+ of 600 complete")).inner_text()
    place = tile.bounding_box()

    page.evaluate(_CLICK_QUICKLY)
    expect(page.get_by_text(before)).not_to_be_visible()
    page.wait_for_timeout(4_000)

    assert tile.bounding_box() == place
    expect(page.get_by_role("button", name=re.compile(r"Show \d+ new images"))).to_be_visible()
    page.get_by_role("button", name="Cancel Generation").click()
    cancelled = page.get_by_role("heading", name=re.compile("Cancelled"))
    expect(cancelled).to_be_visible(timeout=60_000)
    assert _not_selected(page) == 20
    page.reload()
    assert _not_selected(page) == 20
    for number in (1, 20):
        name = f"Prompt {number}"
        expect(page.get_by_role("checkbox", name=name, exact=True)).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="Prompt 21", exact=True)).to_be_checked()


def test_a_picture_has_its_room_before_it_is_there(
    app_with: Callable[..., AppProcess], page: Page
) -> None:
    app = app_with(3)
    page.route("**/thumbnail", lambda route: route.abort())
    page.goto(f"{app.url}/gallery")
    box = page.locator(".st-key-gallery-tiles img").first.bounding_box()
    assert box
    assert box["width"] > 100
    assert box["height"] == pytest.approx(box["width"], abs=1)


def test_the_menu_of_downloads_opens_and_stays_while_images_arrive(
    app_with: Callable[..., AppProcess], page: Page
) -> None:
    app = app_with(600, arrived=20)
    page.goto(f"{app.url}/gallery")
    page.get_by_role("button", name="Finals and downloads").click()
    link = page.get_by_role("link", name="Download originals")
    expect(link).to_be_visible()
    before = page.get_by_text(re.compile(r"\d+ of 600 complete")).inner_text()

    expect(page.get_by_text(before)).not_to_be_visible()

    expect(link).to_be_visible()


def _not_selected(page: Page) -> int:
    words = page.get_by_text(re.compile(r"^Selected: \d+ of \d+$")).inner_text()
    selected, of = map(int, re.findall(r"\d+", words))
    return of - selected


def test_the_title_follows_the_job_and_a_notice_comes_at_its_end(
    app_with: Callable[..., AppProcess], page: Page
) -> None:
    app = app_with(600, arrived=20)
    page.context.grant_permissions(["notifications"], origin=app.url)
    page.add_init_script(
        "window.notices = []; const Real = window.Notification;"
        "window.Notification = class { constructor(title, options) {"
        " window.notices.push(`${title}: ${options.body}`) } };"
        "window.Notification.permission = 'granted';"
        "window.Notification.requestPermission = async () => 'granted'"
    )
    page.goto(f"{app.url}/gallery")
    expect(page).to_have_title(re.compile(r"^\(\d+/600\) a job - bulkgen$"))

    page.get_by_role("button", name="Notify me at the end").click()
    expect(page.get_by_role("button", name="Desktop notice is on")).to_be_visible()

    page.get_by_role("button", name="Cancel Generation").click()
    # Pictures under way are painted to their end.
    expect(page).to_have_title("Done (600/600) a job - bulkgen", timeout=60_000)
    (notice,) = page.evaluate("window.notices")
    assert re.fullmatch(r"a job: \d+ of 600 images made\.", notice)
    page.get_by_role("link", name="Jobs").click()
    expect(page).to_have_title("Jobs")


def test_the_arrow_keys_step_through_the_preview_but_not_while_writing(
    app_with: Callable[..., AppProcess], page: Page
) -> None:
    app = app_with(3)
    page.goto(f"{app.url}/gallery")
    page.get_by_role("button", name="Preview 1").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("(1 of 3)")).to_be_visible()

    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_text("(2 of 3)")).to_be_visible()
    dialog.get_by_label("Note").fill("too dark")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Control+Enter")
    dialog.get_by_text("Selected", exact=True).click()
    page.keyboard.press("Escape")

    expect(dialog).not_to_be_visible()
    expect(page.get_by_text("Selected: 2 of 3")).to_be_visible()
    page.get_by_role("button", name="Preview 2").click()
    expect(dialog.get_by_text("(2 of 3)")).to_be_visible()
    expect(dialog.get_by_label("Note")).to_have_value("too dark")


def test_enlarging_and_moving_one_picture_does_the_same_to_all(
    app_with: Callable[..., AppProcess], page: Page
) -> None:
    app = app_with(1, images_per_prompt=3)
    page.goto(f"{app.url}/gallery")
    page.get_by_role("button", name="Compare 1").click()
    frames = page.locator(".frame img")
    expect(frames).to_have_count(3)
    box = frames.first.bounding_box()
    assert box

    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.wheel(0, -400)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, box["y"] + 20)
    page.mouse.up()

    styles = frames.evaluate_all("images => images.map((image) => image.style.transform)")
    assert len(set(styles)) == 1
    assert "scale(2.7" in styles[0]
    page.get_by_role("button", name="Whole picture").click()
    expect(frames.last).to_have_attribute("style", re.compile(r"scale\(1\)"))
    page.get_by_text("Select prompt 1, image 2").click()
    expect(page.get_by_role("checkbox", name="Select prompt 1, image 2")).to_be_checked()
    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Selected: 1 of 3")).to_be_visible()


def test_a_refresh_keeps_filter_order_and_page(
    app_with: Callable[..., AppProcess], page: Page
) -> None:
    app = app_with(120)
    page.goto(f"{app.url}/gallery")
    page.get_by_label("Search the prompts").fill("lighthouse")
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Sort").click()
    page.get_by_role("option", name="Newest first").click()
    expect(page.get_by_role("checkbox", name="Prompt 120")).to_be_visible()
    page.get_by_role("button", name="Page 2", exact=True).click()
    expect(page.get_by_role("checkbox", name="Prompt 72")).to_be_visible()

    page.reload()

    expect(page.get_by_role("checkbox", name="Prompt 72")).to_be_visible()
    expect(page.get_by_label("Search the prompts")).to_have_value("lighthouse")


def test_on_a_phone_there_is_one_column_and_room_for_a_finger(
    app_with: Callable[..., AppProcess], page: Page
) -> None:
    app = app_with(8)
    page.goto(f"{app.url}/gallery")
    images = page.locator(".st-key-gallery-tiles img")
    expect(images).to_have_count(8)

    for width, columns in ((1280, 4), (520, 2), (360, 1)):
        page.set_viewport_size({"width": width, "height": 740})
        page.wait_for_timeout(500)
        tops = images.evaluate_all(
            "images => images.map((image) => Math.round(image.getBoundingClientRect().top))"
        )
        assert tops.count(tops[0]) == columns
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.get_by_role("button", name="Create 8 Prompt Pages")).to_be_in_viewport()
    assert page.evaluate(_SMALL_TARGETS) == []
