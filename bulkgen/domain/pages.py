"""Prompt pages: what a visitor sees of a picture, and the way there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bulkgen.domain.attempts import Usage
from bulkgen.domain.errors import StateError
from bulkgen.domain.prompts import PromptRow


class PageStatus(StrEnum):
    """Where a page stands."""

    DRAFT = "draft"
    NEEDS_REVIEW = "needs_review"
    BLOCKED = "blocked"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    TRASHED = "trashed"


#: From each status, the statuses that may follow.
PAGE_TRANSITIONS: dict[PageStatus, frozenset[PageStatus]] = {
    PageStatus.DRAFT: frozenset({PageStatus.PUBLISHED, PageStatus.SCHEDULED, PageStatus.TRASHED}),
    PageStatus.NEEDS_REVIEW: frozenset({PageStatus.DRAFT, PageStatus.BLOCKED, PageStatus.TRASHED}),
    PageStatus.BLOCKED: frozenset({PageStatus.TRASHED}),
    PageStatus.SCHEDULED: frozenset({PageStatus.DRAFT, PageStatus.PUBLISHED, PageStatus.TRASHED}),
    PageStatus.PUBLISHED: frozenset({PageStatus.DRAFT, PageStatus.TRASHED}),
    PageStatus.TRASHED: frozenset(),
}


def check_transition(current: PageStatus, wanted: PageStatus) -> None:
    """Raise StateError unless a page may go from one status to the other."""
    if wanted not in PAGE_TRANSITIONS[current]:
        raise StateError(
            f"A page with the status {current.replace('_', ' ')} "
            f"cannot become {wanted.replace('_', ' ')}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """The words of a page."""

    title: str
    description: str
    tags: tuple[str, ...]
    #: What the picture shows, for people who do not see it.
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenText:
    """The words of a page and what they took."""

    text: PageText
    #: None when they were not bought.
    usage: Usage | None
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What moderation said of a prompt and its picture."""

    #: DRAFT when nothing was found, else NEEDS_REVIEW or BLOCKED.
    status: PageStatus
    #: Scores by category, 0 to 1; empty when no moderator was asked or none answered.
    scores: Mapping[str, float]
    #: True when the moderator gave no answer; such a page stays a draft.
    unavailable: bool = False

    @property
    def objection(self) -> str | None:
        """What it has against it, in one sentence."""
        if self.status is PageStatus.DRAFT:
            return None
        category = max(self.scores, key=lambda name: self.scores[name])
        what = "would block it" if self.status is PageStatus.BLOCKED else "would have it reviewed"
        return f"The moderation {what}: {category}, {self.scores[category]:.0%}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One size of a page's picture in storage."""

    width_px: int
    height_px: int
    mime_type: str
    #: File name, also the last part of its public address: <slug>-<sha8>-<width>.<suffix>.
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptPage:
    """A page with one picture and its prompt."""

    id: UUID
    owner_id: UUID
    job_id: UUID
    image_id: UUID
    slug: str
    status: PageStatus
    text: PageText
    category: str
    prompt: str
    model: str
    width_px: int
    height_px: int
    variants: tuple[Variant, ...]
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None


class PageStep(StrEnum):
    """What happens to a selected image on its way to a page."""

    CHECKING = "checking"
    WRITING = "writing"
    SAVING = "saving"


class PageTaskStatus(StrEnum):
    """Where a selected image stands on its way to a page."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTask:
    """A selected image that is to become a page."""

    image_id: UUID
    job_id: UUID
    prompt_id: UUID
    owner_id: UUID
    #: Prompt and page columns of its row.
    row: PromptRow
    prompt: str
    model: str
    storage_key: str
    sha256: str
    category: str
    #: What the person asked for: draft or published.
    page_status: PageStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PageProgress:
    """The page creation that was last asked for in a job."""

    pending: int
    processing: int
    completed: int
    failed: int
    cancelled: int
    #: Pages by the status they were given.
    drafts: int
    published: int
    held_back: int
    #: What happens just now, in words: "Checking image 9".
    current: str | None
    #: Sentences of images that got no page.
    failures: tuple[str, ...]

    @property
    def total(self) -> int:
        """Images that were to get a page."""
        return self.pending + self.processing + self.ended

    @property
    def ended(self) -> int:
        """Images that are done with, page or not."""
        return self.completed + self.failed + self.cancelled

    @property
    def active(self) -> bool:
        """Whether pages are still being made."""
        return self.pending + self.processing > 0
