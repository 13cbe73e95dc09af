"""Lists that go out as CSV and come back the same: a job, rejected rows, templates."""

import csv
import io
from collections.abc import Iterable, Sequence

from bulkgen.domain.columns import REASON_COLUMN, ROW_COLUMN
from bulkgen.domain.formulas import guarded
from bulkgen.domain.prompts import Column, PromptRow, PromptSheet

_EXAMPLE = {
    Column.PROMPT: "A red fox in the snow, soft morning light",
    Column.MODEL: "",
    Column.SIZE: "1024x1024",
    Column.QUALITY: "low",
    Column.COUNT: "1",
    Column.FORMAT: "webp",
    Column.BACKGROUND: "auto",
    Column.TITLE: "Red fox in the snow",
    Column.DESCRIPTION: "A fox looks out of a snowy wood in the morning.",
    Column.TAGS: "fox, snow, morning",
    Column.ALT: "A red fox stands in deep snow between birches",
    Column.CATEGORY: "",
    Column.STATUS: "draft",
}
SIMPLE_TEMPLATE = (Column.PROMPT, Column.SIZE, Column.QUALITY, Column.COUNT)
FULL_TEMPLATE = tuple(Column)


def template_csv(columns: Sequence[Column]) -> str:
    """A list to fill in, with one row as an example."""
    return _csv([columns, [_EXAMPLE[column] for column in columns]])


def rows_csv(rows: Sequence[PromptRow]) -> str:
    """Rows as a list that, read again, gives the same rows."""
    variables = tuple(dict.fromkeys(name for row in rows for name, _ in row.variables))
    lines = [
        (str(number), *_cells(row), *(dict(row.variables).get(name, "") for name in variables))
        for number, row in enumerate(rows, start=1)
    ]
    return _csv([(ROW_COLUMN, *Column, *variables), *lines])


def rejected_csv(sheet: PromptSheet) -> str:
    """The rejected rows as they stood in the file, with their number and what is wrong."""
    names = [column or name for name, column in sheet.columns.items()]
    lines = [(str(row.line), row.reason, *row.cells) for row in sheet.rejected]
    return _csv([(ROW_COLUMN, REASON_COLUMN, *names), *lines])


def _cells(row: PromptRow) -> tuple[str, ...]:
    """The cells of a row in the order of Column."""
    by_column = {
        Column.PROMPT: row.text,
        Column.MODEL: row.model,
        Column.SIZE: row.size,
        Column.QUALITY: row.quality,
        Column.COUNT: None if row.images is None else str(row.images),
        Column.FORMAT: row.output_format,
        Column.BACKGROUND: row.background,
        Column.TITLE: row.title,
        Column.DESCRIPTION: row.description,
        Column.TAGS: ", ".join(row.tags),
        Column.ALT: row.alt,
        Column.CATEGORY: row.category,
        Column.STATUS: row.page_status,
    }
    return tuple(by_column[column] or "" for column in Column)


def _csv(lines: Iterable[Sequence[str]]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([guarded(cell) for cell in line] for line in lines)
    return file.getvalue()
