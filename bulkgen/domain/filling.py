"""From rows as they are written to the prompts that are sent."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bulkgen.domain.duplicates import duplicates
from bulkgen.domain.errors import InputError
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.templates import Expansion, parse

_SHOWN = 3


def filled(row: PromptRow, most: int) -> list[PromptRow]:
    """A row with its variables filled in, once for every combination of its option lists.

    Raises InputError when a variable has no value, or when it would become more than `most` rows.
    """
    if most and not _has_braces(row.text):
        return [row]
    template = parse(row.text)
    count = template.count(Expansion.COMBINATIONS)
    if count > most:
        raise InputError(
            f"The option lists of this row make {count:,} prompts, and {most:,} are left of the "
            "most a list may have. Take options out."
        )
    texts = template.expand(dict(row.variables), Expansion.COMBINATIONS, 0)
    return [replace(row, text=text) for text in texts]


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


def _has_braces(text: str) -> bool:
    """Whether there is anything to fill in; most prompts have nothing."""
    return "{{" in text


def _look_alikes(text: str) -> Sequence[str]:
    try:
        return parse(text).look_alikes
    except InputError:
        return ()
