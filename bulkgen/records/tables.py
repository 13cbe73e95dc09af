"""The tables; nothing of them leaves this package.

Money is an integer of micro-USD, times are aware UTC, enums are text with a CHECK.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Index,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlmodel import Field, SQLModel
from typing_extensions import override

from bulkgen.domain.attempts import AttemptKind, Outcome
from bulkgen.domain.images import ImageStage, ImageStatus
from bulkgen.domain.jobs import JobStatus, PauseReason
from bulkgen.domain.pages import PageStatus, PageStep, PageTaskStatus, PageWork
from bulkgen.domain.presets import PresetKind
from bulkgen.domain.rates import LimitSource


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python, on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def _one_of(column: str, values: Iterable[StrEnum]) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


metadata = SQLModel.metadata
metadata.naming_convention = {
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
}


class JobRecord(SQLModel, table=True):
    """A job with its money."""

    __tablename__ = "jobs"
    __table_args__ = (
        _one_of("status", JobStatus),
        _one_of("pause_reason", PauseReason),
        UniqueConstraint("owner_id", "submission_token"),
        Index("ix_jobs_status", "status"),
        Index("ix_jobs_owner_id", "owner_id"),
    )

    id: UUID = Field(primary_key=True)
    owner_id: UUID
    name: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    pause_reason: str | None = Field(sa_type=Text)
    message: str | None = Field(sa_type=Text)
    settings: dict[str, Any] = Field(sa_type=JSON)
    priority: int
    estimated_micro_usd: int = Field(sa_type=BigInteger)
    budget_micro_usd: int = Field(sa_type=BigInteger)
    spent_micro_usd: int = Field(sa_type=BigInteger)
    #: Held for open calls and for calls that may have been charged.
    reserved_micro_usd: int = Field(sa_type=BigInteger)
    submission_token: str = Field(sa_type=Text)
    #: Only this many prompts are made before the job asks a person; None when it has asked.
    try_first: int | None
    created_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(sa_type=UtcDateTime)
    completed_at: datetime | None = Field(sa_type=UtcDateTime)
    #: When a person last let it go on; refusals before that are forgotten.
    resumed_at: datetime | None = Field(sa_type=UtcDateTime)
    #: Number of the prompt that review showed last.
    review_position: int | None
    #: A person took a discarding back; none happens by itself any more.
    keeps_images: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class PromptRecord(SQLModel, table=True):
    """A row of a job's sheet; `status` is for the dispatcher alone."""

    __tablename__ = "prompts"
    __table_args__ = (
        _one_of("status", (ImageStatus.PENDING, ImageStatus.PROCESSING, ImageStatus.COMPLETED)),
        UniqueConstraint("job_id", "number"),
        Index(
            "ix_prompts_pending",
            "job_id",
            "number",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
    )

    id: UUID = Field(primary_key=True)
    job_id: UUID = Field(foreign_key="jobs.id")
    owner_id: UUID
    #: From 1, in the order of the sheet.
    number: int
    row: dict[str, Any] = Field(sa_type=JSON)
    status: str = Field(sa_type=Text)
    not_before: datetime | None = Field(sa_type=UtcDateTime)
    #: Grows when a person asks for it again; retries are counted within one round.
    round: int
    #: When a person dealt with it in review; None until then.
    decided_at: datetime | None = Field(sa_type=UtcDateTime)


class ReviewDecisionRecord(SQLModel, table=True):
    """A decision that has come from a review screen; what it says stands in the images."""

    __tablename__ = "review_decisions"
    __table_args__ = (Index("ix_review_decisions_prompt_id", "prompt_id", "decided_at"),)

    #: One opened screen, which counts its decisions from 1.
    mount_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    prompt_id: UUID = Field(foreign_key="prompts.id")
    decided_at: datetime = Field(sa_type=UtcDateTime)


class ImageRecord(SQLModel, table=True):
    """An image of a prompt, there or on its way."""

    __tablename__ = "images"
    __table_args__ = (
        _one_of("status", ImageStatus),
        _one_of("stage", ImageStage),
        UniqueConstraint("prompt_id", "number"),
        Index("ix_images_job_id", "job_id", "status"),
        Index("ix_images_attempt_id", "attempt_id"),
        Index("ix_images_draft_id", "draft_id"),
        Index("ix_images_storage_key", "storage_key"),
    )

    id: UUID = Field(primary_key=True)
    job_id: UUID = Field(foreign_key="jobs.id")
    prompt_id: UUID = Field(foreign_key="prompts.id")
    owner_id: UUID
    #: From 1, among the images of its prompt.
    number: int
    status: str = Field(sa_type=Text)
    stage: str | None = Field(sa_type=Text)
    selected: bool
    starred_at: datetime | None = Field(sa_type=UtcDateTime)
    attempt_id: UUID | None = Field(foreign_key="attempts.id")
    #: Its place in the answer of the attempt, from 0.
    answer_index: int | None
    #: The image of another job that this one is the final of.
    draft_id: UUID | None
    message: str | None = Field(sa_type=Text)
    #: What a person wrote about it.
    note: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    sha256: str | None = Field(sa_type=Text)
    output_format: str | None = Field(sa_type=Text)
    storage_key: str | None = Field(sa_type=Text)
    width_px: int | None
    height_px: int | None
    size_bytes: int | None
    #: What is wrong with the picture; NULL when nothing is.
    marks: list[str] | None = Field(sa_type=JSON(none_as_null=True))
    score: float | None
    #: 64 bits as 16 hexadecimal digits, as no integer of a database is unsigned.
    hash: str | None = Field(sa_type=Text)
    cost_micro_usd: int | None = Field(sa_type=BigInteger)
    created_at: datetime = Field(sa_type=UtcDateTime)
    completed_at: datetime | None = Field(sa_type=UtcDateTime)
    discarded_at: datetime | None = Field(sa_type=UtcDateTime)


class AttemptRecord(SQLModel, table=True):
    """One call that costs money, written before it is sent."""

    __tablename__ = "attempts"
    __table_args__ = (
        _one_of("kind", AttemptKind),
        _one_of("outcome", Outcome),
        Index("ix_attempts_job_id", "job_id", "outcome"),
        Index("ix_attempts_fingerprint", "fingerprint"),
        Index(
            "uq_attempts_open_prompt",
            "prompt_id",
            unique=True,
            sqlite_where=text("outcome IS NULL AND kind = 'images'"),
            postgresql_where=text("outcome IS NULL AND kind = 'images'"),
        ),
        Index(
            "ix_attempts_open",
            "lease_until",
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    job_id: UUID = Field(foreign_key="jobs.id")
    prompt_id: UUID = Field(foreign_key="prompts.id")
    owner_id: UUID
    account: str = Field(sa_type=Text)
    lease_owner: UUID
    lease_until: datetime = Field(sa_type=UtcDateTime)
    #: The round of the prompt it belongs to.
    round: int
    model: str = Field(sa_type=Text)
    images: int
    request: dict[str, Any] = Field(sa_type=JSON)
    #: Equal for calls that ask for the same picture; None for page text.
    fingerprint: str | None = Field(sa_type=Text)
    reserved_micro_usd: int = Field(sa_type=BigInteger)
    price_version: str = Field(sa_type=Text)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    outcome: str | None = Field(sa_type=Text)
    settled_at: datetime | None = Field(sa_type=UtcDateTime)
    cost_micro_usd: int | None = Field(sa_type=BigInteger)
    usage: dict[str, Any] | None = Field(sa_type=JSON)
    request_id: str | None = Field(sa_type=Text)
    failure_kind: str | None = Field(sa_type=Text)
    http_status: int | None
    code: str | None = Field(sa_type=Text)
    message: str | None = Field(sa_type=Text)
    #: The day it counts for, such as 2026-11-22; None for calls from before days were kept.
    day: str | None = Field(sa_type=Text)
    #: The words that a call for page text brought.
    page_text: dict[str, Any] | None = Field(sa_type=JSON(none_as_null=True))


class SpendingRecord(SQLModel, table=True):
    """Money of a person's day, or of everyone's month."""

    __tablename__ = "spending"

    #: `person:` and an id, `everyone`, or `page text` for that of everyone's day.
    scope: str = Field(primary_key=True, sa_type=Text)
    #: A day such as 2026-11-22 or a month such as 2026-11.
    period: str = Field(primary_key=True, sa_type=Text)
    spent_micro_usd: int = Field(sa_type=BigInteger)
    reserved_micro_usd: int = Field(sa_type=BigInteger)


class BucketRecord(SQLModel, table=True):
    """What an account may still ask for."""

    __tablename__ = "buckets"
    __table_args__ = (_one_of("source", LimitSource),)

    account: str = Field(primary_key=True, sa_type=Text)
    #: The organization this key turned out to belong to; its bucket counts instead.
    same_as: str | None = Field(sa_type=Text)
    images_per_minute: int
    source: str = Field(sa_type=Text)
    #: The limit a person entered last; None while bulkgen goes by what it assumes or learned.
    entered_images_per_minute: int | None
    tokens: float
    updated_at: datetime = Field(sa_type=UtcDateTime)
    limited_since: datetime | None = Field(sa_type=UtcDateTime)
    busy_at: datetime | None = Field(sa_type=UtcDateTime)
    held_until: datetime | None = Field(sa_type=UtcDateTime)


class PageTaskRecord(SQLModel, table=True):
    """A selected image on its way to a page, or what is done to that page again."""

    __tablename__ = "page_tasks"
    __table_args__ = (
        _one_of("status", PageTaskStatus),
        _one_of("work", PageWork),
        _one_of("step", PageStep),
        UniqueConstraint("slug"),
        Index("ix_page_tasks_job_id", "job_id"),
        Index("ix_page_tasks_status", "status"),
    )

    image_id: UUID = Field(primary_key=True, foreign_key="images.id")
    job_id: UUID = Field(foreign_key="jobs.id")
    owner_id: UUID
    #: The same for all images of one click on Create.
    creation_id: UUID
    #: From 1, among the images of that click.
    number: int
    status: str = Field(sa_type=Text)
    step: str | None = Field(sa_type=Text)
    message: str | None = Field(sa_type=Text)
    work: str = Field(default="create", sa_type=Text, sa_column_kwargs={"server_default": "create"})
    page_status: str = Field(sa_type=Text)
    #: Given once, before any file is named after it.
    title: str | None = Field(sa_type=Text)
    slug: str | None = Field(sa_type=Text)
    lease_owner: UUID | None
    lease_until: datetime | None = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    #: When this work was asked for; None for what is from before work was done again.
    requested_at: datetime | None = Field(sa_type=UtcDateTime)


class PageRecord(SQLModel, table=True):
    """A prompt page."""

    __tablename__ = "pages"
    __table_args__ = (
        _one_of("status", PageStatus),
        _one_of("trashed_from", PageStatus),
        UniqueConstraint("image_id"),
        UniqueConstraint("slug"),
        Index("ix_pages_owner_id", "owner_id"),
        Index("ix_pages_job_id", "job_id"),
        Index("ix_pages_status", "status"),
        Index("ix_pages_title_key", "title_key"),
        Index("ix_pages_published_at", "status", "published_at", "id"),
        Index("ix_pages_category", "status", "category"),
    )

    id: UUID = Field(primary_key=True)
    owner_id: UUID
    job_id: UUID = Field(foreign_key="jobs.id")
    image_id: UUID = Field(foreign_key="images.id")
    slug: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    title: str = Field(sa_type=Text)
    #: Equal for titles that say nearly the same.
    title_key: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    description: str = Field(sa_type=Text)
    tags: list[str] = Field(sa_type=JSON)
    alt: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    prompt: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    width_px: int
    height_px: int
    variants: list[dict[str, Any]] = Field(sa_type=JSON)
    #: A tiny copy as a data URI, to be shown while the picture loads.
    placeholder: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    moderation: dict[str, Any] = Field(sa_type=JSON)
    #: Who accepted or blocked it where the moderation left that to a person, and when.
    decided_by: UUID | None
    decided_at: datetime | None = Field(sa_type=UtcDateTime)
    #: When it was deleted, and the status that taking it back gives it again.
    trashed_at: datetime | None = Field(sa_type=UtcDateTime)
    trashed_from: str | None = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(sa_type=UtcDateTime)
    #: When a person first opened it or called it reviewed.
    reviewed_at: datetime | None = Field(sa_type=UtcDateTime)


class PageTagRecord(SQLModel, table=True):
    """A tag of a page under the slug that its list has; the page itself keeps their order."""

    __tablename__ = "page_tags"
    __table_args__ = (Index("ix_page_tags_slug", "slug"),)

    page_id: UUID = Field(primary_key=True, foreign_key="pages.id")
    slug: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(sa_type=Text)


class SheetRecord(SQLModel, table=True):
    """A list of prompts that is not a job yet."""

    __tablename__ = "sheets"
    __table_args__ = (Index("ix_sheets_owner_id", "owner_id"),)

    id: UUID = Field(primary_key=True)
    owner_id: UUID
    revision: int
    name: str = Field(sa_type=Text)
    #: Kept beside the rows, so that many long lists are told without reading them.
    first_words: str = Field(sa_type=Text)
    prompts: int
    rows: list[dict[str, Any]] = Field(sa_type=JSON)
    settings: dict[str, Any] | None = Field(sa_type=JSON)
    updated_at: datetime = Field(sa_type=UtcDateTime)


class PreferenceRecord(SQLModel, table=True):
    """A choice of the installation, such as its categories."""

    __tablename__ = "preferences"

    key: str = Field(primary_key=True, sa_type=Text)
    value: Any = Field(sa_type=JSON)


class PresetRecord(SQLModel, table=True):
    """A style or the settings of a list, kept under a name."""

    __tablename__ = "presets"
    __table_args__ = (_one_of("kind", PresetKind),)

    owner_id: UUID = Field(primary_key=True)
    kind: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    value: dict[str, Any] = Field(sa_type=JSON)


jobs = metadata.tables["jobs"]
prompts = metadata.tables["prompts"]
review_decisions = metadata.tables["review_decisions"]
images = metadata.tables["images"]
attempts = metadata.tables["attempts"]
spending = metadata.tables["spending"]
buckets = metadata.tables["buckets"]
page_tasks = metadata.tables["page_tasks"]
pages = metadata.tables["pages"]
page_tags = metadata.tables["page_tags"]
sheets = metadata.tables["sheets"]
preferences = metadata.tables["preferences"]
presets = metadata.tables["presets"]
