"""The public site in Chromium: hostile texts run nowhere, and a visitor gets what is promised."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.site import Site
from bulkgen.publishers.site import SiteFolder
from tests.fakes.app_process import AppProcess, running_app
from tests.fakes.finished_jobs import demo_installation, picture
from tests.fakes.hostile import HOSTILE
from tests.fakes.published import add_pages, some_pages, store_pictures

#: Whatever runs is counted, and whatever waits for a hand or a pointer is given one.
_WATCH = (
    "window.ran = 0; for (const way of ['alert', 'confirm', 'prompt']) window[way] = () => ran++"
)
_PROVOKE = """() => {
  for (const element of document.querySelectorAll("*"))
    for (const kind of ["mouseover", "focus", "toggle", "error", "load", "pointerdown"])
      element.dispatchEvent(new Event(kind))
  return [window.ran, document.title, document.querySelector("h1").textContent]
}"""
_SAID = Site(name=HOSTILE[1], footer=HOSTILE[6], creator=HOSTILE[12], credit=HOSTILE[8])


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pages that are full of hostile texts, and thirteen plain ones; and an export beside them."""
    folder = tmp_path_factory.mktemp("site")
    pages = some_pages(len(HOSTILE) + 13)
    for place, text in enumerate(HOSTILE):
        words = replace(
            pages[place].text, title=text, description=text, tags=(text,), alt=f"{text} in ink"
        )
        pages[place] = replace(pages[place], text=words, prompt=text, category=text)
    with demo_installation(folder / "data") as installation:
        made = add_pages(installation.store, pages)
        store_pictures(installation.storage, made, picture(3))
        installation.studio.site.set_settings(LOCAL_ADMIN, _SAID)
        settings = installation.studio.site.settings()
        SiteFolder(folder / "out", installation.storage, "", settings).publish(made)
    return folder / "data"


@pytest.fixture(scope="module")
def served(data_dir: Path) -> Iterator[AppProcess]:
    with running_app(data_dir) as app:
        yield app


@pytest.fixture
def unguarded(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that takes no notice of the pages' policy, so that escaping alone protects it."""
    context = browser.new_context(bypass_csp=True)
    context.add_init_script(_WATCH)
    yield context
    context.close()


def _visit(context: BrowserContext, urls: list[str], home: str) -> None:
    """Open each page, provoke it, and see that it is what it was meant to be."""
    page = context.new_page()
    strangers: list[str] = []
    page.on("request", lambda request: strangers.append(request.url))
    for url in urls:
        page.goto(url)
        ran, title, heading = page.evaluate(_PROVOKE)
        assert ran == 0, url
        assert page.url == url
        assert title, url
        assert heading, url
    assert [url for url in strangers if not url.startswith((home, "data:"))] == []


def _links(page: Page, url: str) -> list[str]:
    page.goto(url)
    found: list[str] = page.evaluate("[...document.links].map((link) => link.href)")
    return sorted({link.partition("#")[0] for link in found})


def test_hostile_texts_run_nowhere_in_the_app(
    served: AppProcess, unguarded: BrowserContext
) -> None:
    home = f"{served.url}/p/"
    page = unguarded.new_page()
    lists = _links(page, home)
    pages = _links(page, f"{home}page/2")

    _visit(unguarded, sorted({home, *lists, *pages}), home)


def test_hostile_texts_run_nowhere_in_an_export(data_dir: Path, unguarded: BrowserContext) -> None:
    out = data_dir.with_name("out")
    files = sorted(path.as_uri() for path in out.rglob("*.html"))
    assert len(files) > 2 * len(HOSTILE)

    _visit(unguarded, files, out.as_uri())


def test_hostile_texts_run_nowhere_in_the_screens(
    served: AppProcess, unguarded: BrowserContext
) -> None:
    page = unguarded.new_page()
    for name, words in (("prompt_pages", "Published 56"), ("settings", "Public pages")):
        page.goto(f"{served.url}/{name}")
        expect(page.get_by_text(words).first).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.ran") == 0


def test_the_prompt_is_copied_as_it_is(served: AppProcess, browser: Browser) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{served.url}/p/")
    page.locator(".wall a").first.click()
    prompt = page.locator(".prompt").text_content()

    page.get_by_role("button", name="Copy prompt").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == prompt
    context.close()


def test_an_exported_site_opens_from_its_folder_and_copies_too(
    data_dir: Path, browser: Browser
) -> None:
    page = browser.new_page()
    page.goto((data_dir.with_name("out") / "index.html").as_uri())
    page.locator(".wall a").first.click()

    assert page.evaluate("document.querySelector('.work img').naturalWidth") > 0
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily") != ""
    page.get_by_role("button", name="Copy prompt").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    page.close()


def test_without_scripts_a_page_has_everything_but_the_button(
    served: AppProcess, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/p/")
    page.locator(".wall a").first.click()

    expect(page.get_by_text("AI-generated image")).to_be_visible()
    expect(page.locator(".prompt")).to_be_visible()
    expect(page.locator("button")).to_be_hidden()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_and_lists_fit_and_have_no_fault(
    served: AppProcess, browser: Browser, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,
    )
    page = context.new_page()
    home = f"{served.url}/p/"
    address = _links(page, home)[-1]
    for url in (home, address, f"{home}page/2", f"{home}tag/cat"):
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == [], url
    context.close()
