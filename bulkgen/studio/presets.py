"""Styles and presets of a person, and the styles that come with bulkgen."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from bulkgen.domain.errors import InputError, NotFoundError, StateError
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.models import AUTO
from bulkgen.domain.people import Actor
from bulkgen.domain.presets import PresetKind, Style, preset_name, settings_of, usable
from bulkgen.ports import Clock, Store
from bulkgen.studio.choices import Choices

_DRAFTS = "50 drafts, best 10 as finals"


class Presets:
    """Texts and settings kept under a name; each person sees their own."""

    def __init__(
        self, *, store: Store, choices: Choices, clock: Clock, styles: Mapping[str, Style]
    ) -> None:
        #: Everyone's, and nobody's to change.
        self.bulkgen_styles = styles
        self._store = store
        self._choices = choices
        self._clock = clock

    def styles(self, actor: Actor) -> dict[str, Style]:
        """The person's own styles by their name."""
        found = self._store.presets.all(actor.id, PresetKind.STYLE)
        return {name: Style(**texts) for name, texts in found.items()}

    def save_style(self, actor: Actor, name: str, style: Style, *, replace: bool) -> None:
        """Keep two texts; raises InputError, and StateError for a name that is taken."""
        if not style.prefix.strip() and not style.suffix.strip():
            raise InputError(
                "Both texts are empty. Write what to put before or after every prompt first."
            )
        name = _own_name(name, self.bulkgen_styles)
        self._save(actor, PresetKind.STYLE, name, asdict(style), replace=replace)

    def remove_style(self, actor: Actor, name: str) -> None:
        """Delete a style; one that is not there changes nothing."""
        self._store.presets.remove(actor.id, PresetKind.STYLE, name)

    @property
    def bulkgen_presets(self) -> dict[str, GenerationSettings]:
        """Everyone's settings by their name, and nobody's to change."""
        defaults = self._choices.default_settings()
        model = self._choices.catalogue.model(defaults.model)
        cheapest = next(name for name in model.choices_of_quality() if name != AUTO)
        return {_DRAFTS: replace(defaults, quality=cheapest)}

    def all(self, actor: Actor) -> dict[str, GenerationSettings]:
        """The person's presets by their name, as they were saved.

        A choice that is newer than a preset is in it as its default.
        """
        found = self._store.presets.all(actor.id, PresetKind.SETTINGS)
        defaults = self._choices.default_settings()
        return {name: settings_of(value, defaults) for name, value in found.items()}

    def usable(self, actor: Actor, name: str) -> tuple[GenerationSettings, tuple[str, ...]]:
        """A preset as it can be used today, and a sentence for each choice that gave way.

        Raises NotFoundError.
        """
        saved = {**self.bulkgen_presets, **self.all(actor)}.get(name)
        if saved is None:
            raise NotFoundError("There is no such preset.")
        choices = self._choices
        return usable(
            saved,
            choices.default_settings(),
            choices.catalogue,
            choices.categories(),
            self._clock.now().date(),
        )

    def save(self, actor: Actor, name: str, settings: GenerationSettings, *, replace: bool) -> None:
        """Keep all settings; raises InputError, and StateError for a name that is taken."""
        name = _own_name(name, self.bulkgen_presets)
        self._save(actor, PresetKind.SETTINGS, name, asdict(settings), replace=replace)

    def remove(self, actor: Actor, name: str) -> None:
        """Delete a preset; one that is not there changes nothing."""
        self._store.presets.remove(actor.id, PresetKind.SETTINGS, name)

    def _save(
        self, actor: Actor, kind: PresetKind, name: str, value: dict[str, Any], *, replace: bool
    ) -> None:
        if not self._store.presets.save(actor.id, kind, name, value, replace=replace):
            raise StateError(f"There is a {kind} “{name}” already. Replace it, or choose a name.")


def _own_name(text: str, taken: Mapping[str, object]) -> str:
    name = preset_name(text)
    if name.casefold() in map(str.casefold, taken):
        raise InputError(f"“{name}” comes with bulkgen. Choose another name.")
    return name
