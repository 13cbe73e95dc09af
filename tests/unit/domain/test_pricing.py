from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bulkgen.domain.attempts import Usage
from bulkgen.domain.errors import InputError
from bulkgen.domain.images import ImageRequest
from bulkgen.domain.models import ImageModel, SizeRule
from bulkgen.domain.pricing import (
    CostBand,
    call_cost,
    exact_cost,
    image_cost,
    output_tokens,
    page_text_cost,
    page_text_most,
    total,
)
from tests.fakes.factories import a_catalogue, a_request

CATALOGUE = a_catalogue()
OFFERED = [model.id for model in CATALOGUE.offered()]
MODELS_2_5 = ["gpt-image-2.5-flare", "gpt-image-2.5-sunburst"]
MODELS_2_6 = ["gpt-image-2.6-flare", "gpt-image-2.6-sunburst"]

SIZES = ["1024x1024", "1536x1024", "1024x1536", "2048x2048", "3840x2160"]
#: OpenAI's calculator and price table, read in September 2026: tokens and USD by size as above.
FIGURES = {
    "low": [(196, "0.0059"), (158, "0.0047"), (158, "0.0047"), (397, "0.0119"), (371, "0.0111")],
    "medium": [(439, "0.0132"), (343, "0.0103"), (343, "0.0103"), (892, "0.0268"), (865, "0.0260")],
    "high": [
        (1756, "0.0527"),
        (1372, "0.0412"),
        (1372, "0.0412"),
        (3568, "0.1070"),
        (3336, "0.1001"),
    ],
    "xhigh": [
        (3122, "0.0937"),
        (2459, "0.0738"),
        (2459, "0.0738"),
        (6343, "0.1903"),
        (5930, "0.1779"),
    ],
    "max": [
        (7024, "0.2107"),
        (5488, "0.1646"),
        (5488, "0.1646"),
        (14272, "0.4282"),
        (13342, "0.4003"),
    ],
}
#: Qualities of gpt-image-2 by the quality of 2.5 that takes as many tokens.
QUALITIES_OF_2 = {"low": "low", "medium": "high", "high": "max"}
FACTORS = {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96}

#: One row of the table: model, quality, size, tokens, USD.
ROWS = [
    (model, quality, size, *figure)
    for model in MODELS_2_5
    for quality, figures in FIGURES.items()
    for size, figure in zip(SIZES, figures, strict=True)
] + [
    ("gpt-image-2", quality, size, *figure)
    for quality, same_as in QUALITIES_OF_2.items()
    for size, figure in zip(SIZES, FIGURES[same_as], strict=True)
]

#: Qualities of 2.6 that take a multiple of the tokens of 2.5, from as many times to as many.
MULTIPLES_OF_2_6 = {"low": (3, 5), "medium": (3, 5)}

#: USD for 1.5, by quality and size, from the price list of 2025.
PRICES_OF_1_5 = [
    ("low", "1024x1024", "0.009"),
    ("low", "1536x1024", "0.013"),
    ("low", "1024x1536", "0.013"),
    ("medium", "1024x1024", "0.034"),
    ("medium", "1536x1024", "0.05"),
    ("medium", "1024x1536", "0.05"),
    ("high", "1024x1024", "0.133"),
    ("high", "1536x1024", "0.20"),
    ("high", "1024x1536", "0.20"),
]


def a_band(least: str, about: str, most: str) -> CostBand:
    return CostBand(least_usd=Decimal(least), about_usd=Decimal(about), most_usd=Decimal(most))


def usd_of(tokens: int) -> Decimal:
    return Decimal(tokens) * 30 / 1_000_000


@pytest.mark.parametrize(
    ("quality", "size", "tokens"),
    [
        (quality, size, tokens)
        for quality, figures in FIGURES.items()
        for size, (tokens, _) in zip(SIZES, figures, strict=True)
    ],
)
def test_the_formula_gives_every_figure_of_the_calculator(quality, size, tokens):
    assert output_tokens(FACTORS[quality], size) == tokens


@pytest.mark.parametrize(
    ("factor", "size", "tokens"), [(16, "976x704", 129), (96, "3584x2048", 12_329)]
)
def test_the_formula_gives_the_figures_of_unusual_sizes(factor, size, tokens):
    assert output_tokens(factor, size) == tokens


@given(
    factor=st.sampled_from(list(FACTORS.values())),
    width=st.integers(16, 3840),
    height=st.integers(16, 3840),
)
def test_a_picture_on_its_side_takes_as_many_tokens(factor, width, height):
    assert output_tokens(factor, f"{width}x{height}") == output_tokens(factor, f"{height}x{width}")


@pytest.mark.parametrize(("model", "quality", "size", "tokens", "usd"), ROWS)
def test_an_image_costs_what_the_table_says(model, quality, size, tokens, usd):
    cost = image_cost(CATALOGUE.model(model), quality, size)

    assert cost.about_usd == usd_of(tokens)
    assert cost.about_usd.quantize(Decimal("0.0001")) == Decimal(usd)
    assert cost.least_usd == cost.about_usd
    assert cost.about_usd < cost.most_usd <= cost.about_usd * Decimal("1.02")


@pytest.mark.parametrize(
    ("quality", "size", "measured_tokens"),
    [
        ("low", "1024x1024", 588),
        ("low", "1024x1024", 784),
        ("low", "1536x1024", 664),
        ("medium", "1024x1024", 1317),
        ("medium", "1024x1024", 1756),
        ("high", "1536x1024", 1353),
        ("high", "3840x2160", 3337),
    ],
)
@pytest.mark.parametrize("model", MODELS_2_6)
def test_the_most_of_2_6_is_never_below_what_was_measured(model, quality, size, measured_tokens):
    cost = image_cost(CATALOGUE.model(model), quality, size)

    assert usd_of(measured_tokens) <= cost.most_usd


@pytest.mark.parametrize(
    ("quality", "size", "measured_tokens"),
    [
        ("low", "1024x1024", 588),
        ("low", "1024x1024", 784),
        ("low", "1536x1024", 664),
        ("medium", "1024x1024", 1317),
        ("medium", "1024x1024", 1756),
    ],
)
@pytest.mark.parametrize("model", MODELS_2_6)
def test_the_band_of_2_6_holds_what_was_measured(model, quality, size, measured_tokens):
    cost = image_cost(CATALOGUE.model(model), quality, size)

    assert cost.least_usd <= usd_of(measured_tokens) <= cost.most_usd
    assert cost.least_usd < cost.about_usd < cost.most_usd


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("quality", ["high", "xhigh", "max"])
@pytest.mark.parametrize("model", MODELS_2_6)
def test_2_6_costs_as_much_as_2_5_from_high_upwards(model, quality, size):
    cost = image_cost(CATALOGUE.model(model), quality, size)

    assert cost == image_cost(CATALOGUE.model("gpt-image-2.5-flare"), quality, size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("quality", MULTIPLES_OF_2_6)
@pytest.mark.parametrize("model", MODELS_2_6)
def test_2_6_costs_a_multiple_of_2_5_below_high(model, quality, size):
    least, most = MULTIPLES_OF_2_6[quality]
    tokens, _ = FIGURES[quality][SIZES.index(size)]

    cost = image_cost(CATALOGUE.model(model), quality, size)

    assert cost.least_usd == least * usd_of(tokens)
    assert cost.most_usd == most * usd_of(tokens)
    assert cost.about_usd == (cost.least_usd + cost.most_usd) / 2


def test_no_model_quality_or_size_that_is_offered_is_missing_from_these_tables():
    priced = {(model, quality) for model, quality, *_ in ROWS} | {
        (model, quality) for model in MODELS_2_6 for quality in FIGURES
    }

    offered = {(model.id, quality) for model in CATALOGUE.offered() for quality in model.qualities}
    assert offered == priced
    assert set(CATALOGUE.sizes.values()) <= set(SIZES)


@pytest.mark.parametrize(("quality", "size", "usd"), PRICES_OF_1_5)
def test_1_5_costs_what_its_price_list_says(quality, size, usd):
    cost = image_cost(CATALOGUE.model("gpt-image-1.5"), quality, size)

    assert abs(cost.about_usd - Decimal(usd)) < Decimal("0.0015")
    assert cost.about_usd < cost.most_usd


@pytest.mark.parametrize(
    ("model", "quality", "size"),
    [
        ("gpt-image-2", "xhigh", "1024x1024"),
        ("gpt-image-1.5", "medium", "2048x2048"),
        ("chatgpt-image-latest", "medium", "1024x1024"),
        ("gpt-image-1-mini", "low", "1024x1024"),
        ("dall-e-3", "low", "1024x1024"),
    ],
)
def test_a_price_that_is_not_known_is_refused_since_no_budget_can_hold_it(model, quality, size):
    with pytest.raises(InputError) as refused:
        image_cost(CATALOGUE.model(model), quality, size)

    assert str(refused.value) == (
        f"The price of {model} at quality {quality} and {size} is not known, so no budget can hold "
        "it. Choose another model, quality or size."
    )


PICTURE_EDGES = st.integers(16, 240).map(lambda steps: 16 * steps)


@given(
    st.sampled_from(["gpt-image-2.5-flare", "gpt-image-2.6-sunburst", "gpt-image-2"]),
    PICTURE_EDGES,
    PICTURE_EDGES,
    st.data(),
)
def test_what_is_left_to_the_model_costs_at_most_what_its_dearest_choice_does(
    model_id, width, height, data
):
    model = CATALOGUE.model(model_id)
    size = f"{width}x{height}"
    try:
        model.check_size(size)
    except InputError:
        assume(condition=False)
    quality = data.draw(st.sampled_from(list(model.qualities)))

    unknown = image_cost(model, "auto", "auto")

    assert not unknown.known
    assert unknown.about_usd == unknown.most_usd
    assert image_cost(model, quality, size).most_usd <= image_cost(model, quality, "auto").most_usd
    assert image_cost(model, quality, size).most_usd <= image_cost(model, "auto", size).most_usd
    assert image_cost(model, quality, "auto").most_usd <= unknown.most_usd


@pytest.mark.parametrize(
    ("usage", "usd"),
    [
        (Usage(text_in=13, image_in=0, out=439), "0.013235"),
        (Usage(text_in=0, image_in=0, out=0), "0.000000"),
        (Usage(text_in=1, image_in=0, out=0), "0.000005"),
        (Usage(text_in=0, image_in=1, out=0), "0.000008"),
        (Usage(text_in=0, image_in=0, out=1), "0.000030"),
        (Usage(text_in=13, image_in=0, out=14_272), "0.428225"),
        (Usage(text_in=333_333, image_in=77_777, out=999_999), "32.288851"),
    ],
)
def test_counted_tokens_cost_their_price_to_the_micro_dollar(usage, usd):
    cost = exact_cost(CATALOGUE.model("gpt-image-2.5-flare"), usage)

    assert isinstance(cost, Decimal)
    assert str(cost) == usd


def test_half_a_micro_dollar_counts_as_a_whole_one():
    usage = Usage(text_in=0, image_in=1, out=0)

    cost = exact_cost(CATALOGUE.model("gpt-image-1-mini"), usage)

    assert str(cost) == "0.000003"


PROMPTS = st.one_of(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz ,.", max_size=400),
    st.text(alphabet="山川草木日本語の猫漢字한국어", max_size=200),
    st.text(alphabet="🎈🐈🇯🇵👩‍🚀", max_size=100),
    st.text(max_size=200),
)


@st.composite
def legal_sizes(draw: st.DrawFn) -> str:
    rule = CATALOGUE.model("gpt-image-2").size_rule
    assert isinstance(rule, SizeRule)
    width = draw(st.integers(30, 240)) * 16
    lowest = max(-(-width // rule.max_aspect), -(-rule.min_pixels // width))
    highest = min(width * rule.max_aspect, rule.max_edge, rule.max_pixels // width)
    height = draw(st.integers(-(-lowest // 16), highest // 16)) * 16
    return f"{width}x{height}"


@st.composite
def calls(draw: st.DrawFn) -> tuple[ImageModel, ImageRequest]:
    model = CATALOGUE.model(draw(st.sampled_from(OFFERED)))
    request = a_request(
        model=model.id,
        prompt=draw(PROMPTS),
        size=draw(legal_sizes()),
        quality=draw(st.sampled_from(sorted(model.qualities))),
        images=draw(st.integers(1, 10)),
    )
    return model, request


@settings(max_examples=200, deadline=None)
@given(calls(), st.floats(0, 1), st.integers(0, 32))
@example((CATALOGUE.model("gpt-image-2"), a_request(model="gpt-image-2", images=10)), 1.0, 32)
def test_a_call_never_costs_more_than_what_is_held_for_it(call, share_of_text, wrapper_tokens):
    model, request = call
    model.check_size(request.size)
    price = model.qualities[request.quality]
    of_the_prompt = round(share_of_text * len(request.prompt.encode("utf-8", "replace")))
    usage = Usage(
        text_in=(of_the_prompt + wrapper_tokens) * request.images,
        image_in=0,
        out=int(output_tokens(price.factor, request.size) * price.most) * request.images,
    )

    cost = call_cost(model, request)

    assert exact_cost(model, usage) <= cost.most_usd
    assert cost.least_usd <= cost.about_usd <= cost.most_usd


@given(calls())
def test_a_call_costs_at_least_its_images(call):
    model, request = call

    image = image_cost(model, request.quality, request.size)

    assert call_cost(model, request).least_usd == image.least_usd * request.images


def test_the_middle_of_an_estimate_takes_four_characters_for_a_token():
    model = CATALOGUE.model("gpt-image-2.5-flare")

    cost = call_cost(model, a_request(prompt="x" * 41, images=2))

    assert cost.about_usd == 2 * usd_of(439) + Decimal("0.000005") * 11


def test_the_most_takes_every_byte_for_a_token_and_every_image_for_a_reading():
    model = CATALOGUE.model("gpt-image-2.5-flare")

    cost = call_cost(model, a_request(prompt="猫" * 10, images=3))

    assert cost.most_usd == 3 * (usd_of(439) * Decimal("1.02") + Decimal("0.000005") * (30 + 32))


AMOUNTS = st.decimals(0, 1000, places=6, allow_nan=False)
BANDS = st.builds(CostBand, least_usd=AMOUNTS, about_usd=AMOUNTS, most_usd=AMOUNTS)


def test_bands_add_up_end_by_end():
    bands = [a_band("1", "2", "4"), a_band("0.5", "0.7", "0.9")]

    assert total(bands) == a_band("1.5", "2.7", "4.9")


@given(BANDS, st.integers(0, 30))
def test_so_many_times_a_band_is_the_band_added_so_often(band, count):
    assert band.times(count) == total([band] * count)


def test_a_sum_with_an_unknown_part_is_unknown():
    known = a_band("1", "2", "4")

    assert total([known, known]).known
    assert not total([known, replace(known, known=False)]).known


def test_a_page_text_costs_its_tokens_with_the_picture_as_text():
    model = CATALOGUE.text_model

    cost = page_text_cost(model, Usage(text_in=300, image_in=1229, out=200))

    assert str(cost) == "0.000253"


@pytest.mark.parametrize(("tokens", "usd"), [(4, "0.000000"), (5, "0.000001"), (14, "0.000001")])
def test_a_part_of_a_micro_dollar_is_rounded_to_the_nearest(tokens, usd):
    model = CATALOGUE.text_model

    assert f"{page_text_cost(model, Usage(text_in=tokens, image_in=0, out=0)):f}" == usd


@given(prompt=PROMPTS, out=st.integers(0, 400), wrapper_tokens=st.integers(0, 1280))
def test_a_page_text_never_costs_more_than_what_is_held_for_it(prompt, out, wrapper_tokens):
    model = CATALOGUE.text_model
    usage = Usage(
        text_in=len(prompt.encode("utf-8", "replace")) + wrapper_tokens,
        image_in=model.image_tokens,
        out=out,
    )

    assert page_text_cost(model, usage) <= page_text_most(model, prompt)
