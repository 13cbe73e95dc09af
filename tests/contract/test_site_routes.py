"""The public site as the app serves it to a visitor without a cookie."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bulkgen.bootstrap import Installation
from bulkgen.domain.pages import PageStatus, PromptPage
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.site import Site
from bulkgen.publishers.site import SiteFolder
from bulkgen.web.routes import routes
from tests.fakes.factories import NOW
from tests.fakes.finished_jobs import demo_installation
from tests.fakes.published import add_pages, some_pages, store_pictures
from tests.unit.publishers.markup import Markup
from tests.unit.publishers.pages import a_page

HOST = "http://testserver"
PUBLIC_URL = "https://pictures.example"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with demo_installation(tmp_path / "data") as installation:
        yield installation


@pytest.fixture
def visitor(installation: Installation) -> TestClient:
    return TestClient(Starlette(routes=routes(lambda: installation.studio, None)))


def publish(installation: Installation, pages: Sequence[PromptPage]) -> list[PromptPage]:
    made = add_pages(installation.store, pages)
    store_pictures(installation.storage, made)
    return made


def test_every_link_and_picture_of_the_site_answers(
    installation: Installation, visitor: TestClient
) -> None:
    publish(installation, some_pages(60))
    waiting, seen = [f"{HOST}/p/"], {f"{HOST}/p/"}

    while waiting:
        url = waiting.pop()
        answer = visitor.get(url)
        assert answer.status_code == 200, url
        if answer.headers["content-type"].startswith("text/html"):
            found = {urljoin(url, address) for address in Markup(answer.text).addresses()}
            waiting += sorted(found - seen)
            seen |= found

    assert {url for url in seen if not url.startswith(f"{HOST}/p/")} == set()
    assert len([url for url in seen if "/media/" in url]) == 60 * 4 + 1
    for place in ("page/2", "tag/cat", "category/midjourney", "feed.xml"):
        assert f"{HOST}/p/{place}" in seen


def test_crawlers_find_the_site_and_nothing_else(
    installation: Installation, visitor: TestClient
) -> None:
    publish(installation, [a_page(1, reviewed_at=NOW), a_page(2)])

    robots = visitor.get("/robots.txt").text
    sitemap = ET.fromstring(visitor.get("/p/sitemap.xml").content)  # noqa: S314 - our own

    assert robots == (f"User-agent: *\nAllow: /p/\nDisallow: /\nSitemap: {HOST}/p/sitemap.xml\n")
    found = [node.text for node in sitemap.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert f"{HOST}/p/red-cat-1" in found
    assert f"{HOST}/p/red-cat-2" not in found
    (picture,) = sitemap.iter("{http://www.google.com/schemas/sitemap-image/1.1}loc")
    assert visitor.get(picture.text or "").status_code == 200


def test_an_address_of_its_own_wins_over_that_of_the_request(installation: Installation) -> None:
    publish(installation, [a_page(1)])
    visitor = TestClient(Starlette(routes=routes(lambda: installation.studio, PUBLIC_URL)))

    page = Markup(visitor.get("/p/red-cat-1").text)

    assert page.one("link", rel="canonical")["href"] == f"{PUBLIC_URL}/p/red-cat-1"
    assert f"{PUBLIC_URL}/p/sitemap.xml" in visitor.get("/robots.txt").text


@pytest.mark.parametrize(
    "path",
    [
        "/p/none",
        "/p/red-cat-2",
        "/p/page/0",
        "/p/page/2",
        f"/p/page/{10**30}",
        "/p/tag/none",
        "/p/tag/owl",
        "/p/tag/cat/2",
        "/p/category/none",
        "/p/other/cat",
        "/p/tag/%00",
        "/p/tag/..%2f..%2fetc",
        "/p/%E7%8C%AB",
        "/p/tag/%ED%A0%80",
    ],
)
def test_what_is_not_there_leads_back_to_the_list(
    installation: Installation, visitor: TestClient, path: str
) -> None:
    publish(installation, [a_page(1), a_page(2, status=PageStatus.DRAFT, tags=("owl",))])

    answer = visitor.get(path)

    assert answer.status_code == 404
    if "%2f" not in path:
        home = Markup(answer.text).all("a")[0]["href"]
        assert visitor.get(urljoin(f"{HOST}{path}", home or "")).status_code == 200


def test_pictures_of_drafts_are_not_public(installation: Installation, visitor: TestClient) -> None:
    (page,) = publish(installation, [a_page(1, status=PageStatus.DRAFT)])
    name = page.variants[0].name

    assert visitor.get(f"/p/media/{name}").status_code == 404
    installation.studio.pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.PUBLISHED)
    assert visitor.get(f"/p/media/{name}").content == name.encode()


def test_an_empty_site_answers(visitor: TestClient) -> None:
    assert "No pages are published yet." in visitor.get("/p/").text
    for path in ("/p/feed.xml", "/p/sitemap.xml"):
        assert ET.fromstring(visitor.get(path).content) is not None  # noqa: S314 - our own


def test_settings_show_at_once(installation: Installation, visitor: TestClient) -> None:
    publish(installation, [a_page(1)])

    installation.studio.site.set_settings(LOCAL_ADMIN, Site(name="Cats", footer="<b>Mine</b>"))

    for path in ("/p/", "/p/red-cat-1", "/p/tag/cat", "/p/none"):
        assert Markup(visitor.get(path).text).inside("footer") == ["<b>Mine</b>"]


def test_the_zip_is_the_exported_site_and_the_same_each_time(
    installation: Installation, visitor: TestClient, tmp_path: Path
) -> None:
    pages = publish(installation, [replace(page, prompt="=1+1") for page in some_pages(5)])
    out = tmp_path / "site"
    SiteFolder(out, installation.storage, "", Site()).publish(pages)

    first, second = (visitor.get("/app/static/site.zip") for _ in range(2))

    assert first.content == second.content
    assert first.headers["content-disposition"] == 'attachment; filename="site.zip"'
    with ZipFile(io.BytesIO(first.content)) as archive:
        found = {info.filename: archive.read(info) for info in archive.infolist()}
    assert found == {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file()
    }
