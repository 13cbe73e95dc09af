"""How errors and notes are shown."""

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.ui.formats import markdown

_NOTE = "messages.note"


def show(error: BulkgenError) -> None:
    """One clear sentence, as it is."""
    st.error(markdown(str(error)), icon=":material/error:")


def note(text: str) -> None:
    """Say something on the next screen the person sees."""
    st.session_state[_NOTE] = text


def show_note() -> None:
    """Show the note that waits, once."""
    text = st.session_state.pop(_NOTE, None)
    if text:
        st.toast(markdown(text), icon=":material/check_circle:")
