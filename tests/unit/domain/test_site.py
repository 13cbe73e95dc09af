from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.errors import InputError
from bulkgen.domain.site import (
    Listing,
    Site,
    category_terms,
    checked_site,
    frequent_tags,
    origin,
    tag_terms,
)
from bulkgen.domain.slugs import term_slug
from tests.unit.publishers.pages import a_page

WHOLE = Site(
    name="Cats",
    logo_url="https://logos.example:8443/a/cats.svg?v=1#top",
    accent_light="#0b7a75",
    accent_dark="#4fc4bd",
    footer="One line.\n\nAnother.",
    creator="Studio Cat",
    credit="Studio Cat",
    copyright_notice="CC BY 4.0",
    license_url="http://creativecommons.org/licenses/by/4.0/",
    acquire_license_url="https://cats.example",
    index_unreviewed=True,
)


@pytest.mark.parametrize("site", [Site(), WHOLE])
def test_settings_that_can_be_shown_are_kept_as_they_are(site):
    assert checked_site(site) == site


def test_lines_lose_their_breaks_and_colours_their_capitals():
    kept = checked_site(replace(WHOLE, name=" Big \n cats ", accent_light="#0B7A75", footer=" a\n"))

    assert (kept.name, kept.accent_light, kept.footer) == ("Big cats", "#0b7a75", "a")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:image/svg+xml,<svg onload=alert(1)>",
        "//evil.example/a.png",
        "/logo.svg",
        "https://",
        "https:///a",
        "https://a b.example",
        "https://a.example; script-src *",
        "https://a.example;script-src/x y",
        "https://*/a",
        "https://user@evil.example",
        'https://a.example/"onerror="alert(1)',
        "https://a.example/<script>",
        "https://a.example/\N{RIGHT-TO-LEFT OVERRIDE}gpj",
        "ftp://a.example/logo.png",
    ],
)
@pytest.mark.parametrize("field", ["logo_url", "license_url", "acquire_license_url"])
def test_an_address_that_could_do_harm_is_refused(field, address):
    with pytest.raises(InputError, match="Write a whole address"):
        checked_site(replace(Site(), **{field: address}))


@pytest.mark.parametrize(
    ("field", "colour", "reason"),
    [
        ("accent_light", "red", "is no colour"),
        ("accent_light", "#0b7a75; } body { display: none", "is no colour"),
        ("accent_dark", "url(//evil.example)", "is no colour"),
        ("accent_dark", "", "is no colour"),
        ("accent_light", "#ffee00", "cannot be read on its ground. Choose a darker one."),
        ("accent_dark", "#101040", "cannot be read on its ground. Choose a lighter one."),
    ],
)
def test_a_colour_that_cannot_be_read_is_refused(field, colour, reason):
    with pytest.raises(InputError, match=reason):
        checked_site(replace(Site(), **{field: colour}))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"name": "  "}, "needs a name"),
        ({"name": "x" * 201}, "The name is too long"),
        ({"credit": "x" * 201}, "The credit is too long"),
        ({"footer": "x" * 1_001}, "The footer is too long"),
    ],
)
def test_what_is_missing_or_too_long_is_told(changes, reason):
    with pytest.raises(InputError, match=reason):
        checked_site(replace(Site(), **changes))


def test_the_origin_of_an_address_is_its_scheme_and_host():
    assert origin(WHOLE.logo_url) == "https://logos.example:8443"


@given(st.text())
def test_every_name_of_a_tag_gives_a_part_of_an_address(name):
    slug = term_slug(name)

    assert slug
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(slug) <= 60


@pytest.mark.parametrize("name", ["con", "NUL", "lpt1", "猫", "!?", "../.."])
def test_names_that_give_no_words_are_told_apart(name):
    assert len(term_slug(name)) == 8
    assert term_slug(name) != term_slug(f"{name}猫")


def test_tags_that_give_one_address_are_one_term():
    assert [term.name for term in tag_terms(["Night Sky", "night-sky", " ", "cat"])] == [
        "Night Sky",
        "cat",
    ]
    assert category_terms([""]) == []


def test_the_tags_of_most_pages_come_first():
    pages = [a_page(1, tags=("owl", "cat")), a_page(2, tags=("cat",)), a_page(3, tags=("ant",))]

    assert [term.name for term in frequent_tags(pages)] == ["cat", "ant", "owl"]


def test_a_list_of_no_pages_has_one_page():
    assert Listing(term=None, number=1, total=0, pages=()).numbers == 1
    assert Listing(term=None, number=1, total=49, pages=()).numbers == 2
