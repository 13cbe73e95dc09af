"""The sections of the Settings page that are about prompt pages."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from bulkgen.domain.discarding import DISCARD_AFTER_DAYS
from bulkgen.domain.moderation import CATEGORIES, Thresholds
from bulkgen.domain.people import Actor
from bulkgen.studio import Studio
from bulkgen.studio.choices import Choices
from bulkgen.ui.formats import file_size, markdown, plural
from bulkgen.ui.settings_sections import save

_CATEGORY = "Category"
_FROM = "Blocked from"


def draw_moderation(choices: Choices, actor: Actor) -> None:
    """From which scores pages are blocked or held for review."""
    st.header("Moderation of pages")
    st.markdown(
        "Each page's prompt and picture get a score from 0 to 1 in every category. From the score "
        "in this table on the page is blocked for good; where there is none, it is blocked when "
        "OpenAI flags it. Pages that are made already keep what was decided."
    )
    rules = choices.page_rules()
    known = rules.thresholds
    with st.form("settings.moderation"):
        table = st.data_editor(
            pd.DataFrame(
                {_CATEGORY: CATEGORIES, _FROM: [known.block_from.get(name) for name in CATEGORIES]}
            ).astype({_FROM: "float64"}),
            hide_index=True,
            disabled=[_CATEGORY],
            height="content",
            placeholder="OpenAI's flag",
            column_config={
                _FROM: st.column_config.NumberColumn(min_value=0.01, max_value=1.0, step=0.01)
            },
            key="settings.moderation.table",
        )
        percent = st.slider(
            "Held for review from this part of such a score (%)",
            10,
            100,
            round(known.review_from * 100),
        )
        if st.form_submit_button("Save the thresholds"):
            limits = zip(table[_CATEGORY], table[_FROM], strict=True)
            thresholds = Thresholds(
                block_from={name: float(limit) for name, limit in limits if pd.notna(limit)},
                review_from=percent / 100,
            )
            save(lambda: choices.set_page_rules(actor, replace(rules, thresholds=thresholds)))


def draw_words(choices: Choices, actor: Actor) -> None:
    """The tags of the site, and whether prompts go into the picture files."""
    st.header("Words of pages")
    rules = choices.page_rules()
    with st.form("settings.words"):
        tags = st.text_area(
            "Tags of the site, one in each line",
            "\n".join(rules.site_tags),
            help="Whoever writes the words of a page takes fitting tags from here first.",
        )
        in_files = st.checkbox(
            "Write the prompt into the picture files, where everyone can read it",
            rules.prompt_in_files,
        )
        if st.form_submit_button("Save the words"):
            given = [" ".join(tag.lower().split()) for tag in tags.splitlines() if tag.strip()]
            changed = replace(
                rules, site_tags=tuple(dict.fromkeys(given)), prompt_in_files=in_files
            )
            save(lambda: choices.set_page_rules(actor, changed))


def draw_discarding(studio: Studio, actor: Actor) -> None:
    """What becomes of images that nobody selected."""
    st.header("Unselected images")
    discards = studio.discards.of_all(actor)
    st.markdown(
        "When the pages of a job are made, its other images can go. For 72 hours that can be taken "
        "back in the gallery; starred images and receipts stay."
    )
    if discards.freed:
        gone = plural(discards.freed, "image")
        st.caption(markdown(f"{file_size(discards.freed_bytes)} of {gone} are freed."))
    rules = studio.choices.page_rules()
    never = rules.discard_after_days is None
    with st.form("settings.discarding"):
        keep = st.checkbox("Keep them for ever", never)
        days = st.number_input(
            "Days after the last page was made; 0 discards them at once",
            min_value=0,
            value=DISCARD_AFTER_DAYS if never else rules.discard_after_days,
        )
        if st.form_submit_button("Save what becomes of them"):
            changed = replace(rules, discard_after_days=None if keep else int(days or 0))
            save(lambda: studio.choices.set_page_rules(actor, changed))
