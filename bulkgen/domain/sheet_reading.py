"""From a table to a sheet of prompts: every record is accepted or rejected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bulkgen.domain.columns import ROW_COLUMN, known_names, map_columns, unique_names
from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.formulas import unguarded
from bulkgen.domain.prompts import Column, HeaderQuestion, PromptSheet
from bulkgen.domain.row_reading import Rows
from bulkgen.domain.tables import Record, Table

EMPTY = "The file is empty. Put one prompt in each row."
_SHOWN_ROWS = 5


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
    max_rows: int,
) -> PromptSheet:
    """The prompts of a table; raises PromptFileError when it cannot be used as a whole.

    Where no name tells the column of the prompts the sheet has a question, which `has_header` and
    `columns` answer.
    """
    table = _without_guards(table)
    body = _body(table, has_header=has_header, chosen=bool(columns))
    found = map_columns(body.names, columns)
    sheet = PromptSheet(
        rows=(),
        lines=(),
        encoding=encoding,
        delimiter=table.delimiter,
        columns=found,
        first_rows=tuple(record.cells for record in body.records[:_SHOWN_ROWS]),
    )
    if Column.PROMPT not in found.values():
        question = HeaderQuestion(body.names, body.has_header)
        if len(body.names) > 1:
            return replace(sheet, question=question)
        found = {body.names[0]: Column.PROMPT}
        asked = question if body.has_header is None else None
        sheet = replace(sheet, columns=found, question=asked)
    read = Rows(found, table.delimiter)
    for line, record in enumerate(body.records, body.first_line):
        read.add(line, record)
    if len(read.rows) > max_rows:
        raise PromptFileError(
            f"The file has {len(read.rows):,} prompts; {max_rows:,} is the most. Split it."
        )
    return replace(
        sheet,
        rows=tuple(read.rows.values()),
        lines=tuple(read.rows),
        rejected=tuple(read.rejected),
        warnings=tuple(read.warnings()),
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
