"""Images: what is asked for, what comes back, and where each one stands."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from bulkgen.domain.attempts import FailureKind, Usage
from bulkgen.domain.looks import Mark


class ImageStatus(StrEnum):
    """Where one image stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    #: It may have been paid for and did not arrive; a person decides.
    UNKNOWN = "unknown"
    #: It was there and nobody selected it; its files go when nobody can take that back any more.
    DISCARDED = "discarded"


class ImageStage(StrEnum):
    """What happens to an image while it is processing."""

    #: Asked for; the picture is not here yet.
    SENDING = "sending"
    #: Paid and on our disk; thumbnail and storage are under way.
    SAVING = "saving"


#: From each status, the statuses that may follow; a picture that comes late takes an empty place.
IMAGE_TRANSITIONS: dict[ImageStatus, frozenset[ImageStatus]] = {
    ImageStatus.PENDING: frozenset({ImageStatus.PROCESSING, ImageStatus.CANCELLED}),
    ImageStatus.PROCESSING: frozenset(
        {
            ImageStatus.PENDING,
            ImageStatus.COMPLETED,
            ImageStatus.FAILED,
            ImageStatus.CANCELLED,
            ImageStatus.UNKNOWN,
        }
    ),
    ImageStatus.COMPLETED: frozenset({ImageStatus.DISCARDED}),
    ImageStatus.DISCARDED: frozenset({ImageStatus.COMPLETED}),
    ImageStatus.FAILED: frozenset({ImageStatus.PENDING, ImageStatus.PROCESSING}),
    ImageStatus.CANCELLED: frozenset({ImageStatus.PENDING, ImageStatus.PROCESSING}),
    ImageStatus.UNKNOWN: frozenset({ImageStatus.PENDING, ImageStatus.PROCESSING}),
}

#: MIME type of each output format.
MIME_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
#: File suffix of each output format.
SUFFIXES = {"png": "png", "jpeg": "jpg", "webp": "webp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRequest:
    """One call to an image model."""

    model: str
    prompt: str
    size: str
    quality: str
    images: int
    output_format: str
    background: str
    output_compression: int
    moderation: str
    #: A hash that names the owner to the provider without naming the person.
    safety_identifier: str

    @property
    def fingerprint(self) -> str:
        """Equal for calls that ask for the same picture, however many of it."""
        text = "\0".join(
            (
                *(self.model, self.prompt, self.size, self.quality, self.output_format),
                *(self.background, str(self.output_compression), self.moderation),
            )
        )
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderImage:
    """One picture as it lies in the spool."""

    #: Its place in the answer, from 0.
    index: int
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAnswer:
    """What a call gave: pictures in the spool, and the bill."""

    images: tuple[ProviderImage, ...]
    usage: Usage | None
    request_id: str | None
    #: The model that was asked.
    model: str
    #: The account that pays, when the answer named it.
    account: str | None = None
    #: That account's limit, when the answer named it.
    images_per_minute: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedImage:
    """One image of a job, there or on its way."""

    id: UUID
    job_id: UUID
    owner_id: UUID
    prompt_id: UUID
    #: Number of its prompt in the job, from 1.
    prompt_number: int
    #: Number among the images of its prompt, from 1.
    number: int
    prompt: str
    #: The prompt with the texts put before and after it.
    sent_prompt: str
    status: ImageStatus
    stage: ImageStage | None
    #: Why it failed, in one sentence.
    message: str | None
    #: How its latest call failed.
    failure_kind: FailureKind | None
    selected: bool
    starred: bool
    #: What a person wrote about it.
    note: str
    model: str
    size: str
    quality: str
    output_format: str | None
    #: Where the provider's bytes are.
    storage_key: str | None
    width_px: int | None
    height_px: int | None
    size_bytes: int | None
    sha256: str | None
    marks: tuple[Mark, ...]
    #: As in `Look`; None while there is no picture.
    score: float | None
    hash: int | None
    cost_usd: Decimal | None
    request_id: str | None
    completed_at: datetime | None
    #: The page made from it.
    page_id: UUID | None
    #: The image of another job that this one is the final of.
    draft_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierImages:
    """Completed images that were made by the same call before."""

    #: The oldest first.
    ids: tuple[UUID, ...]
    last_at: datetime
