"""Prompt pages, and the selected images on their way there."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update
from typing_extensions import override

from bulkgen.domain.errors import InputError, NotFoundError, StateError
from bulkgen.domain.page_filters import FoundPages, PageFilter
from bulkgen.domain.page_text import title_key, unique_title
from bulkgen.domain.pages import (
    PUBLIC_SOON,
    UNDO,
    PageEdit,
    PageProgress,
    PageStatus,
    PageTaskStatus,
    PageText,
    PageWork,
    PromptPage,
    Variant,
    Verdict,
    WorkProgress,
    check_transition,
)
from bulkgen.domain.site import tag_terms
from bulkgen.domain.slugs import slug_of, with_suffix
from bulkgen.domain.twins import HashedPage
from bulkgen.ports import PageStore
from bulkgen.records import page_tasks as tasks
from bulkgen.records.convert import page_from
from bulkgen.records.database import Database
from bulkgen.records.locks import hold_jobs, hold_name
from bulkgen.records.page_filters import THERE, condition_of
from bulkgen.records.tables import images, jobs, page_tags, page_tasks, pages

#: The lock that whoever gives a page its name holds.
_NAMES = "names of pages"


class SqlPages(PageStore):
    """Pages in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def request(self, job_id: UUID, page_status: PageStatus, now: datetime) -> int:
        with self._database.write() as connection:
            hold_jobs(connection, jobs.c.id == job_id)
            return tasks.request(connection, job_id, page_status, now)

    @override
    def retry(self, job_id: UUID, now: datetime) -> int:
        with self._database.write() as connection:
            hold_jobs(connection, jobs.c.id == job_id)
            return tasks.retry(connection, job_id, now)

    @override
    def request_again(self, page_ids: Sequence[UUID], work: PageWork, now: datetime) -> int:
        with self._database.write() as connection:
            return tasks.request_again(connection, page_ids, work, now)

    @override
    def wanted(self, job_id: UUID) -> int:
        with self._database.read() as connection:
            return len(tasks.selected_without_page(connection, job_id))

    @override
    def cancel_tasks(self, job_id: UUID) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(page_tasks)
                .where(
                    page_tasks.c.job_id == job_id,
                    page_tasks.c.status == PageTaskStatus.PENDING,
                    page_tasks.c.work == PageWork.CREATE,
                )
                .values(status=PageTaskStatus.CANCELLED)
            )

    @override
    def progress(self, job_id: UUID) -> PageProgress | None:
        with self._database.read() as connection:
            latest = tasks.latest_creation(connection, job_id)
            return None if latest is None else tasks.progress(connection, latest)

    @override
    def work_progress(self, owner_id: UUID | None) -> WorkProgress | None:
        with self._database.read() as connection:
            return tasks.work_progress(connection, owner_id)

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
    def find(
        self, owner_id: UUID | None, which: PageFilter, *, offset: int = 0, limit: int | None = None
    ) -> FoundPages:
        held = condition_of(which, owner_id)
        query = select(pages).where(held).order_by(pages.c.created_at.desc(), pages.c.id)
        with self._database.read() as connection:
            rows = connection.execute(query.offset(offset).limit(limit)).mappings().all()
            total = connection.scalar(select(func.count()).select_from(pages).where(held)) or 0
        return FoundPages(pages=tuple(page_from(row) for row in rows), total=total)

    @override
    def near_same(self, page_ids: Sequence[UUID]) -> dict[UUID, int]:
        others = pages.alias()
        query = (
            select(pages.c.id, func.count())
            .join(others, others.c.title_key == pages.c.title_key)
            .where(
                pages.c.id.in_(page_ids),
                others.c.id != pages.c.id,
                others.c.status != PageStatus.TRASHED,
            )
            .group_by(pages.c.id)
        )
        with self._database.read() as connection:
            return dict(connection.execute(query).all())

    @override
    def jobs(self, owner_id: UUID | None) -> dict[UUID, str]:
        made_from = select(pages.c.job_id)
        if owner_id is not None:
            made_from = made_from.where(pages.c.owner_id == owner_id)
        query = select(jobs.c.id, jobs.c.name).where(jobs.c.id.in_(made_from))
        with self._database.read() as connection:
            return dict(connection.execute(query.order_by(jobs.c.created_at.desc())).all())

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
        query = select(pages.c.status, func.count()).where(THERE).group_by(pages.c.status)
        if owner_id is not None:
            query = query.where(pages.c.owner_id == owner_id)
        with self._database.read() as connection:
            return {PageStatus(status): count for status, count in connection.execute(query)}

    @override
    def edit(self, edits: Sequence[PageEdit], now: datetime) -> None:
        with self._database.write() as connection:
            hold_name(connection, _NAMES)
            for edit in edits:
                _write_words(
                    connection,
                    edit.page_id,
                    edit.text,
                    now,
                    category=edit.category,
                    reviewed_at=func.coalesce(pages.c.reviewed_at, now),
                )
            for edit in edits:
                _check_title(connection, edit)

    @override
    def mark_reviewed(self, page_ids: Sequence[UUID], now: datetime) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(pages)
                .where(pages.c.id.in_(page_ids), pages.c.reviewed_at.is_(None))
                .values(reviewed_at=now)
            )

    @override
    def rewrite(self, image_id: UUID, text: PageText, now: datetime) -> None:
        with self._database.write() as connection:
            hold_name(connection, _NAMES)
            page_id = _page_of(connection, image_id)
            taken = _titles_like(connection, text.title, besides=image_id)
            title = unique_title(text.title, taken)
            _write_words(connection, page_id, replace(text, title=title), now)
            tasks.end(connection, image_id)

    @override
    def judged(self, image_id: UUID, verdict: Verdict, now: datetime) -> None:
        with self._database.write() as connection:
            page = _held(connection, _page_of(connection, image_id))
            _apply_verdict(connection, page, verdict, now)
            tasks.end(connection, image_id)

    @override
    def drawn(self, image_id: UUID, variants: Sequence[Variant], placeholder: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(pages)
                .where(pages.c.image_id == image_id)
                .values(variants=[asdict(variant) for variant in variants], placeholder=placeholder)
            )
            tasks.end(connection, image_id)

    @override
    def set_status(self, page_id: UUID, wanted: PageStatus, by: UUID, now: datetime) -> None:
        with self._database.write() as connection:
            page = _held(connection, page_id)
            check_transition(page.status, wanted)
            values: dict[str, Any] = {"status": wanted, "updated_at": now}
            if page.status is PageStatus.NEEDS_REVIEW and wanted is not PageStatus.TRASHED:
                values |= {"decided_by": by, "decided_at": now}
            if wanted in PUBLIC_SOON:
                page.check_publishable()
            if wanted is PageStatus.PUBLISHED:
                values["published_at"] = now
            if wanted is PageStatus.TRASHED:
                values |= {"trashed_at": now, "trashed_from": page.status}
            connection.execute(update(pages).where(pages.c.id == page_id).values(**values))

    @override
    def accept(self, page_id: UUID, by: UUID, now: datetime) -> None:
        with self._database.write() as connection:
            page = _held(connection, page_id)
            if not (page.unjudged or page.status is PageStatus.NEEDS_REVIEW):
                raise StateError("Nobody has to accept this page: the moderation has judged it.")
            values = {
                "decided_by": by,
                "decided_at": now,
                "updated_at": now,
                "reviewed_at": page.reviewed_at or now,
            }
            if page.status is PageStatus.NEEDS_REVIEW:
                values["status"] = PageStatus.DRAFT
            connection.execute(update(pages).where(pages.c.id == page_id).values(**values))

    @override
    def restore(self, page_id: UUID, now: datetime) -> None:
        with self._database.write() as connection:
            page = _held(connection, page_id)
            if page.trashed_at is None:
                raise StateError("The page is not deleted; there is nothing to take back.")
            if page.trashed_at + UNDO <= now:
                raise StateError("The page was deleted too long ago; its pictures are gone.")
            connection.execute(
                update(pages)
                .where(pages.c.id == page_id)
                .values(
                    status=pages.c.trashed_from,
                    trashed_at=None,
                    trashed_from=None,
                    updated_at=now,
                )
            )

    @override
    def to_remove(self, now: datetime) -> list[PromptPage]:
        query = select(pages).where(
            pages.c.status == PageStatus.TRASHED, pages.c.trashed_at <= now - UNDO
        )
        with self._database.read() as connection:
            return [page_from(row) for row in connection.execute(query).mappings()]

    @override
    def remove(self, page_id: UUID) -> None:
        with self._database.write() as connection:
            page = _held(connection, page_id)
            if page.status is not PageStatus.TRASHED:
                return
            blocked = pages.c.trashed_from == PageStatus.BLOCKED
            this = pages.c.id == page_id
            connection.execute(
                update(pages).where(this, blocked).values(variants=[], trashed_at=None)
            )
            connection.execute(delete(page_tags).where(page_tags.c.page_id == page_id))
            if connection.execute(delete(pages).where(this, ~blocked)).rowcount:
                of_page = page_tasks.c.image_id == page.image_id
                connection.execute(delete(page_tasks).where(of_page))

    @override
    def name(self, image_id: UUID, title: str, fallback: str) -> tuple[str, str]:
        with self._database.write() as connection:
            hold_name(connection, _NAMES)
            earlier = connection.execute(
                select(page_tasks.c.title, page_tasks.c.slug).where(
                    page_tasks.c.image_id == image_id
                )
            ).one()
            if earlier.slug is not None:
                return earlier.title, earlier.slug
            title = unique_title(title, _titles_like(connection, title, besides=image_id))
            slug = _free_slug(connection, slug_of(title, fallback))
            connection.execute(
                update(page_tasks)
                .where(page_tasks.c.image_id == image_id)
                .values(title=title, slug=slug)
            )
        return title, slug

    @override
    def add(self, page: PromptPage, note: str | None) -> None:
        with self._database.write() as connection:
            task = select(page_tasks.c.image_id).where(page_tasks.c.image_id == page.image_id)
            connection.execute(task.with_for_update())
            there = connection.scalar(select(pages.c.id).where(pages.c.image_id == page.image_id))
            if there is None:
                if page.status in PUBLIC_SOON:
                    page.check_publishable()
                connection.execute(insert(pages).values(**_values(page)))
                _write_tags(connection, page.id, page.text.tags)
            elif page.verdict is not None:
                _apply_verdict(connection, _held(connection, there), page.verdict, page.updated_at)
            tasks.end(connection, page.image_id, note)

    def _one(self, condition: ColumnElement[bool]) -> PromptPage:
        with self._database.read() as connection:
            row = connection.execute(select(pages).where(condition)).mappings().first()
        if row is None:
            raise NotFoundError("There is no such page.")
        return page_from(row)


def _held(connection: Connection, page_id: UUID) -> PromptPage:
    """A page that nobody else changes from now on."""
    query = select(pages).where(pages.c.id == page_id).with_for_update()
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError("There is no such page.")
    return page_from(row)


def _apply_verdict(
    connection: Connection, page: PromptPage, verdict: Verdict, now: datetime
) -> None:
    """What is said later of a page counts when it blocks, or when nothing had been said."""
    if not (page.unjudged or verdict.status is PageStatus.BLOCKED):
        return
    column = "trashed_from" if page.status is PageStatus.TRASHED else "status"
    values = {"moderation": asdict(verdict), "updated_at": now, column: verdict.status}
    connection.execute(update(pages).where(pages.c.id == page.id).values(**values))


def _page_of(connection: Connection, image_id: UUID) -> UUID:
    page_id: UUID | None = connection.scalar(select(pages.c.id).where(pages.c.image_id == image_id))
    if page_id is None:
        raise NotFoundError("The page is gone.")
    return page_id


def _write_words(
    connection: Connection, page_id: UUID, text: PageText, now: datetime, **more: object
) -> None:
    connection.execute(
        update(pages).where(pages.c.id == page_id).values(**_words(text), updated_at=now, **more)
    )
    connection.execute(delete(page_tags).where(page_tags.c.page_id == page_id))
    _write_tags(connection, page_id, text.tags)


def _write_tags(connection: Connection, page_id: UUID, tags: Sequence[str]) -> None:
    """Write down which lists a page stands in that has none yet."""
    found = [{"page_id": page_id, "slug": term.slug, "name": term.name} for term in tag_terms(tags)]
    if found:
        connection.execute(insert(page_tags), found)


def _check_title(connection: Connection, edit: PageEdit) -> None:
    """Raise InputError when another page has the title; two edits may have exchanged theirs."""
    image_id = connection.scalar(select(pages.c.image_id).where(pages.c.id == edit.page_id))
    title = edit.text.title
    if title.casefold() in map(str.casefold, _titles_like(connection, title, besides=image_id)):
        raise InputError(f"Another page has the title “{title}”. Write another one.")


def _titles_like(connection: Connection, title: str, *, besides: UUID | None) -> set[str]:
    """Titles that begin like this one, of pages and of pages to be, but for those of one image."""
    start = title[:20]
    taken = connection.scalars(
        select(pages.c.title)
        .where(pages.c.title.istartswith(start, autoescape=True), pages.c.image_id != besides)
        .union(
            select(page_tasks.c.title).where(
                page_tasks.c.title.istartswith(start, autoescape=True),
                page_tasks.c.image_id != besides,
                page_tasks.c.image_id.not_in(select(pages.c.image_id)),
            )
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


def _words(text: PageText) -> dict[str, object]:
    return {
        "title": text.title,
        "title_key": title_key(text.title),
        "description": text.description,
        "tags": list(text.tags),
        "alt": text.alt,
    }


def _values(page: PromptPage) -> dict[str, object]:
    return {
        "id": page.id,
        "owner_id": page.owner_id,
        "job_id": page.job_id,
        "image_id": page.image_id,
        "slug": page.slug,
        "status": page.status,
        **_words(page.text),
        "category": page.category,
        "prompt": page.prompt,
        "model": page.model,
        "width_px": page.width_px,
        "height_px": page.height_px,
        "variants": [asdict(variant) for variant in page.variants],
        "placeholder": page.placeholder,
        "moderation": asdict(page.verdict) if page.verdict else {"scores": {}},
        "created_at": page.created_at,
        "updated_at": page.updated_at,
        "published_at": page.published_at,
        "reviewed_at": page.reviewed_at,
    }
