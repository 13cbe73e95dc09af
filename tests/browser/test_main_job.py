"""The main job, by hand in a browser: a CSV of 50 prompts becomes 40 published pages."""

import json
import re
import urllib.error
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.app_process import AppProcess
from tests.fakes.prompts import PARTI_50

_SHOTS = Path(__file__).parent / "screenshots"


def _shot(page: Page, name: str) -> None:
    _SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=_SHOTS / f"{name}.png")


def _write_csv(path: Path) -> Path:
    lines = ["prompt", *(f'"{prompt.replace(chr(34), chr(34) * 2)}"' for prompt in PARTI_50)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.timeout(240)
def test_fifty_prompts_become_forty_published_pages(
    app: AppProcess, page: Page, tmp_path: Path
) -> None:
    page.goto(app.url)
    expect(page.get_by_text("nothing is charged")).to_be_visible()
    page.locator("input[type=file]").set_input_files(_write_csv(tmp_path / "parti.csv"))
    expect(page.get_by_text("50 prompts x 1 = 50 images")).to_be_visible()
    page.get_by_role("combobox", name="Default page status").click()
    page.get_by_role("option", name="Published at once").click()
    _shot(page, "generate")
    page.get_by_role("button", name="Start Generation").click()

    expect(page.get_by_role("heading", name="Generating Images")).to_be_visible()
    page.wait_for_timeout(2_500)
    _shot(page, "generating")
    expect(
        page.get_by_role("heading", name="Generation Complete - Select Images to Publish")
    ).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Selected: 50 of 50")).to_be_visible()
    for number in range(1, 11):
        page.get_by_text(f"Prompt {number}", exact=True).click()
    expect(page.get_by_text("Selected: 40 of 50")).to_be_visible()
    _shot(page, "selected")

    page.get_by_role("button", name="Create 40 Prompt Pages").click()
    expect(page.get_by_text("40 prompt pages created")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Status: Published")).to_be_visible()
    _shot(page, "created")
    page.get_by_role("button", name="View Prompt Pages").click()
    expect(page.get_by_text("Published 40")).to_be_visible()
    _shot(page, "prompt-pages")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="View", exact=True).first.click()
    public = opened.value
    expect(public.get_by_text("AI-generated image")).to_be_visible()
    _shot(public, "public-page")
    _check_public_page(public.url)


class _Head(HTMLParser):
    """What a search engine reads of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.metas: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.images: list[str] = []
        self.json_ld = ""
        self._in_json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "meta":
            self.metas[values.get("property") or values.get("name", "")] = values.get("content", "")
        elif tag == "link":
            self.links[values["rel"]] = values["href"]
        elif tag == "img":
            self.images.append(values["src"])
        self._in_json = tag == "script" and values.get("type") == "application/ld+json"

    def handle_data(self, data: str) -> None:
        if self._in_json:
            self.json_ld += data


def _get(url: str) -> tuple[int, str, bytes]:
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read()


def _check_public_page(url: str) -> None:
    """A visitor without cookie or script gets everything."""
    status, kind, body = _get(url)
    head = _Head()
    head.feed(body.decode())
    picture = json.loads(head.json_ld)

    assert (status, kind) == (200, "text/html")
    assert head.links["canonical"] == url
    assert head.metas["og:url"] == url
    assert head.metas["og:title"]
    assert head.metas["description"]
    assert _get(head.metas["og:image"])[:2] == (200, "image/jpeg")
    assert picture["@type"] == "ImageObject"
    assert _get(picture["contentUrl"])[:2] == (200, "image/webp")
    assert _get(urljoin(url, head.images[0]))[:2] == (200, "image/webp")
    for words in (b"ChatGPT", b"Prompt", b"gpt-image-2.5-flare"):
        assert words in body


def test_a_draft_and_its_picture_are_not_public(
    app: AppProcess, page: Page, tmp_path: Path
) -> None:
    page.goto(app.url)
    page.get_by_label("Paste many, one prompt in each line").fill("a red fox in the snow")
    page.get_by_role("button", name="Add to the table").click()
    expect(page.get_by_text("1 prompt x 1 = 1 image")).to_be_visible()
    page.get_by_role("button", name="Start Generation").click()
    page.get_by_role("button", name="Create 1 Prompt Page").click()
    expect(page.get_by_text("Status: Draft (ready to publish)")).to_be_visible()
    page.get_by_role("button", name="View Prompt Pages").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.get_by_text(re.compile("Published 1")).click()
    address = page.get_by_role("link", name="View", exact=True).get_attribute("href")
    assert address is not None
    public_url = urljoin(app.url, address)
    _, _, body = _get(public_url)
    head = _Head()
    head.feed(body.decode())
    picture_url = urljoin(public_url, head.images[0])
    assert _get(picture_url)[0] == 200

    page.get_by_role("button", name="Unpublish").click()
    expect(page.get_by_text("Drafts 1")).to_be_visible()

    assert _get(public_url)[0] == 404
    assert _get(picture_url)[0] == 404
