"""What images cost, computed from the catalogue."""

import streamlit as st

from bulkgen.domain.models import Catalogue, ImageModel
from bulkgen.domain.pricing import image_cost
from bulkgen.ui.formats import about_usd, markdown

_BATCHES = (20, 50, 100, 1000)


def draw_calculator(catalogue: Catalogue) -> None:
    """The price of any number of images of any model, quality and size."""
    columns = st.columns(4)
    images = int(columns[0].number_input("Images", min_value=1, max_value=100_000, value=50))
    model = columns[1].selectbox(
        "Model", catalogue.offered(), format_func=lambda offered: offered.label
    )
    qualities = list(model.qualities)
    quality = columns[2].selectbox(
        "Quality", qualities, index=qualities.index(catalogue.default_quality)
    )
    sizes = {f"{name} {size}": size for name, size in catalogue.sizes.items()}
    size = sizes[columns[3].selectbox("Size", list(sizes))]
    each = image_cost(model, quality, size)
    words = f"{images:,} images: {about_usd(each.times(images))}, {about_usd(each)} each"
    st.markdown(f"**{markdown(words)}**")


def draw_tables(catalogue: Catalogue) -> None:
    """A table for each model: quality and size down, numbers of images across."""
    models = catalogue.offered()
    for tab, model in zip(st.tabs([model.label for model in models]), models, strict=True):
        with tab:
            st.table(_table(catalogue, model), border="horizontal")
    st.caption(
        "Without the prompts themselves, which add about \\$0.00025 for 50 words. "
        f"Price list {catalogue.price_version}."
    )


def _table(catalogue: Catalogue, model: ImageModel) -> dict[str, list[str]]:
    rows = [
        (quality, name, image_cost(model, quality, size))
        for quality in model.qualities
        for name, size in catalogue.sizes.items()
    ]
    return {
        "Quality": [quality for quality, _, _ in rows],
        "Size": [name for _, name, _ in rows],
        **{
            f"{count:,} images" if count > 1 else "1 image": [
                markdown(about_usd(cost.times(count)).removeprefix("about ")) for _, _, cost in rows
            ]
            for count in (1, *_BATCHES)
        },
    }
