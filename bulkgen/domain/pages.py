"""Prompt pages: what a visitor sees of a picture, and the way there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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


#: How long a deletion can be taken back.
UNDO = timedelta(hours=72)
#: Statuses that every visitor sees, now or when their time has come.
PUBLIC_SOON = (PageStatus.SCHEDULED, PageStatus.PUBLISHED)


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
class PageEdit:
    """Other words for a page."""

    page_id: UUID
    text: PageText
    category: str


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
    #: The category that decided it; None when nothing was found.
    category: str | None = None
    #: The model that judged.
    model: str | None = None
    #: By category, what was looked at for it: "text", "image".
    looked_at: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: SHA-256 of the prompt in UTF-8, then of the picture that was shown.
    input_sha256: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether it was judged and nothing was found."""
        return self.status is PageStatus.DRAFT and not self.unavailable

    @property
    def objection(self) -> str | None:
        """What it has against it, in one sentence."""
        if self.status is PageStatus.DRAFT:
            return None
        what = "would block it" if self.status is PageStatus.BLOCKED else "would have it reviewed"
        return f"The moderation {what}: {self.finding}."

    @property
    def finding(self) -> str:
        """What decided it, such as "violence, 97%"."""
        if self.category is None:
            return "nothing found"
        return f"{self.category}, {self.scores.get(self.category, 0.0):.0%}"


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
    #: None for a page from before verdicts were kept.
    verdict: Verdict | None = None
    #: A tiny copy of the picture as a data URI, to be shown while it loads.
    placeholder: str = ""
    #: Who decided about it where the moderation left that to a person, and when.
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    trashed_at: datetime | None = None

    @property
    def unjudged(self) -> bool:
        """Whether neither the moderation nor a person has judged it."""
        return bool(self.verdict and self.verdict.unavailable) and self.decided_at is None

    def check_publishable(self) -> None:
        """Raise StateError while the moderation, or a person in its place, has not passed it."""
        if self.verdict is None or self.verdict.clean:
            return
        if self.unjudged:
            raise StateError(
                f"The moderation gave no answer about “{self.text.title}”. "
                "Ask it again, or look at the page and accept it."
            )
        if self.verdict.status is PageStatus.BLOCKED or self.decided_at is None:
            raise StateError(
                f"The moderation holds “{self.text.title}” back: {self.verdict.finding}."
            )

    #: When a person first opened it or called it reviewed.
    reviewed_at: datetime | None = None


class PageStep(StrEnum):
    """What happens to a selected image on its way to a page."""

    CHECKING = "checking"
    WRITING = "writing"
    SAVING = "saving"


class PageWork(StrEnum):
    """What is done to a selected image."""

    #: Make its page.
    CREATE = "create"
    #: Write the words of its page anew.
    WRITE = "write"
    #: Let the moderation judge its page, which it did not when the page was made.
    JUDGE = "judge"
    #: Make the picture files of its page again.
    DRAW = "draw"


class PageTaskStatus(StrEnum):
    """Where a selected image stands on its way to a page."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTask:
    """A selected image that is to become a page, or whose page is to be worked on."""

    work: PageWork
    requested_at: datetime
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
    #: The address of its page, once it has one; else empty.
    slug: str
    category: str
    #: What the person asked for: draft or published.
    page_status: PageStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkProgress:
    """What was last asked for on pages that are made."""

    total: int
    #: Pages that wait for it, or are being worked on.
    open: int
    #: Sentences of pages that stay as they were.
    failures: tuple[str, ...]


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
    #: Why words were not bought, and for how many pages.
    by_rules: Mapping[str, int]

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
