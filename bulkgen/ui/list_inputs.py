"""What fills the table: a pasted text, an uploaded list."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from bulkgen.domain.errors import BulkgenError, InputError, PromptFileError
from bulkgen.domain.pasted import Cut, cut, guess
from bulkgen.domain.prompt_files import read_pasted
from bulkgen.domain.prompts import PromptRow
from bulkgen.readers import ENDINGS, read_list
from bulkgen.ui import messages, prompt_table
from bulkgen.ui.formats import markdown, plural
from bulkgen.ui.upload_report import draw_report, draw_templates

_REPORT = "generate.report"
_CUTS = {
    Cut.LINES: "at every line",
    Cut.BLANK_LINES: "after a blank line",
    Cut.DASHES: "after a line of ---",
    Cut.JSON_LINES: "at every line of JSON",
    Cut.JSON_LIST: "in a JSON list",
    Cut.WHOLE: "nowhere, it is one prompt",
}


def list_inputs() -> None:
    """Draw what fills the table, and what the last upload brought."""
    edition = prompt_table.edition()
    upload, paste = st.columns(2)
    upload_key = f"generate.upload.{edition}"
    upload.file_uploader(
        "Upload a list with a column named prompt, or with one prompt in each line",
        type=list(ENDINGS),
        max_upload_size=10,
        key=upload_key,
        on_change=_read_upload,
        args=(upload_key,),
    )
    with upload:
        draw_templates()
    with paste:
        _draw_paste(f"generate.paste.{edition}")
    _draw_report()


def clear() -> None:
    """Forget what the last upload brought."""
    st.session_state.pop(_REPORT, None)


def _draw_paste(key: str) -> None:
    """The box; what is in it is counted before it is added, and the cut can be changed."""
    cut_key = f"{key}.cut"
    text = st.text_area(
        "Paste many, one prompt in each line",
        key=key,
        height=68,
        on_change=lambda: st.session_state.pop(cut_key, None),
    )
    if text.strip():
        cuts = list(_CUTS)
        kind = st.selectbox(
            "Where a new prompt begins",
            cuts,
            index=cuts.index(guess(text)),
            format_func=_CUTS.__getitem__,
            key=cut_key,
        )
        try:
            st.caption(plural(len(cut(text, kind)), "prompt"))
        except InputError as error:
            st.caption(markdown(str(error)))
    st.button("Add to the table", on_click=_read_paste, args=(key, cut_key))


def _read_upload(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        return
    try:
        sheet = read_list(file.name, file.getvalue())
        if sheet.question and not sheet.rows:
            raise PromptFileError(f"{sheet.question} Name it prompt and upload the file again.")
        prompt_table.add(sheet.rows)
    except BulkgenError as error:
        st.session_state[_REPORT] = error
    else:
        st.session_state[_REPORT] = (file.name, sheet)


def _read_paste(key: str, cut_key: str) -> None:
    text = st.session_state[key]
    try:
        rows = read_pasted(text, st.session_state.get(cut_key) or guess(text))
        prompt_table.add(rows)
    except InputError as error:
        st.session_state[_REPORT] = error
    else:
        messages.note(f"{plural(len(rows), 'prompt')} added.")


def _draw_report() -> None:
    """What the last upload brought, until the next one."""
    report = st.session_state.get(_REPORT)
    if isinstance(report, BulkgenError):
        messages.show(report)
    elif report is not None:
        draw_report(*report, add_joined=_add_joined)


def _add_joined(rows: Sequence[PromptRow]) -> None:
    """Take the offer of the last upload for its long rows."""
    name, sheet = st.session_state[_REPORT]
    try:
        prompt_table.add(rows)
    except InputError as error:
        st.session_state[_REPORT] = error
        return
    rest = tuple(row for row in sheet.rejected if row.joined is None)
    st.session_state[_REPORT] = (name, replace(sheet, rows=(*sheet.rows, *rows), rejected=rest))
