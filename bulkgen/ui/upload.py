"""An uploaded list: the person's answers about it, and how it reads with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from bulkgen.domain.columns import unique_names
from bulkgen.domain.prompts import Column, ListLimits, PromptRow, PromptSheet
from bulkgen.readers import read_list

#: What each column is taken for, by its number from 1; None for a variable.
Meanings = Mapping[str | int, Column | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it reads with the answers so far."""

    name: str
    data: bytes
    limits: ListLimits
    sheet: PromptSheet
    worksheet: str | None = None
    has_header: bool | None = None
    #: All columns once a person has changed one; empty while they are as they were found.
    columns: Meanings = field(default_factory=dict)
    #: Whether the columns are those the person chose for the same header before.
    remembered: bool = False
    #: The rows of the table that came from it.
    added: tuple[PromptRow, ...] = ()

    @property
    def clear(self) -> bool:
        """Whether it can be added without asking, because nothing that is written in it gets lost.

        A single column is all prompts.
        """
        sheet = self.sheet
        asks = sheet.question is not None and len(sheet.columns) > 1
        lost = any(cell.strip() for row in sheet.rejected for cell in row.cells)
        return bool(sheet.rows) and not lost and not asks

    @property
    def asks_header(self) -> bool:
        """Whether the first row is for the person to judge."""
        question = self.sheet.question
        return self.has_header is not None or (question is not None and question.has_header is None)

    @property
    def waits_for_header(self) -> bool:
        """Whether nothing can be read before they have."""
        return self.asks_header and self.has_header is None and not self.sheet.rows

    @property
    def prompt_number(self) -> int | None:
        """The number of the column with the prompts."""
        meanings = list(self.sheet.columns.values())
        return meanings.index(Column.PROMPT) + 1 if Column.PROMPT in meanings else None

    @property
    def to_remember(self) -> Mapping[str, Column | None]:
        """The columns of a header whose meanings the person has changed; empty when they have not.

        Without a header nothing would tell the next list of this kind from any other.
        """
        changed = self.columns and not self.remembered and self.has_header is not False
        return self.sheet.columns if changed else {}

    def answered(self, *, has_header: bool | None, columns: Meanings) -> Self:
        """The file read again with these answers; raises PromptFileError."""
        sheet = read_list(
            self.name,
            self.data,
            worksheet=self.worksheet,
            has_header=has_header,
            columns=columns,
            limits=self.limits,
        )
        return replace(self, sheet=sheet, has_header=has_header, columns=columns, remembered=False)

    def with_columns(self, changes: Meanings) -> Self:
        """Take columns for something else; a column that was taken for that becomes a variable."""
        taken = set(changes.values())
        kept: dict[str | int, Column | None] = {
            number: None if column in taken else column
            for number, column in enumerate(self.sheet.columns.values(), start=1)
        }
        return self.answered(has_header=self.has_header, columns={**kept, **changes})


def read_upload(
    name: str,
    data: bytes,
    remembered: Callable[[Sequence[str]], Meanings],
    limits: ListLimits,
    worksheet: str | None = None,
) -> Upload:
    """Read a file as its names tell, or as `remembered` tells for its header.

    Raises PromptFileError.
    """
    sheet = read_list(name, data, worksheet=worksheet, limits=limits)
    upload = Upload(name=name, data=data, limits=limits, sheet=sheet, worksheet=worksheet)
    columns = remembered(_header(upload)) if len(sheet.columns) > 1 else {}
    if not columns:
        return upload
    has_header = True if upload.asks_header else None
    return replace(upload.answered(has_header=has_header, columns=columns), remembered=True)


def _header(upload: Upload) -> Sequence[str]:
    """The names of the columns; the first row where it may be a prompt."""
    if not upload.asks_header:
        return tuple(upload.sheet.columns)
    filled = (row for row in upload.sheet.first_rows if any(map(str.strip, row)))
    return unique_names(next(filled, ()))
