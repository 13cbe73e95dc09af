"""From selected images to pages: the bar below the gallery, and how far the making is."""

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.jobs import Job
from bulkgen.domain.pages import PageProgress
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui import messages, navigation
from bulkgen.ui.discards import draw_discards
from bulkgen.ui.exports import download_buttons
from bulkgen.ui.finals import finals_button
from bulkgen.ui.formats import markdown, plural
from bulkgen.ui.progress import act_button
from bulkgen.ui.selection import draw_selection_buttons

_SHOWN = 3


def draw_bar(studio: Studio, actor: Actor, job: Job) -> None:
    """The pages that are being made, then what was made, else what can be made."""
    progress = studio.pages.progress(actor, job.id)
    to_create = studio.pages.to_create(actor, job.id)
    if progress and progress.active:
        _draw_creating(studio, actor, job, progress)
        return
    if progress:
        _draw_created(studio, actor, job, progress)
    if not progress or to_create:
        _draw_selection(studio, actor, job, to_create)
    if progress:
        draw_discards(studio, actor, job)


def _draw_creating(studio: Studio, actor: Actor, job: Job, progress: PageProgress) -> None:
    share = progress.ended / progress.total
    st.progress(share, text=f"Creating Prompt Pages... {share:.0%}")
    with st.container(horizontal=True, vertical_alignment="center"):
        current = f" | {progress.current}" if progress.current else ""
        st.markdown(
            markdown(f"{progress.completed} of {progress.total} complete{current}"),
            width="stretch",
        )
        act_button("Cancel", studio.pages.cancel_creation, actor, job.id)


def _draw_created(studio: Studio, actor: Actor, job: Job, progress: PageProgress) -> None:
    made = plural(progress.completed, "prompt page")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":green[:material/check_circle:] **{made} created** | Status: {_statuses(progress)}",
            width="stretch",
        )
        if progress.failed:
            act_button(f"Retry {progress.failed} failed", studio.pages.retry, actor, job.id)
        if st.button("Generate More"):
            st.switch_page(navigation.GENERATE)
        if st.button("View Prompt Pages", type="primary"):
            st.switch_page(navigation.PROMPT_PAGES)
    for failure in progress.failures[:_SHOWN]:
        st.caption(markdown(failure))
    for reason, pages in progress.by_rules.items():
        st.caption(markdown(f"The words of {plural(pages, 'page')} are written by rules. {reason}"))


def _draw_selection(studio: Studio, actor: Actor, job: Job, to_create: int) -> None:
    several = [
        f"Prompt {number} has {count} pictures selected: {count} pages"
        for number, count in studio.gallery.selected_prompts(actor, job.id).items()
        if count > 1
    ]
    if several:
        more = f", and {len(several) - _SHOWN} more prompts" if len(several) > _SHOWN else ""
        st.caption(markdown("; ".join(several[:_SHOWN]) + more))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Selected: {job.selected} of {job.images.completed}**", width="stretch")
        draw_selection_buttons(studio, actor, job)
        menu = f"creation.more.{job.id}"
        more_ways = st.popover(
            "Finals and downloads", disabled=not job.selected, key=menu, on_change="rerun"
        )
        if more_ways.open:
            with more_ways:
                finals_button(job, menu)
                download_buttons(job)
        st.button(
            f"Create {plural(to_create, 'Prompt Page')}",
            type="primary",
            disabled=not to_create,
            on_click=_create,
            args=(studio, actor, job),
        )


def _create(studio: Studio, actor: Actor, job: Job) -> None:
    try:
        studio.pages.create(actor, job.id)
    except BulkgenError as error:
        messages.note(str(error))
    st.rerun()


def _statuses(progress: PageProgress) -> str:
    """Such as "Draft (ready to publish)"."""
    parts = [
        (progress.drafts, "Draft (ready to publish)"),
        (progress.published, "Published"),
        (progress.held_back, "Held back by moderation"),
        (progress.failed, "Failed"),
        (progress.cancelled, "Cancelled"),
    ]
    given = [(count, words) for count, words in parts if count]
    if len(given) == 1:
        return given[0][1]
    return ", ".join(f"{count} {words}" for count, words in given)
