"""What fills the table: a pasted text, an uploaded list."""

import streamlit as st

from bulkgen.domain.errors import InputError
from bulkgen.domain.pasted import Cut, cut, guess, without_numbers
from bulkgen.domain.people import Actor
from bulkgen.domain.prompt_files import read_pasted
from bulkgen.studio import Studio
from bulkgen.ui import messages, prompt_table
from bulkgen.ui.formats import markdown, plural
from bulkgen.ui.upload_report import draw_templates
from bulkgen.ui.uploads import Uploads

#: What was wrong with the paste that was just added.
_ERROR = "generate.paste_error"
_CUTS = {
    Cut.LINES: "at every line",
    Cut.BLANK_LINES: "after a blank line",
    Cut.DASHES: "after a line of ---",
    Cut.JSON_LINES: "at every line of JSON",
    Cut.JSON_LIST: "in a JSON list",
    Cut.WHOLE: "nowhere, it is one prompt",
}


def list_inputs(studio: Studio, actor: Actor) -> None:
    """Draw what fills the table, and what the last upload brought."""
    edition = prompt_table.edition()
    uploads = Uploads(studio, actor)
    upload, paste = st.columns(2)
    with upload:
        uploads.draw_uploader(f"generate.upload.{edition}")
        draw_templates()
    with paste:
        _draw_paste(f"generate.paste.{edition}")
    if _ERROR in st.session_state:
        messages.show(st.session_state.pop(_ERROR))
    uploads.draw()


def _draw_paste(key: str) -> None:
    """The box; what is in it is counted before it is added, and the cut can be changed."""
    cut_key = f"{key}.cut"
    text = st.text_area(
        "Paste many, one prompt in each line",
        key=key,
        height=68,
        on_change=lambda: st.session_state.pop(cut_key, None),
    )
    if text.strip():
        cuts = list(_CUTS)
        kind = st.selectbox(
            "Where a new prompt begins",
            cuts,
            index=cuts.index(guess(text)),
            format_func=_CUTS.__getitem__,
            key=cut_key,
        )
        try:
            prompts = cut(text, kind)
            st.caption(plural(len(prompts), "prompt"))
            if without_numbers(prompts):
                st.checkbox("Leave out the number before each", value=True, key=f"{key}.bare")
        except InputError as error:
            st.caption(markdown(str(error)))
    st.button("Add to the table", on_click=_read_paste, args=(key, cut_key))


def _read_paste(key: str, cut_key: str) -> None:
    text = st.session_state[key]
    numbers = not st.session_state.get(f"{key}.bare", True)
    try:
        rows = read_pasted(text, st.session_state.get(cut_key) or guess(text), numbers=numbers)
        prompt_table.add(rows)
    except InputError as error:
        st.session_state[_ERROR] = error
    else:
        messages.note(f"{plural(len(rows), 'prompt')} added.")
