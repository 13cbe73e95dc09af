"""Which pages a person looks at."""

from dataclasses import dataclass
from uuid import UUID

from bulkgen.domain.pages import PageStatus, PromptPage


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFilter:
    """What pages have to be like; the empty one holds for all that are not deleted."""

    status: PageStatus | None = None
    #: Words that title, description, tags or prompt hold, in small or capital letters.
    text: str = ""
    category: str | None = None
    tag: str | None = None
    job_id: UUID | None = None
    #: Only pages whose title says nearly the same as another's.
    near_same: bool = False
    #: One of these pages; None for any.
    among: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPages:
    """Some of the pages of a filter, newest first."""

    pages: tuple[PromptPage, ...]
    #: How many there are in all.
    total: int
