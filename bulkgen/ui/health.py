"""The health of the installation, and what to do about it."""

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui.formats import markdown
from bulkgen.ui.messages import show


def draw_health(studio: Studio, actor: Actor) -> None:
    """Every figure, as it is now."""
    st.header("Health")
    try:
        health = studio.health.look(actor)
    except BulkgenError as error:
        show(error)
        return
    for advice in health.advice():
        st.warning(markdown(advice), icon=":material/warning:")
    if not health.advice():
        st.markdown(":green[:material/check_circle:] Nothing needs attention.")
    st.table({name: markdown(value) for name, value in health.facts()}, border="horizontal")
