"""Review by hand: one key a prompt, nothing lost, and the whole way from a list to pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from bulkgen.records.store import SqlStore
from bulkgen.records.tables import images
from tests.fakes.app_process import AppProcess, running_app
from tests.fakes.prompts import PARTI_50
from tests.fakes.reviewable import reviewable_job

_SHOTS = Path(__file__).parent / "screenshots"
_PROMPTS = 50
_EVERY_100_MS = 100


class Reviewed:
    """An app with a job of 50 prompts x 4 that waits for its review."""

    def __init__(self, data_dir: Path, app: AppProcess, job_id: UUID) -> None:
        self.data_dir = data_dir
        self.app = app
        self.job_id = job_id
        self.url = f"{app.url}/review?job={job_id}"

    def chosen(self) -> list[int]:
        """The variations that are selected, in the order of their prompts."""
        store = SqlStore(f"sqlite:///{self.data_dir / 'demo' / 'bulkgen.db'}")
        chosen = [image.number for image in store.images.of_job(self.job_id) if image.selected]
        store.close()
        return chosen

    def fail(self, message: str) -> None:
        """Let the second image of the first prompt be one that did not come."""
        store = SqlStore(f"sqlite:///{self.data_dir / 'demo' / 'bulkgen.db'}")
        second = store.images.of_job(self.job_id, limit=2)[1].id
        with store.database.write() as connection:
            connection.execute(
                update(images)
                .where(images.c.id == second)
                .values(status="failed", message=message, storage_key=None)
            )
        store.close()

    @contextmanager
    def restarted(self) -> Iterator[None]:
        """The app again, at the same address."""
        again = AppProcess(self.data_dir, {}, self.app.port)
        try:
            again.wait_until_up()
            yield
        finally:
            again.stop()

    def open(self, page: Page, prompt: int = 1) -> None:
        """Show the screen and wait for the pictures of a prompt."""
        page.goto(self.url)
        _expect_prompt(page, prompt)
        expect(page.locator(".tile img")).to_have_count(4)


@pytest.fixture
def reviewed(tmp_path: Path) -> Iterator[Reviewed]:
    data_dir = tmp_path / "data"
    job_id = reviewable_job(data_dir, prompts=_PROMPTS)
    with running_app(data_dir) as app:
        yield Reviewed(data_dir, app, job_id)


def _expect_prompt(page: Page, number: int) -> None:
    expect(page.get_by_role("heading", name=f"Prompt {number} of {_PROMPTS}")).to_be_visible()


def _wanted(count: int = _PROMPTS) -> list[int]:
    return [1 + number * 7 % 4 for number in range(count)]


def _type(page: Page, digits: list[int]) -> None:
    for digit in digits:
        page.keyboard.press(str(digit))
        page.wait_for_timeout(_EVERY_100_MS)


@pytest.mark.timeout(240)
def test_fifty_prompts_of_four_become_fifty_published_pages(
    app: AppProcess, page: Page, tmp_path: Path
) -> None:
    """With six clicks and fifty keys; the list is dropped on the page."""
    file = tmp_path / "parti.csv"
    lines = (f'"{prompt.replace(chr(34), chr(34) * 2)}"' for prompt in PARTI_50)
    file.write_text("\n".join(("prompt", *lines)), encoding="utf-8")
    page.goto(app.url)
    _count_presses(page)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("50 prompts x 1 = 50 images")).to_be_visible()
    page.get_by_role("radio", name="4").click()
    expect(page.get_by_text("50 prompts x 4 = 200 images")).to_be_visible()
    page.get_by_role("combobox", name="Default page status").click()
    page.get_by_role("option", name="Published at once").click()
    page.get_by_role("button", name="Start Generation").click()
    expect(page.get_by_text("200 of 200 complete")).to_be_visible(timeout=120_000)

    page.get_by_role("button", name="Review", exact=True).click()
    for number in range(1, 51):
        _expect_prompt(page, number)
        expect(page.locator(".tile:visible img")).to_have_count(4)
        page.keyboard.press(str(1 + number % 4))
    expect(page.get_by_role("heading", name="50 of 50 prompts decided")).to_be_visible()
    page.get_by_role("button", name="Create 50 pages as Published").click()

    expect(page.get_by_text("50 prompt pages created")).to_be_visible(timeout=90_000)
    expect(page.get_by_text("Status: Published")).to_be_visible()
    presses = page.evaluate("presses")
    assert presses["click"] <= 6
    assert presses["keydown"] <= 50


def _count_presses(page: Page) -> None:
    page.evaluate(
        """() => {
            window.presses = { click: 0, keydown: 0 }
            for (const name of Object.keys(presses)) {
                addEventListener(name, (e) => (presses[name] += Number(e.isTrusted)), true)
            }
        }"""
    )


@pytest.mark.parametrize("end", ["wait", "reload", "close"])
def test_fifty_quick_keys_are_fifty_right_decisions(
    reviewed: Reviewed, page: Page, browser: Browser, end: str
) -> None:
    other = browser.new_context()
    typed_in = other.new_page()
    reviewed.open(typed_in)

    _type(typed_in, _wanted())
    if end == "reload":
        typed_in.reload()
    elif end == "close":
        typed_in.close()
    else:
        expect(typed_in.get_by_role("button", name="Create 50 pages")).to_be_enabled()
    page.wait_for_timeout(1_000)

    assert reviewed.chosen() == _wanted()
    other.close()
    page.goto(reviewed.url)
    expect(page.get_by_text("None left")).to_be_visible()


@pytest.mark.timeout(240)
def test_keys_typed_while_the_server_is_dead_arrive_when_it_is_back(
    reviewed: Reviewed, browser: Browser
) -> None:
    page = browser.new_page()
    reviewed.open(page)
    _type(page, _wanted()[:25])
    reviewed.app.kill()
    _type(page, _wanted()[25:45])
    expect(page.get_by_text(re.compile(r"\d+ not saved yet"))).to_be_visible()
    expect(page.get_by_text("Connection error")).to_be_visible(timeout=60_000)
    _type(page, _wanted()[45:])

    with reviewed.restarted():
        expect(page.get_by_text("not saved yet")).not_to_be_visible()
        page.wait_for_timeout(500)

        assert reviewed.chosen() == _wanted()
    page.close()


@pytest.mark.timeout(240)
def test_a_tab_closed_while_the_server_is_dead_sends_when_review_is_opened_again(
    reviewed: Reviewed, browser: Browser
) -> None:
    context = browser.new_context()
    page = context.new_page()
    reviewed.open(page)
    reviewed.app.kill()
    _type(page, _wanted(12)[:4])
    page.close()

    with reviewed.restarted():
        page = context.new_page()
        reviewed.open(page, 5)

        assert reviewed.chosen() == _wanted(4)
    context.close()


def test_what_the_server_refuses_of_an_earlier_page_holds_up_nothing(
    reviewed: Reviewed, page: Page
) -> None:
    reviewed.open(page)
    page.evaluate(
        "(job) => localStorage.setItem(`bulkgen.review.${job}.${'0'.repeat(32)}.0000000001`, "
        "JSON.stringify({ number: 1, from: 'another version' }))",
        str(reviewed.job_id),
    )

    reviewed.open(page)
    _type(page, [2, 3])
    page.wait_for_timeout(800)

    assert reviewed.chosen() == [2, 3]


def test_two_tabs_never_collide(reviewed: Reviewed, page: Page) -> None:
    second = page.context.new_page()
    reviewed.open(page)
    reviewed.open(second)
    for _ in range(25):
        second.keyboard.press("ArrowRight")
    _expect_prompt(second, 26)
    expect(second.locator(".tile:visible img")).to_have_count(4)

    for first_key, second_key in zip(_wanted()[:25], _wanted()[25:], strict=True):
        page.keyboard.press(str(first_key))
        second.keyboard.press(str(second_key))
        page.wait_for_timeout(40)
    page.wait_for_timeout(1_000)

    assert reviewed.chosen() == _wanted()


def test_coming_back_goes_on_at_the_same_prompt(
    reviewed: Reviewed, page: Page, browser: Browser
) -> None:
    reviewed.open(page)
    _type(page, [1, 2, 3])
    page.keyboard.press("ArrowRight")
    _expect_prompt(page, 5)

    page.get_by_role("link", name="Jobs").click()
    expect(page.get_by_role("button", name="Open")).to_be_visible()
    page.get_by_role("link", name="Review").click()
    _expect_prompt(page, 5)
    context = browser.new_context()
    other = context.new_page()

    reviewed.open(other, 5)
    expect(other.get_by_text("47 left")).to_be_visible()
    context.close()


def test_every_key_does_what_the_help_says(reviewed: Reviewed, page: Page) -> None:
    reviewed.open(page)
    press = page.keyboard.press

    press("ArrowDown")
    press(" ")
    press("ArrowDown")
    press(" ")
    press("s")
    expect(page.get_by_role("button", name="Select variation 2")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.get_by_role("button", name="Star variation 3")).to_have_attribute(
        "aria-pressed", "true"
    )
    press("ArrowRight")
    press("4")
    press("x")
    _expect_prompt(page, 4)
    press("u")
    _expect_prompt(page, 3)
    press("u")
    _expect_prompt(page, 2)
    expect(page.get_by_text("49 left")).to_be_visible()
    press("2")
    _expect_prompt(page, 3)
    press("z")
    expect(page.get_by_role("dialog", name="Large picture")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("dialog", name="Large picture")).not_to_be_visible()
    press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    press("?")
    press("Enter")
    expect(page.get_by_role("button", name="Create 3 pages as Draft")).to_be_enabled()
    press("Escape")
    _expect_prompt(page, 3)
    press("ArrowLeft")
    _expect_prompt(page, 2)

    assert reviewed.chosen() == [2, 3, 2]
    press("Enter")
    expect(page.get_by_role("heading", name="2 of 50 prompts decided")).to_be_visible()
    expect(page.get_by_text("3 pictures selected.", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Create 3 pages as Draft")).to_be_enabled()
    press("Enter")
    expect(page.get_by_text(re.compile("prompt pages created|of 3 complete"))).to_be_visible()


def test_buttons_do_the_same_for_a_finger(reviewed: Reviewed, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    reviewed.open(page)
    _shot(page, "review-narrow")

    page.get_by_role("button", name=re.compile("^Variation 3")).tap()
    _expect_prompt(page, 2)
    page.get_by_role("button", name="None of these").tap()
    page.get_by_role("button", name="Select variation 1").tap()
    page.get_by_role("button", name="Star variation 1").tap()
    page.get_by_role("button", name="Next").tap()
    _expect_prompt(page, 4)
    page.get_by_role("button", name="Undo").tap()
    _expect_prompt(page, 3)
    heights = page.evaluate(
        """() => [...document.querySelectorAll("*")].flatMap((e) => [...e.shadowRoot
            ?.querySelectorAll("button") ?? []]).map((b) => b.getBoundingClientRect())
            .filter((box) => box.width).map((box) => Math.min(box.width, box.height))"""
    )
    width = page.evaluate("document.documentElement.scrollWidth")

    assert min(heights) >= 44
    assert width <= 390
    page.wait_for_timeout(500)
    assert reviewed.chosen() == [3, 1]
    context.close()


def test_keys_mean_nothing_while_a_text_is_typed(reviewed: Reviewed, page: Page) -> None:
    reviewed.open(page)

    page.keyboard.press("e")
    text = page.get_by_role("textbox", name="Prompt")
    text.fill("")
    text.press_sequentially("12 sixes, 1 ruse?")
    expect(text).to_have_value("12 sixes, 1 ruse?")
    page.keyboard.press("Escape")
    _expect_prompt(page, 1)

    assert reviewed.chosen() == []
    page.keyboard.press("2")
    _expect_prompt(page, 2)


def test_one_more_variation_comes_where_it_was_asked_for(reviewed: Reviewed, page: Page) -> None:
    reviewed.open(page)

    page.keyboard.press("r")
    expect(page.locator(".tile img")).to_have_count(5, timeout=30_000)
    page.keyboard.press("e")
    page.get_by_role("textbox", name="Prompt").fill("a lighthouse made of glass")
    page.get_by_role("button", name="Make it again").click()
    expect(page.locator(".tile img")).to_have_count(6, timeout=30_000)

    page.keyboard.press("6")
    _expect_prompt(page, 2)
    page.wait_for_timeout(500)
    assert reviewed.chosen() == [6]


def test_a_failed_variation_says_why_and_can_be_made_again(reviewed: Reviewed, page: Page) -> None:
    reviewed.fail("The safety system refused it. Write it in other words.")
    page.goto(reviewed.url)
    expect(page.locator(".tile img")).to_have_count(3)
    expect(page.get_by_text("The safety system refused it")).to_be_visible()

    page.keyboard.press("2")
    _expect_prompt(page, 1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("r")

    expect(page.locator(".tile img")).to_have_count(4, timeout=30_000)
    page.keyboard.press("2")
    _expect_prompt(page, 2)


def test_pictures_that_failed_to_load_are_asked_for_again(reviewed: Reviewed, page: Page) -> None:
    page.route("**/preview", lambda route: route.abort())
    reviewed.open(page)
    assert not _loaded(page)

    page.unroute("**/preview")

    expect(page.locator(".tile img[data-loading]")).to_have_count(0)
    assert _loaded(page)


def _loaded(page: Page) -> bool:
    widths = page.locator(".tile img").evaluate_all("(all) => all.map((i) => i.naturalWidth)")
    return all(widths)


def test_a_reader_of_the_screen_finds_names_and_news(reviewed: Reviewed, page: Page) -> None:
    reviewed.open(page)
    page.keyboard.press("2")
    _expect_prompt(page, 2)

    expect(page.get_by_role("region", name="Review")).to_be_visible()
    expect(page.get_by_role("progressbar", name="Prompts decided")).to_have_attribute(
        "aria-valuenow", "1"
    )
    expect(page.get_by_text(re.compile("Variation 2 selected. Prompt 2 of 50"))).to_be_attached()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name=re.compile("^Variation 2"))).to_have_attribute(
        "aria-pressed", "true"
    )
    names = page.get_by_role("region", name="Review").get_by_role("button").all()
    labels = [button.get_attribute("aria-label") or button.inner_text() for button in names]
    alts = page.locator(".tile img").evaluate_all("(all) => all.map((image) => image.alt)")
    assert len(set(alts)) == 4
    assert len({*labels}) >= len(labels) - 3
    _shot(page, "review")


def _shot(page: Page, name: str) -> None:
    _SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=_SHOTS / f"{name}.png")
