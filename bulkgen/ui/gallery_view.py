"""What is looked at of a job: filter, order and page, and the images as they were found then.

The images stay the same until the person chooses another view or asks for new ones, so no tile
moves under the hand while images arrive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import streamlit as st

from bulkgen.domain.image_filters import FoundImages, ImageFilter, ImageOrder, Shown
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.jobs import Job
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui.formats import plural
from bulkgen.ui.fragments import draw_images_again
from bulkgen.ui.tab import draw_notice_switch

#: Keys of the widgets, and their names in the address.
SHOWN, SEARCH, MODEL, LEAST, MOST, ORDER, PAGE = "show", "q", "model", "from", "to", "sort", "page"
_GROUPED = "together"

_VIEW = "gallery.view"
#: The images of the page in view as they were drawn last: status and selection.
_PAINTED = "gallery.painted"
_PAGE_IMAGES = 48

_SHOWN_WORDS = {
    Shown.ALL: "All",
    Shown.SELECTED: "Selected",
    Shown.NOT_SELECTED: "Not selected",
    Shown.UNDECIDED: "Not yet decided",
    Shown.STARRED: "Starred",
    Shown.NEAR_DUPLICATES: "Almost the same",
    Shown.FAILED: "Failed",
}
_ORDER_WORDS = {
    ImageOrder.PROMPT: "Order of the prompts",
    ImageOrder.NEWEST: "Newest first",
    ImageOrder.OLDEST: "Oldest first",
    ImageOrder.COST: "Dearest first",
    ImageOrder.SCORE: "Sharpest first",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The images of a job that a filter found, and when they were found."""

    job_id: UUID
    #: Images of the job then; another picture of a prompt makes one more.
    total: int
    which: ImageFilter
    order: ImageOrder
    #: Variations of a prompt together.
    grouped: bool
    found: FoundImages
    models: list[str]


def chosen_filter() -> ImageFilter:
    """What the widgets say; before they are drawn, everything."""
    state = st.session_state
    return ImageFilter(
        shown=Shown(state.get(SHOWN) or Shown.ALL),
        text=state.get(SEARCH) or "",
        model=state.get(MODEL),
        least_usd=_usd(state.get(LEAST)),
        most_usd=_usd(state.get(MOST)),
    )


def view_of(job_id: UUID) -> View | None:
    """The view that was drawn last, if it was one of this job."""
    view: View | None = st.session_state.get(_VIEW)
    return view if view and view.job_id == job_id else None


def draw_filters(studio: Studio, actor: Actor, job: Job) -> View:
    """Draw the widgets and find the images they ask for, unless nothing was changed."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="gallery-filters"):
        st.selectbox(
            "Show",
            list(Shown),
            format_func=_SHOWN_WORDS.__getitem__,
            key=SHOWN,
            bind="query-params",
            width=150,
            on_change=draw_images_again,
        )
        st.text_input(
            "Search the prompts",
            key=SEARCH,
            type="search",
            bind="query-params",
            width=220,
            on_change=draw_images_again,
        )
        st.selectbox(
            "Sort",
            list(ImageOrder),
            format_func=_ORDER_WORDS.__getitem__,
            key=ORDER,
            bind="query-params",
            width=210,
            on_change=draw_images_again,
        )
        with st.popover("More filters"):
            _draw_more(studio, actor, job)
        draw_notice_switch()
    order = ImageOrder(st.session_state[ORDER])
    view = view_of(job.id)
    wanted = (chosen_filter(), order, st.session_state[_GROUPED])
    if view is None or (view.which, view.order, view.grouped) != wanted:
        if _VIEW in st.session_state and PAGE in st.session_state:
            st.session_state[PAGE] = 1
    elif view.total == job.images.total:
        return view
    view = _find(studio, actor, job, order)
    st.session_state[_VIEW] = view
    return view


def _find(studio: Studio, actor: Actor, job: Job, order: ImageOrder) -> View:
    which = chosen_filter()
    return View(
        job_id=job.id,
        total=job.images.total,
        which=which,
        order=order,
        grouped=st.session_state[_GROUPED],
        found=studio.gallery.find(actor, job.id, which, order),
        models=studio.gallery.models(actor, job.id),
    )


def page_size(job: Job) -> int:
    """Images on a page; a prompt is not cut in two where each has as many as the others."""
    per_prompt = job.settings.images_per_prompt
    return max(1, _PAGE_IMAGES // per_prompt) * per_prompt


def remember_painted(images: Sequence[GeneratedImage]) -> None:
    """Keep what the tiles show now."""
    st.session_state[_PAINTED] = {image.id: (image.status, image.selected) for image in images}


def remember_click(image_id: UUID, *, selected: bool) -> None:
    """A checkbox shows its own click without being drawn again."""
    st.session_state[_PAINTED][image_id] = (ImageStatus.COMPLETED, selected)


def is_stale(studio: Studio, actor: Actor, job_id: UUID) -> bool:
    """Whether a tile of the page in view shows what is no longer so."""
    painted: dict[UUID, tuple[ImageStatus, bool]] = st.session_state.get(_PAINTED, {})
    return studio.gallery.states(actor, job_id, list(painted)) != painted


def draw_new_images(studio: Studio, actor: Actor, job: Job) -> None:
    """A button that stands for the images that arrived where they are not seen.

    It keeps its place while the job runs, so that nothing below moves when the first one comes.
    """
    view = view_of(job.id)
    if view is None:
        return
    count, first = studio.gallery.arrived(
        actor,
        job.id,
        view.which,
        view.order,
        since=view.found.newest_at,
        besides=list(st.session_state.get(_PAINTED, {})),
    )
    if count or job.active:
        st.button(
            f"Show {plural(count, 'new image')}" if count else "No new images elsewhere",
            key="gallery.new",
            disabled=not count,
            on_click=_show_new,
            args=(studio, actor, job, first),
        )


def _show_new(studio: Studio, actor: Actor, job: Job, first: UUID) -> None:
    view = _find(studio, actor, job, ImageOrder(st.session_state[ORDER]))
    st.session_state[_VIEW] = view
    if first in view.found.ids and len(view.found.ids) > page_size(job):
        st.session_state[PAGE] = view.found.ids.index(first) // page_size(job) + 1
    draw_images_again()


def look_again() -> None:
    """Find the images anew at the next drawing; a callback."""
    st.session_state.pop(_VIEW, None)
    draw_images_again()


def show_all() -> None:
    """Take every filter away; a callback."""
    for key, value in ((SHOWN, Shown.ALL), (SEARCH, ""), (MODEL, None), (LEAST, None)):
        st.session_state[key] = value
    st.session_state[MOST] = None
    look_again()


def _draw_more(studio: Studio, actor: Actor, job: Job) -> None:
    st.toggle(
        "Variations of a prompt together",
        value=True,
        key=_GROUPED,
        bind="query-params",
        on_change=draw_images_again,
    )
    view = view_of(job.id)
    models = view.models if view else studio.gallery.models(actor, job.id)
    st.selectbox(
        "Model",
        models,
        index=None,
        placeholder="Every model",
        key=MODEL,
        bind="query-params",
        on_change=draw_images_again,
    )
    for label, key in (("Cost from (USD)", LEAST), ("Cost up to (USD)", MOST)):
        st.number_input(
            label,
            min_value=0.0,
            value=None,
            step=0.01,
            format="%.4f",
            key=key,
            bind="query-params",
            on_change=draw_images_again,
        )


def _usd(amount: float | None) -> Decimal | None:
    return None if amount is None else Decimal(str(amount))
