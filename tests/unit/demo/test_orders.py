from datetime import date
from importlib import resources

import pytest

from bulkgen.demo.orders import Order, read_order
from bulkgen.demo.wire import WireError
from bulkgen.domain.models import Catalogue

CATALOGUE = Catalogue.from_json(
    (resources.files("bulkgen.domain") / "catalogue.json").read_text(encoding="utf-8")
)
TODAY = date(2026, 11, 22)


def an_order(*, today: date = TODAY, input_images: int | None = None, **fields: object) -> Order:
    fields = {"model": "gpt-image-2.5-flare", "prompt": "a fox", **fields}
    return read_order(fields, CATALOGUE, today, input_images=input_images)


def test_what_is_not_asked_for_has_the_defaults_of_the_api():
    order = an_order()

    assert (order.images, order.size, order.output_format) == (1, "1024x1024", "png")
    assert (order.compression, order.transparent) == (100, False)


@pytest.mark.parametrize(
    ("fields", "tokens"),
    [
        ({"quality": "low"}, 196),
        ({"quality": "medium"}, 439),
        ({"quality": "medium", "n": 4}, 1756),
        ({"quality": "medium", "size": "1536x1024"}, 343),
        ({"quality": "max"}, 7024),
        ({"quality": "medium", "model": "gpt-image-2"}, 1756),
        ({"quality": "low", "model": "gpt-image-2.6-flare"}, 686),
        ({"quality": "medium", "model": "gpt-image-2.6-flare"}, 1537),
        ({"quality": "high", "model": "gpt-image-2.6-flare"}, 1756),
        ({"quality": "medium", "model": "gpt-image-1.5"}, 1056),
    ],
)
def test_output_tokens_follow_the_price_list(fields, tokens):
    assert an_order(**fields).usage().out == tokens


def test_input_pictures_are_charged_as_image_tokens():
    assert an_order(input_images=2).usage().image_in == 2 * 1229


def test_a_model_is_there_until_the_day_it_ends():
    assert an_order(model="gpt-image-1.5", today=date(2026, 11, 30)).model.id == "gpt-image-1.5"
    with pytest.raises(WireError) as refused:
        an_order(model="gpt-image-1.5", today=date(2026, 12, 1))

    assert refused.value.status == 404
    assert refused.value.code == "model_not_found"


def test_a_form_may_send_numbers_as_text():
    assert an_order(n="3", input_images=1).images == 3


@pytest.mark.parametrize("name", ["stream", "response_format", "style", "image"])
def test_a_parameter_that_is_not_served_is_named(name):
    with pytest.raises(WireError) as refused:
        read_order({"model": "gpt-image-2", "prompt": "a fox", name: "x"}, CATALOGUE, TODAY)

    assert refused.value.envelope["param"] == name


def test_only_the_newest_models_take_a_complexity():
    assert an_order(model="gpt-image-2.6-flare", complexity="high").images == 1
    with pytest.raises(WireError, match="Unknown parameter: 'complexity'"):
        an_order(complexity="high")
