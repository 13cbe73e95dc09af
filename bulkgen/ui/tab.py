"""The browser's tab: its title, a notice at the job's end, the word that tiles have changed."""

from pathlib import Path

import streamlit as st

from bulkgen.domain.jobs import ENDED, Job
from bulkgen.ui.formats import plural
from bulkgen.ui.gallery_view import TILES, draw_again

_REPAINTS = "tab.repaints"

_tab = st.components.v2.component(
    "bulkgen_tab",
    html='<button type="button" hidden></button>',
    css=(Path(__file__).parent / "tab.css").read_text(encoding="utf-8"),
    js=(Path(__file__).parent / "tab.js").read_text(encoding="utf-8"),
)


def draw_tab(job: Job, *, active: bool, stale: bool) -> None:
    """Tell the browser how far the job is; where tiles are stale, it asks for them at once.

    A fragment cannot draw another one, but a callback can, so the word goes by the browser.
    """
    if stale:
        st.session_state[_REPAINTS] = st.session_state.get(_REPAINTS, 0) + 1
    _tab(
        key="gallery-tab",
        width="content",
        data={
            "job": str(job.id),
            "name": job.name,
            "title": _title(job, active=active),
            "active": active,
            "outcome": _outcome(job),
            "repaint": st.session_state.get(_REPAINTS, 0) if stale else 0,
        },
        on_repaint_change=_repaint,
    )


def _repaint() -> None:
    draw_again(TILES)


def _title(job: Job, *, active: bool) -> str:
    """Such as "(3/5) balloons - bulkgen"."""
    words = "" if active else "Done " if job.status in ENDED else "Paused "
    return f"{words}({job.images.ended}/{job.images.total}) {job.name} - bulkgen"


def _outcome(job: Job) -> str:
    made = f"{job.images.completed} of {plural(job.images.total, 'image')} made."
    return made if job.status in ENDED else f"{made} It waits for you."
