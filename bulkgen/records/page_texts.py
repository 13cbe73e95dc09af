"""Calls for page text: their money is held and booked as that of images."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from bulkgen.domain.attempts import AttemptKind, Failure, Outcome, Usage
from bulkgen.domain.dispatch import Lease, NewPageText
from bulkgen.domain.pages import PageText
from bulkgen.records import settling, spending
from bulkgen.records.database import to_micro_usd
from bulkgen.records.locks import hold_jobs
from bulkgen.records.spending import Holds
from bulkgen.records.tables import attempts, jobs


def begin(
    connection: Connection, wanted: NewPageText, lease: Lease, now: datetime, day: str
) -> str | None:
    """Write a call down with its money; which budget has no room for it, None when all have."""
    hold_jobs(connection, jobs.c.id == wanted.job_id)
    holds = Holds(connection, day)
    if holds.full_cap(wanted.owner_id, wanted.reserved_usd) is not None:
        return "The budget of the day or of the month is reached."
    if not holds.has_room_for_page_text(wanted.reserved_usd):
        return "Today's budget for page text is reached."
    values = asdict(wanted)
    micro_usd = to_micro_usd(values.pop("reserved_usd"))
    held = jobs.c.spent_micro_usd + jobs.c.reserved_micro_usd + micro_usd
    reserved = connection.execute(
        update(jobs)
        .where(jobs.c.id == wanted.job_id, held <= jobs.c.budget_micro_usd)
        .values(reserved_micro_usd=jobs.c.reserved_micro_usd + micro_usd)
    )
    if reserved.rowcount == 0:
        return "The budget of the job is reached."
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
    spending.book_page_text(connection, day, spent=0, reserved=micro_usd)
    return None


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
    text: PageText | None,
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
        if attempt["day"] is not None:
            day = attempt["day"]
            spending.book_page_text(connection, day, spent=spent, reserved=-reserved)
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
            page_text=asdict(text) if text else None,
        )
    )


def bought(
    connection: Connection, prompt_id: UUID, fingerprint: str, since: datetime | None
) -> PageText | None:
    """The words that were bought last for a prompt, if they were after a moment."""
    query = select(attempts.c.page_text).where(
        attempts.c.fingerprint == fingerprint,
        attempts.c.prompt_id == prompt_id,
        attempts.c.kind == AttemptKind.PAGE_TEXT,
        attempts.c.page_text.is_not(None),
    )
    if since is not None:
        query = query.where(attempts.c.sent_at >= since)
    found = connection.scalar(query.order_by(attempts.c.sent_at.desc()).limit(1))
    return PageText(**{**found, "tags": tuple(found["tags"])}) if found else None
