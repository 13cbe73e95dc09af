"""The attempts of a job as they are written down, for tests that count money."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bulkgen.domain.attempts import Outcome
from bulkgen.domain.jobs import Job
from bulkgen.records.database import to_usd
from bulkgen.records.store import SqlStore
from bulkgen.records.tables import attempts


@dataclass(frozen=True)
class Written:
    """One attempt."""

    outcome: Outcome | None
    failure_kind: str | None
    request_id: str | None
    reserved_usd: Decimal
    cost_usd: Decimal | None
    #: Whether its cost is known from the tokens the provider counted.
    counted: bool


def attempts_of(store: SqlStore, job_id: UUID) -> list[Written]:
    """Attempts for images, oldest first."""
    query = (
        select(attempts)
        .where(attempts.c.job_id == job_id, attempts.c.kind == "images")
        .order_by(attempts.c.sent_at, attempts.c.settled_at)
    )
    with store.database.read() as connection:
        rows = connection.execute(query).mappings().all()
    return [
        Written(
            outcome=Outcome(row["outcome"]) if row["outcome"] else None,
            failure_kind=row["failure_kind"],
            request_id=row["request_id"],
            reserved_usd=to_usd(row["reserved_micro_usd"]),
            cost_usd=None if row["cost_micro_usd"] is None else to_usd(row["cost_micro_usd"]),
            counted=row["usage"] is not None,
        )
        for row in rows
    ]


def check_money(store: SqlStore, job: Job, ledger: Iterable[dict[str, Any]]) -> None:
    """A job's sums are the server's bill: exactly where the end is known, held where it is not.

    `ledger` are the calls the server got for the job, in whatever order.
    """
    written = attempts_of(store, job.id)
    bills = {entry["request_id"]: Decimal(entry["cost_usd"]) for entry in ledger}
    unanswered = [row for row in written if row.outcome in (Outcome.UNKNOWN, None)]
    bought = [row for row in written if row.outcome is Outcome.BOUGHT]
    for row in bought:
        bill = bills.pop(row.request_id or "", None)
        assert row.cost_usd is not None
        if row.counted:
            assert row.cost_usd == bill
        else:
            assert row.cost_usd == row.reserved_usd
            assert bill is None or bill <= row.cost_usd
    assert job.cost_usd == sum(row.cost_usd or 0 for row in bought)
    assert job.reserved_usd == sum(row.reserved_usd for row in unanswered)
    rest = [bill for bill in bills.values() if bill]
    uncounted = [row for row in bought if not row.counted]
    assert len(rest) <= len(unanswered) + len(uncounted)
    assert sum(rest) <= job.reserved_usd + sum(row.reserved_usd for row in uncounted)
