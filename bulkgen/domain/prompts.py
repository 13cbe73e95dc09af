"""Prompt rows as a person gave them, and what is wrong with those that cannot be used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any

#: The longest prompt OpenAI's image models take.
MAX_PROMPT_CHARACTERS = 32_000
#: The most rows one file or one job may hold, unless the installation sets another number.
MAX_ROWS = 5_000
#: The most images one prompt may ask for.
MAX_IMAGES_PER_PROMPT = 10
MAX_CATEGORY_CHARACTERS = 40
_CLOSING_SIGNS = ",.;:!?"
#: What a row may set for its pages.
PAGE_STATUSES = ("draft", "published")


@dataclass(frozen=True, slots=True)
class ListLimits:
    """The most an uploaded list may be."""

    rows: int = MAX_ROWS
    megabytes: int = 10


class Column(StrEnum):
    """Columns of a list that bulkgen understands; any other column is kept as a variable."""

    PROMPT = "prompt"
    MODEL = "model"
    SIZE = "size"
    QUALITY = "quality"
    COUNT = "count"
    FORMAT = "format"
    BACKGROUND = "background"
    TITLE = "title"
    DESCRIPTION = "description"
    TAGS = "tags"
    ALT = "alt"
    CATEGORY = "category"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRow:
    """One prompt and what its row sets for itself; None means what the job says."""

    text: str
    model: str | None = None
    size: str | None = None
    quality: str | None = None
    images: int | None = None
    output_format: str | None = None
    background: str | None = None
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    alt: str | None = None
    category: str | None = None
    #: One of PAGE_STATUSES.
    page_status: str | None = None
    #: Cells of other columns that are not blank, by the name of the column.
    variables: tuple[tuple[str, str], ...] = ()

    def chosen(self) -> dict[str, Any]:
        """What the row sets, by the name of the field."""
        named = zip(_NAMES, _values(self), strict=True)
        return {name: value for name, value in named if value is not None and value != ()}


_NAMES = tuple(known.name for known in fields(PromptRow))
_values = attrgetter(*_NAMES)


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that cannot be used, or a remark about one that can."""

    #: The number of the record in the file, the header being 1; 0 for the file as a whole.
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row of a file that cannot be used as it is."""

    #: As in `Problem`.
    line: int
    reason: str
    cells: tuple[str, ...]
    #: What it would be with the cells that are too many joined to the prompt.
    joined: PromptRow | None = None


@dataclass(frozen=True, slots=True)
class HeaderQuestion:
    """No name in the file tells which column holds the prompts, so a person has to.

    A file of one column is read meanwhile as prompts from its first row on.
    """

    columns: tuple[str, ...]
    #: None when the first row may be a header or a prompt.
    has_header: bool | None

    def __str__(self) -> str:
        return (
            "The file has no column named prompt, and no other name tells which holds the prompts. "
            f"Its columns: {', '.join(self.columns)}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSheet:
    """A list of prompts, read from a file."""

    rows: tuple[PromptRow, ...]
    #: The line of each row, counted as in `Problem`.
    lines: tuple[int, ...]
    rejected: tuple[RejectedRow, ...] = ()
    warnings: tuple[Problem, ...] = ()
    #: None for a spreadsheet, which needs none.
    encoding: str | None = "utf-8"
    delimiter: str | None = None
    #: Header of the file -> what bulkgen takes it for; None for a variable.
    columns: Mapping[str, Column | None] = field(default_factory=dict)
    #: Cells of the first rows under the header; of all rows where it is not known to be one.
    first_rows: tuple[tuple[str, ...], ...] = ()
    question: HeaderQuestion | None = None
    #: The sheet of a spreadsheet that was read, and the names of all.
    worksheet: str | None = None
    worksheets: tuple[str, ...] = ()


def tags_of(text: str) -> tuple[str, ...]:
    """The tags of a cell, which commas or semicolons divide."""
    return tuple(tag.strip() for tag in re.split("[,;]", text) if tag.strip())


def final_prompt(prefix: str, text: str, suffix: str) -> str:
    """What is sent: the prompt between the texts put before and after every prompt.

    A suffix such as ", in watercolor" follows without a blank.
    """
    before, after = prefix.strip(), suffix.strip()
    if before:
        text = f"{before} {text}"
    if after:
        text += after if after[0] in _CLOSING_SIGNS else f" {after}"
    return text
