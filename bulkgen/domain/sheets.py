"""A sheet: the list of prompts a person is writing, kept on the server before it is a job."""

import hashlib
import json
from dataclasses import asdict, dataclass
from uuid import UUID

from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.prompts import PromptRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The open draft of one person."""

    id: UUID
    #: Grows with every save; a save from an older revision is refused.
    revision: int
    rows: tuple[PromptRow, ...]
    settings: GenerationSettings | None


def submission_token(
    sheet_id: UUID, rows: tuple[PromptRow, ...], settings: GenerationSettings
) -> str:
    """Equal for equal content of one sheet, so that two clicks on Start make one job."""
    content = json.dumps(
        [str(sheet_id), [row.chosen() for row in rows], asdict(settings)], sort_keys=True
    )
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
