"""The table of prompts.

The editor is given a base that stays the same while a person types; what they typed is the editor's
own state on top of it. The base, and the editor with it, is replaced only when rows come or go.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import pandas as pd
import streamlit as st

from bulkgen.domain.errors import InputError
from bulkgen.domain.prompts import PromptRow, tags_of
from bulkgen.ui.session import settings

Record = dict[str, Any]

_FIRST_ROWS = 20
_MORE_ROWS = 10
_BASE = "generate.base"
_FIELDS = tuple(field.name for field in fields(PromptRow))
#: Part of the keys of widgets that have to be made anew with the base.
_EDITION = "generate.edition"
#: Columns beside the prompt, shown when a row uses them.
_OPTIONAL = {
    "model": st.column_config.TextColumn("Model"),
    "size": st.column_config.TextColumn("Size"),
    "quality": st.column_config.TextColumn("Quality"),
    "images": st.column_config.NumberColumn("Images", min_value=1, max_value=10, step=1),
    "output_format": st.column_config.TextColumn("Format"),
    "background": st.column_config.TextColumn("Background"),
    "title": st.column_config.TextColumn("Title"),
    "description": st.column_config.TextColumn("Description"),
    "tags": st.column_config.TextColumn("Tags"),
    "alt": st.column_config.TextColumn("Alt text"),
    "category": st.column_config.TextColumn("Category"),
    "page_status": st.column_config.TextColumn("Status"),
}


def open_with(saved: Sequence[PromptRow]) -> None:
    """Put the saved rows into a table that has none yet."""
    if _BASE not in st.session_state:
        _replace([_record(row) for row in saved])


def prompt_table() -> tuple[PromptRow, ...]:
    """Draw the table; returns the rows that hold a prompt."""
    st.data_editor(
        _frame(st.session_state[_BASE]),
        key=_editor_key(),
        num_rows="dynamic",
        hide_index=False,
        column_config={
            "_index": st.column_config.NumberColumn("#", width=56, disabled=True),
            "text": st.column_config.TextColumn("Prompt", width="large"),
            **_OPTIONAL,
        },
        alt="Prompts, one in each row",
    )
    records = _current_records()
    if _editor_state().get("deleted_rows"):
        _replace(records)
        st.rerun()
    st.button("Add More Prompts", icon=":material/add:", on_click=_add_blank_rows)
    return rows_of(records)


def current_rows() -> tuple[PromptRow, ...]:
    """What the table holds now; for callbacks, which run before the table is drawn."""
    return rows_of(_current_records())


def row_numbers() -> tuple[int, ...]:
    """The number beside each row that holds a prompt."""
    return tuple(
        number for number, record in enumerate(_current_records(), start=1) if _text(record, "text")
    )


def clear() -> None:
    """Begin with an empty table at the next run."""
    st.session_state.pop(_BASE, None)


def edition() -> int:
    """A number that grows with every new base; part of the keys of widgets that go with it."""
    return int(st.session_state[_EDITION])


def add(rows: Sequence[PromptRow], *, instead_of: Sequence[PromptRow] = ()) -> None:
    """Put rows behind those that hold a prompt; for callbacks. Raises InputError.

    Where the rows of `instead_of` still stand as they were added, they give way.
    """
    kept = [record for record in _current_records() if _text(record, "text")]
    place = _place_of(instead_of, rows_of(kept))
    if place is None:
        records = [*kept, *map(_record, rows)]
    else:
        records = [*kept[:place], *map(_record, rows), *kept[place + len(instead_of) :]]
    most = settings().max_rows
    if len(records) > most:
        raise InputError(f"The table would hold {len(records):,} prompts; {most:,} is the most.")
    _replace(records)


def holds(rows: Sequence[PromptRow]) -> bool:
    """Whether these rows still stand one after another as they were added."""
    return _place_of(rows, current_rows()) is not None


def rewrite(change: Callable[[str], str]) -> None:
    """Change the text of every row; for callbacks."""
    _replace([{**record, "text": change(_text(record, "text"))} for record in _current_records()])


def applied(base: Sequence[Record], edits: Mapping[str, Any]) -> list[Record]:
    """The rows a person sees: the base with the editor's changes on top."""
    records = [
        {**record, **edits.get("edited_rows", {}).get(number, {})}
        for number, record in enumerate(base)
        if number not in set(edits.get("deleted_rows", ()))
    ]
    return [*records, *(dict(record) for record in edits.get("added_rows", ()))]


def rows_of(records: Sequence[Record]) -> tuple[PromptRow, ...]:
    """Records that hold a prompt, as rows; empty ones count for nothing."""
    return tuple(
        PromptRow(
            text=record["text"],
            model=_text(record, "model") or None,
            size=_text(record, "size") or None,
            quality=_text(record, "quality") or None,
            images=_count(record.get("images")),
            output_format=_text(record, "output_format") or None,
            background=_text(record, "background") or None,
            title=_text(record, "title") or None,
            description=_text(record, "description") or None,
            tags=tags_of(_text(record, "tags")),
            alt=_text(record, "alt") or None,
            category=_text(record, "category") or None,
            page_status=_text(record, "page_status") or None,
            variables=record.get("variables", ()),
        )
        for record in records
        if _text(record, "text")
    )


def _place_of(wanted: Sequence[PromptRow], rows: Sequence[PromptRow]) -> int | None:
    if not wanted:
        return None
    places = range(len(rows) - len(wanted) + 1)
    end = len(wanted)
    return next((at for at in places if tuple(rows[at : at + end]) == tuple(wanted)), None)


def _add_blank_rows() -> None:
    _replace([*_current_records(), *({"text": ""} for _ in range(_MORE_ROWS))], fill=False)


def _replace(records: Sequence[Record], *, fill: bool = True) -> None:
    """Give the editor a new base, with empty rows up to the first twenty."""
    missing = _FIRST_ROWS - len(records) if fill else 0
    st.session_state[_BASE] = [*records, *({"text": ""} for _ in range(missing))]
    st.session_state[_EDITION] = st.session_state.get(_EDITION, 0) + 1


def _editor_key() -> str:
    return f"generate.editor.{st.session_state[_EDITION]}"


def _editor_state() -> Mapping[str, Any]:
    state: Mapping[str, Any] = st.session_state.get(_editor_key()) or {}
    return state


def _current_records() -> list[Record]:
    return applied(st.session_state[_BASE], _editor_state())


def _frame(records: Sequence[Record]) -> pd.DataFrame:
    """The base as the editor wants it: numbered from 1, optional columns only when used."""
    used = [name for name in _OPTIONAL if any(record.get(name) for record in records)]
    frame = pd.DataFrame(
        {name: [record.get(name) for record in records] for name in ("text", *used)}, dtype=object
    )
    if "images" in used:
        frame["images"] = frame["images"].astype("Int64")
    frame.index = pd.RangeIndex(1, len(records) + 1)
    return frame


def _record(row: PromptRow) -> Record:
    # Not asdict, which copies every variable of every row.
    return {**{name: getattr(row, name) for name in _FIELDS}, "tags": ", ".join(row.tags)}


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return value.strip() if isinstance(value, str) else ""


def _count(value: object) -> int | None:
    """A whole number, or None for an empty cell; the editor sends what was typed."""
    return int(value) if isinstance(value, int | float) and value == value else None  # noqa: PLR0124 - NaN
