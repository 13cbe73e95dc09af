"""The name of the open list, and the way to the others."""

from collections.abc import Callable
from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.sheets import MAX_NAME_CHARACTERS, SheetSummary
from bulkgen.ui import messages
from bulkgen.ui.draft import NAME, Draft
from bulkgen.ui.formats import markdown, plural, when

_LISTS = "generate.lists"
_PAGE_KEY = "generate.lists.page"
#: The list whose deletion is to be confirmed.
_DELETED = "generate.lists.deleted"
_PAGE = 5


def list_bar(draft: Draft) -> None:
    """Draw the name, the earlier lists and the button for a new one."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "List name",
            value=st.session_state[NAME],
            key=NAME,
            max_chars=MAX_NAME_CHARACTERS,
            placeholder="Untitled list",
            help="Its job takes the name over.",
        )
        lists = st.popover("Your lists", key=_LISTS, on_change="rerun")
        if lists.open:
            with lists:
                _draw_lists(draft)
        st.button("New list", on_click=draft.begin_new)


def _draw_lists(draft: Draft) -> None:
    """One page of the others, the latest first."""
    others = [one for one in draft.studio.sheets.all(draft.actor) if one.id != draft.sheet.id]
    if not others:
        st.caption("There is no other list. New list begins one, and this one stays here.")
    pages = max(1, -(-len(others) // _PAGE))
    start = (min(st.session_state.get(_PAGE_KEY, 1), pages) - 1) * _PAGE
    for summary in others[start : start + _PAGE]:
        _draw_list(draft, summary)
    if pages > 1:
        st.pagination(pages, key=_PAGE_KEY)


def _draw_list(draft: Draft, summary: SheetSummary) -> None:
    title = markdown(summary.name or summary.first_words or "Untitled list")
    prompts = plural(summary.prompts, "prompt")
    with st.container(border=True, gap="xsmall"):
        buttons: tuple[tuple[str, Callable[[Draft, UUID], None]], ...]
        if st.session_state.get(_DELETED) == summary.id:
            st.markdown(f"Delete **{title}** with {prompts}?")
            buttons = (("Delete it", _delete), ("Keep it", _keep))
        else:
            st.markdown(f"**{title}**")
            st.caption(f"{prompts}, {when(summary.updated_at)}")
            buttons = (("Open", _open), ("Delete", _ask_to_delete))
        with st.container(horizontal=True, gap="xsmall"):
            for label, act in buttons:
                st.button(
                    label,
                    key=f"{_LISTS}.{label}.{summary.id}",
                    on_click=act,
                    args=(draft, summary.id),
                )


def _open(draft: Draft, sheet_id: UUID) -> None:
    st.session_state[_LISTS] = False
    draft.open_other(sheet_id)


def _ask_to_delete(_draft: Draft, sheet_id: UUID) -> None:
    st.session_state[_DELETED] = sheet_id


def _keep(_draft: Draft, _sheet_id: UUID) -> None:
    st.session_state.pop(_DELETED, None)


def _delete(draft: Draft, sheet_id: UUID) -> None:
    st.session_state.pop(_DELETED, None)
    try:
        draft.studio.sheets.remove(draft.actor, sheet_id)
    except BulkgenError as error:
        messages.note(str(error))
