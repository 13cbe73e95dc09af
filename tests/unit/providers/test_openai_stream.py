import base64
import json
import random
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typing_extensions import override

from bulkgen.domain.errors import DiskFullError
from bulkgen.domain.images import ProviderImage
from bulkgen.ports import ImageSink
from bulkgen.providers.openai_stream import AnswerSplitter, UnreadableAnswerError

#: Texts that look like the beginning of a picture and are none.
TRICKS = [
    "b64_json",
    '"b64_json"',
    '"b64_json":"QUJD"',
    '{"b64_json": "QUJD"}',
    '\\"b64_json\\": \\"',
    'x"b64_json',
    "\\",
    '\\"',
    "b64_json\\",
    "/\\/",
    "é猫🎈\u2028\0",
    "",
]


class Album:
    """Sinks that keep what they are given, in parts."""

    def __init__(self) -> None:
        self.begun: list[list[bytes]] = []
        self.finished: list[bytes] = []

    def new_image(self) -> ImageSink:
        self.begun.append([])
        return _Page(self, self.begun[-1])


class _Page(ImageSink):
    def __init__(self, album: Album, parts: list[bytes]) -> None:
        self._album = album
        self._parts = parts

    @override
    def write(self, data: bytes) -> None:
        self._parts.append(data)

    @override
    def finish(self) -> ProviderImage:
        self._album.finished.append(b"".join(self._parts))
        index = len(self._album.finished) - 1
        return ProviderImage(index=index, sha256="", size_bytes=0)


class FullSink(ImageSink):
    """A sink on a full disk."""

    @override
    def write(self, data: bytes) -> None:
        raise DiskFullError("full")

    @override
    def finish(self) -> ProviderImage:
        raise AssertionError


def split(body: bytes, parts: Iterable[bytes] | None = None) -> tuple[dict[str, Any], list[bytes]]:
    """The answer and its pictures; raises UnreadableAnswerError."""
    album = Album()
    splitter = AnswerSplitter(album.new_image)
    for part in [body] if parts is None else parts:
        splitter.write(part)
    return splitter.finish(), album.finished


def encoded(picture: bytes) -> str:
    return base64.b64encode(picture).decode()


def an_answer(values: Iterable[str | None], **more: Any) -> dict[str, Any]:
    """An images answer with these values in the place of pictures."""
    return {
        "created": 1797900000,
        "background": "opaque",
        "data": [{"b64_json": value} for value in values],
        "usage": {"input_tokens": 13, "output_tokens": 439},
        **more,
    }


def cut(body: bytes, places: Iterable[int]) -> Iterator[bytes]:
    """The body in parts that end at these places."""
    start = 0
    for place in sorted(places):
        yield body[start:place]
        start = place
    yield body[start:]


def without_pictures(answer: dict[str, Any]) -> dict[str, Any]:
    data = [{**entry, "b64_json": entry["b64_json"] is None} for entry in answer["data"]]
    return {**answer, "data": data}


#: Values of 0 to 400 bytes; one number for each is drawn faster than its bytes are.
VALUES = st.lists(
    st.none() | st.integers(0, 400).map(lambda size: encoded(random.Random(size).randbytes(size))),  # noqa: S311 - guards nothing
    min_size=1,
    max_size=10,
)
TEXTS = st.sampled_from(TRICKS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[dict[str, Any], bytes]:
    """An answer, and one of the ways to write it down."""
    answer = an_answer(draw(VALUES), prompt=draw(TEXTS))
    for entry in answer["data"]:
        picture = entry.pop("b64_json")
        entry.update({draw(TEXTS): draw(TEXTS), "b64_json": picture, "revised_prompt": "b64_json"})
    text = json.dumps(
        answer,
        indent=draw(st.sampled_from([None, 0, 2, "\t"])),
        separators=draw(st.sampled_from([None, (",", ":"), (" , ", " : "), (",\n", "\r\n:\t")])),
        ensure_ascii=draw(st.booleans()),
    )
    if draw(st.booleans()):
        text = text.replace("/", "\\/")
    return answer, (draw(st.sampled_from(["", " ", "\n"])) + text).encode()


@settings(max_examples=300, deadline=None)
@given(bodies(), st.lists(st.integers(0, 4000), max_size=30), st.booleans())
def test_an_answer_is_taken_apart_wherever_its_parts_end(made, places, byte_by_byte):
    answer, body = made
    parts = cut(body, range(len(body)) if byte_by_byte else places)

    found, pictures = split(body, parts)

    values = [entry["b64_json"] for entry in answer["data"]]
    assert pictures == [base64.b64decode(value) for value in values if value]
    assert without_pictures(found) == without_pictures(answer)


@settings(max_examples=150, deadline=None)
@given(bodies(), st.floats(0, 1), st.lists(st.integers(0, 4000), max_size=5))
def test_an_answer_that_is_cut_short_is_unreadable_and_its_whole_pictures_are_kept(
    made, share, places
):
    answer, body = made
    end = int(share * (len(body) - 1))
    album = Album()
    splitter = AnswerSplitter(album.new_image)

    with pytest.raises(UnreadableAnswerError):
        _feed(splitter, cut(body[:end], places))

    values = [entry["b64_json"] for entry in answer["data"]]
    pictures = [base64.b64decode(value) for value in values if value]
    assert album.finished == pictures[: len(album.finished)]


def _feed(splitter: AnswerSplitter, parts: Iterable[bytes]) -> None:
    for part in parts:
        splitter.write(part)
    splitter.finish()


def is_kept(value: str, kept: bytes) -> bool:
    """Whether a sink got all of a value: decoded up to a fault, and from there on its text."""
    for end in range(0, len(value) + 1, 4):
        with suppress(ValueError):
            if kept == base64.b64decode(value[:end], validate=True) + value[end:].encode():
                return True
    return False


@settings(max_examples=300, deadline=None)
@given(
    picture=st.binary(min_size=12, max_size=90),
    place=st.floats(0, 1),
    wrong=st.sampled_from('!-_ =\n*é{"\\\x1f'),
    places=st.lists(st.integers(0, 300), max_size=8),
)
@example(b"ABCDEFGHIJKL", 0.25, "=", [24])
@example(b"ABCDEFGHIJKL", 0.25, "=", list(range(200)))
def test_what_is_no_base64_is_kept_and_so_is_every_other_picture(picture, place, wrong, places):
    value = encoded(picture)
    at = int(place * (len(value) - 4))
    damaged = value[:at] + wrong + value[at + 1 :]
    values = [encoded(b"before"), damaged, encoded(b"after")]
    body = json.dumps(an_answer(values), ensure_ascii=False).encode()

    answer, pictures = split(body, cut(body, places))

    before, kept, after = pictures
    assert (before, after) == (b"before", b"after")
    assert is_kept(damaged, kept)
    assert answer["usage"] == {"input_tokens": 13, "output_tokens": 439}


@pytest.mark.parametrize("value", ["Q", "QU", "QUI", "QUJDR", "=", "====", "QQ==QQ=="])
@pytest.mark.parametrize("size", [1, 3, 4, 1000])
def test_a_value_of_the_wrong_length_is_kept(value, size):
    body = json.dumps(an_answer([value])).encode()

    _, (kept,) = split(body, (body[start : start + size] for start in range(0, len(body), size)))

    assert is_kept(value, kept)


@pytest.mark.parametrize("form", ["%s", "\\u%04x"])
@pytest.mark.parametrize("size", [1, 2, 5, 7, 1000])
def test_every_way_to_write_a_value_gives_the_same_picture(form, size):
    picture = bytes(range(256)) * 3
    text = "".join(
        form % (character if form == "%s" else ord(character)) for character in encoded(picture)
    )
    body = b'{"data":[{"b64_json":"%b"}]}' % text.encode()

    _, pictures = split(body, (body[start : start + size] for start in range(0, len(body), size)))

    assert pictures == [picture]


@pytest.mark.parametrize(
    "body",
    [b"", b" ", b"[]", b'"b64_json"', b"null", b"1", b"<html>502 Bad Gateway</html>", b"\xff\xfe{"],
)
def test_what_is_no_answer_is_unreadable(body):
    with pytest.raises(UnreadableAnswerError):
        split(body)


def test_an_answer_without_pictures_is_read():
    assert split(b'{"data": []}') == ({"data": []}, [])


def test_nothing_and_an_empty_text_are_no_pictures():
    answer, pictures = split(json.dumps(an_answer([None, "", encoded(b"one"), None])).encode())

    assert pictures == [b"one"]
    assert answer["data"][0] == {"b64_json": None}
    assert answer["usage"] == {"input_tokens": 13, "output_tokens": 439}


def test_the_number_of_a_picture_stands_in_its_place():
    body = json.dumps(an_answer([encoded(b"one"), None, encoded(b"two")])).encode()

    answer, _ = split(body)

    assert [entry["b64_json"] for entry in answer["data"]] == [0, None, 1]


def test_no_picture_is_ever_whole_in_memory():
    picture = random.Random(1).randbytes(1_000_000)  # noqa: S311 - guards nothing
    body = json.dumps(an_answer([encoded(picture)])).encode()
    album = Album()
    splitter = AnswerSplitter(album.new_image)
    longest = 0
    for start in range(0, len(body), 65_536):
        splitter.write(body[start : start + 65_536])
        longest = max(longest, len(splitter._buffer), len(splitter._rest))

    assert album.finished == [picture]
    assert longest < 1000
    assert max(map(len, album.begun[0])) <= 65_536 * 3 // 4


def test_a_picture_that_cannot_be_written_says_why():
    splitter = AnswerSplitter(FullSink)

    with pytest.raises(DiskFullError):
        splitter.write(json.dumps(an_answer([encoded(b"one")])).encode())


CUTS = [1, 2, 3, 5, 7, 16, 64, 255, 1024, 4096]


@dataclass
class Body:
    """A generated body, what it holds, and where each of its pictures ends."""

    content: bytes
    values: list[str | None]
    ends: list[int]

    @property
    def pictures(self) -> list[bytes]:
        return [base64.b64decode(value) for value in self.values if value]

    def whole(self, length: int) -> list[bytes]:
        """The pictures that came whole when the body is cut after so many bytes."""
        return self.pictures[: sum(end <= length for end in self.ends)]


def a_body(chance: random.Random) -> Body:
    """A body of 1 to 10 images, written down in one of the ways JSON allows."""
    values = [
        chance.choice([None, ""]) if chance.random() < 0.1 else encoded(a_picture(chance))
        for _ in range(chance.randint(1, 10))
    ]
    slash = chance.choice(["/", "/", "\\/", "\\u002f", "\\u002F"])
    equals = chance.choice(["=", "=", "\\u003d"])
    answer = an_answer(
        [None if value is None else f"@{place}@" for place, value in enumerate(values)],
        prompt=chance.choice(TRICKS),
    )
    text = json.dumps(
        answer,
        indent=chance.choice([None, None, 1, "\t"]),
        separators=chance.choice([None, (",", ":"), (" , ", " : "), (",\r\n", ":\t")]),
        ensure_ascii=chance.random() < 0.5,
    )
    ends = []
    for place, value in enumerate(values):
        if value is None:
            continue
        written = value.replace("/", slash).replace("=", equals)
        before, mark, behind = text.partition(f"@{place}@")
        assert mark
        text = before + written + behind
        if value:
            ends.append(len((before + written).encode()) + 1)
    return Body(text.encode(), values, ends)


def a_picture(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice([1, 2, 3, chance.randrange(4, 900)]))


def in_parts(content: bytes, chance: random.Random) -> Iterator[bytes]:
    size = chance.choice(CUTS)
    while content:
        yield content[:size]
        content = content[size:]
        size = chance.choice(CUTS) if size > 3 else size


def take_apart(bodies: int, chance: random.Random) -> None:
    """Take so many bodies apart, a third of them cut, and miss no picture that came whole."""
    for number in range(bodies):
        body = a_body(chance)
        length = len(body.content)
        if number % 3 == 0:
            length = chance.randrange(length)
        album = Album()
        splitter = AnswerSplitter(album.new_image)

        answer = None
        with suppress(UnreadableAnswerError):
            for part in in_parts(body.content[:length], chance):
                splitter.write(part)
            answer = splitter.finish()

        assert album.finished == body.whole(length), f"body {number}"
        assert (answer is not None) == (length == len(body.content)), f"body {number}"
        assert answer is None or answer["usage"]["output_tokens"] == 439, f"body {number}"


def test_ten_thousand_answers_are_taken_apart_and_no_whole_picture_is_lost():
    take_apart(10_000, random.Random(11))  # noqa: S311 - guards nothing
