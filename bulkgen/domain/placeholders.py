r"""Blanks that the author of a prompt left to its reader.

Two forms are known:

    {argument name="pet" default="a dog"}    attributes in any order, others may stand among them,
                                             the default may be missing; values in ", in ', or in
                                             the \" of a JSON string
    [PET NAME]                               a guess: one to five words in square brackets that are
                                             no heading, label, link, index or list, or
    [PET - a dog, a cat]                     words in capitals, a dash or colon, and a hint
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_OPENING = re.compile(r"\{argument(?=\s)|\[")
_ATTRIBUTE = re.compile(
    r"""\s+(?P<key>[a-z]+)=(?P<quote>\\?["'])"""
    r"""(?P<value>(?:(?!\{argument\s).){0,2000}?)(?P=quote)(?=\s+[a-z]+=|\s*\})""",
    re.DOTALL,
)
_CLOSING = re.compile(r"\s*\}")
_WORD = r"[\w'’&/-]{1,30}"  # noqa: RUF001
_BRACKETED = re.compile(
    r"(?<![A-Za-z0-9_\])!\\\[])\[(?!(?:true|false|null)\])"
    rf"(?P<name>(?=[^\W\d_]){_WORD}(?: {_WORD}){{0,4}}"
    r"|[A-Z][A-Z /&_]{1,39}(?: [-–—]|:) [^\[\]{}\"\r\n]{1,120})\]"  # noqa: RUF001
    r"(?![A-Za-z0-9_(\[:：])"  # noqa: RUF001
)
_LINE_END = re.compile(r"[\r\n]")
#: How far to each side a bracket is read to tell what it is.
_NEAR = 40
#: What may stand before the first word of a line.
_LINE_MARKS = " \t#>*•-.)0123456789"
_BEFORE_VALUES = (":", "：", '"', "“")  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Field:
    """Blanks of one name."""

    name: str
    #: What the first of them takes when it is left alone; None when it stays as it is written.
    default: str | None
    #: Where each begins and ends.
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Blank:
    name: str
    start: int
    end: int
    #: As it is written, and as it is meant.
    raw_default: str | None = None
    default: str | None = None
    in_json: bool = False


def fields(prompt: str) -> tuple[Field, ...]:
    """What a person may fill in, in the order of the prompt."""
    blanks: dict[str, list[_Blank]] = {}
    for blank in _blanks(prompt):
        blanks.setdefault(blank.name, []).append(blank)
    return tuple(
        Field(name, same[0].default, tuple((blank.start, blank.end) for blank in same))
        for name, same in blanks.items()
    )


def fill(prompt: str, values: Mapping[str, str], *, defaults: bool = True) -> str:
    """The prompt with a value in each blank that is named.

    Every other blank takes its default, unless `defaults` is False; one without a default stays as
    it is written. A prompt that is JSON stays JSON.
    """
    parts: list[str] = []
    end = 0
    for blank in _blanks(prompt):
        if defaults or blank.name in values:
            parts += (prompt[end : blank.start], _filled(prompt, blank, values.get(blank.name)))
            end = blank.end
    return "".join([*parts, prompt[end:]])


def _filled(prompt: str, blank: _Blank, value: str | None) -> str:
    if value is None:
        written = prompt[blank.start : blank.end]
        return written if blank.raw_default is None else blank.raw_default
    return json.dumps(value, ensure_ascii=False)[1:-1] if blank.in_json else value


def _blanks(prompt: str) -> Iterator[_Blank]:
    is_json = _is_json(prompt)
    position = 0
    while opening := _OPENING.search(prompt, position):
        read = _bracketed if opening[0] == "[" else _argument
        blank = read(prompt, opening, is_json=is_json)
        position = blank.end if blank else opening.end()
        if blank:
            yield blank


def _argument(prompt: str, opening: re.Match[str], *, is_json: bool) -> _Blank | None:
    raw: dict[str, str] = {}
    position = opening.end()
    in_json = is_json
    while attribute := _ATTRIBUTE.match(prompt, position):
        raw[attribute["key"]] = attribute["value"]
        in_json = is_json or attribute["quote"].startswith("\\")
        position = attribute.end()
    closing = _CLOSING.match(prompt, position)
    if closing is None or not raw.get("name", "").strip():
        return None
    meant = {key: _unescaped(value) if in_json else value for key, value in raw.items()}
    return _Blank(
        name=meant["name"],
        start=opening.start(),
        end=closing.end(),
        raw_default=raw.get("default"),
        default=meant.get("default"),
        in_json=in_json,
    )


def _bracketed(prompt: str, opening: re.Match[str], *, is_json: bool) -> _Blank | None:
    bracketed = _BRACKETED.match(prompt, opening.start())
    if bracketed is None or _is_label(prompt, bracketed):
        return None
    return _Blank(bracketed["name"], bracketed.start(), bracketed.end(), in_json=is_json)


def _is_label(prompt: str, bracketed: re.Match[str]) -> bool:
    """Whether it stands alone on its line, or begins a sentence that goes on in a capital."""
    start, end = bracketed.span()
    before = _LINE_END.split(prompt[max(0, start - _NEAR) : start])[-1].strip(_LINE_MARKS)
    after = _LINE_END.split(prompt[end : end + _NEAR])[0].strip(_LINE_MARKS)
    if not after:
        return not before
    return (not before or before.endswith(_BEFORE_VALUES)) and after[0].isupper()


def _is_json(prompt: str) -> bool:
    if not prompt.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(prompt)
    except (ValueError, RecursionError):
        return False
    return True


def _unescaped(text: str) -> str:
    """What a part of a JSON string says; broken escapes are left as they are."""
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text
