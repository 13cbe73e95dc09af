"""How the installation is."""

import streamlit as st

from bulkgen.ui.guards import guard
from bulkgen.ui.health import draw_health
from bulkgen.ui.session import studio

_POLL_S = 5

actor = guard()
st.title("Admin")
st.fragment(draw_health, run_every=_POLL_S)(studio(), actor)
