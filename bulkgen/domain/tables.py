"""A list as its reader found it: names of columns, and records of cells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from bulkgen.domain.errors import PromptFileError

#: Rows of any kind that are looked at; a file of blank ones would take minutes otherwise.
MAX_RECORDS = 100_000
#: Columns of any kind.
MAX_COLUMNS = 500
_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row, or what is left of one that could not be divided."""

    cells: tuple[str, ...]
    #: Why the row could not be divided into cells.
    fault: str | None = None

    @property
    def blank(self) -> bool:
        """Whether there is nothing in it."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """Every record of a list, its header among them unless the names are known."""

    records: Sequence[Record]
    #: Names the format itself gives; None where the first record may hold them.
    names: tuple[str, ...] | None = None
    delimiter: str | None = None


def all_records(records: Iterable[_Record]) -> list[_Record]:
    """The records, unless there are too many to look at."""
    found = list(islice(records, MAX_RECORDS + 1))
    if len(found) > MAX_RECORDS:
        raise PromptFileError(
            f"The file has more than {MAX_RECORDS:,} rows. Delete the blank ones, or split it."
        )
    return found
