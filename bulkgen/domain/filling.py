"""From rows as they are written to the prompts that are sent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bulkgen.domain.duplicates import duplicates
from bulkgen.domain.errors import InputError
from bulkgen.domain.placeholders import fields, fill
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.templates import Expansion, parse

_SHOWN = 3
#: How a blank that may have a default begins.
_ARGUMENT = "{argument"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A part of prompts that whoever uses them fills in."""

    #: What it takes when it is left alone; None when it is sent as it is written.
    default: str | None
    #: How many rows have it.
    rows: int = 0


def filled(row: PromptRow, most: int, expansion: Expansion, index: int) -> list[PromptRow]:
    """The prompts that a row becomes; `index` is its place among the rows, from 0.

    Blanks take their defaults and variables their values, once for each choice of the option lists
    that `expansion` makes. Raises InputError when a variable has no value, or when there would be
    more than `most`.
    """
    text = fill(row.text, {}) if _ARGUMENT in row.text else row.text
    if most and not _has_braces(text):
        return [row if text == row.text else replace(row, text=text)]
    template = parse(text)
    count = template.count(expansion)
    if count > most:
        raise InputError(
            f"The option lists of this row make {count:,} prompts, and {most:,} are left of the "
            "most a list may have. Take options out, or take one option for each row."
        )
    texts = template.expand(dict(row.variables), expansion, index)
    return [replace(row, text=text) for text in texts]


def has_option_lists(row: PromptRow) -> bool:
    """Whether it depends on the expansion what the row becomes."""
    if not _has_braces(row.text):
        return False
    try:
        return bool(parse(row.text).lists)
    except InputError:
        return False


def blanks(rows: Iterable[PromptRow]) -> dict[str, Blank]:
    """What the authors of these prompts left to be filled in, by name, the first first."""
    found: dict[str, Blank] = {}
    for row in rows:
        if not _has_blanks(row.text):
            continue
        for field in fields(row.text):
            blank = found.get(field.name) or Blank(default=field.default)
            found[field.name] = replace(blank, rows=blank.rows + 1)
    return found


def remarks(rows: Sequence[PromptRow], made: Sequence[PromptRow]) -> Iterator[str]:
    """What a person should know before it costs: repeated prompts, and braces sent as they are."""
    repeated = sum(len(group) - 1 for group in duplicates(row.text for row in made))
    if repeated:
        which = "1 prompt says" if repeated == 1 else f"{repeated:,} prompts say"
        yield f"{which} the same as another of the list. Each is made and paid."
    braced = (row.text for row in rows if _has_braces(row.text))
    found = dict.fromkeys(found for text in braced for found in _look_alikes(text))
    if found:
        shown = ", ".join(f"“{text}”" for text in list(found)[:_SHOWN])
        yield f"This is no variable and is sent as it is: {shown}."


def _has_blanks(text: str) -> bool:
    """Whether to look closer; most prompts have none."""
    return "[" in text or _ARGUMENT in text


def _has_braces(text: str) -> bool:
    """Whether there is anything to fill in; most prompts have nothing."""
    return "{{" in text


def _look_alikes(text: str) -> Sequence[str]:
    try:
        return parse(text).look_alikes
    except InputError:
        return ()
