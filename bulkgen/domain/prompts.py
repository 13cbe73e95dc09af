"""Prompt rows as a person gave them, and what is wrong with those that cannot be used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

#: The longest prompt OpenAI's image models take.
MAX_PROMPT_CHARACTERS = 32_000
#: The most rows one file or one job may hold.
MAX_ROWS = 5_000
#: The most images one prompt may ask for.
MAX_IMAGES_PER_PROMPT = 10


class Column(StrEnum):
    """Columns of a list that bulkgen understands; any other column is kept and ignored."""

    PROMPT = "prompt"
    MODEL = "model"
    SIZE = "size"
    QUALITY = "quality"
    COUNT = "count"
    TITLE = "title"
    DESCRIPTION = "description"
    TAGS = "tags"
    ALT = "alt"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRow:
    """One prompt and what its row sets for itself; None means what the job says."""

    text: str
    model: str | None = None
    size: str | None = None
    quality: str | None = None
    images: int | None = None
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be used, or a remark about one that can."""

    #: The number of the record in the file, the header being 1; 0 for the file as a whole.
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSheet:
    """A list of prompts, read from a file."""

    rows: tuple[PromptRow, ...]
    #: The line of each row, counted as in `Problem`.
    lines: tuple[int, ...]
    rejected: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    encoding: str = "utf-8"
    delimiter: str | None = None
    #: Header of the file -> what bulkgen takes it for; None for a column it only keeps.
    columns: Mapping[str, str | None] = field(default_factory=dict)


def final_prompt(prefix: str, text: str) -> str:
    """What is sent: the text put before every prompt, then the prompt."""
    return f"{prefix.strip()} {text}" if prefix.strip() else text
