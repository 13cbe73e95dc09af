"""Which images of a job are looked at, in which order, and which of them a choice takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

_TEN = 10


class Shown(StrEnum):
    """What a person wants to see of a job."""

    ALL = "all"
    SELECTED = "selected"
    #: There, and not selected.
    NOT_SELECTED = "not-selected"
    #: There, and nobody has dealt with its prompt in review.
    UNDECIDED = "undecided"
    STARRED = "starred"
    #: Almost the same as an earlier one, or as a published page.
    NEAR_DUPLICATES = "near-duplicates"
    FAILED = "failed"


class ImageOrder(StrEnum):
    """What comes first."""

    #: As in the list of prompts.
    PROMPT = "prompt"
    NEWEST = "newest"
    OLDEST = "oldest"
    #: The dearest first.
    COST = "cost"
    #: The sharpest and best exposed first.
    SCORE = "score"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFilter:
    """What images have to be like; the empty one holds for all."""

    shown: Shown = Shown.ALL
    #: Words that the prompt holds, each of them, in small or capital letters.
    text: str = ""
    model: str | None = None
    least_usd: Decimal | None = None
    most_usd: Decimal | None = None
    #: One of these images; None for any.
    among: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundImages:
    """The images of a filter at one moment."""

    ids: tuple[UUID, ...] = ()
    #: When the last of them arrived.
    newest_at: datetime | None = None


class Choice(StrEnum):
    """What becomes of the selection among the images of a filter."""

    ALL = "all"
    NONE = "none"
    INVERT = "invert"
    #: The first image of each prompt, and no other.
    FIRST = "first"
    #: The image of each prompt with the highest score, and no other.
    BEST = "best"
    #: The ten highest scores, of ten prompts, and no other.
    BEST_TEN = "best-ten"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A picture that is there and may be selected."""

    id: UUID
    prompt_number: int
    selected: bool
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionChange:
    """What a choice did."""

    selected: tuple[UUID, ...] = ()
    deselected: tuple[UUID, ...] = ()

    @property
    def reverse(self) -> "SelectionChange":
        """What takes it back."""
        return SelectionChange(selected=self.deselected, deselected=self.selected)

    @property
    def images(self) -> int:
        """How many images it changed."""
        return len(self.selected) + len(self.deselected)


def change_for(choice: Choice, candidates: Sequence[Candidate]) -> SelectionChange:
    """What a choice changes among images in the order of prompts and variations."""
    wanted = _wanted(choice, candidates)
    return SelectionChange(
        selected=tuple(c.id for c in candidates if c.id in wanted and not c.selected),
        deselected=tuple(c.id for c in candidates if c.id not in wanted and c.selected),
    )


def _wanted(choice: Choice, candidates: Sequence[Candidate]) -> set[UUID]:
    match choice:
        case Choice.ALL:
            return {candidate.id for candidate in candidates}
        case Choice.NONE:
            return set()
        case Choice.INVERT:
            return {candidate.id for candidate in candidates if not candidate.selected}
        case Choice.FIRST:
            # The last written of a number wins, so the first image is written last.
            return set({c.prompt_number: c.id for c in reversed(candidates)}.values())
        case Choice.BEST:
            return set(_best_of_each(candidates))
        case Choice.BEST_TEN:
            return set(_best_of_each(candidates)[:_TEN])


def _best_of_each(candidates: Sequence[Candidate]) -> list[UUID]:
    """The best of each prompt, the best of all first."""
    best: dict[int, UUID] = {}
    for candidate in sorted(candidates, key=lambda c: c.score or 0.0, reverse=True):
        best.setdefault(candidate.prompt_number, candidate.id)
    return list(best.values())
