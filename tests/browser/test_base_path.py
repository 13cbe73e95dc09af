"""The app below a path of its host, as a proxy may put it."""

from pathlib import Path

from playwright.sync_api import Page

from tests.fakes.app_process import running_app
from tests.fakes.finished_jobs import demo_installation, make_pages


def test_pictures_links_and_public_pages_work_below_a_path(tmp_path: Path, page: Page) -> None:
    with demo_installation(tmp_path / "data") as installation:
        make_pages(installation, ["a red boat"])
    with running_app(tmp_path / "data", STREAMLIT_SERVER_BASE_URL_PATH="tools/bulkgen") as app:
        page.goto(f"{app.url}/prompt_pages")
        page.wait_for_function(
            "[...document.querySelectorAll('img')].some((image) => image.naturalWidth)"
        )
        page.get_by_role("button", name="Publish 1 draft").click()
        page.get_by_role("radio", name="Published 1").click()
        link = page.get_by_role("link", name="View", exact=True)
        public = page.request.get(f"http://127.0.0.1:{app.port}{link.get_attribute('href')}")
        assert public.status == 200
        assert "a red boat" in public.text()
        assert f"{app.url}/p/" in public.text()
