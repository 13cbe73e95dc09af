"""Drafts and published pages: find, edit, publish, delete."""

import streamlit as st

from bulkgen.ui import navigation
from bulkgen.ui.guards import guard
from bulkgen.ui.page_list import draw_pages
from bulkgen.ui.session import studio

actor = guard()
st.title("Prompt pages")
if studio().pages.counts(actor):
    draw_pages(studio(), actor)
else:
    st.markdown("No page yet. Select images in the gallery of a job and create their pages.")
    if st.button("Open the gallery", type="primary"):
        st.switch_page(navigation.GALLERY)
