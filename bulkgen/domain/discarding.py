"""Images that nobody selected, once the pages of their job are made."""

from dataclasses import dataclass
from datetime import datetime

#: Days after which they are discarded unless an admin chooses another number.
DISCARD_AFTER_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Discards:
    """The unselected images of a job, or of all jobs of a person."""

    #: Those that can be discarded now.
    images: int = 0
    size_bytes: int = 0
    #: Those that are discarded, until their files are gone.
    discarded: int = 0
    discarded_bytes: int = 0
    #: When the first of them were discarded.
    since: datetime | None = None
    #: Those whose files are gone.
    freed: int = 0
    freed_bytes: int = 0
