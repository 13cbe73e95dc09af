"""The unselected images of a job whose pages are made: discard them, or take that back."""

import streamlit as st

from bulkgen.domain.jobs import Job
from bulkgen.domain.pages import UNDO
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui.formats import file_size, markdown, plural, when
from bulkgen.ui.progress import act_button


def draw_discards(studio: Studio, actor: Actor, job: Job) -> None:
    """What is left over of a job; nothing where nothing is."""
    discards = studio.discards.of_job(actor, job.id)
    if discards.images:
        left = plural(discards.images, "unselected image")
        with st.popover(f"Discard {left}, {file_size(discards.size_bytes)}"):
            st.markdown(
                "They leave the gallery now, and their files go after 72 hours. Until then it "
                "can be taken back. Starred images, pages and the receipt stay."
            )
            act_button("Discard them", studio.discards.discard, actor, job.id)
    if discards.discarded and discards.since:
        with st.container(horizontal=True, vertical_alignment="center"):
            gone = plural(discards.discarded, "image")
            size = file_size(discards.discarded_bytes)
            st.caption(
                markdown(f"{gone} discarded, {size} free on {when(discards.since + UNDO)}"),
                width="stretch",
            )
            act_button("Take it back", studio.discards.restore, actor, job.id)
    if discards.freed:
        freed = plural(discards.freed, "discarded image")
        st.caption(markdown(f"{freed} gone, {file_size(discards.freed_bytes)} freed"))
