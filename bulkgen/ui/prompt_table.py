"""The table of prompts.

The editor is given a base that stays the same while a person types; what they typed is the editor's
own state on top of it. The base, and the editor with it, is replaced only when rows come or go,
a tool changes them, or other columns are shown.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from bulkgen.domain.errors import InputError
from bulkgen.domain.prompts import Problem, PromptRow
from bulkgen.ui.session import settings
from bulkgen.ui.table_records import (
    PROBLEM,
    TICK,
    Record,
    applied,
    holds_prompt,
    record_of,
    row_of,
    shown_places,
    ticked,
    with_problems,
)

Operation = Callable[[Sequence[Record]], Sequence[Record]]

#: Columns that are shown when a row uses them, or the person wants them, by their records' names.
OPTIONAL_COLUMNS = {
    "model": "Model",
    "size": "Size",
    "quality": "Quality",
    "images": "Images",
    "output_format": "Format",
    "background": "Background",
    "title": "Title",
    "description": "Description",
    "tags": "Tags",
    "alt": "Alt text",
    "category": "Category",
    "page_status": "Status",
}
_FIRST_ROWS = 20
_MORE_ROWS = 10
_BASE = "generate.base"
#: The rows of the base, and what the editor shows of it: made once, since long lists take time.
_BASE_ROWS = "generate.base_rows"
_FRAME = "generate.frame"
#: Part of the keys of widgets that have to be made anew with the base.
_EDITION = "generate.edition"
#: The editor's state in the last run.
_TYPED = "generate.typed"
_WANTED_COLUMNS = "generate.wanted_columns"
#: The key of the widget that chooses columns; it shows those that a row uses as chosen.
COLUMNS = "generate.columns"
#: The edition a tool made, what it did, and the records before.
_UNDO = "generate.undo"
# Every cell is text: a list of choices, a number or a greatest length would make the browser drop,
# clamp or cut what is pasted without a word. What a cell may hold is checked on the server.
_COLUMNS = {
    "_index": st.column_config.NumberColumn("#", width=56, disabled=True),
    TICK: st.column_config.CheckboxColumn("Tick", width=72, default=False),
    "text": st.column_config.TextColumn("Prompt", width="large"),
    PROBLEM: st.column_config.TextColumn("Problem", width="medium", disabled=True),
    **{name: st.column_config.TextColumn(label) for name, label in OPTIONAL_COLUMNS.items()},
    "size": st.column_config.TextColumn(OPTIONAL_COLUMNS["size"], width=110),
}


def open_with(saved: Sequence[PromptRow]) -> None:
    """Put the saved rows into a table that has none yet.

    What was typed before the person went to another page, which ends the editor, is put back.
    """
    if _BASE not in st.session_state:
        _replace([record_of(row) for row in saved])
    elif _editor_key() not in st.session_state and _TYPED in st.session_state:
        _replace(applied(st.session_state[_BASE], st.session_state[_TYPED]))


def prompt_table() -> tuple[PromptRow, ...]:
    """Draw the table; returns the rows that hold a prompt."""
    part = shows_problems()
    st.data_editor(
        st.session_state[_FRAME],
        key=_editor_key(),
        num_rows="fixed" if part else "add",
        hide_index=False,
        column_config=_COLUMNS,
        placeholder="",
        alt="Prompts, one in each row",
    )
    st.session_state[_TYPED] = _editor_state()
    if not part:
        st.button("Add More Prompts", icon=":material/add:", on_click=_add_blank_rows)
    return current_rows()


def current_rows() -> tuple[PromptRow, ...]:
    """What the table holds now; for callbacks, which run before the table is drawn."""
    base, base_rows = st.session_state[_BASE], st.session_state[_BASE_ROWS]
    records = current_records()
    rows = [
        known if record is untouched else row_of(record)
        for record, untouched, known in zip(records, base, base_rows, strict=False)
    ]
    rows += map(row_of, records[len(base) :])
    return tuple(row for row in rows if row is not None)


def current_records() -> list[Record]:
    """Every line of the table as it is now, empty ones too."""
    return applied(st.session_state[_BASE], _editor_state())


def row_numbers() -> tuple[int, ...]:
    """The number beside each row that holds a prompt."""
    return tuple(
        number for number, record in enumerate(current_records(), start=1) if holds_prompt(record)
    )


def clear() -> None:
    """Begin with an empty table at the next run."""
    st.session_state.pop(_BASE, None)
    st.session_state.pop(_UNDO, None)


def edition() -> int:
    """A number that grows with every new base; part of the keys of widgets that go with it."""
    return int(st.session_state[_EDITION])


def add(rows: Sequence[PromptRow], *, instead_of: Sequence[PromptRow] = ()) -> None:
    """Put rows behind those that hold a prompt; for callbacks. Raises InputError.

    Where the rows of `instead_of` still stand as they were added, they give way.
    """
    kept = [record for record in with_problems(current_records(), {}) if holds_prompt(record)]
    place = _place_of(instead_of, current_rows())
    start = len(kept) if place is None else place
    end = start if place is None else place + len(instead_of)
    _replace(_checked([*kept[:start], *map(record_of, rows), *kept[end:]]))


def holds(rows: Sequence[PromptRow]) -> bool:
    """Whether these rows still stand one after another as they were added."""
    return _place_of(rows, current_rows()) is not None


def change(what: str | None, operation: Operation) -> None:
    """Let a tool change the records; for callbacks. Raises InputError.

    `what` names the change for `undo`; one without a name is not worth undoing.
    """
    before = current_records()
    _replace(_checked(operation(before)))
    st.session_state[_UNDO] = (edition(), what, before)


def undoable() -> str | None:
    """What the last tool did; None when the table has changed since."""
    made, what, _ = st.session_state.get(_UNDO, (None, None, None))
    state = _editor_state()
    typed = any(cells.keys() - {TICK} for cells in state.get("edited_rows", {}).values())
    return None if typed or state.get("added_rows") or made != edition() else what


def undo() -> None:
    """Take back what the last tool did; for callbacks."""
    if undoable() is not None:
        _replace(st.session_state.pop(_UNDO)[2])


def shows_problems() -> bool:
    """Whether only rows with problems are shown."""
    return any(PROBLEM in record for record in st.session_state[_BASE])


def show_problems(problems: Sequence[Problem]) -> None:
    """Show only the rows with these problems, or all when there are none; for callbacks."""
    numbers = row_numbers()
    reasons = {numbers[problem.line - 1] - 1: problem.reason for problem in problems}
    _replace(with_problems(current_records(), reasons))


def shown_columns() -> list[str]:
    """The optional columns the person wants or a row uses."""
    shown = set(st.session_state.get(_WANTED_COLUMNS, ()))
    for record in st.session_state[_BASE]:
        shown.update(name for name, cell in record.items() if cell)
    return [name for name in OPTIONAL_COLUMNS if name in shown]


def choose_columns() -> None:
    """Show the columns that are chosen now, and those that a row uses; for callbacks."""
    st.session_state[_WANTED_COLUMNS] = tuple(st.session_state[COLUMNS])
    _replace(current_records())


def _place_of(wanted: Sequence[PromptRow], rows: Sequence[PromptRow]) -> int | None:
    if not wanted:
        return None
    places = range(len(rows) - len(wanted) + 1)
    end = len(wanted)
    return next((at for at in places if tuple(rows[at : at + end]) == tuple(wanted)), None)


def _add_blank_rows() -> None:
    _replace([*current_records(), *({"text": ""} for _ in range(_MORE_ROWS))])


def _checked(records: Sequence[Record]) -> Sequence[Record]:
    prompts = sum(map(holds_prompt, records))
    most = settings().max_rows
    if prompts > most:
        raise InputError(f"The table would hold {prompts:,} prompts; {most:,} is the most.")
    return records


def _replace(records: Sequence[Record]) -> None:
    """Give the editor a new base, with empty rows up to the first twenty."""
    missing = _FIRST_ROWS - len(records)
    base = [*records, *({"text": ""} for _ in range(missing))]
    st.session_state[_BASE] = base
    st.session_state[_BASE_ROWS] = list(map(row_of, base))
    st.session_state[_FRAME] = _frame(base)
    st.session_state[COLUMNS] = shown_columns()
    st.session_state[_EDITION] = st.session_state.get(_EDITION, 0) + 1
    st.session_state.pop(_TYPED, None)


def _editor_key() -> str:
    return f"generate.editor.{st.session_state[_EDITION]}"


def _editor_state() -> Mapping[str, Any]:
    state: Mapping[str, Any] = st.session_state.get(_editor_key()) or {}
    return state


def _frame(base: Sequence[Record]) -> pd.DataFrame:
    """What is shown of the base, as the editor wants it, with the numbers of the rows."""
    places = shown_places(base)
    shown = [base[place] for place in places]
    problem = [PROBLEM] if shows_problems() else []
    cells = {TICK: list(map(ticked, shown))} | {
        name: [record.get(name) for record in shown]
        for name in ("text", *problem, *shown_columns())
    }
    frame = pd.DataFrame(cells, dtype=object)
    frame.index = (
        pd.Index([place + 1 for place in places]) if problem else pd.RangeIndex(1, len(shown) + 1)
    )
    return frame
