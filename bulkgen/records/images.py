"""Images as the gallery sees them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, select, update
from typing_extensions import override

from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.image_filters import (
    Candidate,
    Choice,
    FoundImages,
    ImageFilter,
    ImageOrder,
    SelectionChange,
    change_for,
)
from bulkgen.domain.images import EarlierImages, GeneratedImage, ImageStatus
from bulkgen.domain.storage_check import ImageFile
from bulkgen.domain.twins import HashedImage
from bulkgen.ports import ImageStore
from bulkgen.records.convert import image_from
from bulkgen.records.database import Database, in_parts
from bulkgen.records.image_filters import narrowed, of_filter, ordered
from bulkgen.records.locks import hold_jobs
from bulkgen.records.tables import attempts, images, jobs, pages, prompts

_QUERY = (
    select(
        images,
        prompts.c.number.label("prompt_number"),
        prompts.c.row,
        jobs.c.settings,
        attempts.c.request_id,
        attempts.c.request,
        attempts.c.failure_kind,
        pages.c.id.label("page_id"),
    )
    .join(prompts, prompts.c.id == images.c.prompt_id)
    .join(jobs, jobs.c.id == images.c.job_id)
    .outerjoin(attempts, attempts.c.id == images.c.attempt_id)
    .outerjoin(pages, pages.c.image_id == images.c.id)
    .order_by(prompts.c.number, images.c.number)
)


class SqlImages(ImageStore):
    """Images in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def get(self, image_id: UUID) -> GeneratedImage:
        found = self._read(images.c.id == image_id)
        if not found:
            raise NotFoundError("There is no such image.")
        return found[0]

    @override
    def of_job(
        self, job_id: UUID, *, offset: int = 0, limit: int | None = None
    ) -> list[GeneratedImage]:
        return self._read(images.c.job_id == job_id, offset, limit)

    @override
    def of_prompts(self, job_id: UUID, first: int, last: int) -> list[GeneratedImage]:
        return self._read(and_(images.c.job_id == job_id, prompts.c.number.between(first, last)))

    @override
    def some(self, image_ids: Sequence[UUID]) -> list[GeneratedImage]:
        found = {image.id: image for image in self._read(images.c.id.in_(image_ids))}
        return [found[image_id] for image_id in image_ids if image_id in found]

    @override
    def find(self, job_id: UUID, which: ImageFilter, order: ImageOrder) -> FoundImages:
        query = of_filter(images.c.id, images.c.completed_at).where(images.c.job_id == job_id)
        with self._database.read() as connection:
            rows = connection.execute(ordered(narrowed(query, which), order)).all()
        return FoundImages(
            ids=tuple(row.id for row in rows),
            newest_at=max((row.completed_at for row in rows if row.completed_at), default=None),
        )

    @override
    def arrived(
        self,
        job_id: UUID,
        which: ImageFilter,
        order: ImageOrder,
        *,
        since: datetime | None,
        besides: Sequence[UUID],
    ) -> tuple[int, UUID | None]:
        query = of_filter(images.c.id, func.count().over()).where(
            images.c.job_id == job_id,
            images.c.status == ImageStatus.COMPLETED,
            images.c.id.not_in(besides),
        )
        if since is not None:
            query = query.where(images.c.completed_at > since)
        with self._database.read() as connection:
            row = connection.execute(ordered(narrowed(query, which), order).limit(1)).first()
        return (0, None) if row is None else (row[1], row[0])

    @override
    def selected(self, job_id: UUID) -> list[GeneratedImage]:
        there = and_(images.c.selected, images.c.status == ImageStatus.COMPLETED)
        return self._read(and_(images.c.job_id == job_id, there))

    @override
    def states(self, image_ids: Sequence[UUID]) -> dict[UUID, tuple[ImageStatus, bool]]:
        with self._database.read() as connection:
            rows = connection.execute(
                select(images.c.id, images.c.status, images.c.selected).where(
                    images.c.id.in_(image_ids)
                )
            )
            return {row.id: (ImageStatus(row.status), row.selected) for row in rows}

    @override
    def models(self, job_id: UUID) -> list[str]:
        query = (
            select(attempts.c.model)
            .join(images, images.c.attempt_id == attempts.c.id)
            .where(images.c.job_id == job_id)
            .distinct()
        )
        with self._database.read() as connection:
            return sorted(connection.scalars(query))

    @override
    def selected_prompts(self, job_id: UUID) -> dict[int, int]:
        with self._database.read() as connection:
            rows = connection.execute(
                select(prompts.c.number, func.count())
                .join(images, images.c.prompt_id == prompts.c.id)
                .where(
                    images.c.job_id == job_id,
                    images.c.selected,
                    images.c.status == ImageStatus.COMPLETED,
                )
                .group_by(prompts.c.number)
                .order_by(prompts.c.number)
            )
            return dict(rows.all())

    @override
    def made_before(
        self, owner_id: UUID, fingerprints: Collection[str]
    ) -> dict[str, EarlierImages]:
        found: dict[str, EarlierImages] = {}
        with self._database.read() as connection:
            for some in in_parts(list(fingerprints)):
                rows = connection.execute(
                    select(attempts.c.fingerprint, images.c.id, images.c.completed_at)
                    .join(images, images.c.attempt_id == attempts.c.id)
                    .where(
                        attempts.c.fingerprint.in_(some),
                        attempts.c.owner_id == owner_id,
                        images.c.job_id == attempts.c.job_id,
                        images.c.status == ImageStatus.COMPLETED,
                    )
                    .order_by(images.c.completed_at, images.c.number)
                )
                for fingerprint, image_id, completed_at in rows:
                    earlier = found.get(fingerprint)
                    ids = (*earlier.ids, image_id) if earlier else (image_id,)
                    found[fingerprint] = EarlierImages(ids=ids, last_at=completed_at)
        return found

    @override
    def finals(self, image_id: UUID) -> list[GeneratedImage]:
        with self._database.read() as connection:
            rows = connection.execute(
                _QUERY.where(images.c.draft_id == image_id)
                .order_by(None)
                .order_by(images.c.created_at, images.c.number)
            ).mappings()
            return [image_from(row) for row in rows]

    @override
    def files(self) -> list[ImageFile]:
        columns = ("id", "job_id", "storage_key", "sha256", "size_bytes")
        query = select(*(images.c[name] for name in columns)).order_by(images.c.created_at)
        with self._database.read() as connection:
            return [ImageFile(**row) for row in connection.execute(query).mappings()]

    @override
    def hashes(self, job_id: UUID) -> list[HashedImage]:
        query = (
            select(images.c.id, prompts.c.number, images.c.number, images.c.hash)
            .join(prompts, prompts.c.id == images.c.prompt_id)
            .where(
                images.c.job_id == job_id,
                images.c.status == ImageStatus.COMPLETED,
                images.c.hash.is_not(None),
            )
            .order_by(prompts.c.number, images.c.number)
        )
        with self._database.read() as connection:
            return [
                HashedImage(id=id_, prompt_number=prompt, number=number, hash=int(digits, 16))
                for id_, prompt, number, digits in connection.execute(query)
            ]

    @override
    def select(self, image_ids: Sequence[UUID], *, selected: bool) -> None:
        chosen = images.c.id.in_(image_ids)
        with self._database.write() as connection:
            hold_jobs(connection, jobs.c.id.in_(select(images.c.job_id).where(chosen)))
            connection.execute(update(images).where(chosen).values(selected=selected))

    @override
    def select_instead(self, image_id: UUID, other_id: UUID) -> None:
        both = images.c.id.in_((image_id, other_id))
        with self._database.write() as connection:
            hold_jobs(connection, jobs.c.id.in_(select(images.c.job_id).where(both)))
            connection.execute(update(images).where(both).values(selected=images.c.id == image_id))

    @override
    def choose(self, job_id: UUID, which: ImageFilter, choice: Choice) -> SelectionChange:
        query = of_filter(
            images.c.id,
            prompts.c.number.label("prompt_number"),
            images.c.selected,
            images.c.score,
        ).where(images.c.job_id == job_id, images.c.status == ImageStatus.COMPLETED)
        with self._database.write() as connection:
            hold_jobs(connection, jobs.c.id == job_id)
            rows = connection.execute(ordered(narrowed(query, which), ImageOrder.PROMPT))
            change = change_for(choice, [Candidate(**row) for row in rows.mappings()])
            _change(connection, job_id, change)
        return change

    @override
    def change_selection(self, job_id: UUID, change: SelectionChange) -> None:
        with self._database.write() as connection:
            hold_jobs(connection, jobs.c.id == job_id)
            _change(connection, job_id, change)

    @override
    def star(self, image_id: UUID, starred_at: datetime | None) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(images).where(images.c.id == image_id).values(starred_at=starred_at)
            )

    @override
    def write_note(self, image_id: UUID, note: str) -> None:
        with self._database.write() as connection:
            connection.execute(update(images).where(images.c.id == image_id).values(note=note))

    def _read(
        self, condition: ColumnElement[bool], offset: int = 0, limit: int | None = None
    ) -> list[GeneratedImage]:
        with self._database.read() as connection:
            rows = connection.execute(
                _QUERY.where(condition).offset(offset).limit(limit)
            ).mappings()
            return [image_from(row) for row in rows]


def _change(connection: Connection, job_id: UUID, change: SelectionChange) -> None:
    for image_ids, selected in ((change.selected, True), (change.deselected, False)):
        for some in in_parts(image_ids):
            connection.execute(
                update(images)
                .where(images.c.job_id == job_id, images.c.id.in_(some))
                .values(selected=selected)
            )
