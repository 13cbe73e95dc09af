"""Review: what a person decides about the prompts of a job, one after another."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDecision:
    """What one prompt was left as; of several about a prompt the latest counts."""

    #: Its place among the decisions of the screen that sent it, from 1.
    number: int
    at: datetime
    prompt_number: int
    #: Whether the prompt is dealt with; an undone decision takes that back.
    decided: bool
    #: Numbers of the images it speaks of; others of the prompt stay as they are.
    shown: tuple[int, ...]
    selected: tuple[int, ...]
    starred: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptReview:
    """How far the review of one prompt is."""

    number: int
    decided: bool
    #: Completed images of it that are selected.
    selected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """How far the review of a job is."""

    #: Every prompt in its order.
    prompts: tuple[PromptReview, ...]
    #: Number of the prompt that was on the screen last; None before the first time.
    position: int | None

    @property
    def next_number(self) -> int:
        """Number of the prompt to go on with."""
        if self.position is not None:
            return self.position
        return next((prompt.number for prompt in self.prompts if not prompt.decided), 1)
