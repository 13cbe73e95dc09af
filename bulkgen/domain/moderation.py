"""From the scores of a moderator to what becomes of a page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from bulkgen.domain.errors import InputError
from bulkgen.domain.pages import PageStatus

#: What OpenAI's moderation looks for; each line without a threshold follows OpenAI's own flag.
CATEGORIES = (
    *("sexual", "sexual/minors", "violence", "violence/graphic"),
    *("self-harm", "self-harm/intent", "self-harm/instructions"),
    *("hate", "hate/threatening", "harassment", "harassment/threatening"),
    *("illicit", "illicit/violent"),
)
#: They are bulkgen's own choice, since OpenAI publishes none.
_BLOCK_FROM: Mapping[str, float] = {
    "sexual": 0.50,
    "sexual/minors": 0.05,
    "violence/graphic": 0.60,
    "self-harm": 0.40,
    "self-harm/intent": 0.40,
    "self-harm/instructions": 0.40,
    "hate/threatening": 0.30,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The scores from which a page is blocked, and those from which a person has to review it."""

    #: By category; one that is not named follows the moderator's own flag.
    block_from: Mapping[str, float] = field(default_factory=lambda: dict(_BLOCK_FROM))
    #: The part of such a score from which a person has to review the page.
    review_from: float = 0.5

    def decide(
        self, scores: Mapping[str, float], flagged: Collection[str]
    ) -> tuple[PageStatus, str | None]:
        """What becomes of a page, and the category that decides it; what is flagged is blocked."""
        nearness = {
            name: scores.get(name, 0.0) / limit for name, limit in self.block_from.items()
        } | dict.fromkeys(flagged, 1.0)
        nearest = max(nearness, key=lambda name: nearness[name], default=None)
        if nearest is None or nearness[nearest] < self.review_from:
            return PageStatus.DRAFT, None
        blocked = nearness[nearest] >= 1
        return (PageStatus.BLOCKED if blocked else PageStatus.NEEDS_REVIEW), nearest

    def check(self) -> None:
        """Raise InputError unless every number can be one."""
        for name, limit in self.block_from.items():
            if name not in CATEGORIES or not 0 < limit <= 1:
                raise InputError(
                    f"The threshold of “{name}” cannot be {limit}. "
                    "Use a number above 0 and up to 1, or leave it empty."
                )
        if not 0 < self.review_from <= 1:
            raise InputError("The part from which a person reviews must be above 0 and up to 1.")

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self:
        """The thresholds as they were stored; the defaults where there are none."""
        return cls(**data) if data else cls()
