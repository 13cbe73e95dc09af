"""Styles fill the two texts of the settings, presets all settings; both are kept under a name."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Generic, TypeVar

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.people import Actor
from bulkgen.domain.presets import MAX_PRESET_NAME_CHARACTERS, Style, preset_name
from bulkgen.studio import Studio
from bulkgen.ui import messages, settings_form
from bulkgen.ui.formats import markdown

_PRESET = "generate.preset"
_STYLE = "generate.style"
#: What gave way when the preset was chosen.
_SAID = "generate.preset.said"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Shelf(Generic[T]):
    """What a person keeps under names, styles or presets."""

    word: str
    own: Mapping[str, T]
    #: What the form holds now; for callbacks.
    now: Callable[[], T]
    #: Keep a value under a name, over another one or not.
    put: Callable[[str, T, bool], None]
    remove: Callable[[str], None]

    @property
    def choice(self) -> str:
        """The key of the select box."""
        return f"generate.{self.word}"

    def key(self, part: str) -> str:
        """The key of a part of its popover."""
        return f"{self.choice}.{part}"


def draw_presets(studio: Studio, actor: Actor) -> None:
    """Choose, keep and delete all settings at once."""
    own = studio.presets.all(actor)
    presets = {**studio.presets.bulkgen_presets, **own}

    def now() -> GenerationSettings:
        return settings_form.current_settings(studio.choices.catalogue)

    shelf = _Shelf(
        word="preset",
        own=own,
        now=now,
        put=lambda name, value, over: studio.presets.save(actor, name, value, replace=over),
        remove=lambda name: studio.presets.remove(actor, name),
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _follow(_PRESET, presets, now())
        st.selectbox(
            "Preset",
            list(presets),
            index=None,
            key=_PRESET,
            placeholder="Settings of your own",
            on_change=_choose_preset,
            args=(studio, actor),
        )
        _draw_shelf(shelf)
    for sentence in st.session_state.pop(_SAID, ()):
        st.warning(markdown(sentence), icon=":material/warning:")


def draw_styles(studio: Studio, actor: Actor) -> None:
    """Choose, keep and delete the two texts."""
    own = studio.presets.styles(actor)
    styles = {**studio.presets.bulkgen_styles, **own}

    def now() -> Style:
        settings = settings_form.current_settings(studio.choices.catalogue)
        return Style(settings.prefix, settings.suffix)

    shelf = _Shelf(
        word="style",
        own=own,
        now=now,
        put=lambda name, value, over: studio.presets.save_style(actor, name, value, replace=over),
        remove=lambda name: studio.presets.remove_style(actor, name),
    )
    _follow(_STYLE, styles, now())
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Style",
            list(styles),
            index=None,
            key=_STYLE,
            placeholder="Fills the two texts below",
            on_change=_choose_style,
            args=(styles,),
        )
        _draw_shelf(shelf)


def _follow(key: str, values: Mapping[str, T], now: T) -> None:
    """Let a select box show the name of what the form holds, however it came there."""
    if values.get(st.session_state.get(key, "")) != now:
        st.session_state[key] = next((name for name in values if values[name] == now), None)


def _choose_preset(studio: Studio, actor: Actor) -> None:
    """Taking the choice away brings the settings a new list starts with."""
    name = st.session_state[_PRESET]
    if name is None:
        settings_form.put(**asdict(studio.choices.default_settings()))
        return
    try:
        settings, st.session_state[_SAID] = studio.presets.usable(actor, name)
    except BulkgenError as error:
        messages.note(str(error))
    else:
        settings_form.put(**asdict(settings))


def _choose_style(styles: Mapping[str, Style]) -> None:
    """Taking the choice away empties the texts."""
    style = styles.get(st.session_state[_STYLE], Style("", ""))
    settings_form.put(**asdict(style))


def _draw_shelf(shelf: _Shelf[T]) -> None:
    """Keep what the form holds, delete what is kept, and take the last deletion back."""
    with st.popover(f"Save as a {shelf.word}"):
        name = st.text_input(
            f"Name of the {shelf.word}",
            key=shelf.key("name"),
            max_chars=MAX_PRESET_NAME_CHARACTERS,
        )
        there = " ".join(name.split()) in shelf.own
        if there:
            st.caption(f"There is a {shelf.word} of this name; saving replaces it.")
        st.button(
            f"Replace the {shelf.word}" if there else f"Save the {shelf.word}",
            key=shelf.key("save"),
            on_click=_save,
            args=(shelf, there),
        )
        for own in shelf.own:
            st.button(
                f"Delete “{markdown(own)}”",
                key=shelf.key(f"delete.{own}"),
                on_click=_delete,
                args=(shelf, own),
            )
        deleted = st.session_state.get(shelf.key("deleted"))
        if deleted is not None:
            st.button(
                f"Bring back “{markdown(deleted[0])}”",
                key=shelf.key("undo"),
                on_click=_bring_back,
                args=(shelf,),
            )


def _save(shelf: _Shelf[T], over: bool) -> None:  # noqa: FBT001 - a callback's argument
    try:
        name = preset_name(st.session_state[shelf.key("name")])
        shelf.put(name, shelf.now(), over)
    except BulkgenError as error:
        messages.note(str(error))
    else:
        st.session_state[shelf.key("name")] = ""
        st.session_state[shelf.choice] = name
        messages.note(f"The {shelf.word} is saved.")


def _delete(shelf: _Shelf[T], name: str) -> None:
    try:
        shelf.remove(name)
    except BulkgenError as error:
        messages.note(str(error))
    else:
        st.session_state[shelf.key("deleted")] = (name, shelf.own[name])


def _bring_back(shelf: _Shelf[T]) -> None:
    name, value = st.session_state.pop(shelf.key("deleted"))
    try:
        shelf.put(name, value, False)  # noqa: FBT003 - as in `_Shelf.put`
    except BulkgenError as error:
        messages.note(str(error))
