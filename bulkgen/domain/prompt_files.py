"""From the bytes of a file to a sheet of prompts, with every record accounted for."""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.prompts import (
    MAX_IMAGES_PER_PROMPT,
    MAX_PROMPT_CHARACTERS,
    MAX_ROWS,
    Column,
    Problem,
    PromptRow,
    PromptSheet,
)

#: The largest file that is read.
MAX_FILE_BYTES = 10 * 1024 * 1024
#: Rows of any kind that are looked at; a file of blank ones would take minutes otherwise.
_MAX_RECORDS = 100_000
_MAX_FIELD_CHARACTERS = 1_000_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = ",;\t|"
#: Ends of lines as editors make them; the rarer ones of Unicode may stand inside a prompt.
_LINE_END = re.compile(r"\r\n|\r|\n")
_Record = TypeVar("_Record")
_COLUMN_NAMES = {str(column): column for column in Column}


def read_prompt_file(name: str, data: bytes) -> PromptSheet:
    """Read a list of prompts; `name` only tells a `.txt` from a table.

    Raises PromptFileError when the file as a whole cannot be used.
    """
    if len(data) > MAX_FILE_BYTES:
        raise PromptFileError(
            f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB. Split it."
        )
    text, encoding = _decode(data)
    if not text.strip():
        raise PromptFileError("The file is empty. Put one prompt in each row.")
    if name.lower().endswith(".txt"):
        return _read_lines(text, encoding)
    return _read_table(text, encoding)


def read_pasted(text: str) -> tuple[PromptRow, ...]:
    """One prompt for each line that is not blank."""
    return tuple(
        PromptRow(text=_clean(line.strip())) for line in _LINE_END.split(text) if line.strip()
    )


def _decode(data: bytes) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            try:
                return data.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError:
                raise PromptFileError(
                    f"The file says it is {encoding.removesuffix('-sig')} and is not. "
                    "Save it again as UTF-8."
                ) from None
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def _read_lines(text: str, encoding: str) -> PromptSheet:
    rows: dict[int, PromptRow] = {}
    rejected: list[Problem] = []
    prompts = _LINE_END.split(text.rstrip("\r\n"), maxsplit=_MAX_RECORDS)
    for line, prompt in _numbered(prompts, 1):
        problem = _prompt_problem(prompt)
        if problem:
            rejected.append(Problem(line, problem))
        else:
            rows[line] = PromptRow(text=_clean(prompt.strip()))
    return PromptSheet(
        rows=_at_most(rows), lines=tuple(rows), rejected=tuple(rejected), encoding=encoding
    )


def _read_table(text: str, encoding: str) -> PromptSheet:
    header_line = _LINE_END.split(text.lstrip("\r\n"), maxsplit=1)[0]
    delimiter = max(_DELIMITERS, key=header_line.count)
    records = _records(text, delimiter)
    header = [cell.strip() for cell in next(records)]
    columns = {cell: _column(cell) for cell in header}
    if Column.PROMPT not in columns.values():
        raise PromptFileError(
            "The file has no column named prompt. Name the column that holds the prompts "
            "“prompt”, or paste the prompts one in each line."
        )
    rows: dict[int, PromptRow] = {}
    rejected: list[Problem] = []
    warnings: list[Problem] = []
    for line, record in _numbered(records, 2):
        read = _read_record(header, columns, record, line, warnings)
        if isinstance(read, Problem):
            rejected.append(read)
        else:
            rows[line] = read
    return PromptSheet(
        rows=_at_most(rows),
        lines=tuple(rows),
        rejected=tuple(rejected),
        warnings=tuple(warnings),
        encoding=encoding,
        delimiter=delimiter,
        columns={cell: str(column) if column else None for cell, column in columns.items()},
    )


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_MAX_FIELD_CHARACTERS)
    lines = io.StringIO(text.lstrip("\r\n"), newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise PromptFileError(
            f"The file cannot be read after line {reader.line_num}: {error}. "
            "Check the quotation marks there."
        ) from None


def _numbered(records: Iterable[_Record], first: int) -> Iterator[tuple[int, _Record]]:
    for line, record in enumerate(records, first):
        if line > _MAX_RECORDS:
            raise PromptFileError(
                f"The file has more than {_MAX_RECORDS:,} rows. Delete the blank ones, or split it."
            )
        yield line, record


def _column(cell: str) -> Column | None:
    return _COLUMN_NAMES.get(cell.casefold())


def _read_record(
    header: Sequence[str],
    columns: Mapping[str, Column | None],
    record: Sequence[str],
    line: int,
    warnings: list[Problem],
) -> PromptRow | Problem:
    if not any(cell.strip() for cell in record):
        return Problem(line, "The row is blank.")
    if len(record) > len(header):
        return Problem(
            line,
            f"The row has {len(record)} cells and the header {len(header)}. "
            "Put quotation marks round the prompt.",
        )
    values: dict[Column, str] = {}
    for cell, value in zip(header, record, strict=False):
        column = columns[cell]
        if column is not None:
            values.setdefault(column, value)
    prompt = values.get(Column.PROMPT, "")
    problem = _prompt_problem(prompt)
    if problem:
        return Problem(line, problem)
    images = _count(values.get(Column.COUNT, ""))
    if images is None:
        return Problem(line, f"The count must be a number from 1 to {MAX_IMAGES_PER_PROMPT}.")
    cleaned = _clean(prompt)
    if cleaned != prompt:
        warnings.append(Problem(line, "Characters that cannot be stored became \ufffd."))
    return PromptRow(
        text=cleaned,
        images=images or None,
        tags=tuple(tag.strip() for tag in values.get(Column.TAGS, "").split(",") if tag.strip()),
        **{
            str(column): _clean(values[column].strip())
            for column in _PLAIN_COLUMNS
            if values.get(column, "").strip()
        },
    )


_PLAIN_COLUMNS = (
    Column.MODEL,
    Column.SIZE,
    Column.QUALITY,
    Column.TITLE,
    Column.DESCRIPTION,
    Column.ALT,
)


def _prompt_problem(prompt: str) -> str | None:
    if not prompt.strip():
        return "The row has no prompt. Write one or delete the row."
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        return (
            f"The prompt has {len(prompt):,} characters; "
            f"{MAX_PROMPT_CHARACTERS:,} is the most. Shorten it."
        )
    return None


def _count(text: str) -> int | None:
    """0 for an empty cell, None for one that is no allowed count."""
    if not text.strip():
        return 0
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() and 1 <= value <= MAX_IMAGES_PER_PROMPT else None


def _clean(text: str) -> str:
    """NUL and lone surrogates cannot be stored everywhere; everything else stays as it is."""
    text = text.replace("\0", "\ufffd")
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _at_most(rows: Mapping[int, PromptRow]) -> tuple[PromptRow, ...]:
    if len(rows) > MAX_ROWS:
        raise PromptFileError(
            f"The file has {len(rows):,} prompts; {MAX_ROWS:,} is the most. Split it."
        )
    return tuple(rows.values())
