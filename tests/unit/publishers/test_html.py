import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkgen.domain.pages import PromptPage, Variant
from bulkgen.publishers.html import index_html, not_found_html, page_html
from tests.unit.publishers.markup import Markup
from tests.unit.publishers.pages import NOON, a_page

URL = "https://cats.example/p/red-cat-1/"

HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--",
    "--><img src=x onerror=alert(1)>",
    "<!--<script>",
    "]]><svg/onload=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "</title><h1>taken</h1>",
    "</p></div></article></main><h1>taken</h1>",
    "</style><style>*{display:none}",
    "<base href=//evil.example>",
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href='javas&#99;ript:alert(1)'>x</a>",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "{{7*7}} {{ config }} ${7*7} #{7*7}",
    "{% raw %}{% include '/etc/passwd' %}",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe\N{POP DIRECTIONAL FORMATTING}",
    "\N{RIGHT-TO-LEFT ISOLATE}\N{LEFT-TO-RIGHT OVERRIDE}never closed",
    "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NO-BREAK SPACE}",
    "../../../etc/passwd\\..\\",
    "=HYPERLINK('//evil.example')",
    "\\u003cscript\\u003e \\x3cscript\\x3e",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "\N{FULLWIDTH LESS-THAN SIGN}script\N{FULLWIDTH GREATER-THAN SIGN}",
    "\N{FACE WITH TEARS OF JOY} 猫 \N{HEBREW LETTER ALEF}",
]


def shown(page: PromptPage, url: str = URL) -> Markup:
    return Markup(page_html(page, url=url, home_url="/p/", media_url="/p/media/"))


def listed(pages: list[PromptPage]) -> Markup:
    html = index_html(pages, url="", page_url=lambda page: f"/p/{page.slug}", media_url="/p/media/")
    return Markup(html)


def a_page_full_of(text: str) -> PromptPage:
    return a_page(
        title=text, description=text, tags=(text,), alt=text, category=text, prompt=text, model=text
    )


def meta(markup: Markup, name: str) -> str | None:
    kind = "property" if name.startswith("og:") else "name"
    return markup.one("meta", **{kind: name})["content"]


def json_ld(markup: Markup) -> dict[str, object]:
    (text,) = markup.inside("script")
    return dict(json.loads(text))


def test_a_page_shows_everything_a_visitor_came_for():
    markup = shown(a_page())

    assert markup.inside("h1") == ["Red Cat on a Roof"]
    texts = [text for _, text in markup.texts]
    assert "A red cat on a roof,\n\n  full moon, woodcut." in texts
    assert "A red cat sits on a roof and looks at the moon." in texts
    assert markup.inside("li") == ["cat", "roof", "moon"]
    assert markup.inside("dd") == [
        "gpt-image-2.5-flare",
        "1536 \N{MULTIPLICATION SIGN} 1024 px",
        "",
    ]
    assert markup.inside("time") == ["22 November 2026"]
    assert {"ChatGPT", "AI-generated image"} <= set(texts)


def test_the_picture_has_sizes_to_choose_from_and_keeps_its_place():
    picture = shown(a_page()).one("img")

    assert picture["src"] == "/p/media/red-cat-1-0a1b2c3d-1536.webp"
    assert picture["srcset"] == (
        "/p/media/red-cat-1-0a1b2c3d-320.webp 320w, /p/media/red-cat-1-0a1b2c3d-640.webp 640w, "
        "/p/media/red-cat-1-0a1b2c3d-1024.webp 1024w, /p/media/red-cat-1-0a1b2c3d-1536.webp 1536w"
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
        "creditText": "AI-generated with gpt-image-2.5-flare",
        "digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
    }


def test_a_page_without_a_known_address_gives_none():
    markup = shown(a_page(), url="")

    assert markup.all("link", rel="canonical") == []
    assert markup.all("meta", property="og:url") == []
    assert markup.all("meta", property="og:image") == []
    assert json_ld(markup)["contentUrl"] == "/p/media/red-cat-1-0a1b2c3d-1536.webp"


def test_a_page_without_tags_and_category_has_no_place_for_them():
    markup = shown(a_page(tags=(), category=""))

    assert markup.all("ul") == []
    assert "Tags" not in markup.inside("h2")
    assert markup.all("p", **{"class": "category"}) == []


def test_a_page_not_yet_dated_counts_from_its_creation():
    assert shown(a_page(published_at=None)).inside("time") == ["21 November 2026"]


@pytest.mark.parametrize("make", [lambda: shown(a_page()), lambda: listed([a_page()])])
def test_the_policy_allows_the_styles_of_the_page_and_nothing_active(make):
    markup = make()

    (styles,) = markup.inside("style")
    digest = b64encode(sha256(styles.encode()).digest()).decode()
    assert markup.one("meta", **{"http-equiv": "Content-Security-Policy"})["content"] == (
        f"default-src 'none'; img-src 'self'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert all(script["type"] == "application/ld+json" for script in markup.all("script"))
    names = {name for _, attributes in markup.elements for name in attributes}
    assert not [name for name in names if name.startswith("on") or name == "style"]


def test_a_page_asks_no_other_host_for_anything():
    markup = shown(a_page())

    elsewhere = [address for address in markup.addresses() if not address.startswith("/p/")]
    assert elsewhere == [URL]
    assert not re.search(r"url\(|@import|https?:", markup.inside("style")[0])


def test_a_page_is_small():
    html = page_html(a_page(), url=URL, home_url="/p/", media_url="/p/media/")

    assert len(html.encode()) < 15_000


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_string_stays_text(text):
    markup = shown(a_page_full_of(text))

    assert markup.shape() == shown(a_page_full_of("harmless")).shape()
    assert markup.inside("title") == markup.inside("h1") == [text]
    assert [text for _, text in markup.texts].count(text) == 7
    assert markup.one("img")["alt"] == text
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
    html = page_html(a_page_full_of(text), url=URL, home_url="/p/", media_url="/p/media/")

    assert Markup(html.encode().decode()).inside("h1") == ["a\N{REPLACEMENT CHARACTER}b"]


def test_a_prompt_keeps_its_lines_and_spaces():
    prompt = "\n first\n\n\tsecond  third \n"

    assert prompt in [text for _, text in shown(a_page(prompt=prompt)).texts]


def test_the_index_shows_the_newest_first():
    pages = [a_page(1, hours_old=5), a_page(2, hours_old=1), a_page(3, hours_old=9)]

    links = [link["href"] for link in listed(pages).all("a")]

    assert links == ["/p/red-cat-2", "/p/red-cat-1", "/p/red-cat-3"]


def test_the_index_does_not_depend_on_the_order_of_pages_of_one_moment():
    pages = [a_page(number) for number in range(5)]

    assert listed(pages).elements == listed(pages[::-1]).elements


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

    assert listed([a_page(variants=(webp, jpeg))]).one("li")["class"] == shape


def test_a_missing_page_leads_to_the_index_and_is_not_indexed():
    markup = Markup(not_found_html("/p/"))

    assert markup.inside("h1") == ["Page not found"]
    assert markup.one("a")["href"] == "/p/"
    assert meta(markup, "robots") == "noindex"


def test_dates_are_those_of_the_page():
    assert NOON.date().isoformat() == shown(a_page()).one("time")["datetime"]
