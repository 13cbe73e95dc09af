"""Prompts in, settings, price and time, Start Generation."""

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.ui import prompt_table
from bulkgen.ui.check_panel import check_panel
from bulkgen.ui.draft import Draft
from bulkgen.ui.guards import guard
from bulkgen.ui.list_bar import list_bar
from bulkgen.ui.list_inputs import list_inputs
from bulkgen.ui.messages import show
from bulkgen.ui.presets import draw_presets, draw_styles
from bulkgen.ui.session import studio
from bulkgen.ui.settings_form import settings_form
from bulkgen.ui.start_bar import go_to_started_job, open_started_job, start_bar, use_earlier
from bulkgen.ui.table_tools import table_tools

actor = guard()
draft = Draft.open(studio(), actor)
if open_started_job():
    draft.start_over()
    go_to_started_job()
st.title("Bulk Image Generator")
prompts_side, settings_side = st.columns([5, 3], gap="medium")
with settings_side:
    top = st.container()
    settings = settings_form(
        studio().choices, draft.settings, draw_styles=lambda: draw_styles(studio(), actor)
    )
    with top:
        draw_presets(studio(), actor)
with prompts_side:
    prompt_table.open_with(draft.rows)
    list_bar(draft)
    list_inputs(studio(), actor)
    table_tools(studio(), actor)
    rows = prompt_table.prompt_table()
with st.bottom:
    draft.save(rows, settings)
try:
    checked = studio().checks.check(actor, rows, settings, use_earlier=use_earlier(draft.sheet.id))
except BulkgenError as error:
    with st.bottom:
        show(error)
    st.stop()
with prompts_side:
    check_panel(studio(), actor, settings, checked)
with st.bottom:
    start_bar(studio(), actor, draft.sheet, checked)
