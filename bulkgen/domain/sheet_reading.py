"""From a table to a sheet of prompts: every record is accepted or rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bulkgen.domain.columns import (
    REASON_COLUMN,
    ROW_COLUMN,
    known_names,
    map_columns,
    unique_names,
)
from bulkgen.domain.decoding import storable
from bulkgen.domain.errors import InputError, PromptFileError
from bulkgen.domain.formulas import unguarded
from bulkgen.domain.prompts import (
    MAX_IMAGES_PER_PROMPT,
    MAX_PROMPT_CHARACTERS,
    MAX_ROWS,
    PAGE_STATUSES,
    Column,
    HeaderQuestion,
    Problem,
    PromptRow,
    PromptSheet,
    RejectedRow,
    tags_of,
)
from bulkgen.domain.tables import Record, Table

EMPTY = "The file is empty. Put one prompt in each row."
_SHOWN_ROWS = 5
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


@dataclass(frozen=True, slots=True)
class _Body:
    """The names of the columns and the rows under them."""

    names: tuple[str, ...]
    records: Sequence[Record]
    first_line: int
    has_header: bool | None


def sheet_of(
    table: Table,
    *,
    encoding: str | None,
    has_header: bool | None,
    columns: Mapping[str | int, Column | None],
) -> PromptSheet:
    """The prompts of a table; raises PromptFileError when it cannot be used as a whole.

    Where no name tells the column of the prompts the sheet has a question, which `has_header` and
    `columns` answer.
    """
    table = _without_guards(table)
    body = _body(table, has_header=has_header, chosen=bool(columns))
    found = map_columns(body.names, columns)
    question = None
    if Column.PROMPT not in found.values():
        cells = tuple(record.cells for record in table.records[:_SHOWN_ROWS])
        question = HeaderQuestion(body.names, cells, body.has_header)
        if len(body.names) > 1:
            return PromptSheet(
                rows=(),
                lines=(),
                encoding=encoding,
                delimiter=table.delimiter,
                columns=found,
                question=question,
            )
        found = {body.names[0]: Column.PROMPT}
    read = _Rows(found, table.delimiter)
    for line, record in enumerate(body.records, body.first_line):
        read.add(line, record)
    if read.other_statuses:
        rows = (
            f"{read.other_statuses:,} rows have a status"
            if read.other_statuses > 1
            else "One row has a status"
        )
        read.warnings.append(
            Problem(0, f"{rows} other than draft or published; the job's is used.")
        )
    if len(read.rows) > MAX_ROWS:
        raise PromptFileError(
            f"The file has {len(read.rows):,} prompts; {MAX_ROWS:,} is the most. Split it."
        )
    return PromptSheet(
        rows=tuple(read.rows.values()),
        lines=tuple(read.rows),
        rejected=tuple(read.rejected),
        warnings=tuple(read.warnings),
        encoding=encoding,
        delimiter=table.delimiter,
        columns=found,
        question=question,
    )


def _without_guards(table: Table) -> Table:
    """The table; with the cells as they were before one of our own exports guarded them."""
    if not table.records or ROW_COLUMN not in table.records[0].cells:
        return table
    records = [
        replace(record, cells=tuple(map(unguarded, record.cells))) for record in table.records
    ]
    return replace(table, records=records)


def _body(table: Table, *, has_header: bool | None, chosen: bool) -> _Body:
    if table.names is not None:
        return _Body(unique_names(table.names), table.records, 1, has_header=True)
    filled = [place for place, record in enumerate(table.records) if not record.blank]
    if not filled:
        raise PromptFileError(EMPTY)
    header = table.records[filled[0]]
    if has_header is None and (known_names(header.cells) or chosen):
        has_header = True
    if header.fault and table.delimiter and has_header is not False:
        raise PromptFileError(f"The first row cannot be read. {header.fault}")
    if has_header:
        rest = table.records[filled[0] + 1 :]
        return _Body(unique_names(header.cells), rest, 2, has_header)
    whole = (table.records[place] for place in filled if not table.records[place].fault)
    width = len(next(whole, header).cells)
    return _Body(unique_names([""] * width), table.records, 1, has_header)


class _Rows:
    """What became of each record so far."""

    def __init__(self, columns: Columns, delimiter: str | None) -> None:
        self.rows: dict[int, PromptRow] = {}
        self.rejected: list[RejectedRow] = []
        self.warnings: list[Problem] = []
        #: Rows whose status says something else than bulkgen's own.
        self.other_statuses = 0
        self._columns = columns
        self._delimiter = delimiter or ""
        self._prompt_place = list(columns.values()).index(Column.PROMPT)

    def add(self, line: int, record: Record) -> None:
        cells = tuple(map(storable, record.cells))
        try:
            self.rows[line] = self._row(record, cells)
        except InputError as error:
            joined = None if record.fault or record.blank else self._joined(cells)
            self.rejected.append(RejectedRow(line, str(error), cells, joined))
        else:
            if cells != record.cells:
                reason = "Characters that cannot be stored became \ufffd."
                self.warnings.append(Problem(line, reason))
            status = _named(self._columns, cells).get(Column.STATUS)
            self.other_statuses += status is not None and _status(status) is None

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
    check_prompt(prompt)
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


def check_prompt(prompt: str) -> None:
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
