"""What the list will take, and the buttons that start it."""

from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.pasted import Cut
from bulkgen.domain.people import Actor
from bulkgen.domain.prompt_files import read_pasted
from bulkgen.settings import ROOT
from bulkgen.studio import Studio
from bulkgen.studio.jobs import CheckedList
from bulkgen.ui import navigation, prompt_table, settings_form
from bulkgen.ui.formats import markdown, plural, summary, usd
from bulkgen.ui.messages import show

_TRY_FIRST = 3
_SHOWN_PROBLEMS = 3
_STARTED = "generate.started"
_ERROR = "generate.error"
_SAMPLES = ROOT / "bulkgen" / "ui" / "samples.txt"
_AGREED = "generate.agreed"


def open_started_job() -> bool:
    """Whether a click on Start made a job that this tab is yet to show."""
    return _STARTED in st.session_state


def go_to_started_job() -> None:
    """Show the job that was started."""
    job_id = st.session_state.pop(_STARTED)
    st.switch_page(navigation.GALLERY, query_params={"job": str(job_id)})


def start_bar(studio: Studio, actor: Actor, sheet_id: UUID, checked: CheckedList) -> None:
    """Draw the bar; a click on Start makes the job, one for any number of clicks."""
    for warning in checked.warnings:
        st.warning(markdown(warning), icon=":material/warning:")
    _draw_problems(checked)
    error = st.session_state.pop(_ERROR, None)
    if error is not None:
        show(error)
    prompts = checked.estimate.prompts
    agreed = True
    if studio.jobs.needs_confirmation(checked):
        most = usd(checked.estimate.cost.most_usd)
        agreed = st.checkbox(
            markdown(f"Yes, this job may cost up to {most}"), key=f"{_AGREED}.{most}"
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_summary(studio, checked), width="stretch")
        if not prompts and not checked.problems:
            st.button("Fill in 20 sample prompts", on_click=_fill_in_samples)
        blocked = not prompts or bool(checked.problems) or not agreed
        for label, try_first in (("Try 3 first", _TRY_FIRST), ("Start Generation", None)):
            if try_first is None or prompts > try_first:
                st.button(
                    label,
                    type="secondary" if try_first else "primary",
                    disabled=blocked,
                    on_click=_start,
                    args=(studio, actor, sheet_id, try_first),
                )


def _fill_in_samples() -> None:
    prompt_table.add(read_pasted(_SAMPLES.read_text(encoding="utf-8"), Cut.LINES))


def _summary(studio: Studio, checked: CheckedList) -> str:
    if not checked.estimate.prompts:
        return "No prompts yet. Write in the table, paste many, or upload a list."
    images_per_prompt = settings_form.current_settings(studio.choices.catalogue).images_per_prompt
    return f"**{markdown(summary(checked.estimate, images_per_prompt))}**"


def _draw_problems(checked: CheckedList) -> None:
    if not checked.problems:
        return
    numbers = prompt_table.row_numbers()
    shown = [
        f"Row {numbers[problem.line - 1]}: {problem.reason}"
        for problem in checked.problems[:_SHOWN_PROBLEMS]
    ]
    more = len(checked.problems) - len(shown)
    if more:
        shown.append(f"and {plural(more, 'more row')} to mend.")
    st.error("  \n".join(map(markdown, shown)), icon=":material/error:")


def _start(studio: Studio, actor: Actor, sheet_id: UUID, try_first: int | None) -> None:
    if _STARTED in st.session_state:
        return
    try:
        st.session_state[_STARTED] = studio.jobs.submit(
            actor,
            prompt_table.current_rows(),
            settings_form.current_settings(studio.choices.catalogue),
            name="",
            sheet_id=sheet_id,
            try_first=try_first,
        )
    except BulkgenError as error:
        st.session_state[_ERROR] = error
