"""How to write prompts, and what images cost."""

import streamlit as st

from bulkgen.settings import ROOT
from bulkgen.ui.cost_tables import draw_calculator, draw_tables
from bulkgen.ui.guards import guard
from bulkgen.ui.session import studio

guard()
st.title("Guide")
st.header("What images cost", anchor="costs")
draw_calculator(studio().choices.catalogue)
with st.expander("Tables for 20, 50, 100 and 1,000 images"):
    draw_tables(studio().choices.catalogue)
st.header("How to write prompts", anchor="prompts")
with st.container(width=860):
    st.markdown((ROOT / "bulkgen" / "ui" / "guide.md").read_text(encoding="utf-8"))
