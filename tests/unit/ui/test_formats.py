import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.estimates import Estimate
from bulkgen.domain.pricing import CostBand
from bulkgen.ui.formats import (
    about_usd,
    duration,
    markdown,
    plural,
    precise_duration,
    summary,
    usd,
    when,
)


def a_band(least: str, about: str, most: str) -> CostBand:
    return CostBand(least_usd=Decimal(least), about_usd=Decimal(about), most_usd=Decimal(most))


def an_estimate(
    prompts: int, images: int, *, least_s: float = 120.0, most_s: float = 120.0
) -> Estimate:
    return Estimate(
        prompts=prompts,
        images=images,
        cost=a_band("0.4752", "0.4777", "0.4900"),
        most_usd=Decimal("0.4900"),
        parts=(),
        least_s=least_s,
        most_s=most_s,
        disk_bytes=1,
    )


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "$0.00"),
        ("0.00025", "$0.0002"),
        ("0.0039", "$0.0039"),
        ("0.01", "$0.010"),
        ("0.013195", "$0.013"),
        ("0.0999", "$0.100"),
        ("0.1", "$0.10"),
        ("0.48", "$0.48"),
        ("20", "$20.00"),
        ("1234.5", "$1,234.50"),
    ],
)
def test_a_sum_has_as_many_digits_as_say_something(amount, text):
    assert usd(Decimal(amount)) == text


@given(st.decimals("0.0001", 100_000, places=4, allow_nan=False))
def test_no_sum_of_a_hundredth_of_a_cent_or_more_reads_as_nothing(amount):
    assert any(digit in usd(amount) for digit in "123456789")


def test_a_price_that_the_model_decides_is_unknown_up_to_its_end():
    band = replace(a_band("0.01", "0.4", "0.4"), known=False)

    assert about_usd(band) == "price unknown, at most $0.40"


@pytest.mark.parametrize(
    ("band", "text"),
    [
        (a_band("0.0132", "0.0132", "0.0135"), "about $0.013"),
        (a_band("0.4752", "0.4777", "0.49"), "about $0.48"),
        (a_band("0.0176", "0.0235", "0.0294"), "about $0.018 to $0.029"),
        (a_band("1", "1.2", "1.5"), "about $1.20"),
        (a_band("1", "1.2", "1.51"), "about $1.00 to $1.51"),
        (a_band("0", "0", "0"), "about $0.00"),
    ],
)
def test_an_estimate_says_about_and_shows_both_ends_where_they_are_far_apart(band, text):
    assert about_usd(band) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 s"),
        (0.4, "1 s"),
        (20, "20 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (60, "1 min"),
        (89, "1 min"),
        (120, "2 min"),
        (3569, "59 min"),
        (3571, "1 h"),
        (3600, "1 h"),
        (4200, "1 h 10 min"),
        (7200, "2 h"),
        (86_400, "24 h"),
    ],
)
def test_a_duration_is_rounded_to_what_a_person_plans_with(seconds, text):
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 sec"),
        (-3, "1 sec"),
        (59.4, "59 sec"),
        (59.6, "1 min"),
        (90, "1 min 30 sec"),
        (3599, "59 min 59 sec"),
        (3599.6, "1 h"),
        (4200, "1 h 10 min"),
    ],
)
def test_a_countdown_shows_its_seconds(seconds, text):
    assert precise_duration(seconds) == text


@given(st.floats(0, 200_000))
def test_no_duration_says_sixty_of_anything(seconds):
    assert "60" not in duration(seconds).split()
    assert "60" not in precise_duration(seconds).split()


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 images"), (1, "1 image"), (2, "2 images"), (1234, "1,234 images")]
)
def test_one_is_one_and_everything_else_is_many(count, text):
    assert plural(count, "image") == text


def test_a_word_with_a_plural_of_its_own():
    assert (plural(1, "copy", "copies"), plural(3, "copy", "copies")) == ("1 copy", "3 copies")


def test_the_line_under_the_table():
    assert (
        summary(an_estimate(18, 36), 2) == "18 prompts x 2 = 36 images | about 2 min | about $0.48"
    )


def test_the_line_under_the_table_of_one_prompt():
    assert summary(an_estimate(1, 1), 1) == "1 prompt x 1 = 1 image | about 2 min | about $0.48"


def test_rows_with_counts_of_their_own_leave_out_the_product():
    assert summary(an_estimate(18, 37), 2).startswith("18 prompts = 37 images | ")


def test_images_that_wait_before_these_make_a_range_of_time():
    line = summary(an_estimate(18, 36, least_s=120.0, most_s=600.0), 2)

    assert "| about 2 min to 10 min |" in line


def test_two_times_that_read_alike_are_shown_once():
    line = summary(an_estimate(18, 36, least_s=118.0, most_s=121.0), 2)

    assert "| about 2 min |" in line


@pytest.fixture
def _in_india(monkeypatch):
    monkeypatch.setenv("TZ", "IST-5:30")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_in_india")
def test_a_moment_is_shown_in_the_time_zone_of_the_server():
    assert when(datetime(2026, 11, 22, 23, 5, tzinfo=UTC)) == "23 Nov 2026, 04:35"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# Big", "\\# Big"),
        ("[a](javascript:x)", "\\[a\\]\\(javascript\\:x\\)"),
        ("**b** _c_ `d`", "\\*\\*b\\*\\* \\_c\\_ \\`d\\`"),
        ("$x$ :smile: <b>", "\\$x\\$ \\:smile\\: \\<b\\>"),
        ("www.example.com", "www\\.example\\.com"),
        ("a\\b", "a\\\\b"),
        ("one\n# two", "one \\# two"),
        ("plain words, 42", "plain words, 42"),
    ],
)
def test_text_of_a_person_is_never_read_as_markdown(text, plain):
    assert markdown(text) == plain


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"])))
def test_plain_text_is_what_was_written_once_the_backslashes_are_read(text):
    shown = markdown(text)

    read = ""
    characters = iter(shown)
    for character in characters:
        read += next(characters) if character == "\\" else character
    assert read == text


@given(st.text())
def test_text_of_a_person_stays_in_one_line(text):
    assert "\n" not in markdown(text)
