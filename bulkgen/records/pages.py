"""Prompt pages, and the selected images on their way there."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update
from typing_extensions import override

from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.images import ImageStatus
from bulkgen.domain.page_text import unique_title
from bulkgen.domain.pages import (
    PageProgress,
    PageStatus,
    PageStep,
    PageTaskStatus,
    PageText,
    PromptPage,
    Verdict,
    check_transition,
)
from bulkgen.domain.slugs import slug_of, with_suffix
from bulkgen.domain.twins import HashedPage
from bulkgen.ports import PageStore
from bulkgen.records.convert import page_from
from bulkgen.records.database import Database
from bulkgen.records.locks import hold_jobs, hold_name
from bulkgen.records.tables import images, jobs, page_tasks, pages, prompts

_STEP_WORDS = {
    PageStep.CHECKING: "Checking",
    PageStep.WRITING: "Writing about",
    PageStep.SAVING: "Saving",
}
_OPEN = (PageTaskStatus.PENDING, PageTaskStatus.PROCESSING)


class SqlPages(PageStore):
    """Pages in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def request(self, job_id: UUID, page_status: PageStatus, now: datetime) -> int:
        with self._database.write() as connection:
            hold_jobs(connection, jobs.c.id == job_id)
            chosen = _selected_without_page(connection, job_id)
            if chosen:
                connection.execute(
                    delete(page_tasks).where(
                        page_tasks.c.image_id.in_([image_id for image_id, _ in chosen])
                    )
                )
                creation_id = uuid4()
                connection.execute(
                    insert(page_tasks),
                    [
                        {
                            "image_id": image_id,
                            "job_id": job_id,
                            "owner_id": owner_id,
                            "creation_id": creation_id,
                            "number": number,
                            "status": PageTaskStatus.PENDING,
                            "page_status": page_status,
                            "created_at": now,
                        }
                        for number, (image_id, owner_id) in enumerate(chosen, start=1)
                    ],
                )
        return len(chosen)

    @override
    def wanted(self, job_id: UUID) -> int:
        with self._database.read() as connection:
            return len(_selected_without_page(connection, job_id))

    @override
    def cancel_tasks(self, job_id: UUID) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(page_tasks)
                .where(page_tasks.c.job_id == job_id, page_tasks.c.status == PageTaskStatus.PENDING)
                .values(status=PageTaskStatus.CANCELLED)
            )

    @override
    def progress(self, job_id: UUID) -> PageProgress | None:
        with self._database.read() as connection:
            latest = connection.scalar(
                select(page_tasks.c.creation_id)
                .where(page_tasks.c.job_id == job_id)
                .order_by(page_tasks.c.created_at.desc())
                .limit(1)
            )
            return None if latest is None else _progress(connection, latest)

    @override
    def get(self, page_id: UUID) -> PromptPage:
        return self._one(pages.c.id == page_id)

    @override
    def by_slug(self, slug: str) -> PromptPage:
        return self._one(pages.c.slug == slug)

    @override
    def by_variant(self, name: str) -> PromptPage:
        slug = name.rsplit("-", 2)[0]
        page = self.by_slug(slug)
        if not any(variant.name == name for variant in page.variants):
            raise NotFoundError("There is no such page.")
        return page

    @override
    def all(
        self,
        owner_id: UUID | None,
        status: PageStatus | None,
        *,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[PromptPage]:
        query = select(pages).order_by(pages.c.created_at.desc(), pages.c.id)
        if owner_id is not None:
            query = query.where(pages.c.owner_id == owner_id)
        if status is not None:
            query = query.where(pages.c.status == status)
        with self._database.read() as connection:
            rows = connection.execute(query.offset(offset).limit(limit)).mappings()
            return [page_from(row) for row in rows]

    @override
    def slugs(self) -> frozenset[str]:
        tasks = select(page_tasks.c.slug).where(page_tasks.c.slug.is_not(None))
        with self._database.read() as connection:
            return frozenset(connection.scalars(select(pages.c.slug).union(tasks)))

    @override
    def published_hashes(self) -> list[HashedPage]:
        query = (
            select(pages.c.image_id, pages.c.slug, pages.c.title, images.c.hash)
            .join(images, images.c.id == pages.c.image_id)
            .where(pages.c.status == PageStatus.PUBLISHED, images.c.hash.is_not(None))
            .order_by(pages.c.published_at, pages.c.id)
        )
        with self._database.read() as connection:
            return [
                HashedPage(image_id=image_id, slug=slug, title=title, hash=int(digits, 16))
                for image_id, slug, title, digits in connection.execute(query)
            ]

    @override
    def counts(self, owner_id: UUID | None) -> dict[PageStatus, int]:
        query = select(pages.c.status, func.count()).group_by(pages.c.status)
        if owner_id is not None:
            query = query.where(pages.c.owner_id == owner_id)
        with self._database.read() as connection:
            return {PageStatus(status): count for status, count in connection.execute(query)}

    @override
    def edit(self, page_id: UUID, text: PageText, category: str, now: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(pages)
                .where(pages.c.id == page_id)
                .values(
                    title=text.title,
                    description=text.description,
                    tags=list(text.tags),
                    alt=text.alt,
                    category=category,
                    updated_at=now,
                )
            )

    @override
    def set_status(self, page_id: UUID, wanted: PageStatus, now: datetime) -> None:
        with self._database.write() as connection:
            current = connection.scalar(
                select(pages.c.status).where(pages.c.id == page_id).with_for_update()
            )
            if current is None:
                raise NotFoundError("There is no such page.")
            check_transition(PageStatus(current), wanted)
            values = {"status": wanted, "updated_at": now}
            if wanted is PageStatus.PUBLISHED:
                values["published_at"] = now
            connection.execute(update(pages).where(pages.c.id == page_id).values(**values))

    @override
    def name(self, image_id: UUID, title: str, fallback: str) -> tuple[str, str]:
        with self._database.write() as connection:
            hold_name(connection, "names of pages")
            earlier = connection.execute(
                select(page_tasks.c.title, page_tasks.c.slug).where(
                    page_tasks.c.image_id == image_id
                )
            ).one()
            if earlier.slug is not None:
                return earlier.title, earlier.slug
            title = unique_title(title, _titles_like(connection, title))
            slug = _free_slug(connection, slug_of(title, fallback))
            connection.execute(
                update(page_tasks)
                .where(page_tasks.c.image_id == image_id)
                .values(title=title, slug=slug)
            )
        return title, slug

    @override
    def add(self, page: PromptPage, verdict: Verdict) -> None:
        with self._database.write() as connection:
            task = select(page_tasks.c.image_id).where(page_tasks.c.image_id == page.image_id)
            connection.execute(task.with_for_update())
            there = connection.scalar(select(pages.c.id).where(pages.c.image_id == page.image_id))
            if there is None:
                connection.execute(insert(pages).values(**_values(page, verdict)))
            connection.execute(
                update(page_tasks)
                .where(page_tasks.c.image_id == page.image_id)
                .values(status=PageTaskStatus.COMPLETED, step=None, message=None)
            )

    def _one(self, condition: ColumnElement[bool]) -> PromptPage:
        with self._database.read() as connection:
            row = connection.execute(select(pages).where(condition)).mappings().first()
        if row is None:
            raise NotFoundError("There is no such page.")
        return page_from(row)


def _selected_without_page(connection: Connection, job_id: UUID) -> Sequence[tuple[UUID, UUID]]:
    under_way = select(page_tasks.c.image_id).where(page_tasks.c.status.in_(_OPEN))
    return [
        (image_id, owner_id)
        for image_id, owner_id in connection.execute(
            select(images.c.id, images.c.owner_id)
            .join(prompts, prompts.c.id == images.c.prompt_id)
            .where(
                images.c.job_id == job_id,
                images.c.selected,
                images.c.status == ImageStatus.COMPLETED,
                images.c.id.not_in(select(pages.c.image_id)),
                images.c.id.not_in(under_way),
            )
            .order_by(prompts.c.number, images.c.number)
        )
    ]


def _progress(connection: Connection, creation_id: UUID) -> PageProgress:
    rows = connection.execute(
        select(page_tasks, pages.c.status.label("made"))
        .outerjoin(pages, pages.c.image_id == page_tasks.c.image_id)
        .where(page_tasks.c.creation_id == creation_id)
        .order_by(page_tasks.c.number)
    ).all()
    counts = {status: sum(row.status == status for row in rows) for status in PageTaskStatus}
    working = [row for row in rows if row.status == PageTaskStatus.PROCESSING and row.step]
    made = [row.made for row in rows if row.made]
    return PageProgress(
        **{str(status): count for status, count in counts.items()},
        drafts=made.count(PageStatus.DRAFT),
        published=made.count(PageStatus.PUBLISHED),
        held_back=made.count(PageStatus.NEEDS_REVIEW) + made.count(PageStatus.BLOCKED),
        current=f"{_STEP_WORDS[working[0].step]} image {working[0].number}" if working else None,
        failures=tuple(
            f"Image {row.number}: {row.message}"
            for row in rows
            if row.status == PageTaskStatus.FAILED
        ),
    )


def _titles_like(connection: Connection, title: str) -> set[str]:
    start = title[:20]
    taken = connection.scalars(
        select(pages.c.title)
        .where(pages.c.title.istartswith(start, autoescape=True))
        .union(
            select(page_tasks.c.title).where(page_tasks.c.title.istartswith(start, autoescape=True))
        )
    )
    return {str(found) for found in taken}


def _free_slug(connection: Connection, slug: str) -> str:
    number = 1
    candidate = slug
    while connection.scalar(
        select(
            or_(
                select(pages.c.id).where(pages.c.slug == candidate).exists(),
                select(page_tasks.c.image_id).where(page_tasks.c.slug == candidate).exists(),
            )
        )
    ):
        number += 1
        candidate = with_suffix(slug, number)
    return candidate


def _values(page: PromptPage, verdict: Verdict) -> dict[str, object]:
    return {
        "id": page.id,
        "owner_id": page.owner_id,
        "job_id": page.job_id,
        "image_id": page.image_id,
        "slug": page.slug,
        "status": page.status,
        "title": page.text.title,
        "description": page.text.description,
        "tags": list(page.text.tags),
        "alt": page.text.alt,
        "category": page.category,
        "prompt": page.prompt,
        "model": page.model,
        "width_px": page.width_px,
        "height_px": page.height_px,
        "variants": [asdict(variant) for variant in page.variants],
        "moderation": {"scores": dict(verdict.scores), "unavailable": verdict.unavailable},
        "created_at": page.created_at,
        "updated_at": page.updated_at,
        "published_at": page.published_at,
    }
