r"""Variables and option lists in a prompt, parsed once and filled many times.

    {{colour}}                   the value of the row's column “colour”
    {{colour|red,blue,green}}    an option list

The grammar, whole:

    tag     =  "{{" name "}}"  |  "{{" name "|" option ("," option)+ "}}"
    name    =  letters, digits, spaces, "_" and "-"; one letter or digit at least
    option  =  anything but { } | , and ends of lines; not blank, round brackets in pairs

Names and options are trimmed. Names are compared without regard to case, and a run of spaces and
underscores counts as one space: `{{Art_Style}}` is the column “art style”.
Two options at least, and round brackets in pairs, tell a list from a filter of a template
language: `{{name|upper}}`, `{{names|join(", ")}}`.

A backslash directly before a tag makes it text and goes away: `\{{colour}}` is sent as
`{{colour}}`, and `\\{{colour}}` as `\{{colour}}`.

Everything else is text and stays byte for byte what it is: `{...}`, `[...]`, JSON, `{{{...}}}`,
`{{a.b}}`, `{{}}`, backslashes, and a `{{...}}` that holds another one, with all that is in it.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product

from bulkgen.domain.errors import InputError

_BRACES = re.compile(r"\{\{|\}\}")
_NEVER_IN_OPTIONS = re.compile(r"[{}|\r\n]")
_LEAST_OPTIONS = 2


class Expansion(StrEnum):
    """How many prompts a row with option lists becomes."""

    #: Every option of each list with every option of the others.
    COMBINATIONS = "combinations"
    #: One: the first row takes the first option of each list, the second row the second, and so on.
    ONE_EACH = "one_each"


@dataclass(frozen=True, slots=True)
class Tag:
    """A variable, or an option list when it has options."""

    #: As it is written, trimmed.
    name: str
    #: The name as it is compared.
    key: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt taken apart at its tags."""

    parts: tuple[str | Tag, ...]
    #: Each list once, by its key. A variable of the same name takes the option of its list.
    lists: Mapping[str, tuple[str, ...]]
    #: What stands in double braces and is no tag, as it is written and sent.
    look_alikes: tuple[str, ...]

    def count(self, expansion: Expansion) -> int:
        """How many prompts `expand` gives."""
        if expansion is Expansion.ONE_EACH:
            return 1
        return math.prod(map(len, self.lists.values()))

    def expand(self, variables: Mapping[str, str], expansion: Expansion, row: int) -> Iterator[str]:
        """The prompts of the row with this index, options of the last list changing fastest.

        A value is put in as it is; tags inside it are text. Raises InputError when a variable is
        unresolved.
        """
        values = _by_key(variables)
        if missing := self._unresolved(values):
            names = ", ".join(f"“{name}”" for name in missing)
            raise InputError(f"There is no value for {names}. Give one or take the variable out.")
        return (self._filled(values | chosen) for chosen in self._choices(expansion, row))

    def _unresolved(self, values: Mapping[str, str]) -> tuple[str, ...]:
        missing: dict[str, str] = {}
        for part in self.parts:
            if isinstance(part, Tag) and part.key not in self.lists and part.key not in values:
                missing.setdefault(part.key, part.name)
        return tuple(missing.values())

    def _choices(self, expansion: Expansion, row: int) -> Iterator[dict[str, str]]:
        if expansion is Expansion.ONE_EACH:
            yield {key: options[row % len(options)] for key, options in self.lists.items()}
            return
        for options in product(*self.lists.values()):
            yield dict(zip(self.lists, options, strict=True))

    def _filled(self, values: Mapping[str, str]) -> str:
        return "".join(values[part.key] if isinstance(part, Tag) else part for part in self.parts)


def parse(text: str) -> Template:
    """Take a prompt apart.

    Raises InputError when two lists of one name have different options.
    """
    parts: list[str | Tag] = []
    look_alikes: list[str] = []
    end = 0
    for start, stop in _double_braced(text):
        tag = _tag(text[start + 2 : stop - 2])
        if tag is None:
            look_alikes.append(text[start:stop])
        elif text[start - 1 : start] == "\\":
            parts.append(text[end : start - 1])
            end = start
        else:
            parts += (text[end:start], tag)
            end = stop
    parts.append(text[end:])
    lists = _lists(part for part in parts if isinstance(part, Tag) and part.options)
    return Template(tuple(parts), lists, tuple(look_alikes))


def _double_braced(text: str) -> list[tuple[int, int]]:
    """Where each outermost `{{...}}` begins and ends."""
    opened: list[int] = []
    closed: list[tuple[int, int]] = []
    for braces in _BRACES.finditer(text):
        if braces[0] == "{{":
            opened.append(braces.start())
        elif opened:
            start = opened.pop()
            while closed and closed[-1][0] > start:
                closed.pop()
            closed.append((start, braces.end()))
    return closed


def _tag(content: str) -> Tag | None:
    name, bar, rest = content.partition("|")
    options = tuple(option.strip() for option in rest.split(",")) if bar else ()
    if not _is_name(name) or _NEVER_IN_OPTIONS.search(rest) or (bar and not _are_options(options)):
        return None
    return Tag(name.strip(), _key(name), options)


def _is_name(text: str) -> bool:
    return any(map(str.isalnum, text)) and all(map(_may_be_in_names, text))


def _may_be_in_names(character: str) -> bool:
    """Marks and joiners are parts of letters in many scripts, such as the vowels of Hindi."""
    category = unicodedata.category(character)
    return category[0] in "LMN" or category == "Zs" or character in "_-\u200c\u200d"


def _are_options(options: Sequence[str]) -> bool:
    return len(options) >= _LEAST_OPTIONS and all(
        option and option.count("(") == option.count(")") for option in options
    )


def _lists(tags: Iterable[Tag]) -> dict[str, tuple[str, ...]]:
    lists: dict[str, tuple[str, ...]] = {}
    for tag in tags:
        if lists.setdefault(tag.key, tag.options) != tag.options:
            raise InputError(
                f"The list “{tag.name}” stands twice with different options. "
                "Give one of them another name."
            )
    return lists


def _by_key(variables: Mapping[str, str]) -> dict[str, str]:
    """The values that are not blank; of two names that are compared alike the first stands."""
    values: dict[str, str] = {}
    for name, value in variables.items():
        if value.strip():
            values.setdefault(_key(name), value)
    return values


@lru_cache(maxsize=1024)
def _key(name: str) -> str:
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(folded.replace("_", " ").split())
