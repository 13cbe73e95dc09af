"""The dispatcher's reads, and the one transaction that writes attempts before they are sent."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from bulkgen.domain.attempts import AttemptKind
from bulkgen.domain.budgets import Balance
from bulkgen.domain.dispatch import Lease, NewAttempt, OpenAttempt, PendingPrompt, RunnableJob
from bulkgen.domain.images import ImageRequest, ImageStage, ImageStatus
from bulkgen.domain.jobs import RUNNING, JobStatus, PauseReason
from bulkgen.domain.rates import Bucket, LimitSource
from bulkgen.records.convert import row_from_json, settings_from_json
from bulkgen.records.database import is_one_of, to_micro_usd, to_usd, upsert
from bulkgen.records.locks import hold_buckets, hold_jobs
from bulkgen.records.settling import pause
from bulkgen.records.spending import Holds
from bulkgen.records.tables import UtcDateTime, attempts, buckets, images, jobs, prompts

# Statements of every tick are built once: building one costs ten times what running it does.
_NOW = bindparam("now", type_=UtcDateTime())
_PENDING_IMAGES = (
    select(func.count())
    .where(images.c.prompt_id == prompts.c.id, images.c.status == ImageStatus.PENDING)
    .scalar_subquery()
)
_DUE = and_(
    prompts.c.job_id == jobs.c.id,
    prompts.c.status == ImageStatus.PENDING,
    or_(prompts.c.not_before.is_(None), prompts.c.not_before <= _NOW),
    or_(jobs.c.try_first.is_(None), prompts.c.number <= jobs.c.try_first),
)
_RUNNABLE = select(
    jobs.c.id,
    jobs.c.owner_id,
    jobs.c.priority,
    jobs.c.budget_micro_usd,
    jobs.c.spent_micro_usd,
    jobs.c.reserved_micro_usd,
    exists().where(attempts.c.job_id == jobs.c.id, attempts.c.outcome.is_(None)),
).where(is_one_of(jobs.c.status, RUNNING), exists().where(_DUE))
_PENDING = (
    select(
        prompts.c.id,
        prompts.c.job_id,
        prompts.c.row,
        jobs.c.settings,
        _PENDING_IMAGES.label("pending"),
    )
    .join(jobs, _DUE)
    .where(prompts.c.job_id == bindparam("job"))
    .order_by(prompts.c.number)
    .offset(bindparam("skipped"))
    .limit(bindparam("most"))
)


def runnable_jobs(connection: Connection, now: datetime) -> list[RunnableJob]:
    """Jobs that may start calls and have a prompt that is due."""
    return [
        RunnableJob(
            id=id_,
            owner_id=owner_id,
            priority=priority,
            balance=Balance(
                budget_usd=to_usd(budget), spent_usd=to_usd(spent), reserved_usd=to_usd(reserved)
            ),
            waits_for_calls=is_open,
        )
        for id_, owner_id, priority, budget, spent, reserved, is_open in (
            connection.execute(_RUNNABLE, {"now": now})
        )
    ]


def pending_prompts(
    connection: Connection, job_id: UUID, limit: int, now: datetime, skipped: int
) -> list[PendingPrompt]:
    """The next prompts of a job in their order, those that wait for a retry left out."""
    found = {"job": job_id, "skipped": skipped, "most": limit, "now": now}
    rows = connection.execute(_PENDING, found).mappings()
    return [
        PendingPrompt(
            id=row["id"],
            job_id=row["job_id"],
            row=row_from_json(row["row"]),
            settings=settings_from_json(row["settings"]),
            pending_images=row["pending"],
        )
        for row in rows
    ]


_SAME_AS = select(buckets.c.same_as).where(buckets.c.account == bindparam("name"))
_BUCKET = select(buckets).where(buckets.c.account == bindparam("name"))
_SAVE_BUCKET = update(buckets).where(buckets.c.account == bindparam("name"))


def bucket_name(connection: Connection, account: str) -> str:
    """The account whose bucket counts: the organization a key turned out to belong to."""
    same_as: str | None = connection.scalar(_SAME_AS, {"name": account})
    return same_as or account


def bucket(connection: Connection, account: str) -> Bucket | None:
    """The account's bucket as it was last written."""
    row = connection.execute(_BUCKET, {"name": account}).mappings().first()
    return None if row is None else bucket_from(row)


def bucket_from(row: RowMapping) -> Bucket:
    """A bucket of the table."""
    return Bucket(
        images_per_minute=row["images_per_minute"],
        tokens=row["tokens"],
        updated_at=row["updated_at"],
        source=LimitSource(row["source"]),
        limited_since=row["limited_since"],
        busy_at=row["busy_at"],
        held_until=row["held_until"],
    )


_ALL_BUCKETS = select(buckets)


def all_buckets(connection: Connection) -> dict[str, tuple[str, Bucket]]:
    """By account: whose bucket counts for it, and that bucket."""
    rows = connection.execute(_ALL_BUCKETS).mappings().all()
    own = {row["account"]: bucket_from(row) for row in rows if row["same_as"] is None}
    names = {row["account"]: row["same_as"] or row["account"] for row in rows}
    return {account: (name, own[name]) for account, name in names.items()}


def save_bucket(connection: Connection, account: str, value: Bucket) -> None:
    """Write an account's bucket, making its row when it is new."""
    values = asdict(value)
    changed = connection.execute(_SAVE_BUCKET, {"name": account, **values})
    if changed.rowcount == 0:
        upsert(connection, buckets, {"account": account}, values)


def start_attempts(
    connection: Connection, wanted: Sequence[NewAttempt], lease: Lease, now: datetime, day: str
) -> list[UUID]:
    """Write the attempts that still may start: job runs, prompt waits, money and bucket hold them.

    Whatever a person or a refusal changed since the dispatcher looked is seen here. A job that
    meets a full cap is paused.
    """
    hold_buckets(connection, {attempt.account for attempt in wanted})
    hold_jobs(connection, jobs.c.id.in_({attempt.job_id for attempt in wanted}))
    holds = Holds(connection, day)
    levels: dict[str, Bucket] = {}
    started = _Started(lease, now, day)
    for attempt in wanted:
        level = levels.get(attempt.account)
        if level is None:
            known = bucket(connection, attempt.account)
            if known is None:
                continue
            level = known.at(now)
        levels[attempt.account] = level
        if not level.admits(attempt.request.images):
            continue
        full = holds.full_cap(attempt.owner_id, attempt.reserved_usd)
        if full is not None:
            if not full.may_empty:
                pause(connection, attempt.job_id, PauseReason.BUDGET, full.message)
        elif started.add(connection, attempt):
            levels[attempt.account] = level.take(attempt.request.images)
            holds.hold(attempt.owner_id, attempt.reserved_usd)
    started.save(connection)
    for account, level in levels.items():
        save_bucket(connection, account, level)
    holds.save()
    return started.ids


_FREE_IMAGES = (
    select(images.c.id, prompts.c.round)
    .join(prompts, prompts.c.id == images.c.prompt_id)
    .where(
        prompts.c.id == bindparam("prompt"),
        prompts.c.status == ImageStatus.PENDING,
        images.c.status == ImageStatus.PENDING,
    )
    .order_by(images.c.number)
    .limit(bindparam("most"))
)
_TAKE_PROMPT = (
    update(prompts)
    .where(prompts.c.id == bindparam("prompt"))
    .values(status=ImageStatus.PROCESSING, not_before=None)
)
_NEW_ATTEMPT = insert(attempts)
_TAKE_IMAGE = (
    update(images)
    .where(images.c.id == bindparam("image"))
    .values(status=ImageStatus.PROCESSING, stage=ImageStage.SENDING, message=None)
)
_RESERVE = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("job"),
        is_one_of(jobs.c.status, RUNNING),
        jobs.c.spent_micro_usd + jobs.c.reserved_micro_usd + bindparam("most")
        <= jobs.c.budget_micro_usd,
    )
    .values(
        reserved_micro_usd=jobs.c.reserved_micro_usd + bindparam("most"),
        status=JobStatus.PROCESSING,
        started_at=func.coalesce(jobs.c.started_at, _NOW),
    )
)


class _Started:
    """Attempts of one transaction; their rows are written together, by `save`."""

    def __init__(self, lease: Lease, now: datetime, day: str) -> None:
        self._lease = lease
        self._now = now
        self._day = day
        self._prompts: set[UUID] = set()
        self._attempts: list[dict[str, Any]] = []
        self._images: list[dict[str, Any]] = []

    @property
    def ids(self) -> list[UUID]:
        """Those that were added."""
        return [attempt["id"] for attempt in self._attempts]

    def add(self, connection: Connection, attempt: NewAttempt) -> bool:
        """Hold its money; False when its job stopped or has no room, or its prompt is taken."""
        request = attempt.request
        if attempt.prompt_id in self._prompts:
            return False
        wanted = {"prompt": attempt.prompt_id, "most": request.images}
        free = connection.execute(_FREE_IMAGES, wanted).all()
        if len(free) < request.images or not _reserve(connection, attempt, self._now):
            return False
        self._prompts.add(attempt.prompt_id)
        self._attempts.append(
            {
                "id": attempt.id,
                "kind": AttemptKind.IMAGES,
                "job_id": attempt.job_id,
                "prompt_id": attempt.prompt_id,
                "owner_id": attempt.owner_id,
                "account": attempt.account,
                "lease_owner": self._lease.owner,
                "lease_until": self._lease.until,
                "round": free[0].round,
                "model": request.model,
                "images": request.images,
                "request": asdict(request),
                "fingerprint": request.fingerprint,
                "reserved_micro_usd": to_micro_usd(attempt.reserved_usd),
                "price_version": attempt.price_version,
                "sent_at": self._now,
                "day": self._day,
            }
        )
        self._images += [
            {"image": image_id, "attempt_id": attempt.id, "answer_index": index}
            for index, (image_id, _) in enumerate(free)
        ]
        return True

    def save(self, connection: Connection) -> None:
        """Write them."""
        if self._attempts:
            connection.execute(_TAKE_PROMPT, [{"prompt": id_} for id_ in self._prompts])
            connection.execute(_NEW_ATTEMPT, self._attempts)
            connection.execute(_TAKE_IMAGE, self._images)


def _reserve(connection: Connection, attempt: NewAttempt, now: datetime) -> bool:
    """Hold the most the call can cost; False when the job stopped or its budget has no room."""
    most = to_micro_usd(attempt.reserved_usd)
    changed = connection.execute(_RESERVE, {"job": attempt.job_id, "most": most, "now": now})
    return changed.rowcount == 1


def open_attempt(row: RowMapping) -> OpenAttempt:
    """An attempt of the table."""
    request = row["request"]
    return OpenAttempt(
        id=row["id"],
        kind=AttemptKind(row["kind"]),
        job_id=row["job_id"],
        prompt_id=row["prompt_id"],
        owner_id=row["owner_id"],
        account=row["account"],
        request=ImageRequest(**request) if request else None,
        lease=Lease(owner=row["lease_owner"], until=row["lease_until"]),
    )


_IS_OPEN = attempts.c.outcome.is_(None)
_OPEN_CALLS = select(attempts.c.account, func.count()).where(_IS_OPEN).group_by(attempts.c.account)
_OPEN_ATTEMPT = select(attempts).where(attempts.c.id == bindparam("attempt"), _IS_OPEN)


def open_calls(connection: Connection) -> dict[str, int]:
    """Account -> calls without an outcome."""
    return dict(connection.execute(_OPEN_CALLS).all())


def open_attempts(connection: Connection, expired_at: datetime | None) -> list[OpenAttempt]:
    """Attempts without an outcome whose lease was over then; None asks for all of them."""
    query = select(attempts).where(_IS_OPEN)
    if expired_at is not None:
        query = query.where(attempts.c.lease_until < expired_at)
    return [open_attempt(row) for row in connection.execute(query).mappings()]


def find_open_attempt(connection: Connection, attempt_id: UUID) -> OpenAttempt | None:
    """An attempt, unless it has an outcome."""
    row = connection.execute(_OPEN_ATTEMPT, {"attempt": attempt_id}).mappings().first()
    return None if row is None else open_attempt(row)
