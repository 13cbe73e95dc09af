"""From the cells of a record to a prompt, or to the reason it is none."""

from collections.abc import Mapping, Sequence

from bulkgen.domain.columns import REASON_COLUMN, ROW_COLUMN
from bulkgen.domain.decoding import storable
from bulkgen.domain.errors import InputError
from bulkgen.domain.prompts import (
    MAX_IMAGES_PER_PROMPT,
    MAX_PROMPT_CHARACTERS,
    PAGE_STATUSES,
    Column,
    Problem,
    PromptRow,
    RejectedRow,
    tags_of,
)
from bulkgen.domain.tables import Record

#: Cells that reach a field of the row as they are.
_PLAIN_FIELDS = {
    Column.MODEL: "model",
    Column.SIZE: "size",
    Column.QUALITY: "quality",
    Column.BACKGROUND: "background",
    Column.TITLE: "title",
    Column.DESCRIPTION: "description",
    Column.ALT: "alt",
    Column.CATEGORY: "category",
}

Columns = Mapping[str, Column | None]


class Rows:
    """What became of each record so far."""

    def __init__(self, columns: Columns, delimiter: str | None) -> None:
        self.rows: dict[int, PromptRow] = {}
        self.rejected: list[RejectedRow] = []
        self._unstorable: list[int] = []
        #: Rows whose status says something else than bulkgen's own.
        self._other_statuses = 0
        self._columns = columns
        self._delimiter = delimiter or ""
        self._prompt_place = list(columns.values()).index(Column.PROMPT)

    def add(self, line: int, record: Record) -> None:
        """Accept or reject the next record."""
        cells = tuple(map(storable, record.cells))
        try:
            self.rows[line] = self._row(record, cells)
        except InputError as error:
            joined = None if record.fault or record.blank else self._joined(cells)
            self.rejected.append(RejectedRow(line, str(error), cells, joined))
        else:
            if cells != record.cells:
                self._unstorable.append(line)
            status = _named(self._columns, cells).get(Column.STATUS)
            self._other_statuses += status is not None and _status(status) is None

    def warnings(self) -> list[Problem]:
        """Remarks about rows that are used."""
        unstorable = "Characters that cannot be stored became \ufffd."
        found = [Problem(line, unstorable) for line in self._unstorable]
        if self._other_statuses:
            count = self._other_statuses
            rows = "One row has" if count == 1 else f"{count:,} rows have"
            told = f"{rows} a status other than draft or published; the job's is used."
            found.append(Problem(0, told))
        return found

    def _row(self, record: Record, cells: tuple[str, ...]) -> PromptRow:
        if record.blank:
            raise InputError("The row is blank.")
        if record.fault:
            raise InputError(record.fault)
        if len(cells) > len(self._columns):
            raise InputError(
                f"The row has {len(cells)} cells and the header {len(self._columns)}. "
                "Put quotation marks round the prompt."
            )
        return _row_of(self._columns, cells)

    def _joined(self, cells: tuple[str, ...]) -> PromptRow | None:
        """The row with the cells that are too many put back into the prompt."""
        extra = len(cells) - len(self._columns)
        if extra <= 0:
            return None
        place, end = self._prompt_place, self._prompt_place + extra + 1
        prompt = self._delimiter.join(cells[place:end])
        try:
            return _row_of(self._columns, (*cells[:place], prompt, *cells[end:]))
        except InputError:
            return None


def _row_of(columns: Columns, cells: Sequence[str]) -> PromptRow:
    """The row of these cells; raises InputError with the reason it cannot be used."""
    values = _named(columns, cells)
    prompt = values.get(Column.PROMPT, "")
    _check_prompt(prompt)
    return PromptRow(
        text=prompt,
        images=_count(values[Column.COUNT]) if Column.COUNT in values else None,
        tags=tags_of(values.get(Column.TAGS, "")),
        variables=tuple(
            (name, cell)
            for (name, column), cell in zip(columns.items(), cells, strict=False)
            if column is None and cell.strip() and name not in {ROW_COLUMN, REASON_COLUMN}
        ),
        output_format=_format(values.get(Column.FORMAT, "")),
        page_status=_status(values.get(Column.STATUS, "")),
        **{
            name: values[column].strip()
            for column, name in _PLAIN_FIELDS.items()
            if column in values
        },
    )


def _named(columns: Columns, cells: Sequence[str]) -> dict[Column, str]:
    """The cells that are not blank, by what their column is taken for."""
    taken = zip(columns.values(), cells, strict=False)
    return {column: cell for column, cell in taken if column and cell.strip()}


def _check_prompt(prompt: str) -> None:
    """Raise InputError for a prompt that is blank or too long for every model."""
    if not prompt.strip():
        raise InputError("The row has no prompt. Write one or delete the row.")
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        raise InputError(
            f"The prompt has {len(prompt):,} characters; "
            f"{MAX_PROMPT_CHARACTERS:,} is the most. Shorten it."
        )


def _format(text: str) -> str | None:
    name = text.strip().lower().lstrip(".")
    return ("jpeg" if name == "jpg" else name) or None


def _status(text: str) -> str | None:
    """Columns of this name are often about something else; then the job's status holds."""
    status = text.strip().lower()
    return status if status in PAGE_STATUSES else None


def _count(text: str) -> int:
    """A whole number, also as spreadsheets write it: 2.0."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not (value.is_integer() and 1 <= value <= MAX_IMAGES_PER_PROMPT):
        raise InputError(f"The count must be a number from 1 to {MAX_IMAGES_PER_PROMPT}.")
    return int(value)
