"""What the dispatcher reads before a call, and what is written when the call is over."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bulkgen.domain.attempts import AttemptKind
from bulkgen.domain.budgets import Balance
from bulkgen.domain.images import ImageRequest, ProviderAnswer
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.looks import Mark
from bulkgen.domain.prompts import PromptRow, final_prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnableJob:
    """A job that may start calls."""

    id: UUID
    owner_id: UUID
    priority: int
    balance: Balance
    #: True while calls of it are open, whose settling may free some of its budget.
    waits_for_calls: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPrompt:
    """A prompt with images still to be asked for, and no open call."""

    id: UUID
    job_id: UUID
    row: PromptRow
    #: Those of its job.
    settings: GenerationSettings
    pending_images: int


def image_request(
    row: PromptRow,
    settings: GenerationSettings,
    *,
    images: int | None = None,
    safety_identifier: str = "",
) -> ImageRequest:
    """The call for some images of a row, or for all; what the row sets wins over the job."""
    return ImageRequest(
        model=row.model or settings.model,
        prompt=final_prompt(settings.prefix, row.text, settings.suffix),
        size=row.size or settings.size,
        quality=row.quality or settings.quality,
        images=images or settings.images_of(row),
        output_format=row.output_format or settings.output_format,
        background=row.background or settings.background,
        output_compression=settings.output_compression,
        moderation=settings.moderation,
        safety_identifier=safety_identifier,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttempt:
    """A call the dispatcher wants to start."""

    id: UUID
    job_id: UUID
    prompt_id: UUID
    owner_id: UUID
    account: str
    request: ImageRequest
    reserved_usd: Decimal
    price_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPageText:
    """A call for the words of a page, about to be sent."""

    id: UUID
    job_id: UUID
    prompt_id: UUID
    owner_id: UUID
    account: str
    model: str
    reserved_usd: Decimal
    price_version: str
    #: Equal for calls about the same prompt of a job.
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who works on something, and until when nobody else may."""

    owner: UUID
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttempt:
    """A call that was written down and has no outcome yet."""

    id: UUID
    kind: AttemptKind
    job_id: UUID
    prompt_id: UUID
    owner_id: UUID
    account: str
    request: ImageRequest | None
    lease: Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class SpooledAnswer:
    """An answer that is safe on disk, settled or not."""

    attempt_id: UUID
    answer: ProviderAnswer
    #: False when the answer broke off after some of its pictures.
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsavedImage:
    """An image that is paid and in the spool, not yet in storage."""

    id: UUID
    job_id: UUID
    attempt_id: UUID
    #: Its place in the answer, from 0.
    index: int
    sha256: str
    #: What its call asked for, such as "1024x1024" or "auto".
    size: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedImage:
    """What is known of an image once it is in storage."""

    storage_key: str
    output_format: str
    width_px: int
    height_px: int
    marks: tuple[Mark, ...]
    score: float
    hash: int
