"""The columns of an uploaded list, changed by hand in a browser."""

from playwright.sync_api import Page, expect

from tests.fakes.app_process import ROOT, AppProcess

_HARD = ROOT / "tests" / "lists" / "nasty_utf8.csv"


def test_the_columns_of_a_hard_list_are_changed_before_and_after_it_is_added(
    app: AppProcess, page: Page
) -> None:
    page.goto(app.url)
    page.locator("input[type=file]").set_input_files(_HARD)
    expect(page.get_by_text("31 prompts to add. 6 rows cannot be used.")).to_be_visible()

    expect(page.locator("[data-test-script-state=notRunning]")).to_be_visible()
    # What the fourth column, Count, is taken for.
    page.get_by_role("button", name="Add 31 prompts").scroll_into_view_if_needed()
    columns = page.get_by_test_id("stDataFrame").first
    columns.dblclick(position={"x": 120, "y": 4.5 * 35})
    page.keyboard.type("category")
    page.keyboard.press("Enter")
    expect(page.get_by_text("34 prompts to add. 3 rows cannot be used.")).to_be_visible()
    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
    page.get_by_role("link", name="Generate").click()
    cells = page.locator("canvas [role=gridcell]")
    expect(cells.get_by_text("category", exact=True)).to_have_count(1)
    page.get_by_role("button", name="Add 34 prompts").click()
    expect(page.get_by_text("34 prompts added from nasty_utf8.csv")).to_be_visible()

    page.get_by_role("button", name="Change the columns").click()
    page.get_by_label("Column with the prompts").click()
    page.get_by_role("option", name="Title").click()
    page.get_by_role("button", name="Replace 34 prompts with 5").click()

    expect(page.get_by_text("5 prompts added from nasty_utf8.csv")).to_be_visible()


def test_the_columns_of_a_list_do_not_scroll_a_phone_sideways(app: AppProcess, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(app.url)
    page.locator("input[type=file]").set_input_files(_HARD)
    expect(page.get_by_text("31 prompts to add. 6 rows cannot be used.")).to_be_visible()

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
