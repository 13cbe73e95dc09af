"""The images of a job as tiles: empty ones hold their places, finished ones can be selected."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.jobs import Job
from bulkgen.domain.people import Actor
from bulkgen.domain.twins import Twin
from bulkgen.studio import Studio
from bulkgen.ui import messages
from bulkgen.ui.formats import markdown
from bulkgen.ui.image_links import placeholder_url, thumbnail_url
from bulkgen.ui.remarks import draw_remarks

_PAGE = 48
_COLUMNS = 4
_MIN_COLUMN_PX = 185
_EXCERPT_CHARACTERS = 70
_SEEN = "gallery.seen"
PREVIEW = "gallery.preview"
_LOST = (ImageStatus.FAILED, ImageStatus.UNKNOWN)

_WAITING = {
    ImageStatus.PENDING: "waits",
    ImageStatus.PROCESSING: "is being made",
    ImageStatus.FAILED: "failed",
    ImageStatus.CANCELLED: "cancelled",
    ImageStatus.UNKNOWN: "no answer",
}


def draw_grid(studio: Studio, actor: Actor, job: Job) -> None:
    """Draw one page of tiles."""
    per_prompt = job.settings.images_per_prompt
    size = max(1, _PAGE // per_prompt) * per_prompt
    pages = -(-job.images.total // size)
    number = st.session_state.get(_page_key(job), 1)
    images = studio.gallery.images(actor, job.id, offset=(number - 1) * size, limit=size)
    twins = studio.gallery.twins(actor, job)
    if all(image.number == 1 for image in images):
        with _grid():
            for image in images:
                label = f"Prompt {image.prompt_number}"
                _draw_tile(studio, actor, image, label, image.prompt, twin=twins.get(image.id))
    else:
        for _, group in groupby(images, key=lambda image: image.prompt_id):
            _draw_prompt(studio, actor, list(group), twins)
    if pages > 1:
        st.pagination(pages, key=_page_key(job))


def _page_key(job: Job) -> str:
    return f"gallery.page.{job.id}"


def _grid() -> st.delta_generator.DeltaGenerator:
    return st.grid(_COLUMNS, min_column_width=_MIN_COLUMN_PX)


def _draw_prompt(
    studio: Studio,
    actor: Actor,
    images: Sequence[GeneratedImage],
    twins: Mapping[UUID, Twin],
) -> None:
    """The variations of one prompt, with All and None for them."""
    first = images[0]
    done = [image.id for image in images if image.status is ImageStatus.COMPLETED]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**Prompt {first.prompt_number}** {markdown(_excerpt(first.prompt))}",
                width="stretch",
            )
            for label, selected in (("All", True), ("None", False)):
                st.button(
                    label,
                    key=f"gallery.{label}.{first.prompt_id}",
                    disabled=not done,
                    help=f"Select {label.lower()} of prompt {first.prompt_number}",
                    on_click=_select,
                    args=(studio, actor, done, selected),
                )
        with _grid():
            for image in images:
                label = f"Image {image.number}"
                _draw_tile(studio, actor, image, label, twin=twins.get(image.id))


def _draw_tile(
    studio: Studio,
    actor: Actor,
    image: GeneratedImage,
    label: str,
    caption: str = "",
    *,
    twin: Twin | None,
) -> None:
    full_label = f"Prompt {image.prompt_number}, image {image.number}"
    with st.container(border=True, gap="xsmall"):
        if image.status is not ImageStatus.COMPLETED:
            words = _WAITING[image.status]
            st.image(
                placeholder_url(image.size, failed=bool(image.message)),
                width="stretch",
                alt=f"{full_label}: {words}",
            )
            st.markdown(markdown(f"{label} {words}"))
            st.caption(markdown(image.message or _excerpt(caption)))
            if image.status in _LOST:
                _draw_remedies(studio, actor, image)
            return
        st.image(
            thumbnail_url(image.id),
            width="stretch",
            alt=f"{full_label}: {_excerpt(image.prompt)}",
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            _draw_checkbox(studio, actor, image, label)
            st.button(
                "Preview",
                key=f"gallery.preview.{image.id}",
                type="tertiary",
                icon=":material/zoom_in:",
                help=f"Look at {full_label.lower()}",
                on_click=_open_preview,
                args=(image.id,),
            )
        if caption:
            st.caption(markdown(_excerpt(caption)))
        draw_remarks(image, twin, place="gallery", open_image=_open_preview)
        if image.draft_id is not None:
            st.button(
                "Compare with its draft",
                key=f"gallery.draft.{image.id}",
                type="tertiary",
                on_click=_open_preview,
                args=(image.id,),
            )


def _draw_remedies(studio: Studio, actor: Actor, image: GeneratedImage) -> None:
    """What a person can do about an image that did not come."""
    with st.container(horizontal=True, gap="xsmall"):
        st.button(
            "Retry",
            key=f"gallery.retry.{image.id}",
            help="Ask for it again with the same prompt",
            on_click=_retry,
            args=(studio, actor, image),
        )
        st.button(
            "Edit the prompt",
            key=f"gallery.edit.{image.id}",
            on_click=_open_preview,
            args=(image.id,),
        )


def _retry(studio: Studio, actor: Actor, image: GeneratedImage) -> None:
    try:
        studio.jobs.retry(actor, image.job_id, image.id)
    except BulkgenError as error:
        messages.note(str(error))
    st.rerun()


def _draw_checkbox(studio: Studio, actor: Actor, image: GeneratedImage, label: str) -> None:
    """The database decides; the widget is told only what it has not seen, so no click is lost."""
    key = f"gallery.select.{image.id}"
    seen = st.session_state.setdefault(_SEEN, {})
    if key not in st.session_state or seen.get(image.id) != image.selected:
        st.session_state[key] = image.selected
        seen[image.id] = image.selected
    st.checkbox(
        label,
        # For a browser that skipped the run in which the key was set.
        value=st.session_state[key],
        key=key,
        width="stretch",
        on_change=_toggle,
        args=(studio, actor, image.id),
    )


def _toggle(studio: Studio, actor: Actor, image_id: UUID) -> None:
    selected = bool(st.session_state[f"gallery.select.{image_id}"])
    st.session_state[_SEEN][image_id] = selected
    studio.gallery.select(actor, [image_id], selected=selected)


def _select(studio: Studio, actor: Actor, image_ids: Sequence[UUID], selected: bool) -> None:  # noqa: FBT001 - a callback's argument
    studio.gallery.select(actor, image_ids, selected=selected)


def _open_preview(image_id: UUID) -> None:
    st.session_state[PREVIEW] = image_id
    st.rerun()


def _excerpt(prompt: str) -> str:
    line = " ".join(prompt.split())
    if len(line) <= _EXCERPT_CHARACTERS:
        return line
    return line[: _EXCERPT_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
