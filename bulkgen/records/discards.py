"""Images that nobody selected, and how they go."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, false, func, not_, or_, select, update
from typing_extensions import override

from bulkgen.domain.discarding import Discards
from bulkgen.domain.images import ImageStatus
from bulkgen.domain.pages import UNDO
from bulkgen.ports import DiscardStore
from bulkgen.records.database import Database
from bulkgen.records.locks import hold_jobs
from bulkgen.records.page_tasks import OPEN
from bulkgen.records.tables import images, jobs, page_tasks, pages

_finals = images.alias()
_same_file = images.alias()
_PAGES_ARE_MADE = and_(
    exists().where(pages.c.job_id == images.c.job_id),
    ~exists().where(page_tasks.c.job_id == images.c.job_id, page_tasks.c.status.in_(OPEN)),
)
#: There, and nothing a person did says that it is wanted.
_UNWANTED = and_(
    images.c.status == ImageStatus.COMPLETED,
    images.c.selected == false(),
    images.c.starred_at.is_(None),
    ~exists().where(pages.c.image_id == images.c.id),
    ~exists().where(_finals.c.draft_id == images.c.id),
    _PAGES_ARE_MADE,
)
_DISCARDED = images.c.status == ImageStatus.DISCARDED


class SqlDiscards(DiscardStore):
    """Discarded images in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def of_job(self, job_id: UUID) -> Discards:
        return self._counted(images.c.job_id == job_id)

    @override
    def of_all(self, owner_id: UUID | None) -> Discards:
        whose = images.c.owner_id == owner_id if owner_id else images.c.id.is_not(None)
        return self._counted(whose)

    def _counted(self, which: ColumnElement[bool]) -> Discards:
        there = images.c.storage_key.is_not(None)
        size_bytes = func.coalesce(func.sum(images.c.size_bytes), 0)
        counted = select(
            func.count().label("images"),
            size_bytes.label("size_bytes"),
            func.min(images.c.discarded_at).label("since"),
        ).where(which)
        with self._database.read() as connection:

            def count(condition: ColumnElement[bool]) -> Row[Any]:
                return connection.execute(counted.where(condition)).one()

            unwanted = count(_UNWANTED)
            discarded = count(and_(_DISCARDED, there))
            freed = count(and_(_DISCARDED, not_(there)))
        return Discards(
            images=unwanted.images,
            size_bytes=int(unwanted.size_bytes),
            discarded=discarded.images,
            discarded_bytes=int(discarded.size_bytes),
            since=discarded.since,
            freed=freed.images,
            freed_bytes=int(freed.size_bytes),
        )

    @override
    def discard(self, job_id: UUID, now: datetime) -> int:
        with self._database.write() as connection:
            hold_jobs(connection, jobs.c.id == job_id)
            return connection.execute(
                update(images)
                .where(images.c.job_id == job_id, _UNWANTED)
                .values(status=ImageStatus.DISCARDED, discarded_at=now)
            ).rowcount

    @override
    def restore(self, job_id: UUID, now: datetime) -> int:
        with self._database.write() as connection:
            hold_jobs(connection, jobs.c.id == job_id)
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(keeps_images=True))
            return connection.execute(
                update(images)
                .where(images.c.job_id == job_id, _DISCARDED, images.c.discarded_at > now - UNDO)
                .values(status=ImageStatus.COMPLETED, discarded_at=None)
            ).rowcount

    @override
    def due(self, made_before: datetime) -> list[UUID]:
        latest = (
            select(pages.c.job_id)
            .group_by(pages.c.job_id)
            .having(func.max(pages.c.created_at) <= made_before)
        )
        query = (
            select(images.c.job_id)
            .join(jobs, jobs.c.id == images.c.job_id)
            .where(jobs.c.keeps_images == false(), images.c.job_id.in_(latest), _UNWANTED)
            .distinct()
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))

    @override
    def to_remove(self, now: datetime) -> list[str]:
        gone = and_(
            _same_file.c.status == ImageStatus.DISCARDED, _same_file.c.discarded_at <= now - UNDO
        )
        used = exists().where(
            _same_file.c.storage_key == images.c.storage_key,
            or_(not_(gone), exists().where(pages.c.image_id == _same_file.c.id)),
        )
        query = (
            select(images.c.storage_key)
            .where(_DISCARDED, images.c.storage_key.is_not(None), ~used)
            .distinct()
        )
        with self._database.read() as connection:
            return list(connection.scalars(query))

    @override
    def removed(self, storage_keys: Sequence[str]) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(images)
                .where(_DISCARDED, images.c.storage_key.in_(storage_keys))
                .values(storage_key=None)
            )
