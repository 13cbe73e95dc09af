"""Prompts of a list that say the same."""

import unicodedata
from collections.abc import Iterable


def duplicates(prompts: Iterable[str]) -> tuple[tuple[int, ...], ...]:
    """The indexes of each group of equal prompts, the group that begins first before the others.

    Case, spaces and line ends do not count, nor how a letter with an accent is composed. Blank
    prompts are no duplicates of each other.
    """
    groups: dict[str, list[int]] = {}
    for index, prompt in enumerate(prompts):
        if key := comparable(prompt):
            groups.setdefault(key, []).append(index)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def comparable(prompt: str) -> str:
    """A prompt as it is compared with others."""
    folded = unicodedata.normalize("NFC", prompt).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())
