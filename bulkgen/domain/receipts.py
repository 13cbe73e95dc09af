"""The receipt of a job: every call that cost money, or may have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bulkgen.domain.attempts import Attempt, AttemptKind, Outcome
from bulkgen.domain.manifest import Entry

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a job has cost, by call; it stays when images are deleted."""

    calls: Sequence[Attempt]

    @property
    def images_bought(self) -> int:
        """Images of the calls that were bought."""
        return sum(call.images for call in self._of(AttemptKind.IMAGES, Outcome.BOUGHT))

    @property
    def images_usd(self) -> Decimal:
        """What they cost."""
        return _cost(self._of(AttemptKind.IMAGES, Outcome.BOUGHT))

    @property
    def calls_late(self) -> int:
        """Calls among them whose answer came after they were taken for lost."""
        return sum(call.late for call in self.calls)

    @property
    def calls_refused(self) -> int:
        """Calls that cost nothing."""
        return sum(call.outcome is Outcome.REFUSED for call in self.calls)

    @property
    def calls_unknown(self) -> int:
        """Calls that may have been charged."""
        return sum(call.outcome is Outcome.UNKNOWN for call in self.calls)

    @property
    def unknown_most_usd(self) -> Decimal:
        """The most they can have cost."""
        unknown = (call for call in self.calls if call.outcome is Outcome.UNKNOWN)
        return sum((call.reserved_usd for call in unknown), _ZERO)

    @property
    def calls_open(self) -> int:
        """Calls that have no outcome yet."""
        return sum(call.outcome is None for call in self.calls)

    @property
    def page_texts(self) -> int:
        """Page texts that were bought."""
        return len(self._of(AttemptKind.PAGE_TEXT, Outcome.BOUGHT))

    @property
    def page_text_usd(self) -> Decimal:
        """What they cost."""
        return _cost(self._of(AttemptKind.PAGE_TEXT, Outcome.BOUGHT))

    @property
    def total_usd(self) -> Decimal:
        """What is certainly paid."""
        return self.images_usd + self.page_text_usd

    def _of(self, kind: AttemptKind, outcome: Outcome) -> list[Attempt]:
        return [call for call in self.calls if call.kind is kind and call.outcome is outcome]


def summary(receipt: Receipt) -> dict[str, int | str]:
    """The sums of a receipt; money is in USD."""
    return {
        "images_bought": receipt.images_bought,
        "images_usd": str(receipt.images_usd),
        "calls_late": receipt.calls_late,
        "calls_refused": receipt.calls_refused,
        "calls_unknown": receipt.calls_unknown,
        "unknown_most_usd": str(receipt.unknown_most_usd),
        "calls_open": receipt.calls_open,
        "page_texts": receipt.page_texts,
        "page_text_usd": str(receipt.page_text_usd),
        "total_usd": str(receipt.total_usd),
    }


def entries(receipt: Receipt) -> list[Entry]:
    """The calls of a receipt, for CSV and JSON."""
    return [
        {
            "sent_at": call.sent_at.isoformat(),
            "kind": call.kind,
            "prompt_number": call.prompt_number,
            "model": call.model,
            "images": call.images,
            "outcome": call.outcome,
            "late": call.late,
            "cost_usd": None if call.cost_usd is None else str(call.cost_usd),
            "most_usd": str(call.reserved_usd),
            "price_version": call.price_version,
            "request_id": call.request_id,
            "message": call.message,
            "attempt_id": str(call.id),
        }
        for call in receipt.calls
    ]


def _cost(calls: Iterable[Attempt]) -> Decimal:
    return sum((call.cost_usd for call in calls if call.cost_usd is not None), _ZERO)
