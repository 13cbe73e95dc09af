"""From an uploaded file to rows of the table, at once where nothing has to be asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import streamlit as st

from bulkgen.domain.errors import BulkgenError, InputError
from bulkgen.domain.people import Actor
from bulkgen.domain.prompts import PromptRow
from bulkgen.readers import ENDINGS
from bulkgen.studio import Studio
from bulkgen.ui import messages, prompt_table
from bulkgen.ui.formats import plural
from bulkgen.ui.session import settings
from bulkgen.ui.upload import Meanings, Upload, read_upload
from bulkgen.ui.upload_panel import draw_panel, show_anew
from bulkgen.ui.upload_report import draw_report

#: The upload whose columns are looked at, before it is added or to change it.
_OPEN = "upload.open"
#: The upload whose rows were added last.
_DONE = "upload.done"
_ERROR = "upload.error"


def clear() -> None:
    """Forget every upload."""
    for key in (_OPEN, _DONE, _ERROR):
        st.session_state.pop(key, None)


@dataclass(frozen=True, slots=True)
class Uploads:
    """The uploads of one person."""

    studio: Studio
    actor: Actor

    def draw_uploader(self, key: str) -> None:
        """The box for a file."""
        st.file_uploader(
            "Upload a list with a column named prompt, or with one prompt in each line",
            type=list(ENDINGS),
            max_upload_size=settings().max_upload_mb,
            key=key,
            on_change=self._open_file,
            args=(key,),
        )

    def draw(self) -> None:
        """The upload that is open, else what the last one brought."""
        if _OPEN in st.session_state:
            with st.container(border=True):
                self._draw_open(st.session_state[_OPEN])
            return
        _draw_error()
        if _DONE in st.session_state:
            self._draw_done(st.session_state[_DONE])

    def _draw_open(self, upload: Upload) -> None:
        draw_panel(upload, _change, self._open_worksheet)
        count = plural(len(upload.sheet.rows), "prompt")
        label = f"Add {count}" if upload.sheet.rows else "Add to the table"
        if upload.added and prompt_table.holds(upload.added):
            label = f"Replace {plural(len(upload.added), 'prompt')} with {len(upload.sheet.rows):,}"
        elif upload.added:
            st.caption("The rows added before were changed since: they stay, and these come below.")
        _draw_error()
        with st.container(horizontal=True):
            st.button(label, type="primary", disabled=not upload.sheet.rows, on_click=self._add)
            st.button("Cancel", on_click=_close)

    def _draw_done(self, upload: Upload) -> None:
        draw_report(upload, add_joined=_add_joined)
        sheet = upload.sheet
        with st.container(horizontal=True):
            if sheet.question and len(sheet.rows) > 1:
                st.button("It is a heading", on_click=self._take_for_heading)
            if len(sheet.worksheets) > 1:
                st.button("Change the sheet or the columns", on_click=_open_again)
            elif len(sheet.columns) > 1:
                st.button("Change the columns", on_click=_open_again)

    def _open_file(self, key: str) -> None:
        file = st.session_state[key]
        clear()
        if file is None:
            return
        _open(
            lambda: read_upload(
                file.name, file.getvalue(), self._remembered, settings().list_limits
            )
        )
        show_anew()
        if _OPEN in st.session_state and st.session_state[_OPEN].clear:
            self._add()

    def _open_worksheet(self, name: str) -> None:
        upload = st.session_state[_OPEN]
        _open(
            lambda: replace(
                read_upload(upload.name, upload.data, self._remembered, upload.limits, name),
                added=upload.added,
            )
        )
        show_anew()

    def _take_for_heading(self) -> None:
        _open_again()
        upload = _change(lambda upload: upload.answered(has_header=True, columns={}))
        if prompt_table.holds(upload.added):
            self._add()

    def _add(self) -> None:
        upload = st.session_state[_OPEN]
        rows = upload.sheet.rows
        try:
            prompt_table.add(rows, instead_of=upload.added)
            st.session_state[_DONE] = replace(upload, added=rows)
            _close()
            if upload.to_remember:
                self.studio.column_choices.remember(self.actor, upload.to_remember)
        except BulkgenError as error:
            st.session_state[_ERROR] = error

    def _remembered(self, header: Sequence[str]) -> Meanings:
        return self.studio.column_choices.remembered(self.actor, header)


def _draw_error() -> None:
    if _ERROR in st.session_state:
        messages.show(st.session_state[_ERROR])


def _open(read: Callable[[], Upload]) -> None:
    """Look at an upload; when it cannot be read, what is open stays as it is."""
    st.session_state.pop(_ERROR, None)
    try:
        st.session_state[_OPEN] = read()
    except BulkgenError as error:
        st.session_state[_ERROR] = error


def _change(answer: Callable[[Upload], Upload]) -> Upload:
    before: Upload = st.session_state[_OPEN]
    _open(lambda: answer(before))
    now: Upload = st.session_state[_OPEN]
    return now


def _open_again() -> None:
    st.session_state[_OPEN] = st.session_state[_DONE]
    show_anew()


def _close() -> None:
    for key in (_OPEN, _ERROR):
        st.session_state.pop(key, None)


def _add_joined(rows: Sequence[PromptRow]) -> None:
    """Take the offer of the last upload for its long rows."""
    upload: Upload = st.session_state[_DONE]
    try:
        prompt_table.add(rows)
    except InputError as error:
        st.session_state[_ERROR] = error
        return
    rest = tuple(row for row in upload.sheet.rejected if row.joined is None)
    sheet = replace(upload.sheet, rows=(*upload.sheet.rows, *rows), rejected=rest)
    st.session_state[_DONE] = replace(upload, sheet=sheet, added=sheet.rows)
