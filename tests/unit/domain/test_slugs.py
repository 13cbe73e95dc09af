import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkgen.domain.slugs import RESERVED, slug_of, with_suffix

FALLBACK = "1a2b3c4d"
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Red apple on a table", "red-apple-on-a-table"),
        ("Naïve café & crème brûlée", "naive-cafe-creme-brulee"),
        ("It's a dog’s life", "its-a-dogs-life"),  # noqa: RUF001
        ("Привет мир", "privet-mir"),
        ("成都 food map", "food-map"),
        ("../../etc/passwd", "etc-passwd"),
        ("one two three four five six seven eight nine", "one-two-three-four-five-six-seven-eight"),
        (
            "Extraordinarily cream-colored labradoodles photographed underwater yesterday",
            "extraordinarily-cream-colored-labradoodles-photographed",
        ),
        ("a" * 300, "a" * 60),
        ("日本語の猫", f"image-{FALLBACK}"),
        ("🎉 🎉", f"image-{FALLBACK}"),
        ("", f"image-{FALLBACK}"),
        ("CON", "image-con"),
        ("Sitemap", "image-sitemap"),
        ("42", "image-42"),
        ("2026-11", "image-2026-11"),
    ],
)
def test_a_slug_names_the_page_in_ascii(title, slug):
    assert slug_of(title, FALLBACK) == slug


def test_ten_thousand_random_titles_give_slugs_that_are_safe_everywhere():
    chance = random.Random(7)  # noqa: S311 - guards nothing
    for _ in range(10_000):
        title = "".join(
            chr(chance.randrange(chance.choice([0x80, 0x530, 0x110000])))
            for _ in range(chance.randrange(60))
        )

        _assert_safe(slug_of(title, FALLBACK))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="abcxyz0189 -_.'é", max_size=120), st.integers(2, 99_999))
def test_a_suffix_keeps_a_slug_safe(title, number):
    suffixed = with_suffix(slug_of(title, FALLBACK), number)

    _assert_safe(suffixed)
    assert suffixed.endswith(f"-{number}")


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_reserved_names_are_never_given(name):
    assert slug_of(name.upper(), FALLBACK) == f"image-{name}"


def test_a_suffix_takes_the_place_of_whole_words():
    slug = "cream-colored-labradoodle-wearing-glasses-and-a-black-beret"

    assert with_suffix(slug, 12) == "cream-colored-labradoodle-wearing-glasses-and-a-black-12"


def _assert_safe(slug: str) -> None:
    assert SLUG.fullmatch(slug)
    assert len(slug) <= 60
    assert slug not in RESERVED
    assert not slug.replace("-", "").isdigit()
