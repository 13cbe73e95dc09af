"""The images of a job as tiles: empty ones hold their places, finished ones can be selected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from uuid import UUID

import streamlit as st

from bulkgen.domain.attempts import FailureKind
from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.image_filters import ImageOrder
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.jobs import Job
from bulkgen.domain.models import width_and_height
from bulkgen.domain.people import Actor
from bulkgen.domain.twins import Twin
from bulkgen.studio import Studio
from bulkgen.ui import messages, navigation
from bulkgen.ui.comparison import MOST, compare_button
from bulkgen.ui.formats import alt_text, excerpt, image_name, markdown
from bulkgen.ui.fragments import draw_counts_again, draw_images_again
from bulkgen.ui.gallery_view import (
    PAGE,
    View,
    draw_filters,
    page_size,
    remember_click,
    remember_painted,
    show_all,
)
from bulkgen.ui.image_links import placeholder_size, placeholder_url, thumbnail_url
from bulkgen.ui.preview import open_preview
from bulkgen.ui.remarks import draw_remarks

_COLUMNS = 4
_MIN_COLUMN_PX = 185
_SEEN = "gallery.seen"
_LOST = (ImageStatus.FAILED, ImageStatus.UNKNOWN)
#: Asking again is refused again.
_SAME_AGAIN = (FailureKind.MODERATION, FailureKind.REQUEST)
_IN_SETTINGS = (FailureKind.IMAGE_LIMIT, FailureKind.BUSY, FailureKind.QUOTA, FailureKind.KEY)

_WAITING = {
    ImageStatus.PENDING: "waits",
    ImageStatus.PROCESSING: "is being made",
    ImageStatus.FAILED: "failed",
    ImageStatus.CANCELLED: "cancelled",
    ImageStatus.UNKNOWN: "no answer",
    ImageStatus.DISCARDED: "discarded",
}


@dataclass(frozen=True, slots=True)
class _Ticked:
    """The checkbox of an image."""

    #: Grows when the selection was changed elsewhere; 0 while the image is awaited.
    edition: int
    first: bool
    now: bool


def draw_grid(studio: Studio, actor: Actor, job: Job) -> None:
    """Draw the filters and one page of tiles."""
    view = draw_filters(studio, actor, job)
    tiles = st.container(key="gallery-tiles")
    size = page_size(job)
    pages = -(-len(view.found.ids) // size)
    number = 1
    if pages > 1:
        number = min(st.pagination(pages, key=PAGE, bind="query-params"), pages)
    ids = view.found.ids[(number - 1) * size : number * size]
    images = studio.gallery.some(actor, job.id, ids)
    remember_painted(images)
    with tiles:
        _draw_images(studio, actor, job, view, images)


def _draw_images(
    studio: Studio, actor: Actor, job: Job, view: View, images: Sequence[GeneratedImage]
) -> None:
    _reserve_room(images)
    one_each = job.images.total == job.prompts
    twins = studio.gallery.twins(actor, job)
    if not images:
        st.markdown("No image is like this.")
        st.button("Show all images", on_click=show_all)
    elif one_each or not view.grouped or view.order is not ImageOrder.PROMPT:
        with _grid():
            for image in images:
                number = f"{image.prompt_number}" if one_each else _number(image)
                _draw_tile(
                    studio,
                    actor,
                    image,
                    label=f"Prompt {number}",
                    number=number,
                    twin=twins.get(image.id),
                    caption=image.prompt,
                )
    else:
        for _, group in groupby(images, key=lambda image: image.prompt_id):
            _draw_prompt(studio, actor, list(group), twins)


def _reserve_room(images: Sequence[GeneratedImage]) -> None:
    """A picture takes its height before the browser has it, so that nothing below moves."""
    shapes = {_shape(image) for image in images}
    rules = (
        f'[class*="st-key-tile-{width}x{height}-"] img {{ aspect-ratio: {width} / {height} }}'
        for width, height in sorted(shapes)
    )
    st.html(f"<style>{' '.join(rules)}</style>")


def _shape(image: GeneratedImage) -> tuple[int, int]:
    if image.width_px and image.height_px:
        return image.width_px, image.height_px
    return width_and_height(placeholder_size(image.size))


def _number(image: GeneratedImage) -> str:
    """Prompt and variation, short enough for every button of a tile to have a name of its own."""
    return f"{image.prompt_number}.{image.number}"


def _grid() -> st.delta_generator.DeltaGenerator:
    return st.grid(_COLUMNS, min_column_width=_MIN_COLUMN_PX)


def _draw_prompt(
    studio: Studio, actor: Actor, images: Sequence[GeneratedImage], twins: Mapping[UUID, Twin]
) -> None:
    """The variations of one prompt, with All and None for them."""
    first = images[0]
    done = [image.id for image in images if image.status is ImageStatus.COMPLETED]
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**Prompt {first.prompt_number}** {markdown(excerpt(first.prompt))}",
                width="stretch",
            )
            for label, selected in (("All", True), ("None", False)):
                st.button(
                    f"{label} of {first.prompt_number}",
                    key=f"gallery.{label}.{first.prompt_id}",
                    disabled=not done,
                    help=f"Select {label.lower()} of prompt {first.prompt_number}",
                    on_click=_select,
                    args=(studio, actor, done, selected),
                )
            compare_button(f"Compare {first.prompt_number}", done[:MOST])
        with _grid():
            for image in images:
                number = _number(image)
                _draw_tile(
                    studio,
                    actor,
                    image,
                    label=f"Image {number}",
                    number=number,
                    twin=twins.get(image.id),
                )


def _draw_tile(
    studio: Studio,
    actor: Actor,
    image: GeneratedImage,
    *,
    label: str,
    number: str,
    twin: Twin | None,
    caption: str = "",
) -> None:
    """A tile; an empty one is as high as the picture that will take its place."""
    there = image.status is ImageStatus.COMPLETED
    width, height = _shape(image)
    with st.container(border=True, gap="xsmall", key=f"tile-{width}x{height}-{image.id}"):
        if there:
            st.image(thumbnail_url(image.id), width="stretch", alt=alt_text(image))
        else:
            label = f"{label} {_WAITING[image.status]}"
            st.image(
                placeholder_url(image.size, failed=bool(image.message)),
                width="stretch",
                alt=f"{image_name(image)}: {_WAITING[image.status]}",
            )
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            if image.status in _LOST:
                st.markdown(markdown(label))
            else:
                _draw_checkbox(studio, actor, image, label)
            if there:
                st.button(
                    f"Preview {number}",
                    key=f"gallery.preview.{image.id}",
                    type="tertiary",
                    on_click=open_preview,
                    args=(image.id,),
                )
        words = image.message or excerpt(caption)
        if image.starred:
            words = f"Starred. {words}"
        if words:
            st.caption(markdown(words))
        draw_remarks(image, twin, place="gallery", open_image=open_preview)
        if image.draft_id is not None and there:
            st.button(
                f"Compare {number} with its draft",
                key=f"gallery.draft.{image.id}",
                type="tertiary",
                on_click=open_preview,
                args=(image.id,),
            )
        if image.status in _LOST:
            _draw_remedies(studio, actor, image, number)


def _draw_remedies(studio: Studio, actor: Actor, image: GeneratedImage, number: str) -> None:
    """What a person can do about an image that did not come."""
    with st.container(horizontal=True, gap="xsmall"):
        if image.failure_kind not in _SAME_AGAIN:
            st.button(
                f"Retry {number}",
                key=f"gallery.retry.{image.id}",
                help="Ask for it again with the same prompt",
                on_click=_retry,
                args=(studio, actor, image),
            )
        st.button(
            f"Edit prompt {number}",
            key=f"gallery.edit.{image.id}",
            on_click=open_preview,
            args=(image.id,),
        )
        if image.failure_kind in _IN_SETTINGS:
            st.page_link(navigation.SETTINGS, label="Limits and keys")


def _retry(studio: Studio, actor: Actor, image: GeneratedImage) -> None:
    try:
        studio.jobs.retry(actor, image.job_id, image.id)
    except BulkgenError as error:
        messages.note(str(error))
    st.rerun()


def _draw_checkbox(studio: Studio, actor: Actor, image: GeneratedImage, label: str) -> None:
    """The database decides, and no click is lost.

    A value is never changed from here: a browser that had not heard of it yet would send the old
    one back, which looks like a click. What changed elsewhere comes as a new widget instead.
    """
    there = image.status is ImageStatus.COMPLETED
    seen: dict[UUID, _Ticked] = st.session_state.setdefault(_SEEN, {})
    known = seen.get(image.id, _Ticked(edition=0, first=False, now=False))
    if there:
        kept = known.edition and _checkbox_key(image.id, known) in st.session_state
        if known.now != image.selected or (not kept and known.first != image.selected):
            known = _Ticked(known.edition + 1, first=image.selected, now=image.selected)
        elif not known.edition:
            known = replace(known, edition=1)
        seen[image.id] = known
    st.checkbox(
        label,
        value=known.first,
        key=_checkbox_key(image.id, known) if there else f"gallery.waits.{image.id}",
        width="stretch",
        disabled=not there,
        on_change=_toggle,
        args=(studio, actor, image.id, known),
    )


def _checkbox_key(image_id: UUID, ticked: _Ticked) -> str:
    return f"gallery.select.{image_id}.{ticked.edition}"


def _toggle(studio: Studio, actor: Actor, image_id: UUID, ticked: _Ticked) -> None:
    selected = bool(st.session_state[_checkbox_key(image_id, ticked)])
    studio.gallery.select(actor, [image_id], selected=selected)
    seen: dict[UUID, _Ticked] = st.session_state[_SEEN]
    if seen[image_id].edition == ticked.edition:
        seen[image_id] = replace(ticked, now=selected)
        remember_click(image_id, selected=selected)
    draw_counts_again()


def _select(studio: Studio, actor: Actor, image_ids: Sequence[UUID], selected: bool) -> None:  # noqa: FBT001 - a callback's argument
    studio.gallery.select(actor, image_ids, selected=selected)
    draw_images_again()
