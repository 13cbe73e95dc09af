"""Calls for page text: their money is held and booked as that of images."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, insert, update

from bulkgen.domain.attempts import AttemptKind, Failure, Outcome, Usage
from bulkgen.domain.dispatch import Lease, NewPageText
from bulkgen.records import settling
from bulkgen.records.database import to_micro_usd
from bulkgen.records.locks import hold_jobs
from bulkgen.records.spending import Holds
from bulkgen.records.tables import attempts, jobs


def begin(
    connection: Connection, wanted: NewPageText, lease: Lease, now: datetime, day: str
) -> bool:
    """Write a call down with its money; False when a budget has no room for it."""
    hold_jobs(connection, jobs.c.id == wanted.job_id)
    holds = Holds(connection, day)
    if holds.full_cap(wanted.owner_id, wanted.reserved_usd) is not None:
        return False
    values = asdict(wanted)
    micro_usd = to_micro_usd(values.pop("reserved_usd"))
    held = jobs.c.spent_micro_usd + jobs.c.reserved_micro_usd + micro_usd
    reserved = connection.execute(
        update(jobs)
        .where(jobs.c.id == wanted.job_id, held <= jobs.c.budget_micro_usd)
        .values(reserved_micro_usd=jobs.c.reserved_micro_usd + micro_usd)
    )
    if reserved.rowcount == 0:
        return False
    connection.execute(
        insert(attempts).values(
            **values,
            reserved_micro_usd=micro_usd,
            kind=AttemptKind.PAGE_TEXT,
            lease_owner=lease.owner,
            lease_until=lease.until,
            round=0,
            images=0,
            request={},
            sent_at=now,
            day=day,
        )
    )
    holds.hold(wanted.owner_id, wanted.reserved_usd)
    holds.save()
    return True


def settle(
    connection: Connection,
    attempt_id: UUID,
    outcome: Outcome,
    now: datetime,
    *,
    cost: Decimal | None,
    usage: Usage | None,
    request_id: str | None,
    failure: Failure | None,
) -> None:
    """Book a call; what was bought at a cost nobody counted costs what was held."""
    attempt = settling.find_attempt(connection, attempt_id)
    if attempt is None or attempt["outcome"] is not None:
        return
    reserved = attempt["reserved_micro_usd"]
    spent = 0
    if outcome is Outcome.BOUGHT:
        spent = reserved if cost is None else to_micro_usd(cost)
    if outcome is not Outcome.UNKNOWN:
        settling.book(connection, attempt, spent=spent, released=reserved)
    connection.execute(
        update(attempts)
        .where(attempts.c.id == attempt_id)
        .values(
            outcome=outcome,
            settled_at=now,
            cost_micro_usd=spent if outcome is Outcome.BOUGHT else None,
            usage=asdict(usage) if usage else None,
            request_id=request_id,
            failure_kind=failure.kind if failure else None,
            message=failure.message if failure else None,
        )
    )
