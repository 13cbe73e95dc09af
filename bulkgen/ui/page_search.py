"""Which pages are looked at: status, words and filters above the list."""

from dataclasses import replace

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.page_filters import PageFilter
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui import messages
from bulkgen.ui.formats import plural

STATUS = "pages.status"
NUMBER = "pages.page"
_BROKEN = "pages.broken"
_TEXT, _CATEGORY, _TAG, _JOB = "pages.text", "pages.category", "pages.tag", "pages.job"
_FILTER = "pages.filter"
_NEAR_SAME = "pages.near_same"
_ALWAYS = (PageStatus.DRAFT, PageStatus.PUBLISHED)
_HEADINGS = {
    PageStatus.DRAFT: "Drafts",
    PageStatus.PUBLISHED: "Published",
    PageStatus.NEEDS_REVIEW: "Needs review",
    PageStatus.BLOCKED: "Blocked",
    PageStatus.TRASHED: "Deleted",
}


def draw_search(studio: Studio, actor: Actor) -> PageFilter:
    """The filter that the person has set."""
    status = _draw_status(studio, actor)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search",
            key=_TEXT,
            placeholder="Words of title, tags or prompt",
            label_visibility="collapsed",
            width=320,
            on_change=first_page,
        )
        set_filters = sum(
            bool(st.session_state.get(key)) for key in (_CATEGORY, _TAG, _JOB, _NEAR_SAME, _BROKEN)
        )
        with st.popover(f"Filter ({set_filters})" if set_filters else "Filter", key=_FILTER):
            which = _draw_filters(studio, actor)
    return replace(which, status=status, text=text)


def _draw_status(studio: Studio, actor: Actor) -> PageStatus:
    counts = studio.pages.counts(actor)
    shown = [status for status in _HEADINGS if status in _ALWAYS or counts.get(status)]
    if st.session_state.get(STATUS) not in shown:
        st.session_state[STATUS] = next((s for s in shown if counts.get(s)), shown[0])
    st.segmented_control(
        "Status",
        shown,
        format_func=lambda status: f"{_HEADINGS[status]} {counts.get(status, 0):,}",
        required=True,
        default=st.session_state[STATUS],
        label_visibility="collapsed",
        key=STATUS,
        on_change=first_page,
    )
    status: PageStatus = st.session_state[STATUS]
    return status


def _draw_filters(studio: Studio, actor: Actor) -> PageFilter:
    jobs = studio.pages.jobs(actor)
    category = st.selectbox(
        "Category",
        studio.choices.categories(),
        index=None,
        placeholder="Any",
        key=_CATEGORY,
        on_change=first_page,
    )
    tag = st.selectbox(
        "Tag",
        studio.choices.page_rules().site_tags,
        index=None,
        placeholder="Any",
        accept_new_options=True,
        key=_TAG,
        on_change=first_page,
    )
    job_id = st.selectbox(
        "Job",
        list(jobs),
        format_func=lambda job_id: jobs.get(job_id, ""),
        index=None,
        placeholder="Any",
        key=_JOB,
        on_change=first_page,
    )
    near_same = st.checkbox("Titles that are nearly the same", key=_NEAR_SAME, on_change=first_page)
    broken = st.session_state.get(_BROKEN)
    if broken is None:
        st.button("Find missing pictures", on_click=_find_broken, args=(studio, actor))
    else:
        st.button(f"Show all pages, not {plural(len(broken), 'broken one')}", on_click=_show_all)
    return PageFilter(category=category, tag=tag, job_id=job_id, near_same=near_same, among=broken)


def shows_broken() -> bool:
    """Whether only pages are shown that miss picture files."""
    return st.session_state.get(_BROKEN) is not None


def first_page() -> None:
    """Another filter begins with its first page."""
    st.session_state.pop(NUMBER, None)


def _find_broken(studio: Studio, actor: Actor) -> None:
    try:
        broken = studio.pages.broken(actor)
    except BulkgenError as error:
        messages.note(str(error))
        return
    if not broken:
        messages.note("Every picture file of every page is in storage.")
        return
    st.session_state[_BROKEN] = tuple(page.id for page in broken)
    st.session_state[STATUS] = broken[0].status
    first_page()


def _show_all() -> None:
    st.session_state.pop(_BROKEN, None)
    first_page()
