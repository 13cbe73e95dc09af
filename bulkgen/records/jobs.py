"""Jobs: written whole, read with their counts, and what a person may do to them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from statistics import fmean
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, select, update
from typing_extensions import override

from bulkgen.domain.attempts import Attempt, AttemptKind, Outcome
from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.images import ImageStatus
from bulkgen.domain.jobs import (
    RUNNING,
    AttemptCounts,
    ImageCounts,
    Job,
    JobStatus,
    NewJob,
    PauseReason,
)
from bulkgen.domain.pricing import ObservedTokens
from bulkgen.domain.prompts import PromptRow
from bulkgen.ports import JobStore
from bulkgen.records import control
from bulkgen.records.convert import attempt_from, job_from, row_from_json
from bulkgen.records.database import Database, to_micro_usd
from bulkgen.records.locks import hold_name
from bulkgen.records.new_jobs import insert_job
from bulkgen.records.tables import attempts, images, jobs, prompts

#: How far back tokens are looked at.
_OBSERVED_JOBS = 20
_OBSERVED_CALLS = 2_000


class SqlJobs(JobStore):
    """Jobs in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def add(self, new: NewJob) -> UUID:
        with self._database.write() as connection:
            hold_name(connection, f"submission {new.submission_token}")
            earlier = connection.scalar(
                select(jobs.c.id).where(
                    jobs.c.owner_id == new.owner_id,
                    jobs.c.submission_token == new.submission_token,
                )
            )
            if earlier is not None:
                return UUID(str(earlier))
            insert_job(connection, new)
        return new.id

    @override
    def get(self, job_id: UUID) -> Job:
        found = self._read(jobs.c.id == job_id)
        if not found:
            raise NotFoundError("There is no such job.")
        return found[0]

    @override
    def owner(self, job_id: UUID) -> UUID:
        with self._database.read() as connection:
            owner_id: UUID | None = connection.scalar(
                select(jobs.c.owner_id).where(jobs.c.id == job_id)
            )
        if owner_id is None:
            raise NotFoundError("There is no such job.")
        return owner_id

    @override
    def all(self, owner_id: UUID | None) -> list[Job]:
        return self._read(jobs.c.owner_id == owner_id if owner_id else jobs.c.id.is_not(None))

    @override
    def rows(self, job_id: UUID) -> list[PromptRow]:
        with self._database.read() as connection:
            found = connection.scalars(
                select(prompts.c.row).where(prompts.c.job_id == job_id).order_by(prompts.c.number)
            ).all()
        return [row_from_json(row) for row in found]

    @override
    def cancel(self, job_id: UUID, now: datetime) -> None:
        with self._database.write() as connection:
            control.cancel(connection, job_id, now)

    @override
    def pause(self, job_id: UUID, reason: PauseReason, message: str) -> None:
        with self._database.write() as connection:
            control.pause(connection, job_id, reason, message)

    @override
    def resume(self, job_id: UUID, now: datetime) -> None:
        with self._database.write() as connection:
            control.resume(connection, job_id, now)

    @override
    def resume_paused(self, reason: PauseReason, now: datetime) -> None:
        with self._database.write() as connection:
            paused = and_(jobs.c.status == JobStatus.PAUSED, jobs.c.pause_reason == reason)
            control.run_again(connection, paused, now)

    @override
    def retry(self, job_id: UUID, image_id: UUID | None, now: datetime) -> int:
        with self._database.write() as connection:
            return control.retry(connection, job_id, image_id, now)

    @override
    def redo(self, image_id: UUID, text: str, now: datetime) -> UUID:
        with self._database.write() as connection:
            return control.redo(connection, image_id, text, now)

    @override
    def attempts(self, job_id: UUID) -> list[Attempt]:
        query = (
            select(attempts, prompts.c.number.label("prompt_number"))
            .join(prompts, prompts.c.id == attempts.c.prompt_id)
            .where(attempts.c.job_id == job_id)
            .order_by(attempts.c.sent_at, prompts.c.number)
        )
        with self._database.read() as connection:
            return [attempt_from(row) for row in connection.execute(query).mappings()]

    @override
    def observed_tokens(self) -> dict[tuple[str, str, str], ObservedTokens]:
        newest = select(jobs.c.id).order_by(jobs.c.created_at.desc()).limit(_OBSERVED_JOBS)
        query = (
            select(attempts.c.request, attempts.c.images, attempts.c.usage)
            .where(
                attempts.c.job_id.in_(newest.scalar_subquery()),
                attempts.c.outcome == Outcome.BOUGHT,
                attempts.c.kind == AttemptKind.IMAGES,
                attempts.c.failure_kind.is_(None),
            )
            .limit(_OBSERVED_CALLS)
        )
        tokens: dict[tuple[str, str, str], list[float]] = defaultdict(list)
        with self._database.read() as connection:
            for request, count, usage in connection.execute(query):
                if usage and count:
                    kind = (request["model"], request["quality"], request["size"])
                    tokens[kind] += [usage["out"] / count] * count
        return {
            kind: ObservedTokens(
                images=len(each), least=min(each), mean=fmean(each), most=max(each)
            )
            for kind, each in tokens.items()
        }

    @override
    def waiting_images(self) -> int:
        with self._database.read() as connection:
            return (
                connection.scalar(
                    select(func.count())
                    .join(jobs, jobs.c.id == images.c.job_id)
                    .where(images.c.status == ImageStatus.PENDING, jobs.c.status.in_(RUNNING))
                )
                or 0
            )

    @override
    def set_budget(self, job_id: UUID, budget_usd: Decimal) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id)
                .values(budget_micro_usd=to_micro_usd(budget_usd))
            )

    @override
    def set_priority(self, job_id: UUID, priority: int) -> None:
        with self._database.write() as connection:
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(priority=priority))

    def _read(self, condition: ColumnElement[bool]) -> list[Job]:
        with self._database.read() as connection:
            rows = (
                connection.execute(select(jobs).where(condition).order_by(jobs.c.created_at.desc()))
                .mappings()
                .all()
            )
            return _with_counts(connection, rows)


def _with_counts(connection: Connection, rows: Sequence[RowMapping]) -> list[Job]:
    ids = [row["id"] for row in rows]
    image_counts: dict[UUID, dict[str, int]] = defaultdict(dict)
    selected: dict[UUID, int] = defaultdict(int)
    for job_id, status, chosen, count in connection.execute(
        select(images.c.job_id, images.c.status, images.c.selected, func.count())
        .where(images.c.job_id.in_(ids))
        .group_by(images.c.job_id, images.c.status, images.c.selected)
    ):
        counts = image_counts[job_id]
        counts[status] = counts.get(status, 0) + count
        if chosen and status == ImageStatus.COMPLETED:
            selected[job_id] += count
    attempt_counts: dict[UUID, dict[str, int]] = defaultdict(dict)
    for job_id, outcome, count in connection.execute(
        select(attempts.c.job_id, attempts.c.outcome, func.count())
        .where(attempts.c.job_id.in_(ids), attempts.c.kind == "images")
        .group_by(attempts.c.job_id, attempts.c.outcome)
    ):
        attempt_counts[job_id][outcome or "open"] = count
    prompt_counts: dict[UUID, int] = dict(
        connection.execute(
            select(prompts.c.job_id, func.count())
            .where(prompts.c.job_id.in_(ids))
            .group_by(prompts.c.job_id)
        ).all()
    )
    return [
        job_from(
            row,
            prompts=prompt_counts.get(row["id"], 0),
            image_counts=ImageCounts(**image_counts[row["id"]]),
            attempt_counts=AttemptCounts(**attempt_counts[row["id"]]),
            selected=selected[row["id"]],
        )
        for row in rows
    ]
