"""Before the start: what to look at, what can be filled in, and what will be sent."""

from collections.abc import Mapping

import streamlit as st

from bulkgen.domain.dispatch import image_request
from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.filling import Blank
from bulkgen.domain.images import ImageRequest
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.people import Actor
from bulkgen.domain.placeholders import fill
from bulkgen.studio import Studio
from bulkgen.studio.checks import CheckedList
from bulkgen.ui import prompt_table, settings_form
from bulkgen.ui.formats import about_usd, markdown, plural
from bulkgen.ui.messages import show
from bulkgen.ui.table_records import with_texts

_SHOWN_PROBLEMS = 50
#: So many are in sight at once.
_OPEN_PROBLEMS = 5
_SHOWN_BLANKS = 30
_BLANK = "generate.blank"
_JUDGED = "generate.judged"


def check_panel(
    studio: Studio, actor: Actor, settings: GenerationSettings, checked: CheckedList
) -> None:
    """Draw what there is to say of a list that has prompts."""
    if not (checked.rows or checked.problems):
        return
    st.subheader("Before you start", anchor=False)
    for warning in checked.warnings:
        st.warning(markdown(warning), icon=":material/warning:")
    _draw_problems(checked)
    if checked.has_option_lists:
        settings_form.draw_expansion()
    if checked.blanks:
        _draw_blanks(checked.blanks)
    _draw_objections(settings, checked)
    with st.container(horizontal=True):
        if checked.rows and st.button("See what is sent"):
            _show_sent(settings, checked)
        if len(checked.estimate.parts) > 1:
            with st.popover("Cost by model and quality"):
                _draw_parts(checked)
        if checked.rows and st.button("Check the texts", help="OpenAI's moderation is free."):
            _judge(studio, actor, settings, checked)


def _draw_problems(checked: CheckedList) -> None:
    """All but the first, which stands beside Start."""
    problems = checked.problems[1:]
    if not problems:
        return
    numbers = prompt_table.row_numbers()
    with st.expander(
        f"{plural(len(problems), 'more row')} to mend",
        icon=":material/error:",
        expanded=len(problems) <= _OPEN_PROBLEMS,
    ):
        for problem in problems[:_SHOWN_PROBLEMS]:
            st.text(f"Row {numbers[problem.line - 1]}: {problem.reason}")
        if len(problems) > _SHOWN_PROBLEMS:
            st.text(f"and {len(problems) - _SHOWN_PROBLEMS:,} more")


def _draw_blanks(blanks: Mapping[str, Blank]) -> None:
    """A form for what the authors of the prompts left open."""
    edition = prompt_table.edition()
    with (
        st.expander(f"Fill in {plural(len(blanks), 'blank')}", icon=":material/edit:"),
        st.form(f"{_BLANK}.{edition}", border=False),
    ):
        shown = list(blanks.items())[:_SHOWN_BLANKS]
        for number, (name, blank) in enumerate(shown):
            st.text_input(
                markdown(f"{name} ({plural(blank.rows, 'row')})"),
                key=f"{_BLANK}.{edition}.{number}",
                placeholder="sent as it is written" if blank.default is None else blank.default,
            )
        st.caption(
            "What is left empty takes the default that is shown; a blank without one is sent as it "
            "is written."
        )
        st.form_submit_button(
            "Fill in", on_click=_fill_in, args=([name for name, _ in shown], edition)
        )


def _fill_in(names: list[str], edition: int) -> None:
    typed = {
        name: st.session_state[f"{_BLANK}.{edition}.{number}"] for number, name in enumerate(names)
    }
    values = {name: text for name, text in typed.items() if text.strip()}
    if values:
        prompt_table.change(
            "filling in",
            lambda records: with_texts(records, lambda text: fill(text, values, defaults=False)),
        )


def _draw_parts(checked: CheckedList) -> None:
    st.table(
        {
            "Model": [markdown(part.model) for part in checked.estimate.parts],
            "Quality": [markdown(part.quality) for part in checked.estimate.parts],
            "Prompts": [f"{part.prompts:,}" for part in checked.estimate.parts],
            "Images": [f"{part.images:,}" for part in checked.estimate.parts],
            "Cost": [markdown(about_usd(part.cost)) for part in checked.estimate.parts],
        },
        border="horizontal",
    )


@st.dialog("What will be sent", width="large")
def _show_sent(settings: GenerationSettings, checked: CheckedList) -> None:
    """Every prompt with all that is put round and into it."""
    numbers = prompt_table.row_numbers()
    requests = _requests(settings, checked)
    chosen = st.dataframe(
        {
            "Row": [numbers[place - 1] for place in checked.places],
            "Prompt": [request.prompt for request in requests],
            "Model": [request.model for request in requests],
            "Size": [request.size for request in requests],
            "Quality": [request.quality for request in requests],
            "Images": [request.images for request in requests],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={"Prompt": st.column_config.TextColumn(width="large")},
        key="generate.sent",
    )
    selected = chosen.selection.rows
    if selected:
        st.code(requests[selected[0]].prompt, language=None, wrap_lines=True)
    else:
        st.caption("Choose a row to read the whole prompt.")


def _requests(settings: GenerationSettings, checked: CheckedList) -> list[ImageRequest]:
    return [image_request(row, settings) for row in checked.rows]


def _judge(
    studio: Studio, actor: Actor, settings: GenerationSettings, checked: CheckedList
) -> None:
    """Ask about every prompt and remember the answers for this tab."""
    prompts = [request.prompt for request in _requests(settings, checked)]
    judged: dict[str, str | None] = {}
    bar = st.progress(0.0, "Checking the texts ...")
    try:
        for some in studio.checks.moderate(actor, prompts):
            judged |= some
            bar.progress(min(1.0, len(judged) / len(prompts)), "Checking the texts ...")
    except BulkgenError as error:
        show(error)
        return
    finally:
        st.session_state[_JUDGED] = judged
    st.rerun()


def _draw_objections(settings: GenerationSettings, checked: CheckedList) -> None:
    judged: Mapping[str, str | None] | None = st.session_state.get(_JUDGED)
    if judged is None:
        return
    numbers = prompt_table.row_numbers()
    prompts = [request.prompt for request in _requests(settings, checked)]
    found = {
        numbers[place - 1]: objection
        for place, prompt in zip(checked.places, prompts, strict=True)
        if (objection := judged.get(prompt))
    }
    unknown = sum(prompt not in judged for prompt in prompts)
    if found:
        with st.expander(
            f"The moderation objects to {plural(len(found), 'row')}",
            icon=":material/warning:",
            expanded=True,
        ):
            for number, objection in list(found.items())[:_SHOWN_PROBLEMS]:
                st.text(f"Row {number}: {objection}")
    if unknown:
        st.caption(f"{plural(unknown, 'prompt')} not checked by the moderation.")
    elif not found:
        st.success(
            "The moderation has nothing against the prompts.", icon=":material/check_circle:"
        )
