"""One page in a dialog: as a visitor sees it, its words, and what the moderation said."""

from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.pages import PageEdit, PageStatus, PageText, PromptPage
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui import messages
from bulkgen.ui.formats import markdown
from bulkgen.ui.image_links import page_picture_url
from bulkgen.ui.verdicts import draw_verdict

_EDITED = "pages.edited"
_PREVIEWED = "pages.previewed"
_PREVIEW_PX = 1024


def open_editor(page_id: UUID) -> None:
    """Show the editor of a page."""
    st.session_state[_EDITED] = page_id


def open_preview(page_id: UUID) -> None:
    """Show a page as a visitor sees it."""
    st.session_state[_PREVIEWED] = page_id


def _close() -> None:
    st.session_state.pop(_EDITED, None)
    st.session_state.pop(_PREVIEWED, None)


def draw_dialogs(studio: Studio, actor: Actor) -> None:
    """The dialog of the page a person clicked."""
    edited, previewed = st.session_state.get(_EDITED), st.session_state.get(_PREVIEWED)
    if edited is not None:
        page = _seen(studio, actor, edited)
        st.dialog("Edit page", width="medium", on_dismiss=_close)(_draw_editor)(studio, actor, page)
    elif previewed is not None:
        page = _seen(studio, actor, previewed)
        st.dialog("Preview", width="medium", on_dismiss=_close)(_draw_preview)(page)


def _seen(studio: Studio, actor: Actor, page_id: UUID) -> PromptPage:
    page = studio.pages.get(actor, page_id)
    if page.reviewed_at is None:
        studio.pages.mark_reviewed(actor, [page_id])
    return page


def _draw_preview(page: PromptPage) -> None:
    sizes = [variant for variant in page.variants if variant.width_px <= _PREVIEW_PX]
    if sizes:
        largest = max(sizes, key=lambda variant: variant.width_px)
        st.image(page_picture_url(largest.name), width="stretch", alt=page.text.alt)
    st.subheader(markdown(page.text.title), anchor=False)
    st.markdown(markdown(page.text.description))
    st.code(page.prompt, language=None, wrap_lines=True)
    st.caption(markdown(f"{page.category} | {', '.join(page.text.tags)} | {page.model}"))
    st.caption(markdown(f"AI-generated image | /p/{page.slug}"))
    if page.status is not PageStatus.TRASHED:
        st.button("Edit", key="pages.preview.edit", on_click=_edit_instead, args=(page.id,))


def _edit_instead(page_id: UUID) -> None:
    _close()
    open_editor(page_id)


def _draw_editor(studio: Studio, actor: Actor, page: PromptPage) -> None:
    title = st.text_input("Title", page.text.title)
    description = st.text_area("Description", page.text.description)
    tags = st.text_input("Tags, with commas between them", ", ".join(page.text.tags))
    alt = st.text_input("Alt text, for people who do not see the picture", page.text.alt)
    categories = list(dict.fromkeys([page.category, *studio.choices.categories()]))
    category = st.selectbox("Category", categories)
    draw_verdict(page)
    if st.button("Save", type="primary"):
        text = PageText(title=title, description=description, tags=split_tags(tags), alt=alt)
        try:
            studio.pages.edit(actor, [PageEdit(page_id=page.id, text=text, category=category)])
        except BulkgenError as error:
            messages.show(error)
        else:
            _close()
            messages.note("Saved.")
            st.rerun()


def split_tags(given: str) -> tuple[str, ...]:
    """The tags between commas."""
    return tuple(tag.strip() for tag in given.split(",") if tag.strip())
