"""The open sheet of this browser tab, saved on the server at every change."""

from dataclasses import dataclass, replace
from typing import Self

import streamlit as st

from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.people import Actor
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.sheets import Sheet
from bulkgen.studio import Studio
from bulkgen.ui import list_inputs, prompt_table, settings_form

_SHEET = "generate.sheet"


@dataclass(slots=True)
class Draft:
    """What a person has written and not started."""

    studio: Studio
    actor: Actor
    sheet: Sheet

    @classmethod
    def open(cls, studio: Studio, actor: Actor) -> Self:
        """The draft this tab works on; the person's latest when the tab is new."""
        if _SHEET not in st.session_state:
            st.session_state[_SHEET] = studio.sheets.open(actor)
        return cls(studio, actor, st.session_state[_SHEET])

    @property
    def rows(self) -> tuple[PromptRow, ...]:
        """The saved rows."""
        return self.sheet.rows

    @property
    def settings(self) -> GenerationSettings:
        """The saved settings, or those a new list starts with."""
        return self.sheet.settings or self.studio.choices.default_settings()

    def save(self, rows: tuple[PromptRow, ...], settings: GenerationSettings) -> None:
        """Write what changed; says so when another tab has written since."""
        changed = replace(self.sheet, rows=rows, settings=settings)
        if changed == self.sheet or (not rows and not self.sheet.rows and not self.sheet.settings):
            return
        saved = self.studio.sheets.save(self.actor, changed)
        if saved is None:
            st.warning(
                "This list was changed in another tab, so what you write here is not saved.",
                icon=":material/sync_problem:",
            )
            st.button("Open the newer list", on_click=self.forget)
            self.sheet = changed
            return
        self.sheet = saved
        st.session_state[_SHEET] = saved

    def forget(self) -> None:
        """Open the person's latest sheet at the next run."""
        st.session_state.pop(_SHEET, None)
        list_inputs.clear()
        prompt_table.clear()
        settings_form.clear()
