"""One image large, with what is known of it."""

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.ui.formats import usd, when
from bulkgen.ui.image_grid import PREVIEW
from bulkgen.ui.image_links import original_url
from bulkgen.ui.messages import show

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
        show(error)
        return
    title = f"Prompt {image.prompt_number}, image {image.number}"
    st.dialog(title, width=_WIDTH_PX, on_dismiss=_close)(_draw)(image)


def _close() -> None:
    st.session_state.pop(PREVIEW, None)


def _draw(image: GeneratedImage) -> None:
    st.image(original_url(image.id), width="stretch", alt=image.prompt[:200])
    st.text(image.sent_prompt)
    cost = "unknown" if image.cost_usd is None else usd(image.cost_usd)
    st.table(
        {
            "Model": image.model,
            "Size": f"{image.width_px} x {image.height_px} pixels",
            "Quality": image.quality,
            "Cost": cost.replace("$", "\\$"),
            "File": f"{image.output_format}, {(image.size_bytes or 0) // _KILOBYTE:,} KB",
            "Made": when(image.completed_at) if image.completed_at else "",
        },
        border="horizontal",
    )
    st.link_button("Download", f"{original_url(image.id)}?download=1", icon=":material/download:")
