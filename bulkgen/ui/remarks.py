"""What bulkgen found out about a picture when it arrived, in words under it."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.looks import Mark
from bulkgen.domain.twins import HashedPage, Twin
from bulkgen.ui.formats import markdown
from bulkgen.ui.image_links import browser_url

_ICON = ":material/error:"


def draw_remarks(
    image: GeneratedImage, twin: Twin | None, *, place: str, open_image: Callable[[UUID], None]
) -> None:
    """Name what is wrong with a picture and what it repeats.

    `open_image` shows another image; `place` tells apart the widgets of several places.
    """
    for mark in image.marks:
        st.caption(f"{_ICON} {markdown(_sentence(mark, image))}")
    if isinstance(twin, HashedPage):
        st.link_button(
            markdown(f"Almost the same as the page {twin.title}"),
            browser_url(f"/p/{twin.slug}"),
            type="tertiary",
        )
    elif twin is not None:
        st.button(
            f"Almost the same as {_name_of(twin.prompt_number, twin.number, image)}",
            key=f"{place}.twin.{image.id}",
            type="tertiary",
            help="Look at the other one",
            on_click=open_image,
            args=(twin.id,),
        )


def _sentence(mark: Mark, image: GeneratedImage) -> str:
    if mark is Mark.FLAT:
        return "One colour from edge to edge"
    return f"{image.width_px} x {image.height_px} pixels, not {image.size.replace('x', ' x ')}"


def _name_of(prompt_number: int, number: int, image: GeneratedImage) -> str:
    if prompt_number == image.prompt_number:
        return f"image {number} of this prompt"
    return f"prompt {prompt_number}" if number == 1 else f"prompt {prompt_number}, image {number}"
