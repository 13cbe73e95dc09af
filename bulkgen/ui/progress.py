"""How far a job is: bar, counts, rate, time left, cost, and what to do when it waits."""

from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.jobs import ENDED, RUNNING, Job, JobStatus, PauseReason
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui import messages, navigation
from bulkgen.ui.formats import markdown, plural, precise_duration, usd
from bulkgen.ui.job_details import details_button

_HEADINGS = {
    JobStatus.PENDING: "Generating Images",
    JobStatus.PROCESSING: "Generating Images",
    JobStatus.PAUSED: "Generation Paused",
    JobStatus.COMPLETED: "Generation Complete - Select Images to Publish",
    JobStatus.CANCELLED: "Generation Cancelled - Select Images to Publish",
    JobStatus.FAILED: "Generation Failed",
}
_IN_SETTINGS = (PauseReason.LIMIT, PauseReason.QUOTA, PauseReason.KEY)


def draw_progress(studio: Studio, actor: Actor, job: Job) -> DeltaGenerator:
    """Draw the head of a job; returns the place for more buttons."""
    st.header(_HEADINGS[job.status], anchor=False)
    st.caption(markdown(job.name))
    share = job.images.ended / job.images.total
    st.progress(share, text=f"{share:.0%}")
    st.markdown(markdown(_line(studio, actor, job)))
    buttons = st.container(horizontal=True, vertical_alignment="center")
    with buttons:
        if job.status in RUNNING:
            act_button("Pause", studio.jobs.pause, actor, job.id)
        if job.status not in ENDED:
            act_button("Cancel Generation", studio.jobs.cancel, actor, job.id)
        failed = job.images.failed + job.images.unknown
        if failed and not job.active:
            act_button(f"Retry {plural(failed, 'failed image')}", studio.jobs.retry, actor, job.id)
        details_button(job.id)
    if job.status is JobStatus.PAUSED:
        _draw_pause(studio, actor, job)
    return buttons


def act_button(
    label: str, act: Callable[[Actor, UUID], object], actor: Actor, job_id: UUID
) -> None:
    """A button that does something to a job and then draws the whole screen again."""
    st.button(
        label,
        key=f"job.{label}.{job_id}",
        on_click=_act,
        args=(act, actor, job_id),
    )


def _act(act: Callable[[Actor, UUID], object], actor: Actor, job_id: UUID) -> None:
    try:
        act(actor, job_id)
    except BulkgenError as error:
        messages.note(str(error))
    st.rerun()


def _line(studio: Studio, actor: Actor, job: Job) -> str:
    """Such as "7 of 18 complete | Rate: 50 images/min | Time remaining: about 1 min 30 sec"."""
    images = job.images
    parts = [f"{images.completed} of {images.total} complete"]
    if images.failed:
        parts.append(f"{images.failed} failed")
    if images.unknown:
        parts.append(f"{images.unknown} without an answer")
    if images.cancelled:
        parts.append(f"{images.cancelled} cancelled")
    if job.status in RUNNING:
        left = precise_duration(studio.jobs.remaining_s(actor, job))
        parts.append(f"Rate: {studio.choices.images_per_minute(actor)} images/min")
        parts.append(f"Time remaining: about {left}")
    elif images.processing:
        parts.append(f"{plural(images.processing, 'image')} still on the way")
    elif job.started_at and job.completed_at:
        took = precise_duration((job.completed_at - job.started_at).total_seconds())
        parts.append(f"Took {took}")
    parts.append(
        f"Cost so far: {usd(job.cost_usd)}" if job.active else f"Cost: {usd(job.cost_usd)}"
    )
    return " | ".join(parts)


def _draw_pause(studio: Studio, actor: Actor, job: Job) -> None:
    """Why the job waits, and the button that helps."""
    st.warning(markdown(job.message or "Paused."), icon=":material/pause_circle:")
    if job.pause_reason is PauseReason.BUDGET and job.budget_is_full:
        more = job.budget_usd + max(job.estimated_usd, Decimal("0.01"))
        st.button(
            markdown(f"Raise the budget to {usd(more)} and go on"),
            type="primary",
            on_click=_act,
            args=(lambda who, id_: studio.jobs.set_budget(who, id_, more), actor, job.id),
        )
        return
    if job.pause_reason in _IN_SETTINGS:
        st.page_link(navigation.SETTINGS, label="Limits and keys")
    waiting = plural(job.images.pending, "other image") if job.images.completed else "all images"
    label = f"Generate the {waiting}" if job.images.completed else f"Generate {waiting}"
    st.button(
        label,
        type="primary",
        on_click=_act,
        args=(studio.jobs.resume, actor, job.id),
    )
