"""The process that takes a spreadsheet apart: bytes come in, JSON with the cells goes out."""

import json
import resource
import sys
from io import BytesIO
from itertools import islice
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    WorksheetNotFound,
    ZipError,
    load_workbook,
)

from bulkgen.domain.tables import MAX_COLUMNS, MAX_RECORDS

_MAX_MEMORY_BYTES = 1024 * 1024 * 1024
_MAX_CPU_S = 30


def main(worksheet: str | None) -> None:
    """Read a workbook from standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_MAX_CPU_S, _MAX_CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(_cells(sys.stdin.buffer.read(), worksheet), sys.stdout)


def _cells(data: bytes, worksheet: str | None) -> dict[str, Any]:
    try:
        with load_workbook(BytesIO(data)) as book:
            if not book.sheet_names:
                return {"error": "The spreadsheet has no sheet."}
            wanted = book.sheet_names if worksheet is None else [worksheet]
            # The first one with something in it; the last one when there is nothing in any.
            for name in wanted:
                rows = _rows(book.get_sheet_by_name(name))
                if any(map(any, rows)):
                    break
            return {"worksheet": name, "worksheets": book.sheet_names, "rows": rows}
    except WorksheetNotFound:
        names = ", ".join(book.sheet_names)
        return {"error": f"The spreadsheet has no sheet {worksheet}. It has: {names}."}
    except PasswordError:
        return {"error": "The spreadsheet has a password. Save it without one."}
    except (CalamineError, ZipError, OSError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        return {"error": f"The spreadsheet cannot be read ({reason}). Save the sheet as CSV."}


def _rows(sheet: CalamineSheet) -> list[list[str]]:
    rows = islice(sheet.iter_rows(), MAX_RECORDS + 1)
    return [[_text(value) for value in row[: MAX_COLUMNS + 1]] for row in rows]


def _text(value: object) -> str:
    """A cell as a person sees it; spreadsheets keep whole numbers as 42.0."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else None)
