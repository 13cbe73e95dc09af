"""The selected pictures, to be downloaded."""

import streamlit as st

from bulkgen.domain.jobs import Job
from bulkgen.ui.image_links import browser_url, contact_sheet_url, selected_zip_url


def download_buttons(job: Job) -> None:
    """What can be downloaded of the selected pictures."""
    st.link_button(
        "Download originals",
        browser_url(selected_zip_url(job.id)),
        width="stretch",
        help="The selected pictures as they came, and a list of them, as a ZIP",
    )
    st.link_button(
        "Download contact sheet",
        browser_url(contact_sheet_url(job.id)),
        width="stretch",
        help="The selected pictures with their prompts on one page, to show or to print",
    )
