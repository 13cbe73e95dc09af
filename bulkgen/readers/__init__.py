"""From an uploaded list of any format to a sheet of prompts."""

from collections.abc import Mapping
from dataclasses import replace

from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.prompt_files import LIMITS, check_size, read_prompt_file
from bulkgen.domain.prompts import Column, ListLimits, PromptSheet
from bulkgen.domain.sheet_reading import sheet_of
from bulkgen.readers.spreadsheets import is_spreadsheet, read_spreadsheet

#: Endings of the names of files that can be read.
ENDINGS = ("csv", "tsv", "txt", "json", "jsonl", "xlsx", "ods")


def read_list(
    name: str,
    data: bytes,
    *,
    worksheet: str | None = None,
    has_header: bool | None = None,
    columns: Mapping[str | int, Column | None] | None = None,
    limits: ListLimits = LIMITS,
) -> PromptSheet:
    """Read a list of prompts; of a spreadsheet the named sheet, or the first with cells.

    `has_header`, `columns` and `limits` are those of `read_prompt_file`. Raises PromptFileError.
    """
    if not is_spreadsheet(name, data):
        if worksheet is not None:
            raise PromptFileError("Only a spreadsheet has sheets to choose from.")
        return read_prompt_file(name, data, has_header=has_header, columns=columns, limits=limits)
    check_size(data, limits)
    read = read_spreadsheet(data, worksheet)
    sheet = sheet_of(
        read.table,
        encoding=None,
        has_header=has_header,
        columns=columns or {},
        max_rows=limits.rows,
    )
    return replace(sheet, worksheet=read.name, worksheets=read.names)
