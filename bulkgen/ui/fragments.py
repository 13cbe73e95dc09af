"""The parts of the gallery that are drawn by themselves."""

import streamlit as st

#: What counts, drawn again every two seconds while the job is active.
LIVE = "gallery.live"
#: Filters and tiles, drawn again when one of them has changed.
TILES = "gallery.tiles"


def draw_again(*fragments: str) -> None:
    """Draw these fragments and nothing else; ends a callback."""
    st.rerun(list(fragments))
