"""All jobs: open, pause, cancel, retry."""

import streamlit as st

from bulkgen.ui import navigation
from bulkgen.ui.guards import guard
from bulkgen.ui.job_details import draw_details
from bulkgen.ui.job_list import draw_jobs
from bulkgen.ui.session import studio

_POLL_S = 3

actor = guard()
st.title("Jobs")
jobs = studio().jobs.all(actor)
if jobs:
    active = any(job.active for job in jobs)
    st.fragment(draw_jobs, run_every=_POLL_S if active else None)(studio(), actor)
    draw_details(studio(), actor)
else:
    st.markdown("No job yet. Write prompts and start one.")
    if st.button("Write prompts", type="primary"):
        st.switch_page(navigation.GENERATE)
