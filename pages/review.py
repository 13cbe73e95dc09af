"""One prompt at a time, its variations large, one key for each decision."""

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.ui import navigation
from bulkgen.ui.guards import guard
from bulkgen.ui.job_address import job_from_address
from bulkgen.ui.messages import show
from bulkgen.ui.review import draw_review
from bulkgen.ui.session import studio

actor = guard()
try:
    job_id = job_from_address(studio(), actor)
except BulkgenError as error:
    show(error)
    job_id = None
if job_id is None:
    st.title("Review")
    st.markdown("No job yet. Write prompts and start one; its images are reviewed here.")
    if st.button("Write prompts", type="primary"):
        st.switch_page(navigation.GENERATE)
else:
    draw_review(studio(), actor, studio().jobs.get(actor, job_id))
