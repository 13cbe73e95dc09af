"""Screens in a real browser: deep links, one job for two clicks, refresh, narrow screens."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.app_process import ROOT, AppProcess, running_app

_PATHS = {"generate": "/"} | {
    page.stem: f"/{page.stem}"
    for page in sorted((ROOT / "pages").glob("*.py"))
    if page.stem != "generate"
}


def _write_prompts(page: Page, app: AppProcess, *prompts: str) -> None:
    page.goto(app.url)
    page.get_by_label("Paste many, one prompt in each line").fill("\n".join(prompts))
    page.get_by_role("button", name="Add to the table").click()
    expect(page.get_by_text(re.compile(rf"{len(prompts)} prompts? x 1"))).to_be_visible()


@pytest.mark.parametrize("path", _PATHS.values(), ids=_PATHS.keys())
def test_a_deep_link_on_a_fresh_process_runs_the_shell(
    path: str, page: Page, tmp_path: Path
) -> None:
    with running_app(tmp_path / "data") as app:
        page.goto(app.url + path)

        expect(page.get_by_text("nothing is charged")).to_be_visible()
        expect(page.get_by_role("link", name="Prompt pages")).to_be_visible()
        expect(page.get_by_text("opens inside bulkgen only")).not_to_be_visible()


def test_two_clicks_on_start_make_one_job(app: AppProcess, page: Page) -> None:
    _write_prompts(page, app, "a boat", "a tree")

    page.get_by_role("button", name="Start Generation").dblclick()

    expect(page.get_by_role("heading", name=re.compile("Generati"))).to_be_visible()
    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("button", name="Open")).to_have_count(1)


def test_start_in_two_tabs_makes_one_job(app: AppProcess, page: Page, browser: Browser) -> None:
    _write_prompts(page, app, "a boat", "a tree")
    second = page.context.new_page()
    second.goto(app.url)
    expect(second.get_by_text("2 prompts x 1")).to_be_visible()

    page.get_by_role("button", name="Start Generation").click()
    expect(page.get_by_role("heading", name=re.compile("Generati"))).to_be_visible()
    expect(page).to_have_url(re.compile("job="))
    second.get_by_role("button", name="Start Generation").click()
    expect(second.get_by_role("heading", name=re.compile("Generati"))).to_be_visible()

    expect(second).to_have_url(page.url)
    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("button", name="Open")).to_have_count(1)


def test_what_is_written_survives_a_refresh_and_another_browser(
    app: AppProcess, page: Page, browser: Browser
) -> None:
    _write_prompts(page, app, "a boat", "a tree", "a hill")
    page.get_by_role("radio", name="3").click()

    page.reload()
    expect(page.get_by_text("3 prompts x 3 = 9 images")).to_be_visible()
    context = browser.new_context()
    other = context.new_page()
    other.goto(app.url)

    expect(other.get_by_text("3 prompts x 3 = 9 images")).to_be_visible()
    context.close()


def test_an_earlier_list_is_opened_and_stays_open_after_a_refresh(
    app: AppProcess, page: Page
) -> None:
    _write_prompts(page, app, "a boat", "a tree", "a hill")
    page.get_by_role("textbox", name="List name").fill("Landscapes")
    page.get_by_role("button", name="New list").click()
    expect(page.get_by_text("No prompts yet.")).to_be_visible()
    _write_prompts(page, app, "a spoon")

    page.get_by_role("button", name="Your lists").click()
    page.get_by_text("Open", exact=True).click()
    expect(page.get_by_text("3 prompts x 1")).to_be_visible()
    expect(page.get_by_role("textbox", name="List name")).to_have_value("Landscapes")
    expect(page.get_by_text("Open", exact=True)).to_have_count(0)
    page.reload()

    expect(page.get_by_text("3 prompts x 1")).to_be_visible()
    expect(page.get_by_role("textbox", name="List name")).to_have_value("Landscapes")


def test_the_gallery_is_the_same_after_a_refresh_and_in_another_browser(
    app: AppProcess, page: Page, browser: Browser
) -> None:
    _write_prompts(page, app, "a boat", "a tree", "a hill")
    page.get_by_role("button", name="Start Generation").click()
    expect(page.get_by_text("Selected: 3 of 3")).to_be_visible()
    page.get_by_text("Prompt 2", exact=True).click()
    expect(page.get_by_text("Selected: 2 of 3")).to_be_visible()

    page.reload()
    expect(page.get_by_text("Selected: 2 of 3")).to_be_visible()
    context = browser.new_context()
    other = context.new_page()
    other.goto(page.url)

    expect(other.get_by_text("Selected: 2 of 3")).to_be_visible()
    expect(other.get_by_role("checkbox", name="Prompt 2")).not_to_be_checked()
    context.close()


def test_quick_clicks_on_checkboxes_are_all_kept(app: AppProcess, page: Page) -> None:
    _write_prompts(page, app, *(f"a lighthouse, number {n}" for n in range(12)))
    page.get_by_role("button", name="Start Generation").click()
    expect(page.get_by_text("Selected: 12 of 12")).to_be_visible()

    for number in range(1, 13):
        page.get_by_text(f"Prompt {number}", exact=True).click(delay=0, no_wait_after=True)
        page.wait_for_timeout(50)

    expect(page.get_by_text("Selected: 0 of 12")).to_be_visible()
    page.get_by_role("button", name="Select All", exact=True).click()
    expect(page.get_by_text("Selected: 12 of 12")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Prompt 7")).to_be_checked()
    page.get_by_role("button", name="Deselect All").click()
    expect(page.get_by_text("Selected: 0 of 12")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Prompt 7")).not_to_be_checked()


def test_try_3_first_makes_three_and_asks_for_the_rest(app: AppProcess, page: Page) -> None:
    _write_prompts(page, app, *(f"a lighthouse, number {n}" for n in range(5)))

    page.get_by_role("button", name="Try 3 first").click()
    expect(page.get_by_text("3 of 5 complete")).to_be_visible()
    page.get_by_role("button", name="Generate the 2 other images").click()

    expect(page.get_by_text("5 of 5 complete")).to_be_visible()


def test_several_images_of_a_prompt_are_chosen_in_a_group(app: AppProcess, page: Page) -> None:
    _write_prompts(page, app, "a boat", "a tree")
    page.get_by_role("radio", name="3").click()
    expect(page.get_by_text("2 prompts x 3 = 6 images")).to_be_visible()
    page.get_by_role("button", name="Start Generation").click()
    expect(page.get_by_text("Selected: 0 of 6")).to_be_visible()

    page.get_by_role("button", name="All of 1", exact=True).click()

    expect(page.get_by_text("Selected: 3 of 6")).to_be_visible()
    expect(page.get_by_text("Prompt 1 has 3 pictures selected: 3 pages")).to_be_visible()
    page.get_by_role("button", name="None of 1", exact=True).click()
    expect(page.get_by_text("Selected: 0 of 6")).to_be_visible()


def test_a_preview_shows_the_prompt_and_stays_while_the_job_ends(
    app: AppProcess, page: Page
) -> None:
    _write_prompts(page, app, *(f"a lighthouse, number {n}" for n in range(20)))
    page.get_by_role("button", name="Start Generation").click()

    page.get_by_role("button", name="Preview").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("gpt-image-2.5-flare")).to_be_visible()
    expect(page.get_by_text("Selected: 20 of 20")).to_be_visible()
    expect(dialog.get_by_text("1024 x 1024 pixels")).to_be_visible()
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Download").click()
    page.keyboard.press("Escape")

    expect(dialog).not_to_be_visible()
    assert download.value.suggested_filename.endswith(".webp")


def test_a_list_that_cannot_be_read_is_told_in_one_sentence(
    app: AppProcess, page: Page, tmp_path: Path
) -> None:
    path = tmp_path / "list.json"
    path.write_text('{"prompt": "a boat"}', encoding="utf-8")
    page.goto(app.url)

    page.locator("input[type=file]").set_input_files(path)

    expect(page.get_by_text("The JSON must be a list of prompts")).to_be_visible()


@pytest.mark.parametrize("path", _PATHS.values(), ids=_PATHS.keys())
def test_no_screen_scrolls_sideways_on_a_phone(path: str, app: AppProcess, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(app.url + path)
    expect(page.get_by_text("nothing is charged")).to_be_visible()

    width = page.evaluate("document.documentElement.scrollWidth")

    assert width <= 390
