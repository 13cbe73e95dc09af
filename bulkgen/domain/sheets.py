"""A sheet: the list of prompts a person is writing, kept on the server before it is a job."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from bulkgen.domain.decoding import storable
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.prompts import PromptRow

#: The longest name of a list and of the job it becomes.
MAX_NAME_CHARACTERS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A list of one person."""

    id: UUID
    #: Grows with every save; a save from an older revision is refused.
    revision: int
    #: Empty until the person gives it one.
    name: str
    rows: tuple[PromptRow, ...]
    settings: GenerationSettings | None

    @property
    def empty(self) -> bool:
        """Whether it holds nothing a person would miss."""
        return not self.rows and not self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSummary:
    """A list as it stands among the others."""

    id: UUID
    name: str
    first_words: str
    prompts: int
    updated_at: datetime


def plain_name(text: str) -> str:
    """A name in one line, cut where it is too long."""
    return " ".join(storable(text).split())[:MAX_NAME_CHARACTERS]


def first_words(rows: Sequence[PromptRow]) -> str:
    """What a list without a name is known by: the beginning of its first prompt."""
    words = " ".join(storable(rows[0].text).split()) if rows else ""
    return words if len(words) <= MAX_NAME_CHARACTERS else words[: MAX_NAME_CHARACTERS - 1] + "…"


def submission_token(
    sheet_id: UUID, rows: tuple[PromptRow, ...], settings: GenerationSettings
) -> str:
    """Equal for equal content of one sheet, so that two clicks on Start make one job."""
    content = json.dumps(
        [str(sheet_id), [row.chosen() for row in rows], asdict(settings)], sort_keys=True
    )
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
