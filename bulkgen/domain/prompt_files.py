"""From the bytes of a file to a sheet of prompts, with every record accounted for."""

from collections.abc import Mapping

from bulkgen.domain.decoding import decode, storable
from bulkgen.domain.delimited import read_delimited, read_lines
from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.json_lists import read_json, read_json_lines
from bulkgen.domain.pasted import Cut, cut, without_numbers
from bulkgen.domain.prompts import Column, ListLimits, PromptRow, PromptSheet
from bulkgen.domain.sheet_reading import EMPTY, sheet_of

#: Those of an installation that sets none.
LIMITS = ListLimits()
_READERS = {
    "txt": read_lines,
    "json": read_json,
    "jsonl": read_json_lines,
    "ndjson": read_json_lines,
}


def read_prompt_file(
    name: str,
    data: bytes,
    *,
    has_header: bool | None = None,
    columns: Mapping[str | int, Column | None] | None = None,
    limits: ListLimits = LIMITS,
) -> PromptSheet:
    """Read a list of prompts; the end of `name` tells its format.

    `has_header` says whether the first row of a table is its header, and `columns` what a column,
    by its name or its number from 1, is to be taken for; both are found where they are not given.
    Raises PromptFileError when the file as a whole cannot be used.
    """
    check_size(data, limits)
    text, encoding = decode(data)
    if not text.strip():
        raise PromptFileError(EMPTY)
    read = _READERS.get(name.lower().rpartition(".")[2])
    table = read(text) if read else read_delimited(text, has_header=has_header)
    return sheet_of(
        table,
        encoding=encoding,
        has_header=has_header,
        columns=columns or {},
        max_rows=limits.rows,
    )


def check_size(data: bytes, limits: ListLimits) -> None:
    """Raise PromptFileError for a file that is too large to be read."""
    if len(data) > limits.megabytes * 1024 * 1024:
        raise PromptFileError(f"The file is larger than {limits.megabytes} MB. Split it.")


def read_pasted(text: str, kind: Cut, *, numbers: bool = True) -> tuple[PromptRow, ...]:
    """The prompts of a pasted text; raises InputError when it cannot be cut so.

    Without `numbers`, a number or bullet that stands before every prompt goes.
    """
    prompts = cut(text, kind)
    if not numbers:
        prompts = without_numbers(prompts) or prompts
    return tuple(PromptRow(text=storable(prompt)) for prompt in prompts)
