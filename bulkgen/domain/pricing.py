"""From a request to what it will cost, and from counted tokens to what it did cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import lru_cache

from bulkgen.domain.attempts import Usage
from bulkgen.domain.errors import InputError
from bulkgen.domain.images import ImageRequest
from bulkgen.domain.models import AUTO, ImageModel, TextModel, width_and_height

_MILLION = Decimal(1_000_000)
_MICRO = Decimal("0.000001")
#: English text runs at about this many characters a token; used for the middle of an estimate.
_CHARACTERS_PER_TOKEN = 4
#: Tokens the provider may add round a prompt; used for the most a call can cost.
_WRAPPER_TOKENS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CostBand:
    """What something will cost: at least, about, and at most, in USD."""

    least_usd: Decimal
    about_usd: Decimal
    most_usd: Decimal
    #: False when a choice is left to the model; `about_usd` is then the most.
    known: bool = True

    def times(self, count: int) -> "CostBand":
        """The same thing so many times."""
        return CostBand(
            least_usd=self.least_usd * count,
            about_usd=self.about_usd * count,
            most_usd=self.most_usd * count,
            known=self.known,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedTokens:
    """Output tokens of one image, as our own calls have taken them."""

    #: How many images this is known from.
    images: int
    least: float
    mean: float
    most: float


def total(costs: Sequence[CostBand]) -> CostBand:
    """What all of them cost together."""
    return CostBand(
        least_usd=sum((cost.least_usd for cost in costs), Decimal(0)),
        about_usd=sum((cost.about_usd for cost in costs), Decimal(0)),
        most_usd=sum((cost.most_usd for cost in costs), Decimal(0)),
        known=all(cost.known for cost in costs),
    )


@lru_cache(maxsize=256)
def output_tokens(factor: int, size: str) -> int:
    """Output tokens of one image by OpenAI's closed formula.

    It gives every figure of the official calculator for gpt-image-2 and 2.5 (read September 2026).
    """
    width, height = width_and_height(size)
    short, long = sorted((width, height))
    steps = (2 * factor * short + long) // (2 * long)
    return -(-factor * steps * (2_000_000 + width * height) // 4_000_000)


@lru_cache(maxsize=1024)
def image_cost(model: ImageModel, quality: str, size: str) -> CostBand:
    """The price of one image without its prompt; raises InputError where no budget can hold it.

    Where quality or size is `auto` it is not known, and the most is that of the dearest choice.
    """
    qualities = list(model.qualities) if quality == AUTO and model.has_auto else [quality]
    if AUTO not in (quality, size):
        return _known_cost(model, quality, size)
    costs = [
        _known_cost(model, one, pixels)
        for one in qualities
        for pixels in model.possible_sizes(size)
    ]
    most_usd = max(cost.most_usd for cost in costs)
    return CostBand(
        least_usd=min(cost.least_usd for cost in costs),
        about_usd=most_usd,
        most_usd=most_usd,
        known=False,
    )


def _known_cost(model: ImageModel, quality: str, size: str) -> CostBand:
    price = model.qualities.get(quality)
    if price is not None and price.factor is not None:
        tokens: int | None = output_tokens(price.factor, size)
    else:
        tokens = price.tokens.get(size) if price is not None else None
    if price is None or tokens is None:
        raise InputError(
            f"The price of {model.id} at quality {quality} and {size} is not known, "
            "so no budget can hold it. Choose another model, quality or size."
        )
    usd = Decimal(tokens) * model.usd_per_1m_tokens["image_out"] / _MILLION
    certain = price.least == 1
    return CostBand(
        least_usd=usd * price.least,
        about_usd=usd if certain else usd * (price.least + price.most) / 2,
        most_usd=usd * price.most,
    )


def observed_cost(model: ImageModel, tokens: ObservedTokens) -> CostBand:
    """The price of one image without its prompt, from what our own images took."""
    usd = model.usd_per_1m_tokens["image_out"] / _MILLION
    least, mean, most = map(Decimal, (tokens.least, tokens.mean, tokens.most))
    return CostBand(least_usd=least * usd, about_usd=mean * usd, most_usd=most * usd)


def call_cost(
    model: ImageModel, request: ImageRequest, observed: ObservedTokens | None = None
) -> CostBand:
    """The price of a whole call: its images, and its prompt as text tokens.

    At most, every byte of the prompt is a token and the prompt is counted once for each image.
    The images are priced by the list, or by what was `observed`.
    """
    if observed is None:
        image = image_cost(model, request.quality, request.size)
    else:
        image = observed_cost(model, observed)
    text_usd = model.usd_per_1m_tokens["text_in"] / _MILLION
    about_tokens = -(-len(request.prompt) // _CHARACTERS_PER_TOKEN)
    most_tokens = len(request.prompt.encode("utf-8", "replace")) + _WRAPPER_TOKENS
    return CostBand(
        least_usd=image.least_usd * request.images,
        about_usd=image.about_usd * request.images + text_usd * about_tokens,
        most_usd=(image.most_usd + text_usd * most_tokens) * request.images,
        known=image.known,
    )


def exact_cost(model: ImageModel, usage: Usage) -> Decimal:
    """What the counted tokens of an image call cost, to the micro-dollar.

    The images API reports plain `output_tokens`; all of them are image tokens.
    """
    prices = model.usd_per_1m_tokens
    usd = (
        usage.text_in * prices["text_in"]
        + usage.image_in * prices["image_in"]
        + usage.out * prices["image_out"]
    ) / _MILLION
    return usd.quantize(_MICRO, ROUND_HALF_UP)


def page_text_most(model: TextModel, prompt: str) -> Decimal:
    """The most one page text can cost, with its picture in the question."""
    tokens_in = len(prompt.encode("utf-8", "replace")) + model.image_tokens + 40 * _WRAPPER_TOKENS
    prices = model.usd_per_1m_tokens
    usd = (tokens_in * prices["text_in"] + model.max_output_tokens * prices["text_out"]) / _MILLION
    return usd.quantize(_MICRO, ROUND_CEILING)


def page_text_cost(model: TextModel, usage: Usage) -> Decimal:
    """What the counted tokens of a page text cost, to the micro-dollar."""
    prices = model.usd_per_1m_tokens
    usd = (
        (usage.text_in + usage.image_in) * prices["text_in"] + usage.out * prices["text_out"]
    ) / _MILLION
    return usd.quantize(_MICRO, ROUND_HALF_UP)
