"""The browser's tab: its title, a notice at the job's end, the word that tiles have changed."""

from pathlib import Path

import streamlit as st

from bulkgen.domain.jobs import ENDED, Job
from bulkgen.ui.formats import plural
from bulkgen.ui.fragments import draw_images_again

_REPAINTS = "tab.repaints"

_FOLDER = Path(__file__).parent

_switch = st.components.v2.component(
    "bulkgen_tab",
    html='<button type="button" hidden></button>',
    css=(_FOLDER / "tab.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "tab.js").read_text(encoding="utf-8"),
)
#: A component brings its program along each time, so what is sent every two seconds is a few lines
#: that pass the word on.
_tick = st.components.v2.component(
    "bulkgen_tick",
    js="""export default ({ data, setTriggerValue }) => {
  window.bulkgenTick = data
  window.dispatchEvent(new Event("bulkgen-tick"))
  if (data.repaint && data.repaint !== window.bulkgenRepaint)
    setTriggerValue("repaint", (window.bulkgenRepaint = data.repaint))
}""",
)


def draw_notice_switch() -> None:
    """The button that asks for a desktop notice; it also keeps the title of the tab."""
    _switch(key="gallery-tab", width="content")


def draw_tick(job: Job, *, active: bool, stale: bool) -> None:
    """Tell the browser how far the job is; where tiles are stale, it asks for them at once.

    A fragment cannot draw another one, but a callback can, so the word goes by the browser.
    """
    if stale:
        st.session_state[_REPAINTS] = st.session_state.get(_REPAINTS, 0) + 1
    _tick(
        key="gallery-tick",
        width="content",
        data={
            "job": str(job.id),
            "name": job.name,
            "title": _title(job, active=active),
            "active": active,
            "outcome": _outcome(job),
            "repaint": st.session_state[_REPAINTS] if stale else 0,
        },
        on_repaint_change=draw_images_again,
    )


def _title(job: Job, *, active: bool) -> str:
    """Such as "(3/5) balloons - bulkgen"."""
    words = "" if active else "Done " if job.status in ENDED else "Paused "
    return f"{words}({job.images.ended}/{job.images.total}) {job.name} - bulkgen"


def _outcome(job: Job) -> str:
    made = f"{job.images.completed} of {plural(job.images.total, 'image')} made."
    return made if job.status in ENDED else f"{made} It waits for you."
