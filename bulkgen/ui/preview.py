"""One image large, with what is known of it."""

from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.people import Actor
from bulkgen.domain.pricing import image_cost
from bulkgen.studio import Studio
from bulkgen.ui import messages
from bulkgen.ui.finals import draw_pairs
from bulkgen.ui.formats import about_usd, markdown, usd, when
from bulkgen.ui.image_grid import PREVIEW
from bulkgen.ui.image_links import original_url
from bulkgen.ui.remarks import draw_remarks

_WIDTH_PX = 760
_KILOBYTE = 1024


def draw_preview(studio: Studio, actor: Actor) -> None:
    """Open the dialog while a preview is asked for; a run of the whole page keeps it open."""
    image_id = st.session_state.get(PREVIEW)
    if image_id is None:
        return
    try:
        image = studio.gallery.image(actor, image_id)
    except BulkgenError as error:
        messages.show(error)
        return
    title = f"Prompt {image.prompt_number}, image {image.number}"
    st.dialog(title, width=_WIDTH_PX, on_dismiss=_close)(_draw)(studio, actor, image)


def _open(image_id: UUID) -> None:
    st.session_state[PREVIEW] = image_id
    st.rerun()


def _close() -> None:
    st.session_state.pop(PREVIEW, None)


def _draw(studio: Studio, actor: Actor, image: GeneratedImage) -> None:
    if image.status is ImageStatus.COMPLETED:
        twins = studio.gallery.twins(actor, studio.jobs.get(actor, image.job_id))
        draw_remarks(image, twins.get(image.id), place="preview", open_image=_open)
        draw_pairs(studio, actor, image)
        _draw_picture(image)
    elif image.message:
        st.warning(markdown(image.message), icon=":material/error:")
    if image.status is not ImageStatus.PROCESSING:
        _draw_redo(studio, actor, image)


def _draw_redo(studio: Studio, actor: Actor, image: GeneratedImage) -> None:
    """The prompt, to be changed and sent again."""
    key = f"preview.prompt.{image.id}"
    st.text_area("Prompt", image.prompt, key=key, height="content")
    stays = " This picture stays." if image.status is ImageStatus.COMPLETED else ""
    model = studio.choices.catalogue.model(image.model)
    price = about_usd(image_cost(model, image.quality, image.size))
    st.caption(markdown(f"Another picture costs {price}.{stays}"))
    st.button("Make it again", on_click=_redo, args=(studio, actor, image, key))


def _redo(studio: Studio, actor: Actor, image: GeneratedImage, key: str) -> None:
    try:
        studio.jobs.redo(actor, image.id, st.session_state[key])
    except BulkgenError as error:
        messages.note(str(error))
    else:
        messages.note(f"Prompt {image.prompt_number} is made again.")
        _close()
    st.rerun()


def _draw_picture(image: GeneratedImage) -> None:
    st.image(original_url(image.id), width="stretch", alt=image.prompt[:200])
    st.text(image.sent_prompt)
    cost = "unknown" if image.cost_usd is None else usd(image.cost_usd)
    st.table(
        {
            "Model": image.model,
            "Size": f"{image.width_px} x {image.height_px} pixels",
            "Quality": image.quality,
            "Sharpness and exposure": "" if image.score is None else f"{image.score:.0f} of 100",
            "Cost": cost.replace("$", "\\$"),
            "File": f"{image.output_format}, {(image.size_bytes or 0) // _KILOBYTE:,} KB",
            "Made": when(image.completed_at) if image.completed_at else "",
        },
        border="horizontal",
    )
    st.link_button("Download", f"{original_url(image.id)}?download=1", icon=":material/download:")
