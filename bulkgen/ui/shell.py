"""The frame round every page: navigation, banner, notes."""

from pathlib import Path

import streamlit as st

from bulkgen.ui import navigation
from bulkgen.ui.guards import SHELL_RAN
from bulkgen.ui.messages import show_note
from bulkgen.ui.session import studio

st.set_page_config(page_icon=str(navigation.FAVICON), layout="wide")
st.html(Path(__file__).parent / "styles.css")
st.session_state[SHELL_RAN] = True
page = st.navigation(navigation.pages(), position="top")
if studio().choices.demo:
    st.markdown(
        ":green-badge[:material/palette: Demo mode] "
        "Pictures are painted on this machine and nothing is charged."
    )
show_note()
page.run()
