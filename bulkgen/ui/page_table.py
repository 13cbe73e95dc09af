"""Pages as a table: many are edited at once and saved together, and those chosen are moved.

The table on the screen begins with what is stored, over which lies what was typed and is not saved
yet; so typing survives another filter, another page and an error.
"""

from typing import Any
from uuid import UUID

import pandas as pd
import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.page_filters import FoundPages, PageFilter
from bulkgen.domain.pages import PageEdit, PageStatus, PageText, PromptPage
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui import messages
from bulkgen.ui.formats import plural
from bulkgen.ui.image_links import page_picture_url
from bulkgen.ui.page_actions import act, change
from bulkgen.ui.page_editor import split_tags
from bulkgen.ui.page_search import NUMBER
from bulkgen.ui.verdicts import sentence

_BASE = "pages.table.base"
_STORED = "pages.table.stored"
_SHOWN = "pages.table.shown"
_EDITION = "pages.table.edition"
_UNSAVED = "pages.table.unsaved"
_ALL_CHOSEN = "pages.table.all"
_CHOSEN = "Choose"
_TITLE, _DESCRIPTION, _TAGS = "Title", "Description", "Tags"
_CATEGORY, _ALT = "Category", "Alt text"
_EDITABLE = (_TITLE, _DESCRIPTION, _TAGS, _CATEGORY, _ALT)
_BUTTONS = {
    PageStatus.DRAFT: (("Publish", PageStatus.PUBLISHED), ("Delete", PageStatus.TRASHED)),
    PageStatus.PUBLISHED: (("Unpublish", PageStatus.DRAFT), ("Delete", PageStatus.TRASHED)),
    PageStatus.NEEDS_REVIEW: (("Block", PageStatus.BLOCKED), ("Delete", PageStatus.TRASHED)),
    PageStatus.BLOCKED: (("Delete", PageStatus.TRASHED),),
}

Row = dict[str, Any]


def draw_table(studio: Studio, actor: Actor, found: FoundPages, which: PageFilter) -> None:
    """The pages of a filter as rows, and what is done with those that are chosen."""
    unsaved: dict[UUID, Row] = st.session_state.setdefault(_UNSAVED, {})
    base = _base(studio, found, which, unsaved)
    bar = st.container(horizontal=True, vertical_alignment="center")
    trashed = which.status is PageStatus.TRASHED
    edited = st.data_editor(
        base,
        key=_key(),
        hide_index=True,
        width="stretch",
        disabled=["Picture", "Note", *(_EDITABLE if trashed else ())],
        column_config=_columns(studio, found),
    )
    stored = st.session_state[_STORED]
    for page_id, row in zip(map(str, edited.index), edited.to_dict("records"), strict=True):
        words = {name: row[name] or "" for name in _EDITABLE}
        if words != stored[page_id]:
            unsaved[UUID(page_id)] = words
        else:
            unsaved.pop(UUID(page_id), None)
    chosen = [UUID(str(page_id)) for page_id in edited.index[edited[_CHOSEN]]]
    with bar:
        _draw_buttons(studio, actor, which, chosen)


def _base(
    studio: Studio, found: FoundPages, which: PageFilter, unsaved: dict[UUID, Row]
) -> pd.DataFrame:
    """What the table began with; it is made anew for other pages and for other words of them."""
    pages = [(page.id, page.updated_at) for page in found.pages]
    shown = (which, st.session_state.get(NUMBER, 1), pages)
    # A table that was not drawn in the last run has forgotten what was typed into it.
    if st.session_state.get(_SHOWN) != shown or _key() not in st.session_state:
        _gather(unsaved)
        st.session_state[_SHOWN] = shown
        st.session_state[_EDITION] = st.session_state.get(_EDITION, 0) + 1
        alike = studio.pages.near_same(found.pages)
        rows = {str(page.id): _row(page, alike.get(page.id, 0)) for page in found.pages}
        st.session_state[_STORED] = {
            page_id: {name: row[name] for name in _EDITABLE} for page_id, row in rows.items()
        }
        laid_over = [row | unsaved.get(UUID(page_id), {}) for page_id, row in rows.items()]
        st.session_state[_BASE] = pd.DataFrame(laid_over, index=list(rows))
    base: pd.DataFrame = st.session_state[_BASE]
    return base


def _gather(unsaved: dict[UUID, Row]) -> None:
    """What was typed into the table that is about to go, maybe by the very click that ends it."""
    base = st.session_state.get(_BASE)
    typed = st.session_state.get(_key())
    if base is None or not typed:
        return
    for place, cells in typed["edited_rows"].items():
        if any(name in cells for name in _EDITABLE):
            page_id = base.index[int(place)]
            words = {name: cells.get(name, base.loc[page_id, name]) for name in _EDITABLE}
            unsaved[UUID(page_id)] = {name: word or "" for name, word in words.items()}


def _key() -> str:
    return f"pages.table.{st.session_state.get(_EDITION, 0)}"


def _row(page: PromptPage, alike: int) -> Row:
    notes = [sentence(page), alike and f"Title nearly like that of {plural(alike, 'other page')}"]
    smallest = min(page.variants, key=lambda variant: variant.width_px, default=None)
    return {
        _CHOSEN: bool(st.session_state.get(_ALL_CHOSEN)),
        "Picture": page_picture_url(smallest.name) if smallest else None,
        _TITLE: page.text.title,
        _DESCRIPTION: page.text.description,
        _TAGS: ", ".join(page.text.tags),
        _CATEGORY: page.category,
        _ALT: page.text.alt,
        "Note": "; ".join(note for note in notes if note),
    }


def _columns(studio: Studio, found: FoundPages) -> dict[str, Any]:
    categories = [*studio.choices.categories(), *(page.category for page in found.pages)]
    return {
        _CHOSEN: st.column_config.CheckboxColumn(width=90, pinned=True),
        "Picture": st.column_config.ImageColumn(width=70),
        _TITLE: st.column_config.TextColumn(width="medium"),
        _DESCRIPTION: st.column_config.TextColumn(width="large"),
        _TAGS: st.column_config.TextColumn(width="medium", help="With commas between them"),
        _CATEGORY: st.column_config.SelectboxColumn(
            options=list(dict.fromkeys(categories)), required=True
        ),
        _ALT: st.column_config.TextColumn(width="medium"),
        "Note": st.column_config.TextColumn(width="medium"),
    }


def _draw_buttons(studio: Studio, actor: Actor, which: PageFilter, chosen: list[UUID]) -> None:
    unsaved: dict[UUID, Row] = st.session_state[_UNSAVED]
    if st.button(
        f"Save {plural(len(unsaved), 'changed page')}" if unsaved else "Save",
        type="primary",
        disabled=not unsaved,
    ) and _save(studio, actor):
        messages.note("Saved.")
        _anew()
    if unsaved:
        st.button("Drop the changes", on_click=_drop)
    everything = bool(st.session_state.get(_ALL_CHOSEN))
    label = "Choose none" if everything else "Choose all shown"
    st.button(label, on_click=_choose_all, args=(not everything,))
    if not chosen:
        st.caption("Choose pages to publish, delete or rewrite them.")
        return
    st.markdown(f"{len(chosen):,} chosen")
    if which.status is PageStatus.TRASHED:
        if st.button("Restore"):
            act(studio.pages.restore, actor, chosen)
            _anew()
        return
    for name, wanted in _BUTTONS[which.status or PageStatus.DRAFT]:
        if st.button(name, key=f"pages.table.{name}") and _save(studio, actor):
            change(studio, actor, chosen, wanted)
            _anew()
    if st.button("Write again", help="Buy new words for the pages that are chosen") and _save(
        studio, actor
    ):
        act(studio.pages.write_again, actor, chosen)
        _anew()


def _save(studio: Studio, actor: Actor) -> bool:
    """Save what was typed; where a cell cannot be saved nothing is, and nothing is lost."""
    unsaved: dict[UUID, Row] = st.session_state[_UNSAVED]
    edits = [
        PageEdit(
            page_id=page_id,
            text=PageText(
                title=row[_TITLE],
                description=row[_DESCRIPTION],
                tags=split_tags(row[_TAGS]),
                alt=row[_ALT],
            ),
            category=row[_CATEGORY],
        )
        for page_id, row in unsaved.items()
    ]
    try:
        studio.pages.edit(actor, edits)
    except BulkgenError as error:
        messages.show(error)
        return False
    unsaved.clear()
    return True


def _anew() -> None:
    """Begin with what is stored now."""
    for key in (_SHOWN, _BASE, _ALL_CHOSEN):
        st.session_state.pop(key, None)
    st.rerun()


def _drop() -> None:
    st.session_state[_UNSAVED].clear()
    st.session_state.pop(_SHOWN, None)
    st.session_state.pop(_BASE, None)


def _choose_all(chosen: bool) -> None:  # noqa: FBT001 - a callback's argument
    st.session_state[_ALL_CHOSEN] = chosen
    st.session_state.pop(_SHOWN, None)
