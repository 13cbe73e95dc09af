"""Which job a screen shows: the one in its address, else the latest."""

from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio


def job_from_address(studio: Studio, actor: Actor) -> UUID | None:
    """The job of `?job=`; without it the latest, and None when there is none.

    Raises NotFoundError for an address that leads nowhere.
    """
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
