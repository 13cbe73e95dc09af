"""One job: live progress, images as they land, select, create pages."""

from uuid import UUID

import streamlit as st

from bulkgen.domain.jobs import Job
from bulkgen.ui import navigation
from bulkgen.ui.comparison import draw_comparison
from bulkgen.ui.creation import draw_bar
from bulkgen.ui.finals import draw_finals
from bulkgen.ui.fragments import LIVE, TILES
from bulkgen.ui.gallery_view import draw_new_images, is_stale
from bulkgen.ui.guards import guard
from bulkgen.ui.image_grid import draw_grid
from bulkgen.ui.job_address import job_from_address
from bulkgen.ui.job_details import draw_details
from bulkgen.ui.preview import draw_preview
from bulkgen.ui.progress import draw_progress
from bulkgen.ui.session import studio
from bulkgen.ui.tab import draw_tick

_POLL_S = 2

actor = guard()


def is_active(job: Job) -> bool:
    """Whether anything of the job can change without a click."""
    if job.active:
        return True
    pages = studio().pages.progress(actor, job.id)
    return bool(pages and pages.active)


@st.fragment(key=TILES)
def draw_tiles(job_id: UUID) -> None:
    """The images; drawn again only when one of them has changed, or by a click."""
    draw_grid(studio(), actor, studio().jobs.get(actor, job_id))


def draw_live(job_id: UUID, *, polled: bool) -> None:
    """What counts; runs again every two seconds while the job is active."""
    job = studio().jobs.get(actor, job_id)
    with draw_progress(studio(), actor, job):
        draw_new_images(studio(), actor, job)
        if st.button("Review", disabled=not job.images.completed, help="One key a prompt"):
            st.switch_page(navigation.REVIEW, query_params={"job": str(job_id)})
        draw_tick(job, active=job.active, stale=is_stale(studio(), actor, job_id))
    with st.bottom:
        draw_bar(studio(), actor, job)
    if polled and not is_active(job):
        st.rerun()


job_id = job_from_address(studio(), actor, title="Gallery", otherwise="its images appear here.")
if job_id is not None:
    active = is_active(studio().jobs.get(actor, job_id))
    top = st.container()
    draw_tiles(job_id)
    with top:
        # After the tiles, so that it knows what they show.
        st.fragment(draw_live, key=LIVE, run_every=_POLL_S if active else None)(
            job_id, polled=active
        )
    draw_preview(studio(), actor)
    draw_comparison(studio(), actor)
    draw_details(studio(), actor)
    draw_finals(studio(), actor)
