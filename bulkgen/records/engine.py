"""What the engine reads and writes; every method is one transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select, update
from typing_extensions import override

from bulkgen.domain.attempts import Decision, Failure, Outcome, Usage
from bulkgen.domain.dispatch import (
    Lease,
    NewAttempt,
    NewPageText,
    OpenAttempt,
    PendingPrompt,
    RunnableJob,
    SavedImage,
    SpooledAnswer,
    UnsavedImage,
)
from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.jobs import PauseReason
from bulkgen.domain.pages import (
    PageStatus,
    PageStep,
    PageTask,
    PageTaskStatus,
    PageText,
    PageWork,
)
from bulkgen.ports import EngineStore
from bulkgen.records import dispatching, page_texts, settling, spending
from bulkgen.records.convert import row_from_json, settings_from_json
from bulkgen.records.database import Database
from bulkgen.records.tables import attempts, images, jobs, page_tasks, prompts

_others = page_tasks.alias()
_other_images = images.alias()
#: Images of one prompt are taken one after the other, so that the words of the first serve all.
_PROMPT_IS_BUSY = exists().where(
    _other_images.c.prompt_id == images.c.prompt_id,
    _others.c.image_id == _other_images.c.id,
    _others.c.image_id != page_tasks.c.image_id,
    or_(
        _others.c.status == PageTaskStatus.PROCESSING,
        and_(
            _others.c.status == PageTaskStatus.PENDING,
            _other_images.c.number < images.c.number,
        ),
    ),
)


class SqlEngineStore(EngineStore):
    """The engine's side of the store, in SQL."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database = database
        self._zone = zone

    @override
    def runnable_jobs(self, now: datetime) -> list[RunnableJob]:
        with self._database.read() as connection:
            return dispatching.runnable_jobs(connection, now)

    @override
    def pending_prompts(
        self, job_id: UUID, limit: int, now: datetime, *, skipped: int = 0
    ) -> list[PendingPrompt]:
        with self._database.read() as connection:
            return dispatching.pending_prompts(connection, job_id, limit, now, skipped)

    @override
    def start_attempts(
        self, wanted: Sequence[NewAttempt], lease: Lease, now: datetime
    ) -> list[UUID]:
        with self._database.write() as connection:
            return dispatching.start_attempts(
                connection, wanted, lease, now, spending.day_of(now, self._zone)
            )

    @override
    def pause(self, job_id: UUID, reason: PauseReason, message: str) -> None:
        with self._database.write() as connection:
            settling.pause(connection, job_id, reason, message)

    @override
    def open_calls(self) -> dict[str, int]:
        with self._database.read() as connection:
            return dispatching.open_calls(connection)

    @override
    def open_attempts(self, expired_at: datetime | None = None) -> list[OpenAttempt]:
        with self._database.read() as connection:
            return dispatching.open_attempts(connection, expired_at)

    @override
    def open_attempt(self, attempt_id: UUID) -> OpenAttempt | None:
        with self._database.read() as connection:
            return dispatching.find_open_attempt(connection, attempt_id)

    @override
    def renew_leases(self, lease: Lease, under_way: Collection[UUID]) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(attempts)
                .where(
                    attempts.c.id.in_(under_way),
                    attempts.c.lease_owner == lease.owner,
                    attempts.c.outcome.is_(None),
                )
                .values(lease_until=lease.until)
            )
            connection.execute(
                update(page_tasks)
                .where(
                    page_tasks.c.image_id.in_(under_way),
                    page_tasks.c.lease_owner == lease.owner,
                    page_tasks.c.status == PageTaskStatus.PROCESSING,
                )
                .values(lease_until=lease.until)
            )

    @override
    def settle_bought(
        self, spooled: SpooledAnswer, cost: Decimal | None, missing: Failure, now: datetime
    ) -> list[UnsavedImage] | None:
        with self._database.write() as connection:
            return settling.settle_bought(connection, spooled, cost, missing, now)

    @override
    def settle_failed(
        self, attempt_id: UUID, failure: Failure, jitter: float, now: datetime
    ) -> Decision | None:
        with self._database.write() as connection:
            return settling.settle_failed(connection, attempt_id, failure, jitter, now)

    @override
    def image_saved(self, image_id: UUID, saved: SavedImage, now: datetime) -> None:
        with self._database.write() as connection:
            settling.image_saved(connection, image_id, saved, now)

    @override
    def image_unusable(self, image_id: UUID, message: str, now: datetime) -> None:
        with self._database.write() as connection:
            settling.image_unusable(connection, image_id, message, now)

    @override
    def begin_page_text(self, text: NewPageText, lease: Lease, now: datetime) -> str | None:
        with self._database.write() as connection:
            return page_texts.begin(connection, text, lease, now, spending.day_of(now, self._zone))

    @override
    def settle_page_text(
        self,
        attempt_id: UUID,
        outcome: Outcome,
        now: datetime,
        *,
        cost: Decimal | None = None,
        usage: Usage | None = None,
        request_id: str | None = None,
        failure: Failure | None = None,
        text: PageText | None = None,
    ) -> None:
        with self._database.write() as connection:
            page_texts.settle(
                connection,
                attempt_id,
                outcome,
                now,
                cost=cost,
                usage=usage,
                request_id=request_id,
                failure=failure,
                text=text,
            )

    @override
    def bought_page_text(
        self, prompt_id: UUID, fingerprint: str, since: datetime | None
    ) -> PageText | None:
        with self._database.read() as connection:
            return page_texts.bought(connection, prompt_id, fingerprint, since)

    @override
    def take_page_tasks(self, limit: int, lease: Lease) -> list[UUID]:
        waiting = (
            select(page_tasks.c.image_id)
            .join(images, images.c.id == page_tasks.c.image_id)
            .where(page_tasks.c.status == PageTaskStatus.PENDING, ~_PROMPT_IS_BUSY)
            .order_by(
                func.coalesce(page_tasks.c.requested_at, page_tasks.c.created_at),
                page_tasks.c.number,
            )
            .limit(limit)
        )
        with self._database.read() as connection:
            if connection.scalar(waiting) is None:
                return []
        with self._database.write() as connection:
            locked = waiting.with_for_update(of=page_tasks, skip_locked=True)
            free = connection.scalars(locked).all()
            taken = connection.scalars(
                update(page_tasks)
                .where(page_tasks.c.image_id.in_(free))
                .values(
                    status=PageTaskStatus.PROCESSING,
                    lease_owner=lease.owner,
                    lease_until=lease.until,
                )
                .returning(page_tasks.c.image_id)
            )
            return list(taken)

    @override
    def page_task(self, image_id: UUID) -> PageTask:
        with self._database.read() as connection:
            row = (
                connection.execute(
                    select(
                        page_tasks,
                        images.c.prompt_id,
                        images.c.storage_key,
                        images.c.sha256,
                        prompts.c.row,
                        jobs.c.settings,
                        attempts.c.request,
                    )
                    .join(images, images.c.id == page_tasks.c.image_id)
                    .join(attempts, attempts.c.id == images.c.attempt_id)
                    .join(prompts, prompts.c.id == images.c.prompt_id)
                    .join(jobs, jobs.c.id == page_tasks.c.job_id)
                    .where(page_tasks.c.image_id == image_id)
                )
                .mappings()
                .first()
            )
        if row is None:
            raise NotFoundError("There is no such page task.")
        settings = settings_from_json(row["settings"])
        prompt_row = row_from_json(row["row"])
        return PageTask(
            work=PageWork(row["work"]),
            requested_at=row["requested_at"] or row["created_at"],
            image_id=row["image_id"],
            job_id=row["job_id"],
            prompt_id=row["prompt_id"],
            owner_id=row["owner_id"],
            row=prompt_row,
            prompt=row["request"]["prompt"],
            model=row["request"]["model"],
            storage_key=row["storage_key"],
            sha256=row["sha256"],
            slug=row["slug"] or "",
            category=prompt_row.category or settings.category,
            page_status=PageStatus(prompt_row.page_status or row["page_status"]),
        )

    @override
    def page_step(self, image_id: UUID, step: PageStep) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(page_tasks).where(page_tasks.c.image_id == image_id).values(step=step)
            )

    @override
    def fail_page_task(self, image_id: UUID, message: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(page_tasks)
                .where(
                    page_tasks.c.image_id == image_id,
                    page_tasks.c.status == PageTaskStatus.PROCESSING,
                )
                .values(status=PageTaskStatus.FAILED, step=None, message=message)
            )

    @override
    def free_page_tasks(self, under_way: Collection[UUID], expired_at: datetime | None) -> None:
        left = [
            page_tasks.c.status == PageTaskStatus.PROCESSING,
            page_tasks.c.image_id.not_in(under_way),
        ]
        if expired_at is not None:
            left.append(page_tasks.c.lease_until < expired_at)
        with self._database.read() as connection:
            if connection.scalar(select(page_tasks.c.image_id).where(*left)) is None:
                return
        with self._database.write() as connection:
            connection.execute(
                update(page_tasks)
                .where(*left)
                .values(
                    status=PageTaskStatus.PENDING, step=None, lease_owner=None, lease_until=None
                )
            )
