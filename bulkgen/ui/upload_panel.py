"""What the columns of an uploaded list are taken for, to be looked at and changed."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from bulkgen.domain.prompts import Column
from bulkgen.ui.formats import markdown, plural
from bulkgen.ui.upload import Upload
from bulkgen.ui.upload_report import draw_remarks, source

#: Takes an answer about the upload; returns it as it then is, unchanged when that was refused.
Change = Callable[[Callable[[Upload], Upload]], Upload]

_WORKSHEET = "upload.worksheet"
_HEADER = "upload.header"
_PROMPT = "upload.prompt"
_MEANINGS = "upload.meanings"
#: The columns as the editor was given them; what was changed there stands on top.
_BASE = "upload.base"
_EDITION = "upload.edition"
_TAKEN_FOR = "Taken for"
_VARIABLE = "variable"
_SHOWN_COLUMNS = 10
_ROW_PX = 35
_ROWS = ("First row", "Second row", "Third row", "Fourth row", "Fifth row")
_SHOWN_CHARACTERS = 120


def show_anew() -> None:
    """Let every widget show the answers as they are now."""
    for key in (_WORKSHEET, _HEADER, _PROMPT):
        st.session_state.pop(key, None)
    st.session_state[_EDITION] = st.session_state.get(_EDITION, 0) + 1


def draw_panel(upload: Upload, change: Change, open_worksheet: Callable[[str], None]) -> None:
    """The questions about a list, its columns with their first cells, and what it would bring."""
    sheet = upload.sheet
    st.markdown(f"**{markdown(upload.name)}** {markdown(f'({source(sheet)})')}")
    if len(sheet.worksheets) > 1:
        st.session_state.setdefault(_WORKSHEET, sheet.worksheet)
        st.selectbox(
            "Sheet",
            sheet.worksheets,
            key=_WORKSHEET,
            on_change=lambda: open_worksheet(st.session_state[_WORKSHEET]),
        )
    if upload.asks_header:
        _draw_header_question(upload, change)
    if not upload.waits_for_header and len(sheet.columns) > 1:
        _draw_prompt_picker(upload, change)
    if upload.remembered:
        st.caption("Columns as you chose them last time.")
    _draw_columns(upload, change)
    if upload.prompt_number is not None:
        rejected = len(sheet.rejected)
        rest = f" {plural(rejected, 'row')} cannot be used." if rejected else ""
        st.markdown(markdown(f"{plural(len(sheet.rows), 'prompt')} to add.{rest}"))
        draw_remarks(sheet)


def _draw_header_question(upload: Upload, change: Change) -> None:
    taken = False if upload.has_header is None and upload.sheet.rows else upload.has_header
    st.session_state.setdefault(_HEADER, taken)
    st.radio(
        "Is the first row a prompt?",
        (False, True),
        format_func=lambda has_header: "No, it names the columns" if has_header else "Yes",
        key=_HEADER,
        index=None,
        horizontal=True,
        on_change=_take_header,
        args=(change,),
    )


def _take_header(change: Change) -> None:
    has_header = st.session_state[_HEADER]
    change(lambda upload: upload.answered(has_header=has_header, columns={}))
    show_anew()


def _draw_prompt_picker(upload: Upload, change: Change) -> None:
    names = list(upload.sheet.columns)
    st.session_state.setdefault(_PROMPT, upload.prompt_number)
    st.selectbox(
        "Column with the prompts",
        range(1, len(names) + 1),
        format_func=lambda number: names[number - 1],
        key=_PROMPT,
        index=0 if upload.prompt_number else None,
        placeholder="Choose a column",
        on_change=_take_prompt_column,
        args=(change,),
    )


def _take_prompt_column(change: Change) -> None:
    number = st.session_state[_PROMPT]
    change(lambda upload: upload.with_columns({number: Column.PROMPT}))
    show_anew()


def _draw_columns(upload: Upload, change: Change) -> None:
    """A row for each column of the file: its name, what it is taken for, its first cells."""
    key = f"{_MEANINGS}.{st.session_state[_EDITION]}"
    if key not in st.session_state:
        # A new editor; also after another page was open, where the old one lost its edits.
        st.session_state[_BASE] = tuple(upload.sheet.columns.values())
    base = st.session_state[_BASE]
    fixed = upload.waits_for_header or len(base) == 1
    frame = _frame(upload, base)
    if upload.waits_for_header:
        frame = frame.drop(columns=_TAKEN_FOR)
    st.data_editor(
        frame,
        key=key,
        height=_ROW_PX * (min(len(base), _SHOWN_COLUMNS) + 1) + 3,
        hide_index=True,
        column_config={
            _TAKEN_FOR: st.column_config.SelectboxColumn(
                options=[*map(str, Column), _VARIABLE], required=True
            )
        },
        disabled=True if fixed else ["Column", *_ROWS],
        on_change=_take_meanings,
        args=(key, change),
        alt="Columns of the file, and what each is taken for",
    )


def _frame(upload: Upload, base: Sequence[Column | None]) -> pd.DataFrame:
    cells = {
        title: [
            row[place][:_SHOWN_CHARACTERS] if place < len(row) else "" for place in range(len(base))
        ]
        for title, row in zip(_ROWS, upload.sheet.first_rows, strict=False)
    }
    meanings = [str(column or _VARIABLE) for column in base]
    return pd.DataFrame({"Column": list(upload.sheet.columns), _TAKEN_FOR: meanings, **cells})


def _take_meanings(key: str, change: Change) -> None:
    shown = list(st.session_state[_BASE])
    for place, edit in st.session_state[key]["edited_rows"].items():
        name = edit[_TAKEN_FOR]
        shown[place] = None if name == _VARIABLE else Column(name)

    def answer(upload: Upload) -> Upload:
        now = enumerate(zip(shown, upload.sheet.columns.values(), strict=True), start=1)
        return upload.with_columns({number: new for number, (new, old) in now if new is not old})

    if list(change(answer).sheet.columns.values()) == shown:
        # The editor already shows it, and keeps its place in a long file.
        st.session_state.pop(_PROMPT, None)
    else:
        show_anew()
