"""One job's money and turns: its receipt, its budget, its priority."""

from decimal import Decimal
from uuid import UUID

import streamlit as st

from bulkgen.domain import receipts
from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.jobs import Job
from bulkgen.domain.manifest import as_csv
from bulkgen.domain.people import Actor
from bulkgen.domain.receipts import Receipt
from bulkgen.studio import Studio
from bulkgen.studio.jobs import MAX_PRIORITY
from bulkgen.ui import messages
from bulkgen.ui.formats import markdown, plural, usd

_OPENED = "job.details"
_BUDGET = "job.budget"
_PRIORITY = "job.priority"


def details_button(job_id: UUID) -> None:
    """The button that opens the dialog."""
    st.button("Budget and receipt", key=f"job.details.{job_id}", on_click=_open, args=(job_id,))


def draw_details(studio: Studio, actor: Actor) -> None:
    """Open the dialog while it is asked for."""
    job_id = st.session_state.get(_OPENED)
    if job_id is None:
        return
    try:
        job = studio.jobs.get(actor, job_id)
        receipt = studio.jobs.receipt(actor, job_id)
    except BulkgenError as error:
        messages.show(error)
        return
    st.dialog("Budget and receipt", on_dismiss=_close)(_draw)(studio, actor, job, receipt)


def _open(job_id: UUID) -> None:
    st.session_state[_OPENED] = job_id
    st.rerun()


def _close() -> None:
    st.session_state.pop(_OPENED, None)


def _draw(studio: Studio, actor: Actor, job: Job, receipt: Receipt) -> None:
    st.markdown(f"**{markdown(job.name)}**")
    st.table(
        {name: markdown(value) for name, value in _lines(job, receipt).items()},
        border="horizontal",
    )
    st.download_button(
        "Download the receipt",
        as_csv(receipts.entries(receipt)),
        file_name=f"receipt-{job.id}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    with st.form("job.details.form", border=False):
        st.number_input(
            "The most this job may cost (USD)",
            min_value=0.01,
            value=float(job.budget_usd),
            step=1.0,
            key=_BUDGET,
        )
        st.number_input(
            "Priority",
            min_value=0,
            max_value=MAX_PRIORITY,
            value=job.priority,
            key=_PRIORITY,
            help="Each step up gives the job twice as many turns among your jobs.",
        )
        st.form_submit_button("Save", type="primary", on_click=_save, args=(studio, actor, job))


def _lines(job: Job, receipt: Receipt) -> dict[str, str]:
    """The receipt in words; what never happened is left out."""
    lines = {"Images bought": f"{receipt.images_bought:,} for {usd(receipt.images_usd)}"}
    if receipt.calls_late:
        lines["Of these late"] = f"{plural(receipt.calls_late, 'call')}, taken for lost at first"
    if receipt.calls_refused:
        lines["Calls refused"] = f"{receipt.calls_refused:,}, not charged"
    if receipt.calls_unknown:
        most = usd(receipt.unknown_most_usd)
        lines["May be charged"] = f"{plural(receipt.calls_unknown, 'call')}, {most} at most"
    if receipt.calls_open:
        lines["Calls under way"] = f"{receipt.calls_open:,}"
    if receipt.page_texts:
        lines["Page texts"] = f"{receipt.page_texts:,} for {usd(receipt.page_text_usd)}"
    lines["Total"] = usd(receipt.total_usd)
    lines["Held"] = usd(job.reserved_usd)
    lines["Budget"] = usd(job.budget_usd)
    return lines


def _save(studio: Studio, actor: Actor, job: Job) -> None:
    budget_usd = Decimal(str(st.session_state[_BUDGET])).quantize(Decimal("0.0001"))
    try:
        studio.jobs.set_priority(actor, job.id, st.session_state[_PRIORITY])
        if budget_usd != job.budget_usd.quantize(Decimal("0.0001")):
            studio.jobs.set_budget(actor, job.id, budget_usd)
    except BulkgenError as error:
        messages.note(str(error))
    else:
        messages.note("Saved.")
    _close()
    st.rerun()
