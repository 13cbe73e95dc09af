"""Two to four images side by side; enlarging or moving one does the same to all."""

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

import streamlit as st

from bulkgen.domain.image_filters import ImageFilter, ImageOrder, Shown
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui.formats import alt_text, image_name, markdown
from bulkgen.ui.image_links import browser_url, original_url

MOST = 4
_COMPARED = "gallery.compared"
_FOLDER = Path(__file__).parent

_frames = st.components.v2.component(
    "bulkgen_comparison",
    html="""<div class="compare">
<div class="tools" role="toolbar" aria-label="Zoom">
<button type="button" data-key="+">Larger</button>
<button type="button" data-key="-">Smaller</button>
<button type="button" data-key="0">Whole picture</button>
</div>
<div class="frames" tabindex="0" role="group"
  aria-label="Pictures. Plus and minus enlarge all, the arrow keys move them."></div>
</div>""",
    css=(_FOLDER / "comparison.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "comparison.js").read_text(encoding="utf-8"),
)


def compare_button(
    label: str,
    images: Sequence[UUID] | UUID,
    *,
    instead_of: Callable[[], None] = lambda: None,
) -> None:
    """A button that opens these images, or the selected ones of a job, side by side.

    `instead_of` closes the dialog that it stands in, since there is one at a time.
    """
    several = isinstance(images, UUID) or len(images) > 1
    st.button(
        label,
        key=f"compare.{label}",
        disabled=not several,
        on_click=_open,
        args=(images, instead_of),
    )


def draw_comparison(studio: Studio, actor: Actor) -> None:
    """Open the dialog while it is asked for."""
    compared: Sequence[UUID] | UUID | None = st.session_state.get(_COMPARED)
    if compared is None:
        return
    if isinstance(compared, UUID):
        selected = ImageFilter(shown=Shown.SELECTED)
        compared = studio.gallery.find(actor, compared, selected, ImageOrder.PROMPT).ids[:MOST]
    images = [studio.gallery.image(actor, image_id) for image_id in compared]
    there = [image for image in images if image.status is ImageStatus.COMPLETED]
    st.dialog("Compare", width="large", on_dismiss=_close)(_draw)(studio, actor, there)


def _open(images: Sequence[UUID] | UUID, instead_of: Callable[[], None]) -> None:
    instead_of()
    st.session_state[_COMPARED] = images
    st.rerun()


def _close() -> None:
    st.session_state.pop(_COMPARED, None)


def _draw(studio: Studio, actor: Actor, images: Sequence[GeneratedImage]) -> None:
    _frames(
        key="comparison",
        data={
            "pictures": [
                {
                    "src": browser_url(original_url(image.id)),
                    "alt": alt_text(image),
                    "label": image_name(image),
                }
                for image in images
            ]
        },
    )
    with st.container(horizontal=True):
        for image in images:
            key = f"compare.select.{image.id}"
            st.checkbox(
                markdown(f"Select {image_name(image).lower()}"),
                value=image.selected,
                key=key,
                on_change=_select,
                args=(studio, actor, image.id, key),
            )


def _select(studio: Studio, actor: Actor, image_id: UUID, key: str) -> None:
    studio.gallery.select(actor, [image_id], selected=st.session_state[key])
