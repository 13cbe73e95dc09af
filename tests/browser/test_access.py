"""Every screen against axe-core: nothing serious, in light and in dark."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.fakes.app_process import ROOT, AppProcess, running_app
from tests.fakes.finished_jobs import demo_installation, submit_finished

_PAGES = sorted(page.stem for page in (ROOT / "pages").glob("*.py"))


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppProcess]:
    """An app with a job whose images are there but one."""
    data_dir: Path = tmp_path_factory.mktemp("access") / "data"
    with demo_installation(data_dir) as installation:
        submit_finished(installation, 3, images_per_prompt=2, failed=[5])
    with running_app(data_dir) as app:
        yield app


@pytest.fixture(params=["light", "dark"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in one of the two colour schemes, without motion."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 900},
        color_scheme=request.param,
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def _faults(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    page.wait_for_timeout(500)
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {node['html']}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("name", _PAGES)
def test_a_screen_has_no_serious_fault(app: AppProcess, page: Page, name: str) -> None:
    page.goto(app.url if name == "generate" else f"{app.url}/{name}")
    expect(page.get_by_text("nothing is charged")).to_be_visible()
    page.wait_for_load_state("networkidle")

    assert _faults(page) == []


@pytest.mark.parametrize("opens", ["Preview 1.1", "Compare 1", "Edit prompt 3.2"])
def test_a_dialog_of_the_gallery_has_no_serious_fault(
    app: AppProcess, page: Page, opens: str
) -> None:
    page.goto(f"{app.url}/gallery")
    page.get_by_role("button", name=opens, exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_load_state("networkidle")

    assert _faults(page) == []
    assert page.locator("img:not([alt])").count() == 0
