"""XLSX and ODS, taken apart in a process of its own.

A small file can unfold to more cells than the memory holds, and the library that reads it would end
the whole process then.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.tables import Record, Table, all_records

_ROOT = Path(__file__).resolve().parents[2]
_TIMEOUT_S = 60
#: How a ZIP begins, which XLSX and ODS are, and an XLS.
_BEGINNINGS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_ENDINGS = (".xlsx", ".ods")
_TOO_LARGE = "The spreadsheet is too large or damaged. Save the sheet as CSV and upload that."


def is_spreadsheet(name: str, data: bytes) -> bool:
    """Whether the file is one, by its content or its name."""
    return data.startswith(_BEGINNINGS) or name.lower().endswith(_ENDINGS)


@dataclass(frozen=True, slots=True)
class Worksheet:
    """One sheet of a spreadsheet."""

    name: str
    #: Of all sheets of the spreadsheet.
    names: tuple[str, ...]
    table: Table


def read_spreadsheet(data: bytes, worksheet: str | None) -> Worksheet:
    """The named sheet, or the first that is not empty; raises PromptFileError."""
    command = [sys.executable, "-m", "bulkgen.readers.cells"]
    if worksheet is not None:
        command.append(worksheet)
    try:
        # No environment: whatever a file does to the reader, it finds no key there.
        child = subprocess.run(  # noqa: S603 - our own module
            command,
            input=data,
            capture_output=True,
            timeout=_TIMEOUT_S,
            cwd=_ROOT,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PromptFileError(_TOO_LARGE) from None
    if child.returncode:
        raise PromptFileError(_TOO_LARGE)
    answer = json.loads(child.stdout)
    if "error" in answer:
        raise PromptFileError(answer["error"])
    records = all_records(Record(tuple(cells)) for cells in answer["rows"])
    return Worksheet(answer["worksheet"], tuple(answer["worksheets"]), Table(records))
