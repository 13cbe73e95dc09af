"""From the parameters of an image call to what is to be painted, or to the refusal."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from bulkgen.demo.wire import WireError, invalid_value, no_such_model
from bulkgen.domain.attempts import Usage
from bulkgen.domain.errors import InputError
from bulkgen.domain.models import Catalogue, ImageModel, width_and_height
from bulkgen.domain.pricing import output_tokens

_PARAMETERS = frozenset(
    {"model", "prompt", "n", "size", "quality", "output_format", "output_compression"}
    | {"background", "moderation", "user", "safety_identifier", "stream", "partial_images"}
)
_EDIT_PARAMETERS = _PARAMETERS | {"image", "image[]", "mask"}
_SIZE = "1024x1024"
_QUALITY = "high"
#: Where the catalogue gives a band of tokens, the real figure lies about here.
_BAND_FACTOR = Decimal("3.5")
#: The formula's factor for qualities of ended models whose tokens nobody published.
_UNKNOWN_FACTOR = 48
_CHARACTERS_PER_TOKEN = 4
#: Tokens of one input picture.
IMAGE_TOKENS = 1229


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An image call that the model can serve."""

    model: ImageModel
    #: The name the caller used, which may be a snapshot.
    model_id: str
    prompt: str
    images: int
    size: str
    quality: str
    output_format: str
    compression: int
    transparent: bool
    input_images: int

    @property
    def width_and_height_px(self) -> tuple[int, int]:
        """The pixels of each picture."""
        return width_and_height(self.size)

    def usage(self) -> Usage:
        """The tokens the call is charged for."""
        return Usage(
            text_in=text_tokens(self.prompt),
            image_in=IMAGE_TOKENS * self.input_images,
            out=self._tokens_of_one() * self.images,
        )

    def _tokens_of_one(self) -> int:
        price = self.model.qualities[self.quality]
        listed = price.tokens.get(self.size)
        if listed is not None:
            return listed
        tokens = output_tokens(price.factor or _UNKNOWN_FACTOR, self.size)
        if price.least == 1:
            return tokens
        return int((tokens * _BAND_FACTOR).to_integral_value(ROUND_CEILING))


def text_tokens(text: str) -> int:
    """About how many tokens a text has."""
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def read_order(
    fields: Mapping[str, Any], catalogue: Catalogue, today: date, *, input_images: int | None = None
) -> Order:
    """Check the parameters of an image call, an edit when it has input images.

    Raises WireError.
    """
    model_id = _text(fields, "model")
    model = find_model(catalogue, model_id, today)
    _check_names(fields, model, _PARAMETERS if input_images is None else _EDIT_PARAMETERS)
    output_format = _choice(fields, "output_format", "png", model.output_formats)
    background = _choice(fields, "background", "auto", model.backgrounds)
    if background == "transparent" and output_format == "jpeg":
        raise invalid_value("background", "Transparent background is not supported for jpeg.")
    _choice(fields, "moderation", "auto", ("auto", "low"))
    quality = _choice(fields, "quality", "auto", (*model.qualities, "auto"))
    return Order(
        model=model,
        model_id=model_id,
        prompt=_prompt(fields, model.max_prompt_characters),
        images=_whole(fields, "n", 1, 1, model.max_images_per_call),
        size=_size(fields, model),
        quality=_QUALITY if quality == "auto" else quality,
        output_format=output_format,
        compression=_whole(fields, "output_compression", 100, 0, 100),
        transparent=background == "transparent",
        input_images=input_images or 0,
    )


def find_model(catalogue: Catalogue, model_id: str, today: date) -> ImageModel:
    """The image model of this name, if it has not ended; raises WireError."""
    try:
        model = catalogue.model(model_id)
        model.check_usable(today)
    except InputError:
        raise no_such_model(model_id) from None
    return model


def _check_names(fields: Mapping[str, Any], model: ImageModel, known: Collection[str]) -> None:
    if fields.get("stream"):
        raise WireError(
            400, "The demo server does not stream.", code="unsupported_value", param="stream"
        )
    if "input_fidelity" in fields:
        raise WireError(
            400,
            f"The model '{model.id}' does not support the 'input_fidelity' parameter.",
            code="invalid_input_fidelity_model",
            param="input_fidelity",
        )
    for name in fields:
        if name not in known and not (name == "complexity" and "-2.6-" in model.id):
            raise WireError(
                400, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name
            )


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None or value == "":
        raise WireError(
            400,
            f"Missing required parameter: '{name}'.",
            code="missing_required_parameter",
            param=name,
        )
    if not isinstance(value, str):
        raise WireError(
            400, f"Invalid type for '{name}': expected a string.", code="invalid_type", param=name
        )
    return value


def _prompt(fields: Mapping[str, Any], limit: int) -> str:
    prompt = _text(fields, "prompt")
    if len(prompt) > limit:
        raise WireError(
            400,
            f"Invalid 'prompt': string too long. Expected a string with maximum length {limit}, "
            f"but got a string with length {len(prompt)} instead.",
            code="string_above_max_length",
            param="prompt",
        )
    return prompt


def _choice(fields: Mapping[str, Any], name: str, default: str, allowed: Collection[str]) -> str:
    value = fields.get(name)
    if value is None:
        return default
    if not isinstance(value, str) or value not in allowed:
        names = ", ".join(f"'{choice}'" for choice in allowed)
        raise invalid_value(name, f"Invalid value: '{value}'. Supported values are: {names}.")
    return value


def _whole(fields: Mapping[str, Any], name: str, default: int, least: int, most: int) -> int:
    """A whole number; a form sends it as text."""
    value = fields.get(name)
    if value is None:
        return default
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise WireError(
            400, f"Invalid type for '{name}': expected an integer.", code="invalid_type", param=name
        )
    if not least <= value <= most:
        side, limit = ("below_min", least) if value < least else ("above_max", most)
        raise WireError(
            400,
            f"Invalid '{name}': integer {side.replace('_', ' ')}imum value. "
            f"Expected a value {'>=' if value < least else '<='} {limit}, but got {value} instead.",
            code=f"integer_{side}_value",
            param=name,
        )
    return value


def _size(fields: Mapping[str, Any], model: ImageModel) -> str:
    size = fields.get("size")
    if size is None or size == "auto":
        return _SIZE
    try:
        model.check_size(str(size))
    except InputError:
        raise invalid_value("size", f"Invalid size '{size}' for model '{model.id}'.") from None
    return str(size)
