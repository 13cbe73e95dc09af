"""What is done to pages: callbacks, and how far work on them is."""

from collections.abc import Callable, Sequence
from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui import messages
from bulkgen.ui.formats import markdown, plural

_SHOWN = 3
_SEEN = "pages.work"

_DONE = {
    PageStatus.PUBLISHED: "published",
    PageStatus.DRAFT: "back among the drafts",
    PageStatus.BLOCKED: "blocked",
    PageStatus.TRASHED: "deleted; take them back under Deleted within 72 hours",
}


def change(studio: Studio, actor: Actor, page_ids: Sequence[UUID], wanted: PageStatus) -> None:
    """Bring pages to a status and say what came of it."""
    try:
        refused = studio.pages.change(actor, page_ids, wanted)
    except BulkgenError as error:
        messages.note(str(error))
        return
    done = len(page_ids) - len(refused)
    said = [f"{plural(done, 'page')} {_DONE[wanted]}."] if done and len(page_ids) > 1 else []
    if wanted is PageStatus.TRASHED and len(page_ids) == 1 and done:
        said = ["Deleted. Take it back under Deleted within 72 hours."]
    said += refused[:_SHOWN]
    if len(refused) > _SHOWN:
        said.append(f"{len(refused) - _SHOWN:,} more stay as they are.")
    if said:
        messages.note(" ".join(said))


def act(call: Callable[..., object], *args: object, done: str | None = None) -> None:
    """Do something to pages; an error is a note."""
    try:
        call(*args)
    except BulkgenError as error:
        messages.note(str(error))
    else:
        if done:
            messages.note(done)


def draw_work(studio: Studio, actor: Actor) -> None:
    """What happens to pages in the background, until it is over and was read."""
    progress = studio.pages.work_progress(actor)
    if progress is None or not (progress.open or st.session_state.get(_SEEN)):
        return
    if progress.open:
        st.session_state[_SEEN] = True
        st.fragment(run_every=2)(_draw_open)(studio, actor)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        done = progress.total - len(progress.failures)
        st.markdown(f"{plural(done, 'page')} done.", width="stretch")
        st.button("OK", key="pages.work.ok", on_click=lambda: st.session_state.pop(_SEEN, None))
    for failure in progress.failures[:_SHOWN]:
        st.caption(markdown(failure))


def _draw_open(studio: Studio, actor: Actor) -> None:
    progress = studio.pages.work_progress(actor)
    if progress is None or not progress.open:
        st.rerun()
    done = progress.total - progress.open
    st.progress(done / progress.total, text=f"Working on pages: {done} of {progress.total}")
