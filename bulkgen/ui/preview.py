"""One image large, with what is known of it, and the way to the next one."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.people import Actor
from bulkgen.domain.pricing import image_cost
from bulkgen.studio import Studio
from bulkgen.studio.gallery import MAX_NOTE_CHARACTERS
from bulkgen.ui import messages
from bulkgen.ui.comparison import MOST, compare_button
from bulkgen.ui.finals import draw_pairs
from bulkgen.ui.formats import about_usd, alt_text, image_name, markdown, usd, when
from bulkgen.ui.gallery_view import view_of
from bulkgen.ui.image_links import browser_url, original_url, thumbnail_url
from bulkgen.ui.remarks import draw_remarks

_OPENED = "gallery.preview"
_WIDTH_PX = 1000
_VARIATION_PX = 110
_KILOBYTE = 1024


def open_preview(image_id: UUID) -> None:
    """Open the dialog with this image; ends a callback."""
    st.session_state[_OPENED] = image_id
    st.rerun()


def draw_preview(studio: Studio, actor: Actor) -> None:
    """Open the dialog while a preview is asked for; a run of the whole page keeps it open."""
    if st.session_state.get(_OPENED) is not None:
        st.dialog("Preview", width=_WIDTH_PX, on_dismiss=_close)(_draw)(studio, actor)


def _close() -> None:
    st.session_state.pop(_OPENED, None)


def _draw(studio: Studio, actor: Actor) -> None:
    try:
        image = studio.gallery.image(actor, st.session_state[_OPENED])
        variations = studio.gallery.variations(actor, image)
    except BulkgenError as error:
        messages.show(error)
        return
    _draw_steps(image)
    there = image.status is ImageStatus.COMPLETED
    if there:
        with st.container(key="preview-picture", horizontal_alignment="center"):
            st.image(original_url(image.id), width="stretch", alt=alt_text(image))
        twins = studio.gallery.twins(actor, studio.jobs.get(actor, image.job_id))
        draw_remarks(image, twins.get(image.id), place="preview", open_image=_show)
        draw_pairs(studio, actor, image)
        _draw_choice(studio, actor, image)
    elif image.message:
        st.warning(markdown(image.message), icon=":material/error:")
    if len(variations) > 1:
        _draw_variations(variations, image)
    if there:
        _draw_facts(image)
    if image.status is not ImageStatus.PROCESSING:
        _draw_redo(studio, actor, image)


def _draw_steps(image: GeneratedImage) -> None:
    """Previous and next in the order of the gallery."""
    view = view_of(image.job_id)
    ids = view.found.ids if view and image.id in view.found.ids else (image.id,)
    place = ids.index(image.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, key, step in (("Previous", "Left", -1), ("Next", "Right", 1)):
            to = place + step
            st.button(
                label,
                key=f"preview.{label}",
                shortcut=key,
                disabled=not 0 <= to < len(ids),
                on_click=_show,
                args=(ids[to % len(ids)],),
            )
        st.markdown(f"**{image_name(image)}** ({place + 1:,} of {len(ids):,})")


def _show(image_id: UUID) -> None:
    st.session_state[_OPENED] = image_id


def _draw_choice(studio: Studio, actor: Actor, image: GeneratedImage) -> None:
    """What a person thinks of it."""
    selected, starred, note = (f"preview.{what}.{image.id}" for what in ("select", "star", "note"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.checkbox(
            "Selected",
            value=image.selected,
            key=selected,
            on_change=_select,
            args=(studio, actor, image.id, selected),
        )
        st.checkbox(
            "Starred",
            value=image.starred,
            key=starred,
            on_change=_star,
            args=(studio, actor, image.id, starred),
        )
        st.link_button("Download", browser_url(f"{original_url(image.id)}?download=1"))
    st.text_area(
        "Note",
        image.note,
        key=note,
        max_chars=MAX_NOTE_CHARACTERS,
        height="content",
        placeholder="For you and whoever works with you; it is not published.",
        on_change=_write_note,
        args=(studio, actor, image.id, note),
    )


def _select(studio: Studio, actor: Actor, image_id: UUID, key: str) -> None:
    studio.gallery.select(actor, [image_id], selected=st.session_state[key])


def _star(studio: Studio, actor: Actor, image_id: UUID, key: str) -> None:
    studio.gallery.star(actor, image_id, starred=st.session_state[key])


def _write_note(studio: Studio, actor: Actor, image_id: UUID, key: str) -> None:
    studio.gallery.write_note(actor, image_id, st.session_state[key])


def _draw_variations(variations: Sequence[GeneratedImage], shown: GeneratedImage) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="preview-variations"):
        for image in variations:
            with st.container(width=_VARIATION_PX, gap="xsmall"):
                if image.status is ImageStatus.COMPLETED:
                    st.image(thumbnail_url(image.id), width="stretch", alt=alt_text(image))
                st.button(
                    f"Image {image.number}",
                    key=f"preview.variation.{image.id}",
                    width="stretch",
                    disabled=image.id == shown.id,
                    on_click=_show,
                    args=(image.id,),
                )
    there = [image.id for image in variations if image.status is ImageStatus.COMPLETED]
    compare_button("Compare them", there[:MOST], instead_of=_close)


def _draw_facts(image: GeneratedImage) -> None:
    cost = "unknown" if image.cost_usd is None else usd(image.cost_usd)
    facts = {
        "Model": image.model,
        "Size": f"{image.width_px} x {image.height_px} pixels",
        "Quality": image.quality,
        "Sharpness and exposure": "" if image.score is None else f"{image.score:.0f} of 100",
        "Cost": cost,
        "File": f"{image.output_format}, {(image.size_bytes or 0) // _KILOBYTE:,} KB",
        "Made": when(image.completed_at) if image.completed_at else "",
        "Request": image.request_id or "unknown",
    }
    st.markdown("**What was sent, and what came**")
    st.text(image.sent_prompt)
    st.table({name: markdown(value) for name, value in facts.items()}, border="horizontal")


def _draw_redo(studio: Studio, actor: Actor, image: GeneratedImage) -> None:
    """The prompt, to be changed and sent again."""
    key = f"preview.prompt.{image.id}"
    st.text_area("Prompt", image.prompt, key=key, height="content")
    stays = " This picture stays." if image.status is ImageStatus.COMPLETED else ""
    model = studio.choices.catalogue.model(image.model)
    price = about_usd(image_cost(model, image.quality, image.size))
    st.caption(markdown(f"Another picture costs {price}.{stays}"))
    st.button("Make it again", on_click=_redo, args=(studio, actor, image, key))


def _redo(studio: Studio, actor: Actor, image: GeneratedImage, key: str) -> None:
    try:
        studio.jobs.redo(actor, image.id, st.session_state[key])
    except BulkgenError as error:
        messages.note(str(error))
    else:
        messages.note(f"Prompt {image.prompt_number} is made again.")
        _close()
    st.rerun()
