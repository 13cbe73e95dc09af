"""The table of prompts in a real browser: a canvas, driven with mouse, keys and clipboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.app_process import AppProcess

#: Down to the first row, and from one to the next.
_FIRST_ROW_Y = 52
_ROW_HEIGHT = 35
_PROMPT_X = 400


@pytest.fixture
def table(app: AppProcess, page: Page, tmp_path: Path) -> Page:
    """Three prompts, of which the last two have a size that no model makes."""
    path = tmp_path / "list.csv"
    path.write_text("prompt,size\na boat,\na tree,huge\na wolf,tiny\n", encoding="utf-8")
    page.set_viewport_size({"width": 1800, "height": 1600})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(app.url)
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_text("3 prompts added")).to_be_visible()
    expect(page.get_by_text("Row 3: The size")).to_be_visible()
    return page


def _choose_prompt(page: Page, row: int) -> None:
    grid = page.get_by_test_id("stDataFrame")
    grid.scroll_into_view_if_needed()
    grid.click(position={"x": _PROMPT_X, "y": _FIRST_ROW_Y + _ROW_HEIGHT * (row - 1)})
    page.wait_for_timeout(300)


def _tick(page: Page, row: int) -> None:
    _choose_prompt(page, row)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")


def _paste(page: Page, text: str) -> None:
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("Control+v")


def test_ticked_rows_are_filled_with_one_value(table: Page) -> None:
    _tick(table, row=2)
    _tick(table, row=3)
    expect(table.get_by_text("2 rows ticked")).to_be_visible()

    table.get_by_role("button", name="Fill", exact=True).click()
    table.get_by_role("combobox", name="Column").click()
    table.get_by_role("option", name="Size").click()
    table.get_by_role("combobox", name="Value").click()
    table.get_by_role("option", name="1536x1024").click()
    table.get_by_role("button", name="Fill 2 rows").click()

    expect(table.get_by_text("3 prompts x 1 = 3 images")).to_be_visible()
    table.reload()
    expect(table.get_by_text("3 prompts x 1 = 3 images")).to_be_visible()


def test_rows_with_problems_are_mended_in_a_view_of_their_own(table: Page) -> None:
    table.get_by_role("button", name="Only rows with problems").click()
    expect(table.get_by_role("button", name="Show all rows")).to_be_visible()
    _tick(table, row=2)
    table.get_by_role("button", name="Delete").click()
    expect(table.get_by_text("Row 3: The size")).not_to_be_visible()
    expect(table.get_by_text("Row 2: The size")).to_be_visible()

    _choose_prompt(table, row=1)
    table.keyboard.press("Delete")

    expect(table.get_by_text("1 prompt x 1 = 1 image")).to_be_visible()
    table.get_by_role("button", name="Show all rows").click()
    expect(table.get_by_role("button", name="Only rows with problems")).to_be_visible()


def test_a_prompt_pasted_too_long_is_told_and_not_cut(table: Page) -> None:
    _choose_prompt(table, row=1)

    _paste(table, "x" * 32_001)

    expect(table.get_by_text("Row 1: The prompt has 32,001 characters")).to_be_visible()


def test_values_no_job_takes_are_told_and_not_left_out(table: Page) -> None:
    table.get_by_role("button", name="Columns", exact=True).click()
    for name in ("Quality", "Images"):
        table.get_by_role("button", name=name, exact=True).click()
        expect(table.locator("[role=columnheader]", has_text=name)).to_be_attached()
    table.keyboard.press("Escape")
    _choose_prompt(table, row=1)

    _paste(table, "a ship\t1024x1024\thihg\na tree\t1024x1024\t\t90\na wolf\t1024x1024\t\tmany")

    expect(table.get_by_text(re.compile("Row 1: .* no quality 'hihg'"))).to_be_visible()
    expect(table.get_by_text("Row 3: The count must be")).to_be_visible()
