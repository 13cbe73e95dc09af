"""Review: the screen of our own, and what it asks of Python."""

from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.jobs import Job
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import Actor
from bulkgen.domain.pricing import image_cost
from bulkgen.settings import ROOT
from bulkgen.studio import Studio
from bulkgen.ui import messages, navigation
from bulkgen.ui.formats import about_usd, markdown
from bulkgen.ui.image_links import IMAGES, REVIEW, base_path

_FOLDER = ROOT / "bulkgen" / "ui" / "review_screen"
#: The last one exports what Streamlit calls.
_SCRIPTS = ("journal", "pictures", "list", "keys", "screen", "decisions", "painting")
_EDITED = "review.edited"
#: Grows when Python has done what the screen asked for.
_REVISION = "review.revision"
_STATUSES = {PageStatus.DRAFT: "Draft", PageStatus.PUBLISHED: "Published"}


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


_SCREEN = st.components.v2.component(
    "bulkgen.review",
    html=_read("screen.html"),
    css=_read("screen.css"),
    js="\n".join(_read(f"{name}.js") for name in _SCRIPTS),
)


def draw_review(studio: Studio, actor: Actor, job: Job) -> None:
    """Draw the screen; decisions go past Python, and what costs money or makes pages comes here."""
    root = base_path()
    asked = _SCREEN(
        key=f"review.{job.id}",
        data={
            "job_id": str(job.id),
            "address": f"{root}{REVIEW}/{job.id}",
            "images": f"{root}{IMAGES}",
            "page_status": _STATUSES[PageStatus(job.settings.page_status)],
            "price": _price(studio, job),
            "revision": st.session_state.get(_REVISION, 0),
        },
        on_redo_change=_nothing,
        on_edit_change=_nothing,
        on_create_change=_nothing,
    )
    try:
        if asked.redo:
            image = studio.gallery.image(actor, UUID(asked.redo))
            studio.jobs.redo(actor, image.id, image.prompt)
            _answer()
        if asked.edit:
            st.session_state[_EDITED] = studio.gallery.image(actor, UUID(asked.edit)).id
        if asked.create:
            _create(studio, actor, job)
    except BulkgenError as error:
        messages.note(str(error))
        _answer()
    _draw_edit(studio, actor)


def _nothing() -> None:
    """Streamlit gives back only what has a callback."""


def _price(studio: Studio, job: Job) -> str:
    model = studio.choices.catalogue.model(job.settings.model)
    return about_usd(image_cost(model, job.settings.quality, job.settings.size))


def _create(studio: Studio, actor: Actor, job: Job) -> None:
    studio.pages.create(actor, job.id)
    st.switch_page(navigation.GALLERY, query_params={"job": str(job.id)})


def _answer() -> None:
    """Draw again, and let the screen look at what has changed."""
    st.session_state[_REVISION] = st.session_state.get(_REVISION, 0) + 1
    st.rerun()


def _draw_edit(studio: Studio, actor: Actor) -> None:
    image_id = st.session_state.get(_EDITED)
    if image_id is not None:
        st.dialog("Edit the prompt", on_dismiss=_close)(_draw_prompt)(studio, actor, image_id)


def _close() -> None:
    st.session_state.pop(_EDITED, None)


def _draw_prompt(studio: Studio, actor: Actor, image_id: UUID) -> None:
    image = studio.gallery.image(actor, image_id)
    model = studio.choices.catalogue.model(image.model)
    price = about_usd(image_cost(model, image.quality, image.size))
    text = st.text_area("Prompt", image.prompt, key=f"review.prompt.{image_id}", height="content")
    st.caption(markdown(f"One more variation costs {price}. Those that are there stay."))
    if st.button("Make it again", type="primary"):
        try:
            studio.jobs.redo(actor, image_id, text)
        except BulkgenError as error:
            messages.show(error)
        else:
            _close()
            _answer()
