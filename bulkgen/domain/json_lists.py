"""Records of JSON files: a list, or one value in each line, of texts or objects."""

import json
from collections.abc import Iterable
from typing import Any

from bulkgen.domain.columns import map_columns, unique_names
from bulkgen.domain.delimited import LINE_END
from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.prompts import Column
from bulkgen.domain.tables import MAX_COLUMNS, MAX_RECORDS, Record, Table, all_records

_PROMPT = str(Column.PROMPT)
_NO_JSON = "The line is no JSON."
_NO_ROW = "The row must be a text or an object."
#: One item of a list: a prompt, cells by name, or a record that cannot be used.
_Item = str | dict[str, str] | Record


def read_json(text: str) -> Table:
    """The records of a list of texts or objects; raises PromptFileError."""
    try:
        items = _loads(text)
    except (ValueError, RecursionError) as error:
        raise PromptFileError(f"The file is no JSON: {_reason(error)}.") from None
    if not isinstance(items, list):
        raise PromptFileError("The JSON must be a list of prompts, or of objects with a prompt.")
    return _table(_item(value) for value in items)


def read_json_lines(text: str) -> Table:
    """The records of a file with one text or object in each line."""
    lines = LINE_END.split(text, MAX_RECORDS + 1)
    if not lines[-1]:
        lines.pop()
    return _table(map(_line_item, lines))


def _loads(text: str) -> Any:  # noqa: ANN401 - it may be any JSON
    """Parsed JSON whose numbers stay as they were written."""
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str)


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} in line {error.lineno}, column {error.colno}"
    return "it is nested too deeply"


def _line_item(line: str) -> _Item:
    if not line.strip():
        return ""
    try:
        return _item(_loads(line), line)
    except (ValueError, RecursionError):
        return Record((line,), fault=_NO_JSON)


def _item(value: object, line: str | None = None) -> _Item:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {name: _cell(cell) for name, cell in value.items() if cell is not None}
    return Record((_cell(value) if line is None else line,), fault=_NO_ROW)


def _cell(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False)


def _table(items: Iterable[_Item]) -> Table:
    found = all_records(items)
    names = tuple(dict.fromkeys(name for item in found if isinstance(item, dict) for name in item))
    if len(names) > MAX_COLUMNS:
        raise PromptFileError(f"The file has more than {MAX_COLUMNS} columns.")
    columns = map_columns(unique_names(names), {}).values()
    place = next((place for place, it in enumerate(columns) if it is Column.PROMPT), None)
    if place is None and any(isinstance(item, str) and item.strip() for item in found):
        names = (*names, _PROMPT)
        place = len(names) - 1
    return Table([_record(item, names, place) for item in found], names=names or (_PROMPT,))


def _record(item: _Item, names: tuple[str, ...], prompt_place: int | None) -> Record:
    if isinstance(item, Record):
        return item
    if isinstance(item, str):
        return Record(("",) * (prompt_place or 0) + (item,))
    return Record(tuple(item.get(name, "") for name in names))
