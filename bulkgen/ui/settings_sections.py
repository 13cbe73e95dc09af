"""The sections of the Settings page; each is saved by its own button."""

from collections.abc import Callable
from decimal import Decimal

import streamlit as st

from bulkgen.domain.budgets import Caps, Spending
from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.people import Actor
from bulkgen.studio.budgets import Budgets
from bulkgen.studio.choices import FAST_PACE, REAL_LATENCY_S, Choices, Pace
from bulkgen.ui import messages
from bulkgen.ui.formats import markdown, usd

_REAL_PACES = (5, 20, 50, 150)


def draw_account(choices: Choices) -> None:
    """Who pays."""
    st.header("OpenAI account")
    if choices.demo:
        st.markdown(
            "Demo mode is on: pictures are painted on this machine. To make real ones, set "
            "`OPENAI_API_KEY` in the environment or in the file `.env`, and start bulkgen again."
        )
    else:
        st.markdown("Pictures are paid with the key in `OPENAI_API_KEY`.")


def draw_limit(choices: Choices, actor: Actor) -> None:
    """How many images a minute the account may ask for."""
    st.header("Images per minute")
    limit = choices.images_per_minute(actor)
    if choices.fixed_images_per_minute is not None:
        st.markdown(f"{limit} images a minute, set by `BULKGEN_IMAGES_PER_MINUTE`.")
        return
    st.markdown(
        "Your limit stands on OpenAI's [limits page]"
        "(https://platform.openai.com/settings/organization/limits). bulkgen sends that many and "
        "learns from OpenAI's answers when the limit is another."
    )
    presets = choices.catalogue.images_per_minute_presets
    with st.form("settings.limit"):
        preset = st.pills(
            f"Presets, as published {choices.catalogue.presets_published}",
            presets,
            default=limit if limit in presets else None,
        )
        exact = st.number_input("Or the exact limit", min_value=1, value=limit)
        if st.form_submit_button("Save the limit"):
            chosen = int(exact) if exact != limit else preset or limit
            save(lambda: choices.set_images_per_minute(actor, chosen))


def draw_pace(choices: Choices, actor: Actor) -> None:
    """How fast the demo's account is."""
    st.header("Pace of the demo")
    fast = f"Fast: {FAST_PACE.images_per_minute} images a minute, {FAST_PACE.latency_s} s a picture"
    paces = {fast: FAST_PACE} | {
        f"Real: {limit} images a minute, {REAL_LATENCY_S:.0f} s a picture": Pace(
            limit, REAL_LATENCY_S
        )
        for limit in _REAL_PACES
    }
    if choices.fixed_images_per_minute is not None:
        st.markdown(
            f"{choices.fixed_images_per_minute} images a minute, set by "
            "`BULKGEN_IMAGES_PER_MINUTE`."
        )
        return
    current = choices.pace()
    names = list(paces)
    index = next((i for i, name in enumerate(names) if paces[name] == current), 0)
    name = st.radio("An account of", names, index=index)
    if paces[name] != current:
        save(lambda: choices.set_pace(actor, paces[name]))


def draw_defaults(choices: Choices, actor: Actor) -> None:
    """What a new list starts with."""
    st.header("Defaults of a new list")
    catalogue = choices.catalogue
    defaults = choices.default_settings()
    models = [model.id for model in catalogue.offered()]
    with st.form("settings.defaults"):
        model = st.selectbox("Model", models, index=models.index(defaults.model))
        qualities = list(catalogue.quality_purposes)
        quality = st.selectbox("Quality", qualities, index=qualities.index(defaults.quality))
        confirm = st.number_input(
            "Ask before starting a job that may cost more than (USD)",
            min_value=0.0,
            value=float(choices.confirm_above_usd()),
            step=5.0,
        )
        if st.form_submit_button("Save the defaults"):

            def save_defaults() -> None:
                choices.set_defaults(actor, model=model, quality=quality)
                choices.set_confirm_above_usd(actor, Decimal(str(confirm)))

            save(save_defaults)


def draw_budgets(budgets: Budgets, actor: Actor) -> None:
    """What days and months may cost."""
    st.header("Budgets")
    now = budgets.now(actor)
    st.markdown(
        markdown(
            f"Today you have spent {_spent(now.today)}; this month everyone has spent "
            f"{_spent(now.month)}."
        )
    )
    with st.form("settings.budgets"):
        day = _usd_input("The most each person may spend in a day (USD)", now.caps.person_day_usd)
        month = _usd_input("The most everyone may spend in a month (USD)", now.caps.month_usd)
        text = _usd_input(
            "The most page text may cost everyone in a day (USD); beyond it, rules write",
            now.caps.page_text_day_usd,
        )
        if st.form_submit_button("Save the budgets"):
            caps = Caps(person_day_usd=day, month_usd=month, page_text_day_usd=text)
            save(lambda: budgets.set_caps(actor, caps))


def _usd_input(label: str, value: Decimal | None) -> Decimal | None:
    given = st.number_input(
        label,
        min_value=0.0,
        value=None if value is None else float(value),
        step=5.0,
        placeholder="no limit",
    )
    return None if given is None else Decimal(str(given))


def _spent(spending: Spending) -> str:
    held = f" and {usd(spending.reserved_usd)} is held" if spending.reserved_usd else ""
    return f"{usd(spending.spent_usd)}{held}"


def draw_categories(choices: Choices, actor: Actor) -> None:
    """The generator categories a page may have."""
    st.header("Generator categories")
    with st.form("settings.categories"):
        names = st.text_area("One in each line", "\n".join(choices.categories()))
        if st.form_submit_button("Save the categories"):
            save(lambda: choices.set_categories(actor, names.splitlines()))


def save(act: Callable[[], None]) -> None:
    """Do what a button of a section is for, and say so."""
    try:
        act()
    except BulkgenError as error:
        messages.show(error)
    else:
        messages.note("Saved.")
        st.rerun()
