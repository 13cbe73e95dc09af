"""What the last upload brought: how it was read, what was rejected and why."""

from collections.abc import Callable, Sequence

import streamlit as st

from bulkgen.domain.prompt_exports import (
    FULL_TEMPLATE,
    SIMPLE_TEMPLATE,
    rejected_csv,
    template_csv,
)
from bulkgen.domain.prompts import Problem, PromptRow, PromptSheet, RejectedRow
from bulkgen.ui.formats import markdown, plural
from bulkgen.ui.upload import Upload

_SHOWN_REMARKS = 50
_CSV = "text/csv"
#: As people know them, where their name in Python is another.
_ENCODINGS = {"cp1252": "Windows-1252"}
_SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def draw_templates() -> None:
    """Two files to fill in."""
    with st.popover("Template files"):
        for name, columns in (("simple", SIMPLE_TEMPLATE), ("full", FULL_TEMPLATE)):
            st.download_button(
                f"{name.capitalize()}: {', '.join(columns)}",
                template_csv(columns),
                f"prompts-{name}.csv",
                _CSV,
                on_click="ignore",
            )


def source(sheet: PromptSheet) -> str:
    """How a list was read: "read as UTF-8, semicolons between the cells"."""
    if sheet.worksheet is not None:
        return f"sheet {sheet.worksheet}"
    signs = f", {_SIGNS[sheet.delimiter]} between the cells" if sheet.delimiter else ""
    encoding = sheet.encoding or ""
    return f"read as {_ENCODINGS.get(encoding, encoding.upper())}{signs}"


def draw_remarks(sheet: PromptSheet) -> None:
    """Every row that needs a look."""
    remarks: list[RejectedRow | Problem] = [*sheet.rejected, *sheet.warnings]
    if not remarks:
        return
    with st.expander(f"Show {plural(len(remarks), 'remark')}"):
        for remark in remarks[:_SHOWN_REMARKS]:
            st.text(f"Row {remark.line}: {remark.reason}" if remark.line else remark.reason)
        if len(remarks) > _SHOWN_REMARKS:
            st.text(f"and {len(remarks) - _SHOWN_REMARKS:,} more")


def draw_report(upload: Upload, *, add_joined: Callable[[Sequence[PromptRow]], None]) -> None:
    """One sentence on what was added, and below it every row that needs a look."""
    sheet = upload.sheet
    text = f"{plural(len(sheet.rows), 'prompt')} added from {upload.name} ({source(sheet)})."
    if upload.remembered:
        text += " Columns as you chose them last time."
    if sheet.question:
        text += " Its first row was taken for a prompt."
    if not sheet.rejected and not sheet.warnings:
        st.success(markdown(text), icon=":material/check_circle:")
        return
    if sheet.rejected:
        text += f" {plural(len(sheet.rejected), 'row')} could not be used."
    st.warning(markdown(text), icon=":material/warning:")
    draw_remarks(sheet)
    if sheet.rejected:
        _draw_offers(upload.name, sheet, add_joined)


def _draw_offers(
    name: str, sheet: PromptSheet, add_joined: Callable[[Sequence[PromptRow]], None]
) -> None:
    joined = [row.joined for row in sheet.rejected if row.joined]
    with st.container(horizontal=True):
        if joined:
            st.button(
                f"Join the cells of {plural(len(joined), 'long row')} and add them",
                on_click=add_joined,
                args=(joined,),
            )
        st.download_button(
            "Download the rejected rows",
            rejected_csv(sheet),
            f"rejected-{name.rpartition('.')[0] or name}.csv",
            _CSV,
            on_click="ignore",
        )
