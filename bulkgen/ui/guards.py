"""The first line of every page."""

import streamlit as st

from bulkgen.domain.people import Actor
from bulkgen.ui.session import actor

#: Set by the shell in every session it runs in.
SHELL_RAN = "shell.ran"


def guard() -> Actor:
    """Who is here; stops a page that was reached past the shell."""
    if not st.session_state.get(SHELL_RAN):
        st.error("This page opens inside bulkgen only. Go to the front page.")
        st.stop()
    return actor()
