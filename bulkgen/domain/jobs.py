"""A job: one list of prompts on its way to images."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from bulkgen.domain.errors import StateError
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.templates import Expansion


class JobStatus(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    PAUSED = "paused"
    #: Nothing is left to run, even if some images failed.
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    #: The job itself could not run.
    FAILED = "failed"


class PauseReason(StrEnum):
    """Why a job waits for a person."""

    BUDGET = "budget"
    QUOTA = "quota"
    KEY = "key"
    MODEL = "model"
    STORAGE = "storage"
    LIMIT = "limit"
    REFUSALS = "refusals"
    PERSON = "person"


#: From each status, the statuses that may follow.
JOB_TRANSITIONS: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.PENDING: frozenset(
        {
            JobStatus.PROCESSING,
            JobStatus.PAUSED,
            #: Resumed while its last calls were under way.
            JobStatus.COMPLETED,
            JobStatus.CANCELLED,
            JobStatus.FAILED,
        }
    ),
    JobStatus.PROCESSING: frozenset(
        {
            JobStatus.PENDING,
            JobStatus.PAUSED,
            JobStatus.COMPLETED,
            JobStatus.CANCELLED,
            JobStatus.FAILED,
        }
    ),
    JobStatus.PAUSED: frozenset({JobStatus.PENDING, JobStatus.COMPLETED, JobStatus.CANCELLED}),
    JobStatus.COMPLETED: frozenset({JobStatus.PENDING}),
    JobStatus.CANCELLED: frozenset({JobStatus.PENDING}),
    JobStatus.FAILED: frozenset({JobStatus.PENDING}),
}

#: Statuses in which the engine may start calls.
RUNNING = (JobStatus.PENDING, JobStatus.PROCESSING)
#: Statuses a job can rest in without anyone acting.
ENDED = (JobStatus.COMPLETED, JobStatus.CANCELLED, JobStatus.FAILED)


def check_transition(current: JobStatus, wanted: JobStatus) -> None:
    """Raise StateError unless a job may go from one status to the other."""
    if wanted not in JOB_TRANSITIONS[current]:
        raise StateError(f"The job is {current} and cannot become {wanted}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationSettings:
    """What a person chose for a whole job."""

    model: str
    size: str
    quality: str
    images_per_prompt: int
    output_format: str
    background: str
    #: 0 to 100, for jpeg and webp only.
    output_compression: int
    moderation: str
    prefix: str
    category: str
    #: Status of the pages made from this job: draft or published.
    page_status: str
    #: What a row with option lists becomes.
    expansion: Expansion = Expansion.COMBINATIONS
    #: Empty in what was written before there was one.
    suffix: str = ""

    def images_of(self, row: PromptRow) -> int:
        """How many images a row asks for."""
        return row.images or self.images_per_prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageCounts:
    """Images of a job by status."""

    pending: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    unknown: int = 0
    discarded: int = 0

    @property
    def total(self) -> int:
        """All images of the job."""
        return self.ended + self.open

    @property
    def open(self) -> int:
        """Images that still may arrive."""
        return self.pending + self.processing

    @property
    def ended(self) -> int:
        """Images that will not change unless a person acts."""
        return self.completed + self.failed + self.cancelled + self.unknown + self.discarded


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptCounts:
    """Calls of a job by outcome; open ones have none yet."""

    bought: int = 0
    refused: int = 0
    unknown: int = 0
    open: int = 0

    @property
    def total(self) -> int:
        """All calls of the job."""
        return self.bought + self.refused + self.unknown + self.open


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One list of prompts, its settings, its money and where it stands."""

    id: UUID
    owner_id: UUID
    name: str
    status: JobStatus
    pause_reason: PauseReason | None
    #: The sentence that belongs to the pause or the failure.
    message: str | None
    #: It has twice the turns of a job whose priority is one lower.
    priority: int
    settings: GenerationSettings
    prompts: int
    images: ImageCounts
    attempts: AttemptCounts
    selected: int
    #: The middle of the estimate at the start.
    estimated_usd: Decimal
    #: Held for open calls and for calls that may have been charged.
    reserved_usd: Decimal
    cost_usd: Decimal
    budget_usd: Decimal
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None

    @property
    def budget_is_full(self) -> bool:
        """Whether one more image may find no room in the budget."""
        each_usd = self.estimated_usd / max(1, self.images.total)
        return self.cost_usd + self.reserved_usd + 2 * each_usd > self.budget_usd

    @property
    def active(self) -> bool:
        """True while images may still arrive without anyone acting."""
        return self.status in RUNNING or self.images.processing > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A checked and priced list, ready to be written down."""

    id: UUID
    owner_id: UUID
    name: str
    settings: GenerationSettings
    rows: tuple[PromptRow, ...]
    estimated_usd: Decimal
    budget_usd: Decimal
    #: Equal for two clicks on one Start; the second gets the job of the first.
    submission_token: str
    #: Make only this many prompts before asking for the rest; None makes all.
    try_first: int | None
    created_at: datetime
    #: Index of a row -> images that are there already and take the places of its first ones.
    earlier: Mapping[int, tuple[UUID, ...]] = field(default_factory=dict)
    #: Index of a row -> the image that its images are finals of.
    drafts: Mapping[int, UUID] = field(default_factory=dict)
