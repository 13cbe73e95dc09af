"""Every job with its status, counts, cost and date."""

import streamlit as st

from bulkgen.domain.jobs import ENDED, RUNNING, Job, JobStatus
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui import navigation
from bulkgen.ui.formats import markdown, plural, usd, when
from bulkgen.ui.job_details import details_button
from bulkgen.ui.progress import act_button

_PAGE = 20
_PAGE_KEY = "jobs.page"
_COLOURS = {
    JobStatus.PENDING: "gray",
    JobStatus.PROCESSING: "blue",
    JobStatus.PAUSED: "orange",
    JobStatus.COMPLETED: "green",
    JobStatus.CANCELLED: "gray",
    JobStatus.FAILED: "red",
}


def draw_jobs(studio: Studio, actor: Actor) -> None:
    """One page of jobs, newest first."""
    jobs = studio.jobs.all(actor)
    pages = -(-len(jobs) // _PAGE)
    start = (st.session_state.get(_PAGE_KEY, 1) - 1) * _PAGE
    for job in jobs[start : start + _PAGE]:
        _draw_job(studio, actor, job)
    if pages > 1:
        st.pagination(pages, key=_PAGE_KEY)


def _draw_job(studio: Studio, actor: Actor, job: Job) -> None:
    with st.container(border=True):
        words, buttons = st.columns([3, 2], vertical_alignment="center")
        with words:
            st.markdown(f"**{markdown(job.name)}**")
            st.markdown(f":{_COLOURS[job.status]}-badge[{job.status}] {markdown(_line(job))}")
            if job.message:
                st.caption(markdown(job.message))
        with buttons.container(horizontal=True, horizontal_alignment="right"):
            _draw_buttons(studio, actor, job)


def _draw_buttons(studio: Studio, actor: Actor, job: Job) -> None:
    if job.status in RUNNING:
        act_button("Pause", studio.jobs.pause, actor, job.id)
    if job.status is JobStatus.PAUSED:
        act_button("Resume", studio.jobs.resume, actor, job.id)
    if job.status not in ENDED:
        act_button("Cancel", studio.jobs.cancel, actor, job.id)
    if (job.images.failed or job.images.unknown) and not job.active:
        act_button("Retry failed", studio.jobs.retry, actor, job.id)
    details_button(job.id)
    if st.button("Open", key=f"jobs.open.{job.id}", type="primary"):
        st.switch_page(navigation.GALLERY, query_params={"job": str(job.id)})


def _line(job: Job) -> str:
    images = job.images
    parts = [f"{images.completed} of {plural(images.total, 'image')}"]
    if images.failed:
        parts.append(f"{images.failed} failed")
    if images.unknown:
        parts.append(f"{images.unknown} without an answer")
    return " | ".join([*parts, usd(job.cost_usd), job.settings.model, when(job.created_at)])
