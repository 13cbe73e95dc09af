"""What the list will take, and the buttons that start it."""

from uuid import UUID

import streamlit as st

from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.pasted import Cut
from bulkgen.domain.people import Actor
from bulkgen.domain.prompt_files import read_pasted
from bulkgen.domain.sheets import Sheet
from bulkgen.settings import ROOT
from bulkgen.studio import Studio
from bulkgen.studio.checks import CheckedList
from bulkgen.ui import draft, navigation, prompt_table, settings_form
from bulkgen.ui.formats import markdown, plural, summary, usd, when
from bulkgen.ui.messages import show

_TRY_FIRST = 3
_STARTED = "generate.started"
_ERROR = "generate.error"
_SAMPLES = ROOT / "bulkgen" / "ui" / "samples.txt"
_AGREED = "generate.agreed"
_LEAVE_PROBLEMS = "generate.leave_problems"
_USE_EARLIER = "generate.use_earlier"


def open_started_job() -> bool:
    """Whether a click on Start made a job that this tab is yet to show."""
    return _STARTED in st.session_state


def go_to_started_job() -> None:
    """Show the job that was started."""
    job_id = st.session_state.pop(_STARTED)
    st.switch_page(navigation.GALLERY, query_params={"job": str(job_id)})


def use_earlier(sheet_id: UUID) -> bool:
    """Whether pictures that are there already are taken; for the check before the bar."""
    return bool(st.session_state.get(f"{_USE_EARLIER}.{sheet_id}"))


def start_bar(studio: Studio, actor: Actor, sheet: Sheet, checked: CheckedList) -> None:
    """Draw the bar; a click on Start makes the job, one for any number of clicks."""
    error = st.session_state.pop(_ERROR, None)
    if error is not None:
        show(error)
    for obstacle in checked.obstacles:
        st.error(markdown(obstacle), icon=":material/error:")
    ready = _draw_problems(checked, sheet.id) and _agreed(studio, checked)
    _offer_earlier(checked, sheet.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(_summary(studio, checked), width="stretch")
        if not checked.rows and not checked.problems:
            st.button("Fill in 20 sample prompts", on_click=_fill_in_samples)
        blocked = not checked.rows or bool(checked.obstacles) or not ready
        for label, try_first in (("Try 3 first", _TRY_FIRST), ("Start Generation", None)):
            if try_first is None or len(checked.rows) > try_first:
                st.button(
                    label,
                    type="secondary" if try_first else "primary",
                    disabled=blocked,
                    on_click=_start,
                    args=(studio, actor, sheet, try_first),
                )


def _fill_in_samples() -> None:
    prompt_table.add(read_pasted(_SAMPLES.read_text(encoding="utf-8"), Cut.LINES))


def _summary(studio: Studio, checked: CheckedList) -> str:
    if not checked.rows:
        return "No prompts yet. Write in the table, paste many, or upload a list."
    images_per_prompt = settings_form.current_settings(studio.choices.catalogue).images_per_prompt
    text = summary(checked.estimate, images_per_prompt)
    if checked.left_usd is not None:
        text += f" of {usd(checked.left_usd)} left"
    return f"**{markdown(text)}**"


def _draw_problems(checked: CheckedList, sheet_id: UUID) -> bool:
    """Say what is wrong; returns whether the list may be started all the same."""
    if not checked.problems:
        return True
    numbers = prompt_table.row_numbers()
    first = checked.problems[0]
    text = f"Row {numbers[first.line - 1]}: {first.reason}"
    more = len(checked.problems) - 1
    if more:
        text += f" And {plural(more, 'more row')} to mend."
    st.error(markdown(text), icon=":material/error:")
    if not checked.rows:
        return False
    return st.checkbox(
        f"Start without {plural(len(checked.problems), 'row')}; what is left stays in your list",
        key=f"{_LEAVE_PROBLEMS}.{sheet_id}",
    )


def _agreed(studio: Studio, checked: CheckedList) -> bool:
    if not studio.jobs.needs_confirmation(checked):
        return True
    most = usd(checked.estimate.most_usd)
    return st.checkbox(markdown(f"Yes, this job may cost up to {most}"), key=f"{_AGREED}.{most}")


def _offer_earlier(checked: CheckedList, sheet_id: UUID) -> None:
    """Pictures that are there need not be paid again."""
    earlier = checked.earlier
    if earlier is None:
        return
    st.checkbox(
        markdown(
            f"{earlier.sentence}, last on {when(earlier.last_at)}. "
            f"Use {plural(earlier.images, 'picture')} of then, about {usd(earlier.about_usd)} less"
        ),
        key=f"{_USE_EARLIER}.{sheet_id}",
    )


def _start(studio: Studio, actor: Actor, sheet: Sheet, try_first: int | None) -> None:
    if _STARTED in st.session_state:
        return
    try:
        st.session_state[_STARTED] = studio.jobs.submit(
            actor,
            prompt_table.current_rows(),
            settings_form.current_settings(studio.choices.catalogue),
            name=draft.current_name(),
            sheet=sheet,
            try_first=try_first,
            leave_problems=bool(st.session_state.get(f"{_LEAVE_PROBLEMS}.{sheet.id}")),
            use_earlier=use_earlier(sheet.id),
        )
    except BulkgenError as error:
        st.session_state[_ERROR] = error
