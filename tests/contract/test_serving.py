"""How browsers get pictures: from here, from storage by a link, or from a CDN."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.errors import SetupError, StorageError
from bulkgen.domain.pages import PageStatus, PromptPage
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.storage_keys import variant_key
from bulkgen.storage import open_storage
from bulkgen.storage.cdn import PublicCopies
from bulkgen.web.routes import routes
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import (
    running_installation,
    settings_for,
    submit,
    wait_for_job,
    wait_for_pages,
)
from tests.fakes.s3 import RunningS3

CDN = "https://cdn.example/pictures"


@pytest.fixture
def public_url(s3: RunningS3) -> str:
    return s3.url(s3.new_bucket())


@pytest.fixture
def installation(
    tmp_path: Path, server: RunningServer, bucket_url: str, public_url: str
) -> Iterator[Installation]:
    """An installation with its pictures in a bucket and a CDN before another one."""
    with running_installation(
        tmp_path / "data",
        server,
        storage_url=bucket_url,
        cdn_url=CDN,
        cdn_storage_url=public_url,
    ) as installation:
        yield installation


@pytest.fixture
def job_id(installation: Installation) -> UUID:
    job_id = submit(installation, 1, output_format="png", page_status="published")
    wait_for_job(installation, job_id)
    return job_id


@pytest.fixture
def page(installation: Installation, job_id: UUID) -> PromptPage:
    """A published page."""
    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    wait_for_pages(installation, job_id)
    return installation.studio.pages.all(LOCAL_ADMIN)[0]


@pytest.fixture
def browser(installation: Installation) -> TestClient:
    app = Starlette(routes=routes(lambda: installation.studio, None))
    return TestClient(app, follow_redirects=False)


def fetched(answer: Any) -> bytes:
    """What a browser gets that follows a redirect to storage."""
    assert answer.status_code == 302
    with urllib.request.urlopen(answer.headers["location"]) as picture:
        data: bytes = picture.read()
        return data


@pytest.mark.parametrize("kind", ["thumbnail", "preview", "original"])
def test_a_private_picture_comes_from_storage_by_a_link_for_minutes(
    installation: Installation, browser: TestClient, job_id: UUID, kind: str
) -> None:
    image = installation.studio.gallery.images(LOCAL_ADMIN, job_id)[0]
    answer = browser.get(f"/app/static/images/{image.id}/{kind}")
    again = browser.get(f"/app/static/images/{image.id}/{kind}")

    assert fetched(answer)
    assert answer.headers["location"] == again.headers["location"]
    assert answer.headers["cache-control"] == "private, max-age=240"
    assert "X-Amz-Expires=900" in answer.headers["location"]


def test_a_link_is_given_only_for_what_is_there(browser: TestClient, job_id: UUID) -> None:
    answer = browser.get(f"/app/static/images/{uuid4()}/original")

    assert answer.status_code == 404
    assert "location" not in answer.headers


def test_a_download_comes_from_here_under_its_name(
    installation: Installation, browser: TestClient, job_id: UUID
) -> None:
    image = installation.studio.gallery.images(LOCAL_ADMIN, job_id)[0]

    answer = browser.get(f"/app/static/images/{image.id}/original?download")

    assert answer.content[:4] == b"\x89PNG"
    assert answer.headers["content-disposition"] == f'attachment; filename="{image.id}.png"'


def test_the_picture_of_a_draft_is_at_no_public_address(
    installation: Installation, browser: TestClient, page: PromptPage, public_url: str
) -> None:
    name = page.variants[0].name
    installation.studio.pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.DRAFT)

    private = browser.get(f"/app/static/pages/{name}")

    assert browser.get(f"/p/media/{name}").status_code == 404
    assert list(open_storage(public_url).files("")) == []
    assert fetched(private)[:4] == b"RIFF"
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(private.headers["location"].partition("?")[0])


def test_a_published_picture_comes_from_the_cdn(
    browser: TestClient, page: PromptPage, public_url: str
) -> None:
    public = open_storage(public_url)
    for variant in page.variants:
        answer = browser.get(f"/p/media/{variant.name}")

        assert answer.headers["location"] == f"{CDN}/pages/{variant.name}"
        assert answer.headers["cache-control"] == "public, max-age=3600"
        assert public.has(variant_key(variant.name))
    html = unescape(browser.get(f"/p/{page.slug}").text)
    assert "img-src 'self' https://cdn.example;" in html


def test_an_unpublished_picture_leaves_the_cdn(
    installation: Installation, browser: TestClient, page: PromptPage, public_url: str
) -> None:
    for variant in page.variants:
        browser.get(f"/p/media/{variant.name}")
    assert len(list(open_storage(public_url).files(""))) == len(page.variants)

    installation.studio.pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.DRAFT)

    assert list(open_storage(public_url).files("")) == []
    assert browser.get(f"/p/media/{page.variants[0].name}").status_code == 404


def test_a_picture_that_is_unpublished_while_it_is_copied_leaves_the_cdn_again(
    installation: Installation,
    browser: TestClient,
    page: PromptPage,
    public_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copied = PublicCopies.address

    def unpublish_first(copies: PublicCopies, key: str) -> str:
        installation.studio.pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.DRAFT)
        return copied(copies, key)

    monkeypatch.setattr(PublicCopies, "address", unpublish_first)
    answer = browser.get(f"/p/media/{page.variants[0].name}")

    assert answer.status_code == 404
    assert list(open_storage(public_url).files("")) == []


def test_a_picture_that_cannot_leave_the_cdn_is_told(
    installation: Installation, s3: RunningS3, page: PromptPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", _at_once)
    s3.shut = True
    with pytest.raises(StorageError, match=r"can still be reached .* storage check --sweep"):
        installation.studio.pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.DRAFT)
    s3.shut = False

    assert installation.studio.pages.get(LOCAL_ADMIN, page.id).status is PageStatus.DRAFT


def test_a_storage_that_is_away_is_told_to_the_browser_and_left_to_the_cdn(
    installation: Installation,
    s3: RunningS3,
    browser: TestClient,
    page: PromptPage,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", _at_once)
    image_id = page.image_id
    s3.shut = True
    download = browser.get(f"/app/static/images/{image_id}/original?download")
    published = browser.get(f"/p/media/{page.variants[0].name}")

    assert download.status_code == 503
    assert "does not answer" in download.text
    assert download.headers["cache-control"] == "no-store"
    assert published.headers["location"] == f"{CDN}/pages/{page.variants[0].name}"


def _at_once(*_: object) -> int:
    return 0


def test_without_a_cdn_a_published_picture_is_sent_from_here(
    tmp_path: Path, server: RunningServer, bucket_url: str
) -> None:
    with running_installation(tmp_path / "data", server, storage_url=bucket_url) as installation:
        job_id = submit(installation, 1, page_status="published")
        wait_for_job(installation, job_id)
        installation.studio.pages.create(LOCAL_ADMIN, job_id)
        wait_for_pages(installation, job_id)
        page = installation.studio.pages.all(LOCAL_ADMIN)[0]
        app = Starlette(routes=routes(lambda: installation.studio, None))
        answer = TestClient(app).get(f"/p/media/{page.variants[0].name}")

    assert answer.content[:4] == b"RIFF"
    assert answer.headers["cache-control"] == "public, max-age=3600"


def test_cloudflare_is_told_to_forget_what_is_unpublished(tmp_path: Path) -> None:
    asked: list[list[str]] = []
    private, public = (open_storage(f"file:{tmp_path / name}") for name in ("private", "public"))
    keys = [f"pages/cat-0a1b2c3d-{number}.webp" for number in range(40)]
    for key in keys:
        public.put(key, b"picture")
    copies = PublicCopies(private, public, f"{CDN}/", lambda urls: asked.append(list(urls)))

    copies.withdraw(keys)

    urls = [f"{CDN}/{key}" for key in keys]
    assert asked == [urls[:30], urls[30:]] * 2
    assert list(public.files("")) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"cdn_url": CDN}, "BULKGEN_CDN_STORAGE_URL need each other"),
        ({"cdn_storage_url": "file:public"}, "BULKGEN_CDN_STORAGE_URL need each other"),
        ({"cloudflare_zone": "0a1b"}, "BULKGEN_CLOUDFLARE_TOKEN need each other"),
        (
            {"cdn_url": CDN, "cdn_storage_url": "file:x", "storage_url": "file:x"},
            "bucket of its own",
        ),
    ],
)
def test_half_of_a_cdn_is_refused(tmp_path: Path, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SetupError, match=words):
        open_installation(settings_for(tmp_path / "data", RunningServer(0), **settings))
