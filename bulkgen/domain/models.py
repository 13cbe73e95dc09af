"""The model catalogue: what each image model can do, what it costs, and when it ends."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import isqrt, prod
from typing import Any

from bulkgen.domain.errors import InputError

#: A size or a quality that is left to the model.
AUTO = "auto"
#: A model this close to its end carries a warning.
WARNING_DAYS = 60

_SIZE = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class QualityPrice:
    """How many output tokens one image of a quality takes: by formula, by table, or unknown.

    `factor` feeds the closed formula of `pricing.output_tokens`; `tokens` lists tokens by size.
    `least` and `most` multiply that figure to give the band the real usage falls into.
    """

    factor: int | None
    tokens: Mapping[str, int]
    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class SizeRule:
    """Which sizes a flexible model accepts; all figures in pixels."""

    multiple_of: int
    min_pixels: int
    max_pixels: int
    max_edge: int
    max_aspect: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageModel:
    """One image model of the catalogue; there is one object for each, so prices can be cached."""

    id: str
    label: str
    purpose: str
    aliases: Sequence[str]
    #: False for models kept only so that old lists and jobs are understood.
    offered: bool
    shutdown_date: date | None
    replacement: str | None
    #: USD for a million tokens, by text_in, image_in and image_out; empty when not known.
    usd_per_1m_tokens: Mapping[str, Decimal]
    #: Whether a size and a quality may be left to it; what such a picture costs is not known.
    has_auto: bool
    size_rule: SizeRule | None
    fixed_sizes: Sequence[str]
    qualities: Mapping[str, QualityPrice]
    output_formats: Sequence[str]
    backgrounds: Sequence[str]
    max_images_per_call: int
    max_prompt_characters: int
    median_latency_s: float

    def has_ended(self, today: date) -> bool:
        """Whether the provider has switched it off."""
        return self.shutdown_date is not None and today >= self.shutdown_date

    def lifecycle_warning(self, today: date) -> str | None:
        """The sentence for a model within 60 days of its end, else None."""
        if self.shutdown_date is None or self.has_ended(today):
            return None
        days = (self.shutdown_date - today).days
        if days > WARNING_DAYS:
            return None
        return (
            f"{self.id} ends on {self.shutdown_date:%-d %B %Y}, in {days} "
            f"{'day' if days == 1 else 'days'}. Use {self.replacement} for new work."
        )

    def check_usable(self, today: date) -> None:
        """Raise InputError for a model past its end, naming its replacement."""
        if self.has_ended(today):
            raise InputError(
                f"{self.id} ended on {self.shutdown_date:%-d %B %Y}. Use {self.replacement}."
            )

    def check_size(self, size: str) -> None:
        """Raise InputError unless the model makes pictures of this size ("1024x1024")."""
        if size in self.fixed_sizes or (size == AUTO and self.has_auto):
            return
        if self.size_rule is None:
            sizes = [*self.fixed_sizes, *([AUTO] if self.has_auto else [])]
            raise InputError(f"{self.id} does not make {size!r}. Use one of {', '.join(sizes)}.")
        problem = _size_problem(size, self.size_rule)
        if problem:
            raise InputError(f"The size {size!r} {problem}. A good size is 1024x1024.")

    def choices_of_quality(self) -> list[str]:
        """Every quality that may be asked for."""
        return [*self.qualities, *([AUTO] if self.has_auto else [])]

    def possible_sizes(self, size: str) -> Sequence[str]:
        """The size, or those that a size left to the model may turn out to be, the dearest too."""
        if size != AUTO:
            return (size,)
        if self.size_rule is None:
            return self.fixed_sizes
        edge = isqrt(self.size_rule.max_pixels) // self.size_rule.multiple_of
        largest = edge * self.size_rule.multiple_of
        return ("1024x1024", "1536x1024", "1024x1536", f"{largest}x{largest}")

    def most_pixels(self, size: str) -> int:
        """The pixels of a picture of this size."""
        return max(prod(width_and_height(one)) for one in self.possible_sizes(size))

    def check_choice(self, name: str, value: str, allowed: Sequence[str]) -> None:
        """Raise InputError unless `value` is one of the allowed ones."""
        if value not in allowed:
            raise InputError(f"{self.id} has no {name} {value!r}. Use one of {', '.join(allowed)}.")


@lru_cache(maxsize=256)
def width_and_height(size: str) -> tuple[int, int]:
    """The pixels of a size such as "1536x1024"; raises InputError for anything else."""
    match = _SIZE.fullmatch(size)
    if match is None:
        raise InputError(f"The size {size!r} is not a width and a height, such as 1024x1024.")
    return int(match[1]), int(match[2])


def _size_problem(size: str, rule: SizeRule) -> str | None:
    match = _SIZE.fullmatch(size)
    if match is None:
        return "is not a width and a height"
    width, height = int(match[1]), int(match[2])
    if width % rule.multiple_of or height % rule.multiple_of:
        return f"does not divide by {rule.multiple_of} both ways"
    if max(width, height) > rule.max_edge:
        return f"has an edge over {rule.max_edge} pixels"
    if max(width, height) > rule.max_aspect * min(width, height):
        return f"is more than {rule.max_aspect} times as long as it is wide"
    if not rule.min_pixels <= width * height <= rule.max_pixels:
        return f"is outside {rule.min_pixels:,} to {rule.max_pixels:,} pixels"
    return None


@dataclass(frozen=True, slots=True)
class TextModel:
    """The model that writes page text."""

    id: str
    usd_per_1m_tokens: Mapping[str, Decimal]
    max_output_tokens: int
    #: Tokens of one picture sent with the prompt.
    image_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Every model bulkgen knows, and the choices it starts with."""

    price_version: str
    models: Mapping[str, ImageModel]
    text_model: TextModel
    moderation_model: str
    sizes: Mapping[str, str]
    quality_purposes: Mapping[str, str]
    default_model: str
    default_quality: str
    default_size: str
    default_output_format: str
    default_output_compression: int
    images_per_minute_presets: Sequence[int]
    presets_published: str
    unknown_images_per_minute: int

    @classmethod
    def from_json(cls, text: str) -> "Catalogue":
        """Read a catalogue in the shape of `catalogue.json`."""
        data = json.loads(text)
        default = data["default"]
        text_model = data["text_model"]
        return cls(
            price_version=data["price_version"],
            models={entry["id"]: _image_model(entry) for entry in data["models"]},
            text_model=TextModel(
                id=text_model["id"],
                usd_per_1m_tokens=_prices(text_model["usd_per_1m_tokens"]),
                max_output_tokens=text_model["max_output_tokens"],
                image_tokens=text_model["image_tokens"],
            ),
            moderation_model=data["moderation_model"],
            sizes=data["sizes"],
            quality_purposes=data["quality_purposes"],
            default_model=default["model"],
            default_quality=default["quality"],
            default_size=default["size"],
            default_output_format=default["output_format"],
            default_output_compression=default["output_compression"],
            images_per_minute_presets=data["images_per_minute_presets"]["values"],
            presets_published=data["images_per_minute_presets"]["published"],
            unknown_images_per_minute=data["unknown_images_per_minute"],
        )

    def model(self, model_id: str) -> ImageModel:
        """The model of this id or snapshot name; raises InputError for an unknown one."""
        if model_id in self.models:
            return self.models[model_id]
        for model in self.models.values():
            if model_id in model.aliases:
                return model
        offered = ", ".join(model.id for model in self.offered())
        raise InputError(f"There is no model {model_id!r}. Use one of {offered}.")

    def other_model(self, model_id: str) -> str:
        """What to use instead of a model that is not there."""
        model = self.model(model_id)
        others = [other.id for other in self.offered() if other.id != model.id]
        if model.replacement is not None:
            return model.replacement
        return self.default_model if self.default_model in others else others[0]

    def offered(self) -> list[ImageModel]:
        """The models a person may choose."""
        return [model for model in self.models.values() if model.offered]


def _prices(entry: Mapping[str, str] | None) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in (entry or {}).items()}


def _image_model(entry: Mapping[str, Any]) -> ImageModel:
    flexible = entry["sizes"].get("flexible")
    ends = entry["shutdown_date"]
    return ImageModel(
        id=entry["id"],
        label=entry["label"],
        purpose=entry["purpose"],
        aliases=tuple(entry["aliases"]),
        offered=entry["offered"],
        shutdown_date=date.fromisoformat(ends) if ends else None,
        replacement=entry["replacement"],
        usd_per_1m_tokens=_prices(entry["usd_per_1m_tokens"]),
        has_auto=entry.get("auto", False),
        size_rule=SizeRule(**flexible) if flexible else None,
        fixed_sizes=tuple(entry["sizes"].get("fixed", ())),
        qualities={
            name: QualityPrice(
                factor=price.get("factor"),
                tokens=price.get("tokens", {}),
                least=Decimal(str(price.get("least", 1))),
                most=Decimal(str(price.get("most", 1))),
            )
            for name, price in entry["qualities"].items()
        },
        output_formats=tuple(entry["output_formats"]),
        backgrounds=tuple(entry["backgrounds"]),
        max_images_per_call=entry["max_images_per_call"],
        max_prompt_characters=entry["max_prompt_characters"],
        median_latency_s=entry["median_latency_s"],
    )
