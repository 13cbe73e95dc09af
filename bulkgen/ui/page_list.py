"""Prompt pages as a list: look, edit, publish, unpublish."""

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.images import MIME_TYPES
from bulkgen.domain.pages import PageEdit, PageStatus, PageText, PromptPage
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui import messages
from bulkgen.ui.formats import markdown, plural
from bulkgen.ui.image_links import page_picture_url
from bulkgen.ui.verdicts import draw_verdict, sentence

_PAGE = 24
_COLUMNS = 4
_MIN_COLUMN_PX = 190
_STATUS = "pages.status"
_NUMBER = "pages.page"
_EDITED = "pages.edited"
_ALWAYS = (PageStatus.DRAFT, PageStatus.PUBLISHED)
_HEADINGS = {
    PageStatus.DRAFT: "Drafts",
    PageStatus.PUBLISHED: "Published",
    PageStatus.NEEDS_REVIEW: "Needs review",
    PageStatus.BLOCKED: "Blocked",
}


def draw_pages(studio: Studio, actor: Actor) -> None:
    """One page of the list, of the status chosen above it."""
    counts = studio.pages.counts(actor)
    shown = [status for status in _HEADINGS if status in _ALWAYS or counts.get(status)]
    if st.session_state.get(_STATUS) not in shown:
        st.session_state[_STATUS] = next((s for s in shown if counts.get(s)), shown[0])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "Status",
            shown,
            format_func=lambda status: f"{_HEADINGS[status]} {counts.get(status, 0):,}",
            required=True,
            default=st.session_state[_STATUS],
            label_visibility="collapsed",
            key=_STATUS,
            on_change=lambda: st.session_state.pop(_NUMBER, None),
        )
        status: PageStatus = st.session_state[_STATUS]
        total = counts.get(status, 0)
        if status is PageStatus.DRAFT and total:
            drafts = [page.id for page in studio.pages.all(actor, PageStatus.DRAFT)]
            label = f"Publish {plural(total, 'draft')}"
            _status_button(studio, actor, label, drafts, PageStatus.PUBLISHED)
        st.link_button("Open the public list", "/p/", icon=":material/open_in_new:")
    if not total:
        st.markdown(f"No page here. {_HEADINGS[status]} appear in this place.")
    number = st.session_state.get(_NUMBER, 1)
    pages = studio.pages.all(actor, status, offset=(number - 1) * _PAGE, limit=_PAGE)
    with st.grid(_COLUMNS, min_column_width=_MIN_COLUMN_PX):
        for page in pages:
            _draw_page(studio, actor, page)
    if total > _PAGE:
        st.pagination(-(-total // _PAGE), key=_NUMBER)


def draw_editor(studio: Studio, actor: Actor) -> None:
    """Open the editor of the page a person clicked."""
    page_id = st.session_state.get(_EDITED)
    if page_id is not None:
        page = studio.pages.get(actor, page_id)
        dialog = st.dialog("Edit page", width="medium", on_dismiss=_close_editor)
        dialog(_draw_editor)(studio, actor, page)


def _draw_page(studio: Studio, actor: Actor, page: PromptPage) -> None:
    smallest = min(
        (variant for variant in page.variants if variant.mime_type == MIME_TYPES["webp"]),
        key=lambda variant: variant.width_px,
    )
    with st.container(border=True, gap="xsmall"):
        st.image(page_picture_url(smallest.name), width="stretch", alt=page.text.alt)
        st.markdown(f"**{markdown(page.text.title)}**")
        st.caption(markdown(f"{page.category} | {', '.join(page.text.tags[:3])}"))
        said = sentence(page)
        if said:
            st.caption(markdown(said))
        with st.container(horizontal=True, gap="xsmall"):
            st.button(
                "Edit",
                key=f"pages.edit.{page.id}",
                help=f"Edit {markdown(page.text.title)}",
                on_click=_open_editor,
                args=(page.id,),
            )
            if page.unjudged or page.status is PageStatus.NEEDS_REVIEW:
                st.button(
                    "Accept",
                    key=f"pages.accept.{page.id}",
                    on_click=_accept,
                    args=(studio, actor, page.id),
                )
            for label, wanted in _MOVES.get(page.status, ()):
                _status_button(studio, actor, label, [page.id], wanted)
            if page.status is PageStatus.PUBLISHED:
                st.link_button("View", f"/p/{page.slug}")


#: What a person may do with one page, by its status.
_MOVES = {
    PageStatus.DRAFT: (("Publish", PageStatus.PUBLISHED),),
    PageStatus.PUBLISHED: (("Unpublish", PageStatus.DRAFT),),
    PageStatus.NEEDS_REVIEW: (("Block", PageStatus.BLOCKED),),
}


def _status_button(
    studio: Studio, actor: Actor, label: str, page_ids: Sequence[UUID], wanted: PageStatus
) -> None:
    st.button(
        label,
        key=f"pages.{label}.{page_ids[0]}",
        on_click=_set_status,
        args=(studio, actor, page_ids, wanted),
    )


def _set_status(studio: Studio, actor: Actor, page_ids: Sequence[UUID], wanted: PageStatus) -> None:
    try:
        studio.pages.set_status(actor, page_ids, wanted)
    except BulkgenError as error:
        messages.note(str(error))


def _accept(studio: Studio, actor: Actor, page_id: UUID) -> None:
    try:
        studio.pages.accept(actor, page_id)
    except BulkgenError as error:
        messages.note(str(error))


def _open_editor(page_id: UUID) -> None:
    st.session_state[_EDITED] = page_id


def _close_editor() -> None:
    st.session_state.pop(_EDITED, None)


def _draw_editor(studio: Studio, actor: Actor, page: PromptPage) -> None:
    title = st.text_input("Title", page.text.title)
    description = st.text_area("Description", page.text.description)
    tags = st.text_input("Tags, with commas between them", ", ".join(page.text.tags))
    alt = st.text_input("Alt text, for people who do not see the picture", page.text.alt)
    categories = list(dict.fromkeys([page.category, *studio.choices.categories()]))
    category = st.selectbox("Category", categories)
    draw_verdict(page)
    if st.button("Save", type="primary"):
        text = PageText(
            title=title,
            description=description,
            tags=tuple(tag.strip() for tag in tags.split(",") if tag.strip()),
            alt=alt,
        )
        try:
            edit = PageEdit(page_id=page.id, text=text, category=category)
            studio.pages.edit(actor, [edit])
        except BulkgenError as error:
            messages.show(error)
        else:
            _close_editor()
            messages.note("Saved.")
            st.rerun()
