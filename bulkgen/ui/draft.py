"""The open list of this browser tab, saved on the server at every change."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError, NotFoundError
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.people import Actor
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.sheets import Sheet, plain_name
from bulkgen.studio import Studio
from bulkgen.ui import messages, prompt_table, settings_form, uploads

_SHEET = "generate.sheet"
#: Key of the text input that holds the name.
NAME = "generate.list_name"


@dataclass(slots=True)
class Draft:
    """What a person has written and not started."""

    studio: Studio
    actor: Actor
    #: As it was saved last.
    sheet: Sheet

    @classmethod
    def open(cls, studio: Studio, actor: Actor) -> Self:
        """The list this tab works on; the one worked on last when the tab is new."""
        if _SHEET not in st.session_state:
            st.session_state[_SHEET] = studio.sheets.open(actor)
        draft = cls(studio, actor, st.session_state[_SHEET])
        st.session_state.setdefault(NAME, draft.sheet.name)
        return draft

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
        if self._saved(replace(self.sheet, name=current_name(), rows=rows, settings=settings)):
            return
        st.warning(
            "This list was changed in another tab, or started there, so what you write here is "
            "not saved.",
            icon=":material/sync_problem:",
        )
        with st.container(horizontal=True):
            st.button("Keep mine as a new list", on_click=self._keep_as_new)
            st.button("Open the newer list", on_click=self._open_newer)

    def open_other(self, sheet_id: UUID) -> None:
        """Open another list at the next run; for callbacks."""
        self._leave_for(lambda: self.studio.sheets.open(self.actor, sheet_id))

    def begin_new(self) -> None:
        """Open an empty list at the next run, unless this one is; for callbacks."""
        if not self._written().empty:
            self._leave_for(lambda: self.studio.sheets.new(self.actor))

    def start_over(self) -> None:
        """After Start, open what is left of the list, or else an empty one."""
        try:
            self._show(self.studio.sheets.open(self.actor, self.sheet.id))
        except NotFoundError:
            self._show(self.studio.sheets.new(self.actor))

    def _written(self) -> Sheet:
        """What the screen holds now; for callbacks, which run before it is drawn."""
        return replace(
            self.sheet,
            name=current_name(),
            rows=prompt_table.current_rows(),
            settings=settings_form.current_settings(self.studio.choices.catalogue),
        )

    def _saved(self, changed: Sheet) -> bool:
        """Write what changed; False when a newer revision is there."""
        nothing_yet = changed.empty and self.sheet.empty and self.sheet.settings is None
        if nothing_yet or changed == self.sheet:
            return True
        saved = self.studio.sheets.save(self.actor, changed)
        if saved is not None:
            st.session_state[_SHEET] = self.sheet = saved
        return saved is not None

    def _keep_as_new(self) -> None:
        """Write what the screen holds as a list of its own."""
        mine = self._written()
        st.session_state[_SHEET] = self.sheet = self.studio.sheets.new(self.actor)
        self._saved(replace(mine, id=self.sheet.id, revision=self.sheet.revision))

    def _leave_for(self, opened: Callable[[], Sheet]) -> None:
        """Keep what the screen holds, then let another list take its place."""
        try:
            if not self._saved(self._written()):
                self._keep_as_new()
                messages.note("What you wrote is kept as a list of its own, beside the newer one.")
            self._show(opened())
        except BulkgenError as error:
            messages.note(str(error))

    def _open_newer(self) -> None:
        try:
            self._show(self.studio.sheets.open(self.actor, self.sheet.id))
        except NotFoundError:
            self._show(self.studio.sheets.open(self.actor))
            messages.note("That list was started or deleted. This is the one before it.")

    def _show(self, sheet: Sheet) -> None:
        st.session_state[_SHEET] = sheet
        st.session_state.pop(NAME, None)
        uploads.clear()
        prompt_table.clear()
        settings_form.clear()


def current_name() -> str:
    """The name of the list as it is typed; for callbacks too."""
    return plain_name(st.session_state[NAME])
