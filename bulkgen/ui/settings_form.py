"""The choices for a whole job, each with what it is for and what it costs."""

from collections.abc import Callable, Mapping
from dataclasses import asdict

import streamlit as st

from bulkgen.domain.errors import InputError
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.models import AUTO, Catalogue, ImageModel
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.pricing import image_cost
from bulkgen.domain.prompts import MAX_IMAGES_PER_PROMPT
from bulkgen.domain.templates import Expansion
from bulkgen.studio.choices import Choices
from bulkgen.ui.formats import about_usd

_IN_SIGHT = (1, 2, 3, 4)
_IMAGES_IN_SIGHT = "generate.images_in_sight"
_EXPANSION_IN_SIGHT = "generate.expansion_in_sight"
_EXPANSIONS = {
    Expansion.COMBINATIONS: "all combinations",
    Expansion.ONE_EACH: "one for each row",
}
_BACKGROUNDS = {
    "auto": "auto, the model decides",
    "opaque": "opaque, always filled",
    "transparent": "transparent, for cut-outs (png or webp)",
}
_FORMATS = {
    "webp": "webp, small files",
    "png": "png, lossless, ten times the disk",
    "jpeg": "jpeg, for old programs",
}
_MODERATIONS = {"auto": "auto, OpenAI's usual filter", "low": "low, a less strict filter"}
_STATUSES = {
    str(PageStatus.DRAFT): "Draft, to look at first",
    str(PageStatus.PUBLISHED): "Published at once",
}


def settings_form(
    choices: Choices, saved: GenerationSettings, *, draw_styles: Callable[[], None]
) -> GenerationSettings:
    """Draw the form, opened with `saved`; returns what is chosen now.

    `draw_styles` draws what fills the two texts, above them.
    """
    for name, value in asdict(saved).items():
        st.session_state.setdefault(_key(name), value)
    catalogue = choices.catalogue
    _read_labels(catalogue)
    _keep_possible(catalogue, choices.categories())
    words = _words(catalogue)
    models = {
        model.id: words["model"][model.id] + _price(model, _chosen("quality"), _chosen("size"))
        for model in catalogue.offered()
    }
    _selectbox("Model", "model", models)
    _size_and_quality(catalogue)
    _images_per_prompt()
    left, right = st.columns(2)
    with left:
        _selectbox("Generator category", "category", {name: name for name in choices.categories()})
    with right:
        _selectbox("Default page status", "page_status", _STATUSES)
    draw_styles()
    _text_input("Text put before every prompt", "prefix", "A watercolor painting of")
    _text_input("Text put after every prompt", "suffix", ", in soft morning light")
    with st.expander("More settings"):
        _more_settings()
    return current_settings(catalogue)


def current_settings(catalogue: Catalogue) -> GenerationSettings:
    """What the form holds now; for callbacks, which run before the form is drawn."""
    _read_labels(catalogue)
    names = GenerationSettings.__dataclass_fields__
    return GenerationSettings(**{name: st.session_state[_key(name)] for name in names})


def draw_expansion() -> None:
    """What option lists become, for a list that has some."""
    st.session_state[_EXPANSION_IN_SIGHT] = st.session_state[_key("expansion")]
    st.segmented_control(
        "Option lists make",
        list(_EXPANSIONS),
        format_func=_EXPANSIONS.__getitem__,
        help="One for each row takes the options in turn: the first row the first, and so on.",
        required=True,
        default=st.session_state[_EXPANSION_IN_SIGHT],
        key=_EXPANSION_IN_SIGHT,
        on_change=_take_expansion,
    )


def _take_expansion() -> None:
    st.session_state[_key("expansion")] = st.session_state[_EXPANSION_IN_SIGHT]


def put(**chosen: object) -> None:
    """Choose these values; for callbacks."""
    for name, value in chosen.items():
        st.session_state[_key(name)] = value


def clear() -> None:
    """Open with the saved settings again at the next run."""
    for name in GenerationSettings.__dataclass_fields__:
        st.session_state.pop(_key(name), None)


def _key(name: str) -> str:
    return f"generate.{name}"


def _chosen(name: str) -> str:
    return str(st.session_state[_key(name)])


def _words(catalogue: Catalogue) -> dict[str, dict[str, str]]:
    """What each choice is called, before its price, which changes with the other choices."""
    purposes = catalogue.quality_purposes
    auto = {AUTO: "auto, the model decides, "}
    return {
        "model": {model.id: f"{model.label}, {model.purpose}, " for model in catalogue.offered()},
        "size": {size: f"{name} {size}, " for name, size in catalogue.sizes.items()} | auto,
        "quality": {quality: f"{quality}, {purposes[quality]}, " for quality in purposes} | auto,
    }


def _read_labels(catalogue: Catalogue) -> None:
    """A browser sends labels; one it drew with an older price still names its choice."""
    for name, words in _words(catalogue).items():
        for choice, label in words.items():
            if _chosen(name).startswith(label):
                st.session_state[_key(name)] = choice


def _keep_possible(catalogue: Catalogue, categories: list[str]) -> None:
    """A choice that the model, or the list of categories, no longer has gives way."""
    if _chosen("model") not in {model.id for model in catalogue.offered()}:
        st.session_state[_key("model")] = catalogue.default_model
    if _chosen("quality") not in catalogue.model(_chosen("model")).choices_of_quality():
        st.session_state[_key("quality")] = catalogue.default_quality
    if _chosen("size") == AUTO and not catalogue.model(_chosen("model")).has_auto:
        st.session_state[_key("size")] = catalogue.default_size
    if _chosen("category") not in categories:
        st.session_state[_key("category")] = categories[0]


def _selectbox(label: str, name: str, words: Mapping[str, str]) -> None:
    """A choice in words, the present one said both ways: in the state and as the default.

    A browser that skips the run in which the state was set begins with the default.
    """
    options = list(words)
    chosen = _chosen(name)
    st.selectbox(
        label,
        options,
        index=options.index(chosen) if chosen in options else 0,
        format_func=words.__getitem__,
        key=_key(name),
    )


def _text_input(label: str, name: str, placeholder: str) -> None:
    st.text_input(label, _chosen(name), key=_key(name), placeholder=placeholder)


def _size_and_quality(catalogue: Catalogue) -> None:
    model = catalogue.model(_chosen("model"))
    words = _words(catalogue)
    sizes = {
        size: label + _price(model, _chosen("quality"), size)
        for size, label in words["size"].items()
        if size != AUTO or model.has_auto
    }
    _selectbox("Size", "size", sizes)
    qualities = {
        quality: words["quality"][quality] + _price(model, quality, _chosen("size"))
        for quality in model.choices_of_quality()
    }
    _selectbox("Quality", "quality", qualities)


def _images_per_prompt() -> None:
    """One to four in sight; the number under More settings goes up to ten."""
    images = st.session_state[_key("images_per_prompt")]
    st.session_state[_IMAGES_IN_SIGHT] = images if images in _IN_SIGHT else None
    st.segmented_control(
        "Images per prompt",
        _IN_SIGHT,
        default=st.session_state[_IMAGES_IN_SIGHT],
        key=_IMAGES_IN_SIGHT,
        on_change=_take_images_in_sight,
        help="With one, each finished image is selected. With more, you pick the best.",
    )


def _take_images_in_sight() -> None:
    images = st.session_state[_IMAGES_IN_SIGHT]
    if images is not None:
        st.session_state[_key("images_per_prompt")] = images


def _more_settings() -> None:
    st.number_input(
        f"Images per prompt, up to {MAX_IMAGES_PER_PROMPT}",
        min_value=1,
        max_value=MAX_IMAGES_PER_PROMPT,
        value=st.session_state[_key("images_per_prompt")],
        key=_key("images_per_prompt"),
    )
    for name, label, words in (
        ("output_format", "Output format", _FORMATS),
        ("background", "Background", _BACKGROUNDS),
        ("moderation", "Moderation level", _MODERATIONS),
    ):
        _selectbox(label, name, words)
    st.slider(
        "Compression",
        0,
        100,
        value=st.session_state[_key("output_compression")],
        key=_key("output_compression"),
        disabled=_chosen("output_format") == "png",
        help="For webp and jpeg: 90 looks like the original at a tenth of the size.",
    )


def _price(model: ImageModel, quality: str, size: str) -> str:
    try:
        return about_usd(image_cost(model, quality, size))
    except InputError:
        return "price unknown"
