"""A whole export, page by page: valid, complete, and what the app serves too."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from justhtml import JustHTML
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bulkgen.domain.pages import PromptPage
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.site import Site
from bulkgen.publishers.site import SiteFolder
from bulkgen.web.routes import routes
from tests.fakes.finished_jobs import demo_installation
from tests.fakes.hostile import HOSTILE
from tests.fakes.published import add_pages, some_pages, store_pictures
from tests.unit.publishers.markup import Markup

PAGES = 200
SITE = Site(name="Cats & </title><script>", footer=HOSTILE[1], creator=HOSTILE[6], credit="'\"><b>")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, TestClient]]:
    """An export of pages, a fifth of which are hostile, and the app that serves the same."""
    folder = tmp_path_factory.mktemp("exported")
    pages = some_pages(PAGES)
    pages[: len(HOSTILE)] = [
        _hostile(page, text) for page, text in zip(pages, HOSTILE, strict=False)
    ]
    with demo_installation(folder / "data") as installation:
        made = add_pages(installation.store, pages)
        store_pictures(installation.storage, made)
        installation.studio.site.set_settings(LOCAL_ADMIN, SITE)
        settings = installation.studio.site.settings()
        SiteFolder(folder / "site", installation.storage, "https://cats.example", settings).publish(
            made
        )
        app = Starlette(routes=routes(lambda: installation.studio, None))
        yield folder / "site", TestClient(app)


def _hostile(page: PromptPage, text: str) -> PromptPage:
    """The same page with this text wherever a person can write one."""
    words = replace(page.text, title=text, description=text, tags=(text, "cat"), alt=text)
    return replace(page, text=words, prompt=text, category=text)


def faults(html: str) -> list[str]:
    """What is wrong with a page, by the rules of HTML for parsing and for what we promise."""
    found = [str(error) for error in JustHTML(html, collect_errors=True, sanitize=False).errors]
    markup = Markup(html)
    found += [f"{len(markup.all('h1'))} h1"] * (len(markup.all("h1")) != 1)
    found += [f"{len(markup.all('title'))} titles"] * (len(markup.inside("title")) != 1)
    for picture in markup.all("img"):
        for name in ("src", "srcset", "sizes", "width", "height", "alt"):
            found += [f"a picture without {name}"] * (not picture.get(name))
    for script, text in zip(markup.all("script"), markup.inside("script"), strict=True):
        if script.get("type") == "application/ld+json":
            found += ["no ImageObject"] * (json.loads(text)["@type"] != "ImageObject")
    return found


def test_every_page_of_an_export_is_valid_html_with_its_data(
    served: tuple[Path, TestClient],
) -> None:
    out, _ = served
    checked = {path: faults(path.read_text("utf-8")) for path in out.rglob("*.html")}

    assert {str(path): found for path, found in checked.items() if found} == {}
    assert len([path for path in checked if "application/ld+json" in path.read_text()]) == PAGES
    assert len(checked) > PAGES + len(HOSTILE)


def test_everything_an_exported_page_names_is_a_file_of_the_export(
    served: tuple[Path, TestClient],
) -> None:
    out, _ = served
    for path in out.rglob("*.html"):
        for address in Markup(path.read_text("utf-8")).addresses():
            parts = urlsplit(address)
            if parts.netloc == "cats.example":
                target = out / f"{parts.path.removeprefix('/')}index.html"
            else:
                assert not parts.scheme, address
                target = path.parent / unquote(address)
            assert target.is_file(), (path, address)


def test_every_address_of_the_same_pages_answers_in_the_app(
    served: tuple[Path, TestClient],
) -> None:
    out, visitor = served

    @cache
    def status(url: str) -> int:
        return visitor.get(url).status_code

    for folder in (out / "p").iterdir():
        if (folder / "index.html").is_file():
            url = f"http://testserver/p/{folder.name}"
            html = visitor.get(url).text
            assert faults(html) == []
            for address in Markup(html).addresses():
                assert status(urljoin(url, address)) == 200, (url, address)
    assert status.cache_info().currsize > PAGES * 5


def test_every_file_has_its_sum_in_the_manifest(served: tuple[Path, TestClient]) -> None:
    out, _ = served
    files = json.loads((out / "manifest.json").read_text())["files"]

    assert set(files) | {"manifest.json"} == {
        path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()
    }
    for name, file in files.items():
        assert sha256((out / name).read_bytes()).hexdigest() == file["sha256"]
