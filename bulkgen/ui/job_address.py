"""Which job a screen shows: the one in its address, else the latest."""

from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui import navigation
from bulkgen.ui.messages import show


def job_from_address(studio: Studio, actor: Actor, *, title: str, otherwise: str) -> UUID | None:
    """The job of `?job=`, without it the latest; None when there is none, and this is said."""
    try:
        job_id = _find(studio, actor)
    except NotFoundError as error:
        show(error)
        job_id = None
    if job_id is None:
        st.title(title)
        st.markdown(f"No job yet. Write prompts and start one; {otherwise}")
        if st.button("Write prompts", type="primary"):
            st.switch_page(navigation.GENERATE)
    return job_id


def _find(studio: Studio, actor: Actor) -> UUID | None:
    given = st.query_params.get("job")
    if given is None:
        jobs = studio.jobs.all(actor)
        if not jobs:
            return None
        st.query_params["job"] = str(jobs[0].id)
        return jobs[0].id
    try:
        job_id = UUID(given)
    except ValueError:
        raise NotFoundError("There is no such job.") from None
    return studio.jobs.get(actor, job_id).id
