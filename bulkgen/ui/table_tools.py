"""The tools above the table: columns, find and replace, rows with problems, ticked rows."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from bulkgen.domain.errors import InputError
from bulkgen.domain.people import Actor
from bulkgen.domain.prompts import MAX_IMAGES_PER_PROMPT, PAGE_STATUSES
from bulkgen.studio import Studio
from bulkgen.studio.choices import Choices
from bulkgen.ui import messages, prompt_table, settings_form
from bulkgen.ui.formats import plural
from bulkgen.ui.prompt_table import OPTIONAL_COLUMNS, Operation
from bulkgen.ui.table_records import (
    Record,
    Search,
    duplicated,
    moved_down,
    moved_up,
    ticked,
    with_ticks,
    with_value,
    without_ticked,
)

_ERROR = "generate.tools.error"
_FIND = "generate.tools.find"
_NEW = "generate.tools.new"
_MATCH_CASE = "generate.tools.match_case"
_TICKED_ONLY = "generate.tools.ticked_only"
_FIELD = "generate.tools.field"


def table_tools(studio: Studio, actor: Actor) -> None:
    """Draw them; a tool for ticked rows rests until one is ticked."""
    records = prompt_table.current_records()
    count = sum(map(ticked, records))
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Columns"):
            _draw_columns()
        with st.popover("Find and replace"):
            _draw_search(records, count)
        _draw_problems_view(studio, actor)
        _draw_undo()
    with st.container(horizontal=True, vertical_alignment="center"):
        _draw_ticked(studio.choices, count)
    error = st.session_state.pop(_ERROR, None)
    if error is not None:
        messages.show(error)


def _draw_columns() -> None:
    if prompt_table.COLUMNS not in st.session_state:
        st.session_state[prompt_table.COLUMNS] = prompt_table.shown_columns()
    st.pills(
        "Columns beside the prompt",
        list(OPTIONAL_COLUMNS),
        selection_mode="multi",
        format_func=OPTIONAL_COLUMNS.__getitem__,
        key=prompt_table.COLUMNS,
        on_change=prompt_table.choose_columns,
    )
    st.caption("An empty cell leaves the choice to the job. A column in use is always shown.")


def _draw_search(records: Sequence[Record], count: int) -> None:
    st.text_input("Find in the prompts", key=_FIND)
    st.text_input("Replace with", key=_NEW)
    st.checkbox("Match case", key=_MATCH_CASE)
    if count:
        st.checkbox("Ticked rows only", key=_TICKED_ONLY)
    search = _search()
    matches, rows = search.matches(records) if search.text else (0, 0)
    found = plural(matches, "match", "matches")
    if search.text:
        st.caption(f"{found} in {plural(rows, 'row')}" if matches else "Nothing found.")
    st.button(
        f"Replace {found}" if matches else "Replace",
        key="generate.tools.replace",
        disabled=not matches,
        on_click=_replace_matches,
    )


def _draw_problems_view(studio: Studio, actor: Actor) -> None:
    if not prompt_table.shows_problems():
        st.button("Only rows with problems", on_click=_show_problems, args=(studio, actor))
        return
    st.button("Show all rows", on_click=prompt_table.show_problems, args=((),))
    st.button(
        "Look again",
        type="tertiary",
        help="Rows you have mended stay here until you look again.",
        on_click=_show_problems,
        args=(studio, actor),
    )


def _draw_undo() -> None:
    what = prompt_table.undoable()
    if what is not None:
        st.button(
            f"Undo {what}", key="generate.tools.undo", type="tertiary", on_click=prompt_table.undo
        )


def _draw_ticked(choices: Choices, count: int) -> None:
    st.caption(f"{plural(count, 'row')} ticked" if count else "No row is ticked", width="content")
    why_not = None if count else "Tick rows in the table first."
    _tool("Tick all", None, partial(with_ticks, on=True))
    _tool("Tick none", None, partial(with_ticks, on=False), why_not=why_not)
    with st.popover("Fill", type="tertiary", disabled=not count, help=why_not):
        _draw_fill(choices, count)
    rows = plural(count, "row")
    _tool("Duplicate", f"duplicating {rows}", duplicated, why_not=why_not)
    _tool("Move up", f"moving {rows}", moved_up, why_not=why_not)
    _tool("Move down", f"moving {rows}", moved_down, why_not=why_not)
    _tool("Delete", f"deleting {rows}", without_ticked, why_not=why_not)


def _tool(
    label: str, what: str | None, operation: Operation, *, why_not: str | None = None
) -> None:
    st.button(
        label,
        key=f"generate.tools.{label}",
        type="tertiary",
        disabled=why_not is not None,
        help=why_not,
        on_click=_change,
        args=(what, operation),
    )


def _draw_fill(choices: Choices, count: int) -> None:
    """One column and what to put there."""
    name = st.selectbox(
        "Column", list(OPTIONAL_COLUMNS), format_func=OPTIONAL_COLUMNS.__getitem__, key=_FIELD
    )
    key = f"generate.tools.value.{name}"
    known = _known_values(choices, name)
    if known:
        st.selectbox("Value", known, index=None, accept_new_options=True, key=key)
    else:
        st.text_input("Value", key=key)
    st.caption("No value empties the cells, which leaves the choice to the job.")
    st.button(
        f"Fill {plural(count, 'row')}",
        key="generate.tools.fill",
        on_click=_fill,
        args=(name, key),
    )


def _known_values(choices: Choices, name: str) -> list[str]:
    """What a job may hold there; none where the person writes a text."""
    models = choices.catalogue.offered()
    return {
        "model": [model.id for model in models],
        "size": list(choices.catalogue.sizes.values()),
        "quality": list(dict.fromkeys(one for model in models for one in model.qualities)),
        "images": [str(number) for number in range(1, MAX_IMAGES_PER_PROMPT + 1)],
        "output_format": list(
            dict.fromkeys(one for model in models for one in model.output_formats)
        ),
        "background": list(dict.fromkeys(one for model in models for one in model.backgrounds)),
        "category": choices.categories(),
        "page_status": list(PAGE_STATUSES),
    }.get(name, [])


def _search() -> Search:
    return Search(
        text=st.session_state[_FIND],
        match_case=st.session_state[_MATCH_CASE],
        ticked_only=st.session_state.get(_TICKED_ONLY, False),
    )


def _change(what: str | None, operation: Operation) -> None:
    try:
        prompt_table.change(what, operation)
    except InputError as error:
        st.session_state[_ERROR] = error


def _fill(name: str, key: str) -> None:
    value = st.session_state[key]
    label = OPTIONAL_COLUMNS[name]
    _change(f"filling {label}", lambda records: with_value(records, name, value))


def _replace_matches() -> None:
    search, new = _search(), st.session_state[_NEW]
    _change("replacing", lambda records: search.replaced(records, new))


def _show_problems(studio: Studio, actor: Actor) -> None:
    settings = settings_form.current_settings(studio.choices.catalogue)
    try:
        checked = studio.checks.check(actor, prompt_table.current_rows(), settings)
    except InputError as error:
        st.session_state[_ERROR] = error
        return
    prompt_table.show_problems(checked.problems)
    if not checked.problems:
        messages.note("No row has a problem.")
