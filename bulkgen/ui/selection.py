"""Many images selected at once: all, none, the other way round, the first of each prompt, undo."""

from uuid import UUID

import streamlit as st

from bulkgen.domain.image_filters import Choice, ImageFilter, SelectionChange
from bulkgen.domain.jobs import Job
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui.comparison import MOST, compare_button
from bulkgen.ui.formats import plural
from bulkgen.ui.fragments import draw_images_again
from bulkgen.ui.gallery_view import chosen_filter

_EVERYTHING = "selection.everything"
_LAST = "selection.last"
_MORE = "selection.more"
_MORE_WORDS = {
    Choice.INVERT: "Invert the selection",
    Choice.FIRST: "Select the first image of each prompt",
    Choice.BEST: "Select the sharpest image of each prompt",
    Choice.BEST_TEN: "Select the 10 sharpest, of 10 prompts",
}


def draw_selection_buttons(studio: Studio, actor: Actor, job: Job) -> None:
    """The buttons of the bar; they act on the images of the filter, or on all of the job."""
    disabled = not job.images.completed
    if chosen_filter() != ImageFilter():
        st.toggle("Images outside the filter too", key=_EVERYTHING)
    for label, choice in (("Select All", Choice.ALL), ("Deselect All", Choice.NONE)):
        st.button(label, disabled=disabled, on_click=_choose, args=(studio, actor, job.id, choice))
    st.menu_button(
        "More choices",
        list(_MORE_WORDS),
        format_func=_MORE_WORDS.__getitem__,
        key=_MORE,
        disabled=disabled,
        on_click=_choose_more,
        args=(studio, actor, job.id),
    )
    last = _last_change(job.id)
    if last is not None:
        st.button(
            f"Undo ({plural(last.images, 'image')})",
            key="selection.undo",
            on_click=_undo,
            args=(studio, actor, job.id, last),
        )
    if 1 < job.selected <= MOST:
        compare_button("Compare the selected", job.id)


def _choose(studio: Studio, actor: Actor, job_id: UUID, choice: Choice) -> None:
    everything = st.session_state.get(_EVERYTHING, False)
    which = ImageFilter() if everything else chosen_filter()
    change = studio.gallery.choose(actor, job_id, choice, which)
    st.session_state[_LAST] = (job_id, change)
    draw_images_again()


def _choose_more(studio: Studio, actor: Actor, job_id: UUID) -> None:
    _choose(studio, actor, job_id, Choice(st.session_state[_MORE]))


def _undo(studio: Studio, actor: Actor, job_id: UUID, change: SelectionChange) -> None:
    studio.gallery.undo(actor, job_id, change)
    del st.session_state[_LAST]
    draw_images_again()


def _last_change(job_id: UUID) -> SelectionChange | None:
    made: tuple[UUID, SelectionChange] | None = st.session_state.get(_LAST)
    return made[1] if made and made[0] == job_id and made[1].images else None
