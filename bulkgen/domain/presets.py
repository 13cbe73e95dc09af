"""Styles and presets: texts and settings kept under a name."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from bulkgen.domain.decoding import storable
from bulkgen.domain.errors import InputError
from bulkgen.domain.estimates import check_settings
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.models import Catalogue
from bulkgen.domain.templates import Expansion

MAX_PRESET_NAME_CHARACTERS = 60
#: Choices that have to fit each other.
_OF_THE_PICTURE = (
    "model",
    "size",
    "quality",
    "images_per_prompt",
    "output_format",
    "background",
    "output_compression",
    "moderation",
)


class PresetKind(StrEnum):
    """What is kept under the name."""

    STYLE = "style"
    #: All settings of a list.
    SETTINGS = "preset"


@dataclass(frozen=True, slots=True)
class Style:
    """The texts put before and after every prompt."""

    prefix: str
    suffix: str


def styles_from_json(text: str) -> dict[str, Style]:
    """The styles that come with bulkgen, in the shape of `styles.json`."""
    return {name: Style(**texts) for name, texts in json.loads(text).items()}


def preset_name(text: str) -> str:
    """A name in one line; raises InputError for an empty or a long one."""
    name = " ".join(storable(text).split())
    if not name:
        raise InputError("A name is needed. Write one.")
    if len(name) > MAX_PRESET_NAME_CHARACTERS:
        raise InputError(
            f"The name has {len(name)} characters; {MAX_PRESET_NAME_CHARACTERS} is the most."
        )
    return name


def settings_of(value: Mapping[str, Any], defaults: GenerationSettings) -> GenerationSettings:
    """The settings of a preset, with the default of each choice that it was saved without."""
    kept = {name: value[name] for name in GenerationSettings.__dataclass_fields__ if name in value}
    settings = replace(defaults, **kept)
    return replace(settings, expansion=Expansion(settings.expansion))


def usable(
    settings: GenerationSettings,
    defaults: GenerationSettings,
    catalogue: Catalogue,
    categories: Collection[str],
    today: date,
) -> tuple[GenerationSettings, tuple[str, ...]]:
    """Settings of a preset as they can be used today, and a sentence for what gave way."""
    said = []
    offered = {model.id for model in catalogue.offered() if not model.has_ended(today)}
    if settings.model not in offered:
        said.append(f"{settings.model} is not offered any more, so {defaults.model} is chosen.")
        settings = replace(settings, model=defaults.model)
    try:
        check_settings(settings, catalogue, today)
    except InputError as error:
        said.append(f"{error} The defaults are chosen instead.")
        settings = replace(settings, **{name: getattr(defaults, name) for name in _OF_THE_PICTURE})
    if settings.category not in categories:
        said.append(
            f"There is no category “{settings.category}” any more, so “{defaults.category}” is "
            "chosen."
        )
        settings = replace(settings, category=defaults.category)
    return settings, tuple(said)
