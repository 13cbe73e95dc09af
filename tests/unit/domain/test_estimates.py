from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.errors import InputError
from bulkgen.domain.estimates import Estimate, check_settings, estimate, row_problem
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.pricing import call_cost, total
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.rates import Bucket
from tests.fakes.factories import NOW, TODAY, a_catalogue, a_request, some_settings

CATALOGUE = a_catalogue()
OFFERED = ", ".join(model.id for model in CATALOGUE.offered())
FLARE = "gpt-image-2.5-flare"
AFTER_THE_END = date(2026, 12, 1)
#: Settings that name a choice nobody can make, and the sentence for each.
IMPOSSIBLE = [
    ({"model": "gpt-image-9"}, f"There is no model 'gpt-image-9'. Use one of {OFFERED}."),
    ({"model": ""}, f"There is no model ''. Use one of {OFFERED}."),
    (
        {"model": "gpt-image-1"},
        "gpt-image-1 ended on 23 October 2026. Use gpt-image-2.5-flare.",
    ),
    (
        {"size": "512x512"},
        "The size '512x512' is outside 655,360 to 8,294,400 pixels. A good size is 1024x1024.",
    ),
    (
        {"size": "large"},
        "The size 'large' is not a width and a height. A good size is 1024x1024.",
    ),
    (
        {"model": "gpt-image-1.5", "size": "2048x2048"},
        (
            "gpt-image-1.5 does not make '2048x2048'. "
            "Use one of 1024x1024, 1536x1024, 1024x1536, auto."
        ),
    ),
    (
        {"quality": "best"},
        f"{FLARE} has no quality 'best'. Use one of low, medium, high, xhigh, max, auto.",
    ),
    (
        {"model": "gpt-image-2", "quality": "max"},
        "gpt-image-2 has no quality 'max'. Use one of low, medium, high, auto.",
    ),
    (
        {"model": "chatgpt-image-latest"},
        (
            "The price of chatgpt-image-latest at quality medium and 1024x1024 is not known, so no "
            "budget can hold it. Choose another model, quality or size."
        ),
    ),
    (
        {"output_format": "gif"},
        f"{FLARE} has no output format 'gif'. Use one of png, jpeg, webp.",
    ),
    (
        {"background": "pink"},
        f"{FLARE} has no background 'pink'. Use one of auto, opaque, transparent.",
    ),
    (
        {"moderation": "off"},
        f"{FLARE} has no moderation level 'off'. Use one of auto, low.",
    ),
    (
        {"background": "transparent", "output_format": "jpeg"},
        "A jpeg cannot be transparent. Choose png or webp, or another background.",
    ),
    ({"output_compression": -1}, "The compression must be a number from 0 to 100."),
    ({"output_compression": 101}, "The compression must be a number from 0 to 100."),
    ({"images_per_prompt": 0}, "Images per prompt must be from 1 to 10."),
    ({"images_per_prompt": 11}, "Images per prompt must be from 1 to 10."),
]
#: What a row can ask for in vain, and the sentence for each.
IMPOSSIBLE_ROWS = [
    ({"model": "gpt-image-9"}, f"There is no model 'gpt-image-9'. Use one of {OFFERED}."),
    (
        {"model": "dall-e-3"},
        "dall-e-3 ended on 12 May 2026. Use gpt-image-2.5-flare.",
    ),
    (
        {"size": "1000x1000"},
        "The size '1000x1000' does not divide by 16 both ways. A good size is 1024x1024.",
    ),
    (
        {"quality": "best"},
        f"{FLARE} has no quality 'best'. Use one of low, medium, high, xhigh, max, auto.",
    ),
    (
        {"model": "gpt-image-2", "quality": "xhigh"},
        "gpt-image-2 has no quality 'xhigh'. Use one of low, medium, high, auto.",
    ),
    (
        {"text": "x" * 32_001},
        (
            "The prompt has 32,001 characters with the texts put before and after it; "
            "32,000 is the most. Shorten it."
        ),
    ),
    (
        {"output_format": "gif"},
        f"{FLARE} has no output format 'gif'. Use one of png, jpeg, webp.",
    ),
    (
        {"background": "blue sky"},
        f"{FLARE} has no background 'blue sky'. Use one of auto, opaque, transparent.",
    ),
    (
        {"background": "transparent", "output_format": "jpeg"},
        "A jpeg cannot be transparent. Choose png or webp, or another background.",
    ),
    ({"page_status": "trashed"}, "The status must be draft or published."),
    ({"category": "x" * 41}, "The category is longer than 40 characters."),
    ({"images": 0}, "The count must be a number from 1 to 10."),
    ({"images": 11}, "The count must be a number from 1 to 10."),
    ({"images": -1}, "The count must be a number from 1 to 10."),
]


def a_row(**changes: Any) -> PromptRow:
    return PromptRow(**{"text": "a hot air balloon", **changes})


def an_estimate(
    rows: Sequence[PromptRow],
    *,
    settings: GenerationSettings | None = None,
    waiting_images: int = 0,
    latency_s: float | None = None,
    bucket: Bucket | None = None,
) -> Estimate:
    return estimate(
        rows,
        settings or some_settings(),
        CATALOGUE,
        bucket=bucket or Bucket(60, 10.0, NOW),
        waiting_images=waiting_images,
        latency_s=latency_s,
    )


@pytest.mark.parametrize(("changes", "sentence"), IMPOSSIBLE)
def test_a_choice_that_cannot_be_made_is_one_sentence(changes, sentence):
    with pytest.raises(InputError) as refused:
        check_settings(some_settings(**changes), CATALOGUE, TODAY)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(("changes", "sentence"), IMPOSSIBLE_ROWS)
def test_a_row_that_cannot_be_sent_is_one_sentence(changes, sentence):
    assert row_problem(a_row(**changes), some_settings(), CATALOGUE, TODAY) == sentence


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"output_format": "png", "background": "transparent"},
        {"output_format": "webp", "background": "transparent"},
        {"output_format": "jpeg", "background": "opaque"},
        {"output_compression": 0},
        {"output_compression": 100},
        {"images_per_prompt": 10},
        {"moderation": "low"},
        {"model": "gpt-image-2.6-sunburst", "quality": "max", "size": "3840x2160"},
        {"model": "gpt-image-2-2026-04-21"},
    ],
)
def test_choices_that_can_be_made_pass(changes):
    check_settings(some_settings(**changes), CATALOGUE, TODAY)


def test_a_model_can_be_chosen_until_the_day_of_its_end():
    settings = some_settings(model="gpt-image-1.5")

    check_settings(settings, CATALOGUE, TODAY)
    with pytest.raises(InputError, match=r"ended on 1 December 2026\. Use gpt-image-2\.5-flare"):
        check_settings(settings, CATALOGUE, AFTER_THE_END)


def test_a_row_of_an_ended_model_is_refused_in_a_job_of_a_good_one():
    row = a_row(model="gpt-image-1.5")

    assert row_problem(row, some_settings(), CATALOGUE, TODAY) is None
    assert row_problem(row, some_settings(), CATALOGUE, AFTER_THE_END) == (
        "gpt-image-1.5 ended on 1 December 2026. Use gpt-image-2.5-flare."
    )


def test_what_a_row_sets_wins_over_the_job():
    settings = some_settings(model="gpt-image-2", quality="high", size="1536x1024")
    row = a_row(model="gpt-image-2.5-flare", quality="xhigh", size="2048x2048", images=3)

    assert row_problem(row, settings, CATALOGUE, TODAY) is None
    made = an_estimate([row], settings=settings)

    request = a_request(quality="xhigh", size="2048x2048", images=3)
    assert made.images == 3
    assert made.cost == call_cost(CATALOGUE.model(FLARE), request)
    assert made.disk_bytes == 3 * int(2048 * 2048 * 0.3)


def test_a_row_may_not_take_a_quality_of_the_job_that_its_own_model_lacks():
    settings = some_settings(quality="max")

    assert row_problem(a_row(model="gpt-image-2"), settings, CATALOGUE, TODAY) == (
        "gpt-image-2 has no quality 'max'. Use one of low, medium, high, auto."
    )


def test_the_texts_round_a_prompt_count_for_its_length():
    settings = some_settings(prefix="y" * 50, suffix="z" * 49)

    longest = a_row(text="x" * (32_000 - 101))
    one_more = a_row(text="x" * (32_000 - 100))

    assert row_problem(longest, settings, CATALOGUE, TODAY) is None
    assert row_problem(one_more, settings, CATALOGUE, TODAY) == (
        "The prompt has 32,001 characters with the texts put before and after it; "
        "32,000 is the most. Shorten it."
    )


@pytest.mark.parametrize("images", [1, 10, None])
def test_a_row_may_ask_for_one_to_ten_images(images):
    assert row_problem(a_row(images=images), some_settings(), CATALOGUE, TODAY) is None


def test_a_list_is_the_sum_of_its_rows():
    rows = [a_row(), a_row(images=4), a_row(quality="low")]

    made = an_estimate(rows, settings=some_settings(images_per_prompt=2))

    assert (made.prompts, made.images) == (3, 8)
    requests = (a_request(images=2), a_request(images=4), a_request(images=2, quality="low"))
    assert made.cost == total([call_cost(CATALOGUE.model(FLARE), one) for one in requests])


def test_eighteen_prompts_with_two_images_cost_about_half_a_dollar():
    rows = [a_row(text="x" * 160)] * 18

    made = an_estimate(rows, settings=some_settings(images_per_prompt=2))

    assert made.images == 36
    assert made.cost.about_usd.quantize(Decimal("0.01")) == Decimal("0.48")


@pytest.mark.parametrize("name", ["prefix", "suffix"])
def test_the_text_round_every_prompt_is_paid_for_each_time(name):
    without = an_estimate([a_row()] * 10)

    longer = an_estimate([a_row()] * 10, settings=some_settings(**{name: "x" * 399}))

    assert longer.cost.about_usd - without.cost.about_usd == 10 * 100 * Decimal("0.000005")


def test_the_time_is_the_wait_for_the_last_image_and_its_latency():
    made = an_estimate([a_row()] * 70, bucket=Bucket(60, 10.0, NOW))

    assert made.least_s == pytest.approx(60 + 12)
    assert made.most_s == made.least_s


def test_images_that_already_wait_make_the_longer_time_only():
    made = an_estimate([a_row()] * 70, bucket=Bucket(60, 10.0, NOW), waiting_images=30)

    assert made.least_s == pytest.approx(72)
    assert made.most_s == pytest.approx(102)


def test_images_that_are_there_at_once_take_their_latency():
    made = an_estimate([a_row()] * 10, bucket=Bucket(60, 10.0, NOW))

    assert made.least_s == 12


def test_the_latency_of_the_account_wins_over_the_models():
    made = an_estimate([a_row()], latency_s=1.5)

    assert made.least_s == 1.5


def test_fifty_prompts_of_a_new_account_take_ten_minutes():
    """5 images a minute: 45.1 of 50 have to be waited for."""
    made = an_estimate([a_row()] * 50, bucket=Bucket(5, 4.9, NOW))

    assert made.least_s == pytest.approx(45.1 * 12 + 12)


@pytest.mark.parametrize(
    ("output_format", "bytes_per_pixel"), [("png", 1.6), ("jpeg", 0.45), ("webp", 0.3)]
)
def test_the_disk_a_list_needs_follows_its_format(output_format, bytes_per_pixel):
    made = an_estimate(
        [a_row(), a_row(size="1536x1024")],
        settings=some_settings(output_format=output_format, images_per_prompt=2),
    )

    assert made.disk_bytes == int(2 * (1024 * 1024 + 1536 * 1024) * bytes_per_pixel)


def test_an_empty_list_takes_nothing():
    made = an_estimate([], waiting_images=100)

    assert (made.prompts, made.images, made.cost) == (0, 0, total([]))
    assert (made.least_s, made.most_s, made.disk_bytes) == (0.0, 0.0, 0)


@given(
    counts=st.lists(st.none() | st.integers(1, 10), min_size=1, max_size=20),
    each=st.integers(1, 10),
    waiting=st.integers(0, 500),
)
def test_an_estimate_has_its_ends_in_order(counts, each, waiting):
    made = an_estimate(
        [a_row(images=images) for images in counts],
        settings=some_settings(images_per_prompt=each, model="gpt-image-2.6-flare"),
        waiting_images=waiting,
    )

    assert made.prompts == len(counts)
    assert made.images == sum(images or each for images in counts)
    assert made.cost.least_usd <= made.cost.about_usd <= made.cost.most_usd
    assert 0 < made.least_s <= made.most_s
