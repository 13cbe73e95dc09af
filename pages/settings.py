"""Limit, budgets, defaults, the demo's pace, what pages have to meet, and the public site."""

import streamlit as st

from bulkgen.ui.guards import guard
from bulkgen.ui.page_settings import draw_discarding, draw_moderation, draw_words
from bulkgen.ui.session import studio
from bulkgen.ui.settings_sections import (
    draw_account,
    draw_budgets,
    draw_categories,
    draw_defaults,
    draw_limit,
    draw_pace,
)
from bulkgen.ui.site_settings import draw_site

actor = guard()
st.title("Settings")
choices = studio().choices
with st.container(width=720):
    draw_account(choices)
    if choices.demo:
        draw_pace(choices, actor)
    else:
        draw_limit(choices, actor)
    draw_budgets(studio().budgets, actor)
    draw_defaults(choices, actor)
    draw_categories(choices, actor)
    draw_words(choices, actor)
    draw_moderation(choices, actor)
    draw_discarding(studio(), actor)
    draw_site(studio().site, actor)
