"""Selected images on their way to a page, and what is done to pages again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, or_, select, update

from bulkgen.domain.images import ImageStatus
from bulkgen.domain.pages import (
    PageProgress,
    PageStatus,
    PageStep,
    PageTaskStatus,
    PageWork,
    WorkProgress,
)
from bulkgen.records.tables import images, page_tasks, pages, prompts

OPEN = (PageTaskStatus.PENDING, PageTaskStatus.PROCESSING)
_STEP_WORDS = {
    PageStep.CHECKING: "Checking",
    PageStep.WRITING: "Writing about",
    PageStep.SAVING: "Saving",
}


def request(connection: Connection, job_id: UUID, page_status: PageStatus, now: datetime) -> int:
    """Ask for a page of every selected image that has none; returns how many."""
    chosen = selected_without_page(connection, job_id)
    if chosen:
        ids = [image_id for image_id, _ in chosen]
        connection.execute(delete(page_tasks).where(page_tasks.c.image_id.in_(ids)))
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
                    "work": PageWork.CREATE,
                    "page_status": page_status,
                    "created_at": now,
                    "requested_at": now,
                }
                for number, (image_id, owner_id) in enumerate(chosen, start=1)
            ],
        )
    return len(chosen)


def retry(connection: Connection, job_id: UUID, now: datetime) -> int:
    """Ask once more for the pages of the latest creation that failed; returns how many."""
    creation_id = latest_creation(connection, job_id)
    return connection.execute(
        update(page_tasks)
        .where(
            page_tasks.c.creation_id == creation_id,
            page_tasks.c.status == PageTaskStatus.FAILED,
            page_tasks.c.work == PageWork.CREATE,
        )
        .values(status=PageTaskStatus.PENDING, message=None, requested_at=now)
    ).rowcount


def request_again(
    connection: Connection, page_ids: Sequence[UUID], work: PageWork, now: datetime
) -> int:
    """Ask for work on pages that are not being worked on; returns how many."""
    chosen = select(pages.c.image_id).where(
        pages.c.id.in_(page_ids), pages.c.status != PageStatus.TRASHED
    )
    return connection.execute(
        update(page_tasks)
        .where(page_tasks.c.image_id.in_(chosen), page_tasks.c.status.not_in(OPEN))
        .values(status=PageTaskStatus.PENDING, work=work, message=None, step=None, requested_at=now)
    ).rowcount


def end(connection: Connection, image_id: UUID, note: str | None = None) -> None:
    """The work on an image is done."""
    connection.execute(
        update(page_tasks)
        .where(page_tasks.c.image_id == image_id)
        .values(status=PageTaskStatus.COMPLETED, step=None, message=note)
    )


def selected_without_page(connection: Connection, job_id: UUID) -> Sequence[tuple[UUID, UUID]]:
    """The selected images of a job that have no page and none under way, with their owners."""
    under_way = select(page_tasks.c.image_id).where(page_tasks.c.status.in_(OPEN))
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


def latest_creation(connection: Connection, job_id: UUID) -> UUID | None:
    """The last click on Create in a job."""
    found: UUID | None = connection.scalar(
        select(page_tasks.c.creation_id)
        .where(page_tasks.c.job_id == job_id)
        .order_by(page_tasks.c.created_at.desc())
        .limit(1)
    )
    return found


def progress(connection: Connection, creation_id: UUID) -> PageProgress:
    """How far a creation is; what is done to its pages again no longer counts."""
    rows = _tasks(connection, page_tasks.c.creation_id == creation_id)
    standing = [_standing(row) for row in rows]
    working = [
        row
        for row, status in zip(rows, standing, strict=True)
        if status is PageTaskStatus.PROCESSING and row.step
    ]
    made = [row.made for row in rows if row.made]
    notes = Counter(
        row.message
        for row in rows
        if row.message and row.work == PageWork.CREATE and row.status == PageTaskStatus.COMPLETED
    )
    return PageProgress(
        **{str(status): standing.count(status) for status in PageTaskStatus},
        drafts=made.count(PageStatus.DRAFT),
        published=made.count(PageStatus.PUBLISHED),
        held_back=made.count(PageStatus.NEEDS_REVIEW) + made.count(PageStatus.BLOCKED),
        current=_now(working),
        failures=tuple(
            f"Image {row.number}: {row.message}"
            for row, status in zip(rows, standing, strict=True)
            if status is PageTaskStatus.FAILED
        ),
        by_rules=dict(notes),
    )


def work_progress(connection: Connection, owner_id: UUID | None) -> WorkProgress | None:
    """How far the work is that was last asked for on pages that were made before."""
    again = page_tasks.c.work != PageWork.CREATE
    if owner_id is not None:
        again = again & (page_tasks.c.owner_id == owner_id)
    latest = connection.scalar(
        select(page_tasks.c.requested_at)
        .where(again)
        .order_by(page_tasks.c.requested_at.desc())
        .limit(1)
    )
    if latest is None:
        return None
    asked = or_(page_tasks.c.requested_at == latest, page_tasks.c.status.in_(OPEN))
    rows = _tasks(connection, again & asked)
    return WorkProgress(
        total=len(rows),
        open=sum(row.status in OPEN for row in rows),
        failures=tuple(
            f"“{row.page_title}”: {row.message}"
            for row in rows
            if row.status == PageTaskStatus.FAILED
        ),
    )


def _tasks(connection: Connection, which: ColumnElement[bool]) -> Sequence[Row[Any]]:
    return connection.execute(
        select(page_tasks, pages.c.status.label("made"), pages.c.title.label("page_title"))
        .outerjoin(pages, pages.c.image_id == page_tasks.c.image_id)
        .where(which)
        .order_by(page_tasks.c.number)
    ).all()


def _standing(row: Row[Any]) -> PageTaskStatus:
    """Where the creation of a page stands."""
    if row.work != PageWork.CREATE:
        return PageTaskStatus.COMPLETED
    return PageTaskStatus(row.status)


def _now(working: Iterable[Row[Any]]) -> str | None:
    """What happens just now, such as "Checking image 9"."""
    first = next(iter(working), None)
    return None if first is None else f"{_STEP_WORDS[first.step]} image {first.number}"
