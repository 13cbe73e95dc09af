"""The parts of the gallery that are drawn by themselves."""

import streamlit as st

#: What counts, drawn again every two seconds while the job is active.
LIVE = "gallery.live"
#: Filters and tiles, drawn again when one of them has changed.
TILES = "gallery.tiles"


def draw_counts_again() -> None:
    """Draw what counts, and nothing else; ends a callback."""
    st.rerun([LIVE])


def draw_images_again() -> None:
    """Draw the tiles and what counts, and nothing else; ends a callback.

    Drawing the tiles alone would take the bar at the bottom away.
    """
    st.rerun([TILES, LIVE])
