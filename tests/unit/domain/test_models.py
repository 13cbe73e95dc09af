from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bulkgen.domain.errors import InputError
from bulkgen.domain.models import ImageModel, width_and_height
from bulkgen.domain.pricing import image_cost
from tests.fakes.factories import TODAY, a_catalogue

CATALOGUE = a_catalogue()
OFFERED = [
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
    "gpt-image-2",
]
#: The last days of OpenAI's list of deprecations, and what it names instead.
ENDS = {
    "gpt-image-1.5": date(2026, 12, 1),
    "chatgpt-image-latest": date(2026, 12, 1),
    "gpt-image-1-mini": date(2026, 12, 1),
    "gpt-image-1": date(2026, 10, 23),
    "dall-e-3": date(2026, 5, 12),
    "dall-e-2": date(2026, 5, 12),
}
FLEXIBLE = CATALOGUE.model("gpt-image-2.5-flare")
FIXED = CATALOGUE.model("gpt-image-1.5")


def is_refused(model: ImageModel, size: str) -> bool:
    try:
        model.check_size(size)
    except InputError:
        return True
    return False


def test_the_models_a_person_may_choose_are_those_that_go_on():
    assert [model.id for model in CATALOGUE.offered()] == OFFERED
    assert {model.id for model in CATALOGUE.models.values()} == {*OFFERED, *ENDS}


def test_the_choices_a_list_starts_with_can_be_made():
    model = CATALOGUE.model(CATALOGUE.default_model)

    assert (model.id, CATALOGUE.default_quality, CATALOGUE.default_size) == (
        "gpt-image-2.5-flare",
        "medium",
        "1024x1024",
    )
    assert CATALOGUE.default_quality in model.qualities
    assert CATALOGUE.default_output_format in model.output_formats
    assert (CATALOGUE.default_output_format, CATALOGUE.default_output_compression) == ("webp", 90)
    assert model.offered


def test_the_limits_of_an_account_are_those_that_were_published():
    assert list(CATALOGUE.images_per_minute_presets) == [5, 20, 50, 150, 250]
    assert CATALOGUE.presets_published == "May 2026"
    assert CATALOGUE.unknown_images_per_minute == 5


@pytest.mark.parametrize("model_id", OFFERED)
def test_every_offered_model_has_capabilities_and_prices(model_id):
    model = CATALOGUE.model(model_id)

    assert model.label
    assert model.purpose
    assert set(model.output_formats) == {"png", "jpeg", "webp"}
    assert set(model.backgrounds) == {"auto", "opaque", "transparent"}
    assert model.usd_per_1m_tokens == {
        "text_in": Decimal(5),
        "image_in": Decimal(8),
        "image_out": Decimal(30),
    }
    assert model.max_images_per_call == 10
    assert model.max_prompt_characters == 32_000
    assert model.median_latency_s > 0
    assert not model.has_ended(TODAY)
    assert model.lifecycle_warning(TODAY) is None


@pytest.mark.parametrize("model_id", OFFERED)
def test_every_offered_model_has_the_qualities_of_its_line(model_id):
    qualities = ["low", "medium", "high"]
    if model_id != "gpt-image-2":
        qualities += ["xhigh", "max"]

    assert list(CATALOGUE.model(model_id).qualities) == qualities
    assert set(qualities) <= set(CATALOGUE.quality_purposes)


@pytest.mark.parametrize("size", CATALOGUE.sizes.values(), ids=CATALOGUE.sizes)
@pytest.mark.parametrize(
    ("model_id", "quality"),
    [(model.id, quality) for model in CATALOGUE.offered() for quality in model.qualities],
)
def test_every_choice_on_the_screen_has_a_price(model_id, quality, size):
    model = CATALOGUE.model(model_id)

    model.check_size(size)
    cost = image_cost(model, quality, size)

    assert Decimal(0) < cost.least_usd <= cost.about_usd <= cost.most_usd
    assert cost.most_usd > cost.least_usd


@pytest.mark.parametrize("days", [0, 1, 365])
@pytest.mark.parametrize("model_id", ENDS)
def test_an_ended_model_is_refused_with_its_replacement_named(model_id, days):
    model = CATALOGUE.model(model_id)

    with pytest.raises(InputError) as refused:
        model.check_usable(ENDS[model_id] + timedelta(days=days))

    assert str(refused.value) == (
        f"{model_id} ended on {ENDS[model_id]:%-d %B %Y}. Use gpt-image-2.5-flare."
    )


@pytest.mark.parametrize("model_id", ENDS)
def test_a_model_can_be_used_up_to_the_day_before_its_end(model_id):
    CATALOGUE.model(model_id).check_usable(ENDS[model_id] - timedelta(days=1))


@pytest.mark.parametrize("model_id", ENDS)
def test_the_replacement_of_a_model_is_one_that_is_offered(model_id):
    assert CATALOGUE.model(model_id).replacement in OFFERED


@pytest.mark.parametrize(("days", "words"), [(60, "60 days"), (9, "9 days"), (1, "1 day")])
def test_a_model_within_sixty_days_of_its_end_carries_a_warning(days, words):
    today = ENDS["gpt-image-1.5"] - timedelta(days=days)

    assert FIXED.lifecycle_warning(today) == (
        f"gpt-image-1.5 ends on 1 December 2026, in {words}. Use gpt-image-2.5-flare for new work."
    )


def test_a_model_that_ends_in_sixty_one_days_carries_no_warning_yet():
    assert FIXED.lifecycle_warning(ENDS["gpt-image-1.5"] - timedelta(days=61)) is None


@pytest.mark.parametrize("days", [0, 1])
def test_a_model_past_its_end_is_refused_and_not_warned_of(days):
    assert FIXED.lifecycle_warning(ENDS["gpt-image-1.5"] + timedelta(days=days)) is None


@pytest.mark.parametrize(
    ("name", "model_id"),
    [
        ("gpt-image-2.5-flare-2026-09-08", "gpt-image-2.5-flare"),
        ("gpt-image-2.5-sunburst-2026-09-08", "gpt-image-2.5-sunburst"),
        ("gpt-image-2-2026-04-21", "gpt-image-2"),
        ("gpt-image-1.5-2025-12-16", "gpt-image-1.5"),
    ],
)
def test_a_snapshot_is_its_model(name, model_id):
    assert CATALOGUE.model(name) is CATALOGUE.model(model_id)


@pytest.mark.parametrize("name", ["gpt-image-3", "", "GPT-IMAGE-2", "gpt-image-2 "])
def test_an_unknown_model_is_refused_with_the_offered_ones_named(name):
    with pytest.raises(InputError) as refused:
        CATALOGUE.model(name)

    assert str(refused.value) == f"There is no model {name!r}. Use one of {', '.join(OFFERED)}."


@pytest.mark.parametrize(
    "size",
    ["1024x1024", "1536x1024", "976x704", "816x816", "3840x2160", "2160x3840", "3072x1024"],
)
def test_sizes_at_the_borders_can_be_made(size):
    FLEXIBLE.check_size(size)


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        ("1024x1032", "does not divide by 16 both ways"),
        ("1025x1024", "does not divide by 16 both ways"),
        ("3856x1600", "has an edge over 3840 pixels"),
        ("1600x3856", "has an edge over 3840 pixels"),
        ("3088x1024", "is more than 3 times as long as it is wide"),
        ("1024x3088", "is more than 3 times as long as it is wide"),
        ("512x512", "is outside 655,360 to 8,294,400 pixels"),
        ("800x816", "is outside 655,360 to 8,294,400 pixels"),
        ("3840x2176", "is outside 655,360 to 8,294,400 pixels"),
        ("0x0", "is not a width and a height"),
        ("Auto", "is not a width and a height"),
        ("", "is not a width and a height"),
        ("1024", "is not a width and a height"),
        ("1024X1024", "is not a width and a height"),
        ("1024 x 1024", "is not a width and a height"),
        ("1024x1024\n", "is not a width and a height"),
        ("01024x1024", "is not a width and a height"),
        ("１０２４x１０２４", "is not a width and a height"),  # noqa: RUF001
        ("-1024x1024", "is not a width and a height"),
    ],
)
def test_a_size_that_cannot_be_made_is_one_sentence(size, reason):
    with pytest.raises(InputError) as refused:
        FLEXIBLE.check_size(size)

    assert str(refused.value) == f"The size {size!r} {reason}. A good size is 1024x1024."


EDGES = st.one_of(st.integers(1, 260).map(lambda steps: steps * 16), st.integers(10, 5000))


@settings(max_examples=250, deadline=None)
@given(width=EDGES, height=EDGES)
@example(width=3840, height=2160)
@example(width=1024, height=3072)
def test_exactly_the_sizes_of_the_rule_can_be_made(width, height):
    by_the_rule = (
        width % 16 == 0
        and height % 16 == 0
        and max(width, height) <= 3840
        and max(width, height) <= 3 * min(width, height)
        and 655_360 <= width * height <= 8_294_400
    )

    assert is_refused(FLEXIBLE, f"{width}x{height}") is not by_the_rule


@given(width=EDGES, height=EDGES)
@example(width=1024, height=1024)
@example(width=1536, height=1024)
@example(width=1024, height=1536)
@example(width=2048, height=2048)
def test_an_older_model_makes_three_sizes_only(width, height):
    size = f"{width}x{height}"

    assert is_refused(FIXED, size) is (size not in {"1024x1024", "1536x1024", "1024x1536"})


def test_an_older_model_names_the_sizes_it_makes():
    with pytest.raises(InputError) as refused:
        FIXED.check_size("2048x2048")

    assert str(refused.value) == (
        "gpt-image-1.5 does not make '2048x2048'. Use one of 1024x1024, 1536x1024, 1024x1536, auto."
    )


def test_a_choice_a_model_does_not_have_is_refused_with_those_it_has():
    with pytest.raises(InputError) as refused:
        FLEXIBLE.check_choice("output format", "gif", FLEXIBLE.output_formats)

    assert str(refused.value) == (
        "gpt-image-2.5-flare has no output format 'gif'. Use one of png, jpeg, webp."
    )


@given(width=st.integers(10, 99_999), height=st.integers(10, 99_999))
def test_a_size_is_its_width_and_its_height(width, height):
    assert width_and_height(f"{width}x{height}") == (width, height)


@pytest.mark.parametrize("size", ["auto", "", "1024", "1024x", "x1024", "1x1x1", "1024*1024"])
def test_what_is_no_size_has_no_width(size):
    with pytest.raises(InputError, match="is not a width and a height, such as 1024x1024"):
        width_and_height(size)


@pytest.mark.parametrize(
    ("model", "other"),
    [
        ("gpt-image-1.5", "gpt-image-2.5-flare"),
        ("gpt-image-2", "gpt-image-2.5-flare"),
        ("gpt-image-2.5-flare-2026-09-08", "gpt-image-2.5-sunburst"),
    ],
)
def test_a_model_that_is_not_there_has_another_to_use_instead(model, other):
    assert CATALOGUE.other_model(model) == other
