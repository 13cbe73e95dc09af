"""Prompt pages as a list: look, edit, publish, unpublish, delete and take back."""

from datetime import UTC, datetime

import streamlit as st

from bulkgen.domain.images import MIME_TYPES
from bulkgen.domain.page_filters import FoundPages, PageFilter
from bulkgen.domain.pages import UNDO, PageStatus, PromptPage
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui.formats import markdown, plural
from bulkgen.ui.image_links import SITE_ZIP, browser_url, page_picture_url
from bulkgen.ui.page_actions import act, change, draw_work
from bulkgen.ui.page_editor import draw_dialogs, open_editor, open_preview
from bulkgen.ui.page_search import NUMBER, draw_search, shows_broken
from bulkgen.ui.page_table import draw_table
from bulkgen.ui.verdicts import sentence

_CARDS, _TABLE = "Cards", "Table"
_VIEW = "pages.view"
_PAGE_CARDS = 24
_PAGE_ROWS = 50
_COLUMNS = 4
_MIN_COLUMN_PX = 190

#: What a person may do with one page, by its status.
_MOVES = {
    PageStatus.DRAFT: (("Publish", PageStatus.PUBLISHED),),
    PageStatus.PUBLISHED: (("Unpublish", PageStatus.DRAFT),),
    PageStatus.NEEDS_REVIEW: (("Block", PageStatus.BLOCKED),),
}


def draw_pages(studio: Studio, actor: Actor) -> None:
    """The pages of the filter above them, as cards or as a table."""
    draw_work(studio, actor)
    which = draw_search(studio, actor)
    view = _draw_bar(studio, actor, which)
    size = _PAGE_ROWS if view == _TABLE else _PAGE_CARDS
    number = st.session_state.get(NUMBER, 1)
    found = studio.pages.find(actor, which, offset=(number - 1) * size, limit=size)
    if not found.total:
        st.markdown("No page is here, or none that the filter holds for.")
    elif view == _TABLE:
        draw_table(studio, actor, found, which)
    else:
        _draw_cards(studio, actor, found)
    if found.total > size:
        st.pagination(-(-found.total // size), key=NUMBER)
    draw_dialogs(studio, actor)


def _draw_bar(studio: Studio, actor: Actor, which: PageFilter) -> str:
    """What is done with all pages of the filter, and how they are shown."""
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "View",
            [_CARDS, _TABLE],
            default=_CARDS,
            required=True,
            label_visibility="collapsed",
            key=_VIEW,
            on_change=lambda: st.session_state.pop(NUMBER, None),
        )
        total = studio.pages.find(actor, which, limit=0).total
        if which.status is PageStatus.DRAFT and total and view == _CARDS:
            st.button(
                f"Publish {plural(total, 'draft')}",
                on_click=_publish_all,
                args=(studio, actor, which),
            )
        if shows_broken() and total:
            st.button(
                f"Make the pictures of {plural(total, 'page')} again",
                on_click=_draw_all_again,
                args=(studio, actor, which),
            )
        st.link_button("Open the public list", browser_url("/p/"), icon=":material/open_in_new:")
        if which.status is PageStatus.PUBLISHED and total:
            st.link_button(
                "Download the website",
                browser_url(SITE_ZIP),
                help="All published pages as plain files for any web host, as a ZIP",
            )
    return str(view)


def _publish_all(studio: Studio, actor: Actor, which: PageFilter) -> None:
    pages = studio.pages.find(actor, which).pages
    change(studio, actor, [page.id for page in pages], PageStatus.PUBLISHED)


def _draw_all_again(studio: Studio, actor: Actor, which: PageFilter) -> None:
    pages = studio.pages.find(actor, which).pages
    act(studio.pages.draw_again, actor, [page.id for page in pages])


def _draw_cards(studio: Studio, actor: Actor, found: FoundPages) -> None:
    alike = studio.pages.near_same(found.pages)
    with st.grid(_COLUMNS, min_column_width=_MIN_COLUMN_PX):
        for page in found.pages:
            _draw_card(studio, actor, page, alike.get(page.id, 0))


def _draw_card(studio: Studio, actor: Actor, page: PromptPage, alike: int) -> None:
    webps = [variant for variant in page.variants if variant.mime_type == MIME_TYPES["webp"]]
    with st.container(border=True, gap="xsmall"):
        if webps:
            smallest = min(webps, key=lambda variant: variant.width_px)
            st.image(page_picture_url(smallest.name), width="stretch", alt=page.text.alt)
        st.markdown(f"**{markdown(page.text.title)}**")
        st.caption(markdown(f"{page.category} | {', '.join(page.text.tags[:3])}"))
        for remark in remarks(page, alike):
            st.caption(markdown(remark))
        with st.container(horizontal=True, gap="xsmall"):
            if page.status is PageStatus.TRASHED:
                _draw_restore(studio, actor, page)
            else:
                _draw_moves(studio, actor, page)


def remarks(page: PromptPage, alike: int) -> list[str]:
    """What a person should know of a page before it is published."""
    found = [said] if (said := sentence(page)) else []
    if alike:
        found.append(f"Title nearly like that of {plural(alike, 'other page')}")
    if page.trashed_at is not None:
        hours = max(0, round((page.trashed_at + UNDO - datetime.now(UTC)).total_seconds() / 3600))
        found.append(f"Gone for good in {plural(hours, 'hour')}")
    return found


def _draw_restore(studio: Studio, actor: Actor, page: PromptPage) -> None:
    st.button(
        "Restore",
        key=f"pages.restore.{page.id}",
        help=f"Restore {markdown(page.text.title)}",
        on_click=act,
        args=(studio.pages.restore, actor, [page.id]),
    )


def _draw_moves(studio: Studio, actor: Actor, page: PromptPage) -> None:
    title = markdown(page.text.title)
    for label, show in (("Edit", open_editor), ("Preview", open_preview)):
        st.button(
            label,
            key=f"pages.{label}.{page.id}",
            help=f"{label} {title}",
            type="tertiary" if label == "Preview" else "secondary",
            on_click=show,
            args=(page.id,),
        )
    if page.unjudged:
        st.button(
            "Ask again",
            key=f"pages.judge.{page.id}",
            help="Ask the moderation again",
            on_click=act,
            args=(studio.pages.judge_again, actor, [page.id]),
        )
    if page.unjudged or page.status is PageStatus.NEEDS_REVIEW:
        st.button(
            "Accept",
            key=f"pages.accept.{page.id}",
            on_click=act,
            args=(studio.pages.accept, actor, page.id),
        )
    for label, wanted in (*_MOVES.get(page.status, ()), ("Delete", PageStatus.TRASHED)):
        st.button(
            label,
            key=f"pages.{label}.{page.id}",
            type="tertiary" if wanted is PageStatus.TRASHED else "secondary",
            on_click=change,
            args=(studio, actor, [page.id], wanted),
        )
    if page.status is PageStatus.PUBLISHED:
        st.link_button("View", browser_url(f"/p/{page.slug}"))
