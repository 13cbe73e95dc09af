"""From drafts to finals: the dialog that orders them, and each final beside its draft."""

from uuid import UUID, uuid4

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.jobs import Job
from bulkgen.domain.models import AUTO, ImageModel
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.studio.finals import FinalsChoice, FinalsOffer
from bulkgen.ui import messages
from bulkgen.ui.formats import about_usd, markdown, plural, usd
from bulkgen.ui.image_links import thumbnail_url

#: The job whose finals are asked for, and the id of that click.
_OPENED = "finals.opened"
_SAME_SIZE = "as in the draft"


def finals_button(job: Job, menu: str) -> None:
    """The button that opens the dialog, and closes the menu of this key that it is in."""
    st.button(
        "Make finals",
        key=f"finals.open.{job.id}",
        disabled=not job.selected,
        width="stretch",
        help="Make the selected pictures once more with a better model, quality or size",
        on_click=_open,
        args=(job.id, menu),
    )


def draw_finals(studio: Studio, actor: Actor) -> None:
    """Open the dialog while it is asked for."""
    opened = st.session_state.get(_OPENED)
    if opened is None:
        return
    job_id, click_id = opened
    try:
        job = studio.jobs.get(actor, job_id)
    except BulkgenError as error:
        messages.show(error)
        return
    title = f"Make {plural(job.selected, 'final')}"
    st.dialog(title, width="medium", on_dismiss=_close)(_draw)(studio, actor, job, click_id)


def draw_pairs(studio: Studio, actor: Actor, image: GeneratedImage) -> None:
    """The drafts and finals an image belongs to, side by side, with the choice between them."""
    for draft, final in studio.finals.pairs(actor, image):
        with st.container(border=True):
            for column, one, what in zip(
                st.columns(2), (draft, final), ("Draft", "Final"), strict=True
            ):
                cost = "" if one.cost_usd is None else f", {usd(one.cost_usd)}"
                words = f"{what}: {one.model}, {one.quality}, {one.width_px} x {one.height_px}"
                with column:
                    alt = f"{what} of prompt {draft.prompt_number}: {draft.prompt[:150]}"
                    st.image(thumbnail_url(one.id), width="stretch", alt=alt)
                    chosen = "**Selected.** " if one.selected else ""
                    st.caption(chosen + markdown(words + cost))
            with st.container(horizontal=True):
                _choice(studio, actor, final, "Take the final", final=True)
                _choice(studio, actor, final, "Keep the draft", final=False)


def _choice(
    studio: Studio, actor: Actor, image: GeneratedImage, label: str, *, final: bool
) -> None:
    st.button(
        label,
        key=f"finals.{final}.{image.id}",
        help="Select this one and not the other",
        on_click=_choose,
        args=(studio, actor, image.id, final),
    )


def _choose(studio: Studio, actor: Actor, image_id: UUID, final: bool) -> None:  # noqa: FBT001 - a callback's argument
    try:
        studio.finals.choose(actor, image_id, final=final)
    except BulkgenError as error:
        messages.note(str(error))
    st.rerun()


def _open(job_id: UUID, menu: str) -> None:
    st.session_state[menu] = False
    st.session_state[_OPENED] = (job_id, uuid4())
    st.rerun()


def _close() -> None:
    st.session_state.pop(_OPENED, None)


def _draw(studio: Studio, actor: Actor, job: Job, click_id: UUID) -> None:
    st.markdown(
        "Each final is a new picture of the same words. It can show something else than its draft, "
        "which stays selected until you take the final."
    )
    choice = _draw_choice(studio, job)
    try:
        offer = studio.finals.offer(actor, job.id, choice)
    except BulkgenError as error:
        messages.show(error)
        return
    for problem in offer.checked.problems[:1]:
        st.error(markdown(problem.reason), icon=":material/error:")
    for obstacle in offer.checked.obstacles:
        st.error(markdown(obstacle), icon=":material/error:")
    _draw_price(offer)
    agreed = True
    if studio.jobs.needs_confirmation(offer.checked):
        most = usd(offer.checked.estimate.most_usd)
        agreed = st.checkbox(markdown(f"Yes, these finals may cost up to {most}"))
    st.button(
        f"Make {plural(offer.finals, 'final')}",
        type="primary",
        disabled=bool(offer.checked.problems or offer.checked.obstacles) or not agreed,
        on_click=_make,
        args=(studio, actor, job.id, choice, click_id),
    )


def _draw_choice(studio: Studio, job: Job) -> FinalsChoice:
    catalogue = studio.choices.catalogue
    models = {model.id: f"{model.label}, {model.purpose}" for model in catalogue.offered()}
    names = list(models)
    at = names.index(job.settings.model) if job.settings.model in models else 0
    chosen = st.selectbox("Model", names, at, format_func=models.__getitem__)
    model = catalogue.model(chosen)
    qualities = [quality for quality in model.choices_of_quality() if quality != AUTO]
    better = _better(model, job.settings.quality)
    quality = st.selectbox(
        "Quality",
        qualities,
        qualities.index(better),
        format_func=lambda name: f"{name}, {catalogue.quality_purposes[name]}",
    )
    sizes = {_SAME_SIZE: f"{_SAME_SIZE}, {job.settings.size}"} | {
        size: f"{name} {size}" for size, name in catalogue.sizes.items()
    }
    size = st.selectbox("Size", list(sizes), format_func=sizes.__getitem__)
    return FinalsChoice(model=chosen, quality=quality, size=None if size == _SAME_SIZE else size)


def _better(model: ImageModel, quality: str) -> str:
    """The next quality of the model after the drafts' own, or its best."""
    qualities = [name for name in model.choices_of_quality() if name != AUTO]
    if quality not in qualities:
        return qualities[-1]
    return qualities[min(qualities.index(quality) + 1, len(qualities) - 1)]


def _draw_price(offer: FinalsOffer) -> None:
    price = f"{plural(offer.finals, 'final')}: {about_usd(offer.checked.estimate.cost)}"
    if offer.checked.left_usd is not None:
        price += f" of {usd(offer.checked.left_usd)} left"
    st.markdown(f"**{markdown(price)}**")
    if offer.saved_usd is not None:
        st.caption(
            markdown(
                f"All {plural(offer.everything, 'picture')} like this would have cost about "
                f"{usd(offer.everything_usd)}. With the drafts' {usd(offer.drafts_usd)} counted, "
                f"about {usd(offer.saved_usd)} is saved."
            )
        )


def _make(studio: Studio, actor: Actor, job_id: UUID, choice: FinalsChoice, click_id: UUID) -> None:
    try:
        made = studio.finals.make(actor, job_id, choice, click_id)
    except BulkgenError as error:
        messages.note(str(error))
    else:
        _close()
        messages.note("The finals are being made.")
        st.query_params["job"] = str(made)
    st.rerun()
