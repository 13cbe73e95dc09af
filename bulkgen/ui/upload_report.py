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

_SHOWN_REMARKS = 50
_CSV = "text/csv"


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


def draw_report(
    name: str, sheet: PromptSheet, *, add_joined: Callable[[Sequence[PromptRow]], None]
) -> None:
    """One sentence, and below it every row that needs a look."""
    source = f"sheet {sheet.worksheet}" if sheet.worksheet else f"read as {sheet.encoding}"
    text = f"{plural(len(sheet.rows), 'prompt')} added from {name} ({source})."
    if sheet.question:
        text += " Its first row was taken for a prompt."
    remarks: list[RejectedRow | Problem] = [*sheet.rejected, *sheet.warnings]
    if not remarks:
        st.success(markdown(text), icon=":material/check_circle:")
        return
    if sheet.rejected:
        text += f" {plural(len(sheet.rejected), 'row')} could not be used."
    st.warning(markdown(text), icon=":material/warning:")
    with st.expander(f"Show {plural(len(remarks), 'remark')}"):
        for remark in remarks[:_SHOWN_REMARKS]:
            st.text(f"Row {remark.line}: {remark.reason}" if remark.line else remark.reason)
        if len(remarks) > _SHOWN_REMARKS:
            st.text(f"and {len(remarks) - _SHOWN_REMARKS:,} more")
    if sheet.rejected:
        _draw_offers(name, sheet, add_joined)


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
