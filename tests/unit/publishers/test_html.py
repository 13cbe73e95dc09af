import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkgen.domain.pages import PromptPage, Variant
from bulkgen.domain.site import Listing, PageView, Site, Term, TermKind
from bulkgen.publishers.addresses import Addresses, in_app, in_files
from bulkgen.publishers.html import TEMPLATES, SitePages
from tests.fakes.hostile import HOSTILE
from tests.unit.publishers.markup import Markup
from tests.unit.publishers.pages import NOON, a_page, some_variants

APP = in_app("https://cats.example")
NOWHERE = Addresses("", APP.path)
URL = "https://cats.example/p/red-cat-1"
SAID = Site(
    name="Cats",
    logo_url="https://logos.example/cats.svg?v=1",
    footer="Made with care.\n\nAll of it.",
    creator="Studio Cat",
    credit="Studio Cat and a model",
    copyright_notice="CC BY 4.0",
    license_url="https://creativecommons.org/licenses/by/4.0/",
    acquire_license_url="https://cats.example/buy",
)


def html_of(page: PromptPage, site: Site, addresses: Addresses) -> str:
    around = PageView(page=page, newer=a_page(2), older=a_page(3), related=(a_page(4), a_page(5)))
    return SitePages(site, addresses).page(around)


def shown(page: PromptPage, addresses: Addresses = APP, site: Site | None = None) -> Markup:
    return Markup(html_of(page, site or Site(), addresses))


def listed(pages: list[PromptPage], **changes: Any) -> Markup:
    listing = Listing(term=None, number=1, total=len(pages), pages=tuple(pages))
    return Markup(SitePages(Site(), APP).listing(replace(listing, **changes)))


def hashed(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def a_page_full_of(text: str) -> PromptPage:
    return a_page(
        title=text, description=text, tags=(text,), alt=text, category=text, prompt=text, model=text
    )


COPY = hashed((TEMPLATES / "copy.js").read_text(encoding="utf-8"))


def meta(markup: Markup, name: str) -> str | None:
    kind = "property" if name.startswith("og:") else "name"
    return markup.one("meta", **{kind: name})["content"]


def json_ld(markup: Markup) -> dict[str, object]:
    return dict(json.loads(markup.inside("script")[0]))


def test_a_page_shows_everything_a_visitor_came_for():
    markup = shown(a_page())

    assert markup.inside("h1") == ["Red Cat on a Roof"]
    texts = [text for _, text in markup.texts]
    assert "A red cat on a roof,\n\n  full moon, woodcut." in texts
    assert "A red cat sits on a roof and looks at the moon." in texts
    tags = [link["href"] for link in markup.all("a", dir="auto")]
    assert tags == ["category/chatgpt", "tag/cat", "tag/roof", "tag/moon"]
    assert markup.inside("dd") == [
        "gpt-image-2.5-flare",
        "1536 \N{MULTIPLICATION SIGN} 1024 px",
        "",
    ]
    assert markup.inside("time") == ["22 November 2026"]
    assert {"ChatGPT", "AI-generated image"} <= set(texts)


def test_the_picture_has_sizes_to_choose_from_and_keeps_its_place():
    picture = shown(a_page()).all("img")[0]

    assert picture["src"] == "media/red-cat-1-0a1b2c3d-1536.webp"
    assert picture["srcset"] == (
        "media/red-cat-1-0a1b2c3d-320.webp 320w, media/red-cat-1-0a1b2c3d-640.webp 640w, "
        "media/red-cat-1-0a1b2c3d-1024.webp 1024w, media/red-cat-1-0a1b2c3d-1536.webp 1536w"
    )
    assert (picture["width"], picture["height"]) == ("1536", "1024")
    assert picture["alt"] == "A red cat on a tiled roof under a full moon"
    assert picture["fetchpriority"] == "high"
    assert picture["sizes"]
    assert "loading" not in picture


def test_search_engines_and_cards_find_what_they_read():
    markup = shown(a_page())

    assert markup.one("html")["lang"] == "en"
    assert markup.inside("title") == ["Red Cat on a Roof"]
    assert markup.one("link", rel="canonical")["href"] == URL
    assert meta(markup, "viewport") == "width=device-width, initial-scale=1"
    assert meta(markup, "description") == "A red cat sits on a roof and looks at the moon."
    assert meta(markup, "og:type") == "article"
    assert meta(markup, "og:url") == URL
    assert meta(markup, "og:title") == meta(markup, "twitter:title") == "Red Cat on a Roof"
    assert meta(markup, "og:description") == meta(markup, "twitter:description")
    assert meta(markup, "twitter:card") == "summary_large_image"


def test_the_picture_of_cards_is_a_jpeg_with_an_absolute_address():
    markup = shown(a_page())

    address = "https://cats.example/p/media/red-cat-1-0a1b2c3d-1024.jpg"
    assert meta(markup, "og:image") == meta(markup, "twitter:image") == address
    assert meta(markup, "og:image:type") == "image/jpeg"
    assert (meta(markup, "og:image:width"), meta(markup, "og:image:height")) == ("1024", "683")
    assert meta(markup, "og:image:alt") == "A red cat on a tiled roof under a full moon"


def test_json_ld_says_what_the_picture_is_and_that_a_model_made_it():
    assert json_ld(shown(a_page())) == {
        "@context": "https://schema.org",
        "@type": "ImageObject",
        "contentUrl": "https://cats.example/p/media/red-cat-1-0a1b2c3d-1536.webp",
        "name": "Red Cat on a Roof",
        "description": "A red cat sits on a roof and looks at the moon.",
        "width": 1536,
        "height": 1024,
        "encodingFormat": "image/webp",
        "creator": {"@type": "Organization", "name": "Prompt gallery"},
        "creditText": "AI-generated with gpt-image-2.5-flare",
        "digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
    }


def test_a_page_without_a_known_address_gives_none():
    markup = shown(a_page(), NOWHERE)

    assert markup.all("link", rel="canonical") == []
    assert markup.all("meta", property="og:url") == []
    assert markup.all("meta", property="og:image") == []
    assert json_ld(markup)["contentUrl"] == "media/red-cat-1-0a1b2c3d-1536.webp"


def test_a_page_without_tags_and_category_has_no_place_for_them():
    markup = shown(a_page(tags=(), category=""))

    assert markup.all("ul", **{"class": "tags"}) == []
    assert "Tags" not in markup.inside("h2")
    assert markup.all("p", **{"class": "category"}) == []


def test_a_page_not_yet_dated_counts_from_its_creation():
    assert shown(a_page(published_at=None)).inside("time") == ["21 November 2026"]


@pytest.mark.parametrize("make", [lambda: shown(a_page()), lambda: listed([a_page()])])
def test_the_policy_allows_the_site_itself_and_one_script(make):
    markup = make()

    assert markup.one("meta", **{"http-equiv": "Content-Security-Policy"})["content"] == (
        "default-src 'none'; img-src 'self'; style-src 'self'; "
        f"script-src '{COPY}'; connect-src 'self'; base-uri 'none'; form-action 'none'"
    )
    for script, text in zip(markup.all("script"), markup.inside("script"), strict=True):
        assert script.get("type") == "application/ld+json" or hashed(text) == COPY
    names = {name for _, attributes in markup.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name == "style"]


def test_a_page_asks_no_other_host_for_anything():
    markup = shown(a_page())

    assert [address for address in markup.addresses() if ":" in address] == [URL]
    assert not re.search(r"url\(|@import|https?:", SitePages(Site(), APP).look.styles)


def test_a_page_is_small():
    """With words as long as they may be, a long prompt, and everything an owner may say."""
    long = [
        a_page(
            number,
            slug=f"{'red-cat-on-a-tiled-roof-' * 2}{number:012d}",
            title="A red cat on a tiled roof under a full moon, with a lantern"[:60],
            description="A red cat sits on a tiled roof and looks at the moon. " * 3,
            alt="A red cat on a tiled roof under a full moon, beside a paper lantern, with " * 2,
            prompt="a red cat on a tiled roof under a full moon, " * 30,
            tags=tuple(f"long exposure {place}" for place in range(10)),
            variants=some_variants(f"{'red-cat-on-a-tiled-roof-' * 2}{number:012d}-0a1b2c3d"),
        )
        for number in range(9)
    ]
    view = PageView(page=long[0], newer=long[1], older=long[2], related=tuple(long[3:]))

    for addresses in (APP, in_files("https://cats.example")):
        assert len(SitePages(SAID, addresses).page(view).encode()) < 15_000


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_string_stays_text(text):
    markup = shown(a_page_full_of(text))

    assert markup.shape() == shown(a_page_full_of("harmless")).shape()
    assert markup.inside("title") == markup.inside("h1") == [text]
    assert [found for _, found in markup.texts].count(text) == 7
    assert markup.all("img")[0]["alt"] == text
    assert meta(markup, "description") == meta(markup, "og:title") == text
    assert json_ld(markup)["name"] == text
    assert not set(markup.inside("script")[0]) & set("<>&\N{LINE SEPARATOR}")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_string_stays_text_in_the_index(text):
    markup = listed([a_page_full_of(text)])

    assert markup.shape() == listed([a_page_full_of("harmless")]).shape()
    assert markup.inside("span") == [text]
    assert markup.one("img")["alt"] == text


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_text_changes_the_shape_of_a_page(text):
    expected = shown(a_page_full_of("harmless")).shape()

    assert shown(a_page_full_of(f"x{text}")).shape() == expected


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1b", "\x7f", "\x85", "\ud800"])
def test_what_cannot_stand_in_a_page_is_replaced(character):
    text = f"a{character}b"
    html = html_of(a_page_full_of(text), Site(), APP)

    assert Markup(html.encode().decode()).inside("h1") == ["a\N{REPLACEMENT CHARACTER}b"]


def test_a_prompt_keeps_its_lines_and_spaces():
    prompt = "\n first\n\n\tsecond  third \n"

    assert prompt in [text for _, text in shown(a_page(prompt=prompt)).texts]


def test_a_list_shows_its_pages_in_their_order():
    links = [link["href"] for link in listed([a_page(2), a_page(1)]).all("a")]

    assert links == ["red-cat-2", "red-cat-1"]


def test_the_index_says_when_it_is_empty():
    markup = listed([])

    assert "No pages are published yet." in [text for _, text in markup.texts]
    assert markup.all("img") == markup.all("ul") == []


def test_the_index_loads_pictures_below_the_first_screen_later():
    pictures = listed([a_page(number) for number in range(20)]).all("img")

    assert "loading" not in pictures[0]
    assert pictures[-1]["loading"] == "lazy"


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((1024, 1024), "square"),
        ((1536, 1024), "landscape"),
        ((1024, 1536), "portrait"),
        ((3000, 500), "landscape"),
        ((100, 900), "portrait"),
        ((1100, 1000), "square"),
    ],
)
def test_a_card_has_the_shape_of_its_picture(size, shape):
    webp = Variant(width_px=size[0], height_px=size[1], mime_type="image/webp", name="a.webp")
    jpeg = Variant(width_px=size[0], height_px=size[1], mime_type="image/jpeg", name="a.jpg")

    assert listed([a_page(variants=(webp, jpeg))]).all("li")[-1]["class"] == shape


def test_a_missing_page_leads_to_the_index_and_is_not_indexed():
    markup = Markup(SitePages(Site(), APP).not_found("tag/gone"))

    assert markup.inside("h1") == ["Page not found"]
    assert {link["href"] for link in markup.all("a")} == {"../"}
    assert meta(markup, "robots") == "noindex"


def test_dates_are_those_of_the_page():
    assert NOON.date().isoformat() == shown(a_page()).one("time")["datetime"]


def test_a_page_leads_to_its_neighbours_and_related_pages():
    markup = shown(a_page())

    assert markup.one("a", rel="prev")["href"] == "red-cat-2"
    assert markup.one("a", rel="next")["href"] == "red-cat-3"
    assert {"red-cat-4", "red-cat-5"} <= {link["href"] for link in markup.all("a")}


def test_a_page_alone_leads_nowhere_else():
    alone = PageView(page=a_page(tags=(), category=""), newer=None, older=None, related=())

    markup = Markup(SitePages(Site(), APP).page(alone))

    assert [link["href"] for link in markup.all("a")] == ["./"]
    assert "Related" not in markup.inside("h2")


@pytest.mark.parametrize(
    ("reviewed_at", "index_unreviewed", "robots"),
    [
        (None, False, "noindex"),
        (None, True, "max-image-preview:large"),
        (NOON, False, "max-image-preview:large"),
    ],
)
def test_search_engines_list_what_a_person_has_reviewed(reviewed_at, index_unreviewed, robots):
    page, site = a_page(reviewed_at=reviewed_at), Site(index_unreviewed=index_unreviewed)

    assert meta(shown(page, site=site), "robots") == robots
    sitemap = SitePages(site, APP).sitemaps([], [page])["sitemap.xml"]
    assert (URL in sitemap) == (robots != "noindex")


def test_what_an_owner_says_stands_on_every_page_and_in_its_data():
    markup = shown(a_page(), site=SAID)

    said = json_ld(markup)
    assert said["creator"] == {"@type": "Organization", "name": "Studio Cat"}
    assert said["creditText"] == "Studio Cat and a model"
    assert said["copyrightNotice"] == "CC BY 4.0"
    assert said["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert said["acquireLicensePage"] == "https://cats.example/buy"
    assert markup.inside("footer") == ["Made with care.\n\nAll of it."]
    assert markup.one("a", rel="license")["href"] == SAID.license_url
    assert meta(markup, "og:site_name") == markup.inside("span")[0] == "Cats"


def test_the_policy_allows_the_host_of_the_logo_and_no_other():
    markup = shown(a_page(), site=SAID)

    policy = markup.one("meta", **{"http-equiv": "Content-Security-Policy"})["content"] or ""
    assert "img-src 'self' https://logos.example;" in policy
    assert markup.all("img")[0]["src"] == SAID.logo_url


def test_accents_are_those_of_the_settings_and_change_the_name_of_the_styles():
    looks = [SitePages(Site(accent_light=colour), APP).look for colour in ("#112233", "#0b7a75")]

    assert ":root{--accent:#112233}" in looks[0].styles
    assert looks[0].location != looks[1].location


def test_the_list_of_a_tag_says_whose_it_is_and_where_its_other_pages_are():
    term = Term(kind=TermKind.TAG, slug="cat", name="cat")
    markup = listed([a_page()], term=term, number=7, total=48 * 20)

    assert markup.inside("h1") == ["cat"]
    assert markup.inside("title") == ["cat, page 7 - Prompt gallery"]
    assert meta(markup, "description") == (
        "960 AI-generated pictures with the tag “cat”, with the prompts that made them."
    )
    assert markup.one("link", rel="canonical")["href"] == "https://cats.example/p/tag/cat/7"
    assert markup.one("link", rel="prev")["href"] == "6"
    assert markup.one("link", rel="next")["href"] == "8"
    numbers = [link["href"] for link in markup.all("a")][2:]
    assert numbers == [
        "../cat",
        *(str(number) for number in (5, 6, 7, 8, 9, 20)),
    ]
    assert markup.one("a", **{"aria-current": "page"})["href"] == "7"


def test_a_feed_is_well_formed_whatever_its_words_and_names_each_page():
    pages = [a_page_full_of(text) for text in [*HOSTILE, "\ufffe", "a\0b"]]

    feed = ET.fromstring(SitePages(SAID, APP).feed(pages))  # noqa: S314 - our own text

    atom = "{http://www.w3.org/2005/Atom}"
    entries = feed.findall(f"{atom}entry")
    assert [entry.findtext(f"{atom}title") for entry in entries[: len(HOSTILE)]] == HOSTILE
    links = [link.get("href") for link in entries[0].findall(f"{atom}link")]
    assert links == [URL, "https://cats.example/p/media/red-cat-1-0a1b2c3d-1024.jpg"]


def test_a_large_sitemap_is_cut_and_its_parts_are_named(monkeypatch):
    monkeypatch.setattr("bulkgen.publishers.html.SITEMAP_MAX", 4)
    pages = [a_page(number, reviewed_at=NOON) for number in range(1, 8)]
    terms = [Term(kind=TermKind.TAG, slug="cat", name="cat")]

    files = SitePages(Site(), APP).sitemaps(terms, pages)

    assert list(files) == ["sitemap.xml", "sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"]
    assert "https://cats.example/p/sitemap-3.xml" in files["sitemap.xml"]
    found = [
        loc for name in list(files)[1:] for loc in re.findall(r"<loc>(.*?)</loc>", files[name])
    ]
    base = "https://cats.example/p"
    slugs = ["", "tag/cat", *(page.slug for page in pages)]
    assert found == [f"{base}/{slug}" for slug in slugs]
