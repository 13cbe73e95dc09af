"""A paid call: how it can end, and what follows from each end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from bulkgen.domain.jobs import PauseReason


class AttemptKind(StrEnum):
    """What is bought."""

    IMAGES = "images"
    PAGE_TEXT = "page_text"


class Outcome(StrEnum):
    """How a call ended, in money."""

    #: Paid for.
    BOUGHT = "bought"
    #: Certainly not charged.
    REFUSED = "refused"
    #: May have been charged.
    UNKNOWN = "unknown"


class FailureKind(StrEnum):
    """The rows of the retry table."""

    #: No connection, no name, no TLS: nothing was sent.
    NOT_SENT = "not_sent"
    #: The account's images-per-minute limit.
    IMAGE_LIMIT = "image_limit"
    #: Another rate limit, or a server that asks to slow down.
    BUSY = "busy"
    #: No money left, or a spending limit of the account.
    QUOTA = "quota"
    #: The key or the organisation may not do this.
    KEY = "key"
    #: The model is gone or not open to this account.
    MODEL = "model"
    #: The provider's safety system refused the prompt or the picture.
    MODERATION = "moderation"
    #: A parameter was refused.
    REQUEST = "request"
    #: The provider's server failed and said so.
    SERVER = "server"
    #: The answer never came, or came in pieces.
    NO_ANSWER = "no_answer"
    #: Our own process ended while the call was open.
    INTERRUPTED = "interrupted"
    #: An answer came, and holds no usable picture.
    UNUSABLE = "unusable"
    #: Our own disk had no room, so nothing was sent.
    NO_ROOM = "no_room"
    #: The picture came and could not be written to our own disk.
    NOT_KEPT = "not_kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A call that did not give what was asked, in the provider-neutral words of the table."""

    kind: FailureKind
    #: One sentence for the person, without any key in it.
    message: str
    http_status: int | None = None
    code: str | None = None
    param: str | None = None
    request_id: str | None = None
    retry_after_s: float | None = None
    #: The account's limit, when the answer named it.
    images_per_minute: int | None = None


class NextStep(StrEnum):
    """What happens to the images of a failed call."""

    RETRY = "retry"
    FAIL = "fail"
    PAUSE_JOB = "pause_job"
    LEAVE_UNKNOWN = "leave_unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the retry table says about one failure."""

    outcome: Outcome
    next_step: NextStep
    delay_s: float = 0.0
    pause_reason: PauseReason | None = None


#: Retries of one prompt by kind of failure; a call that is refused for a limit uses up none.
MAX_RETRIES: Mapping[FailureKind, int] = {
    FailureKind.NOT_SENT: 5,
    FailureKind.SERVER: 3,
    FailureKind.NO_ANSWER: 1,
}

_PAUSES: Mapping[FailureKind, PauseReason] = {
    FailureKind.QUOTA: PauseReason.QUOTA,
    FailureKind.KEY: PauseReason.KEY,
    FailureKind.MODEL: PauseReason.MODEL,
    FailureKind.NO_ROOM: PauseReason.STORAGE,
    FailureKind.NOT_KEPT: PauseReason.STORAGE,
}

_OUTCOMES: Mapping[FailureKind, Outcome] = {
    FailureKind.MODERATION: Outcome.UNKNOWN,
    FailureKind.NO_ANSWER: Outcome.UNKNOWN,
    FailureKind.INTERRUPTED: Outcome.UNKNOWN,
    FailureKind.UNUSABLE: Outcome.BOUGHT,
    FailureKind.NOT_KEPT: Outcome.BOUGHT,
}

_BUSY_DELAY_S = 15.0
_MAX_BACKOFF_S = 30.0


def decide(failure: Failure, *, earlier: int, jitter: float) -> Decision:
    """Read the retry table.

    `earlier` counts this prompt's earlier failures of the same kind since a person last asked for
    it; `jitter` is a random number from 0 to 1.
    """
    kind = failure.kind
    next_step = NextStep.FAIL
    delay_s = 0.0
    if kind in _PAUSES:
        next_step = NextStep.PAUSE_JOB
    elif kind in (FailureKind.IMAGE_LIMIT, FailureKind.INTERRUPTED):
        next_step = NextStep.RETRY
    elif kind is FailureKind.BUSY:
        next_step = NextStep.RETRY
        delay_s = _BUSY_DELAY_S if failure.retry_after_s is None else failure.retry_after_s
    elif earlier < MAX_RETRIES.get(kind, 0):
        next_step = NextStep.RETRY
        delay_s = jitter * min(_MAX_BACKOFF_S, 2.0**earlier)
    elif kind is FailureKind.NO_ANSWER:
        next_step = NextStep.LEAVE_UNKNOWN
    return Decision(
        outcome=_OUTCOMES.get(kind, Outcome.REFUSED),
        next_step=next_step,
        delay_s=delay_s,
        pause_reason=_PAUSES.get(kind),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call, as the provider counted them."""

    text_in: int
    image_in: int
    out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One call that costs money, from the moment it was written down."""

    id: UUID
    kind: AttemptKind
    #: Number of its prompt in the job, from 1.
    prompt_number: int
    model: str
    #: Images asked for; 0 for page text.
    images: int
    sent_at: datetime
    settled_at: datetime | None
    #: None while the call is open.
    outcome: Outcome | None
    #: The most it can cost.
    reserved_usd: Decimal
    #: What it did cost; None unless it was bought.
    cost_usd: Decimal | None
    price_version: str
    request_id: str | None
    failure_kind: FailureKind | None
    message: str | None

    @property
    def late(self) -> bool:
        """Whether its answer came after it was taken for lost."""
        lost = (FailureKind.INTERRUPTED, FailureKind.NO_ANSWER)
        return self.outcome is Outcome.BOUGHT and self.failure_kind in lost
