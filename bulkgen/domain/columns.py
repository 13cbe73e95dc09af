"""Which column of a list is taken for what."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from bulkgen.domain.decoding import storable
from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.prompts import Column
from bulkgen.domain.tables import MAX_COLUMNS

#: Other names of each column as exports write them, the likelier first.
SYNONYMS: dict[Column, tuple[str, ...]] = {
    Column.PROMPT: (
        "prompts",
        "image prompt",
        "prompt text",
        "text prompt",
        "positive prompt",
        "full prompt",
        "final prompt",
        "generation prompt",
        "text",
        "caption",
    ),
    Column.MODEL: ("image model", "model name", "model id", "engine"),
    Column.SIZE: ("image size", "dimensions", "resolution"),
    Column.QUALITY: ("image quality",),
    Column.COUNT: (
        "n",
        "images",
        "num images",
        "number of images",
        "image count",
        "images per prompt",
        "quantity",
        "qty",
        "variations",
        "copies",
    ),
    Column.FORMAT: ("output format", "image format", "file format", "file type"),
    Column.BACKGROUND: ("image background",),
    Column.TITLE: ("page title", "name", "headline"),
    Column.DESCRIPTION: ("page description", "meta description", "summary"),
    Column.TAGS: ("tag", "keywords", "keyword", "labels", "hashtags"),
    Column.ALT: ("alt text", "alt tag", "image alt", "image alt text"),
    Column.CATEGORY: ("page category", "generator category"),
    Column.STATUS: ("page status",),
}
#: Columns of bulkgen's own exports, no variables; in a list with the first one cells are guarded.
ROW_COLUMN = "bulkgen_row"
REASON_COLUMN = "bulkgen_reason"
_KNOWN = {name for column in Column for name in (str(column), *SYNONYMS[column])}
_NOT_OF_A_WORD = re.compile(r"[\W_]+")


def known_names(header: Iterable[str]) -> int:
    """How many of these names mean something."""
    return sum(_plain(name) in _KNOWN for name in header)


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """The names of a header, each once: Prompt, Prompt_2, and column_3 for one without a name."""
    if len(header) > MAX_COLUMNS:
        raise PromptFileError(f"The file has more than {MAX_COLUMNS} columns.")
    taken = {cell.strip().casefold() for cell in header}
    seen: set[str] = set()
    names = []
    for number, cell in enumerate(header, start=1):
        name = storable(cell.strip()) or f"column_{number}"
        if name.casefold() in seen:
            name = next(
                other
                for again in range(2, len(header) + 2)
                if (other := f"{name}_{again}").casefold() not in taken
            )
            taken.add(name.casefold())
        seen.add(name.casefold())
        names.append(name)
    return tuple(names)


def map_columns(
    names: Sequence[str], given: Mapping[str | int, Column | None]
) -> dict[str, Column | None]:
    """Each name and what its column is taken for; None for a variable.

    `given` says otherwise for a column by its name or its number from 1; raises PromptFileError
    when there is no such column, or when two are given one meaning.
    """
    chosen = {_name(names, key): column for key, column in given.items()}
    _check_meanings(chosen)
    wanted = [column for column in Column if column not in chosen.values()]
    found: dict[str, Column | None] = dict.fromkeys(names)
    for column in wanted:
        name = _best(names, column, chosen)
        if name is not None:
            found[name] = column
    return {**found, **chosen}


def header_fingerprint(names: Sequence[str]) -> str:
    """Equal for headers with the same names in the same order, whatever their capitals."""
    folded = json.dumps([name.strip().casefold() for name in names])
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()


def _check_meanings(chosen: Mapping[str, Column | None]) -> None:
    by_meaning: dict[Column, str] = {}
    for name, column in chosen.items():
        if column is None:
            continue
        other = by_meaning.setdefault(column, name)
        if other != name:
            raise PromptFileError(
                f"The columns {other} and {name} cannot both be the {column}. Choose one of them."
            )


def _best(names: Sequence[str], column: Column, taken: Mapping[str, object]) -> str | None:
    """The first column with the likeliest name."""
    known = (str(column), *SYNONYMS[column])
    ranked = [
        (known.index(_plain(name)), place)
        for place, name in enumerate(names)
        if name not in taken and _plain(name) in known
    ]
    return names[min(ranked)[1]] if ranked else None


def _name(names: Sequence[str], key: str | int) -> str:
    if isinstance(key, int):
        if 1 <= key <= len(names):
            return names[key - 1]
    elif key in names:
        return key
    raise PromptFileError(f"The file has no column {key}. It has: {', '.join(names)}.")


def _plain(name: str) -> str:
    return _NOT_OF_A_WORD.sub(" ", name).strip().casefold()
