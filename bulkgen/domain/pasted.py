"""How a pasted text is cut into prompts."""

import json
import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

from bulkgen.domain.errors import InputError
from bulkgen.domain.prompts import MAX_PROMPT_CHARACTERS


class Cut(StrEnum):
    """Where a pasted text is cut."""

    #: Nowhere: it is one prompt.
    WHOLE = "whole"
    LINES = "lines"
    BLANK_LINES = "blank_lines"
    #: At lines of `---`.
    DASHES = "dashes"
    #: Every line is a JSON string, or an object with a prompt.
    JSON_LINES = "json_lines"
    #: The text is a JSON list of such strings and objects.
    JSON_LIST = "json_list"


#: Ends of lines as editors make them; the rarer ones of Unicode may stand inside a prompt.
_END = r"(?>\r\n?|\n)"
_SPACE = r"[^\S\r\n]*"
_LINE_END = re.compile(_END)
_BLANK_LINES = re.compile(rf"{_END}(?:{_SPACE}{_END})+")
_DASHES = re.compile(rf"(?:\A|{_END}){_SPACE}-{{3,}}{_SPACE}(?={_END}|\Z)")

_SEPARATORS = {Cut.LINES: _LINE_END, Cut.BLANK_LINES: _BLANK_LINES, Cut.DASHES: _DASHES}
_NUMBER = re.compile(
    r"\A\s*(?:(?:\d{1,4}[.)]|\(\d{1,4}\)|[-*+•–])\s+|\d{1,4}[、．]\s*)(?=\S)"  # noqa: RUF001
)

# Signs that a piece goes on with the one before it.

_WORD = r"[^\W_][\w'’&/-]{0,29}"  # noqa: RUF001
#: An opening of no phrase or sentence: a heading, a bullet, a title, a label, or a word for someone
#: who has been named before.
_OPENING = re.compile(
    r"#{1,6}(?=\s)|[-*+•–](?=\s)|\d+[.)](?=\s)"  # noqa: RUF001
    r"|(?:[\[【(]|\*+)(?=[^\]】)*\r\n]{1,40}[\]】)*]+:?\s*(?:[\r\n]|\Z))"
    rf"|\**{_WORD}(?: {_WORD}){{0,2}}\**(?:：|:\**(?=\s|\Z))"  # noqa: RUF001
    r"|(?=[^\r\n:：]{1,60}[:：]\**\s*(?:[\r\n]|\Z))"  # noqa: RUF001
    r"|(?:he|she|it|they|his|her|its|their|this|these|those)\b",
    re.IGNORECASE,
)
_OPEN_END = (",", ":", ";", "，", "：", "；", "、")  # noqa: RUF001
_BRACKETS = ("{}", "[]")
#: One prompt is meant when at least one piece of so many goes on with the one before it.
_PIECES_PER_SIGN = 8


def guess(text: str) -> Cut:
    """The cut that is meant, as far as the text shows; in doubt one that keeps more together."""
    for kind in (Cut.JSON_LIST, Cut.JSON_LINES):
        if _fits(text, kind):
            return kind
    if _DASHES.search(text):
        kind = Cut.DASHES
    elif _BLANK_LINES.search(text.strip()):
        kind = Cut.BLANK_LINES
    else:
        kind = Cut.LINES
    return Cut.WHOLE if _is_one_prompt(text, cut(text, kind)) else kind


def cut(text: str, kind: Cut) -> list[str]:
    """The prompts of a text, without blank ones; spaces round a prompt go, but not in JSON.

    Raises InputError when JSON is wanted and the text is none.
    """
    if kind is Cut.JSON_LIST:
        prompts = _json_list(text)
    elif kind is Cut.JSON_LINES:
        prompts = _json_lines(text)
    else:
        prompts = [piece.strip() for piece in _pieces(text, kind)]
    return [prompt for prompt in prompts if prompt.strip()]


def without_numbers(prompts: Sequence[str]) -> list[str] | None:
    """The prompts without the number or bullet before each; None unless every one has one."""
    marks = [_NUMBER.match(prompt) for prompt in prompts]
    if not marks or not all(marks):
        return None
    return [_NUMBER.sub("", prompt, count=1) for prompt in prompts]


def _pieces(text: str, kind: Cut) -> list[str]:
    separator = _SEPARATORS.get(kind)
    return separator.split(text) if separator else [text]


def _fits(text: str, kind: Cut) -> bool:
    try:
        return bool(cut(text, kind))
    except InputError:
        return False


def _json_lines(text: str) -> list[str]:
    return [
        _prompt(_parsed(line, f"Line {number}"), f"Line {number}")
        for number, line in enumerate(_LINE_END.split(text), 1)
        if line.strip()
    ]


def _json_list(text: str) -> list[str]:
    values = _parsed(text, "The text")
    if not isinstance(values, list):
        raise InputError("The text is no JSON list. Mend it or cut the text another way.")
    return [_prompt(value, f"Entry {number}") for number, value in enumerate(values, 1)]


def _parsed(text: str, what: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{what} is no JSON. Mend it or cut the text another way.") from None
    return value


def _prompt(value: object, what: str) -> str:
    if isinstance(value, dict):
        value = next((value[key] for key in value if key.casefold() == "prompt"), None)
    if not isinstance(value, str):
        raise InputError(
            f"{what} is neither a text nor an object with a prompt. "
            "Mend it or cut the text another way."
        )
    return value


def _is_one_prompt(text: str, pieces: Sequence[str]) -> bool:
    if not pieces or len(text.strip()) > MAX_PROMPT_CHARACTERS:
        return False
    own = _opening(pieces[0])
    signs = sum(_goes_on(before, piece, own) for before, piece in pairwise(pieces))
    return signs > 0 and signs * _PIECES_PER_SIGN >= len(pieces)


def _goes_on(before: str, piece: str, own: str | None) -> bool:
    opening = _opening(piece)
    return (
        opening not in {None, own}
        or before.endswith(_OPEN_END)
        or any(before.count(pair[0]) != before.count(pair[1]) for pair in _BRACKETS)
    )


def _opening(piece: str) -> str | None:
    opening = _OPENING.match(piece)
    return re.sub(r"\d+", "", opening[0]).strip().casefold() if opening else None
