"""Answers of OpenAI's images API through the SDK and the HTTP client, into a real spool."""

import base64
import gzip
import hashlib
import json
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from typing_extensions import override

from bulkgen.domain.attempts import FailureKind, Usage
from bulkgen.domain.errors import ProviderError
from bulkgen.domain.images import ProviderAnswer
from bulkgen.engine.spool import FolderSpool
from bulkgen.providers.openai import OpenAIImages
from tests.fakes.factories import a_request

_USAGE = {
    "input_tokens": 13,
    "input_tokens_details": {"text_tokens": 13, "image_tokens": 0},
    "output_tokens": 439,
}
_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": lambda body: gzip.compress(body, 1),
    "deflate": zlib.compress,
}
each_packing = pytest.mark.parametrize("packing", _PACKERS)


@dataclass
class Broken(httpx2.SyncByteStream):
    """A body that comes in parts, and breaks off after so many bytes."""

    content: bytes
    length: int
    part_bytes: int

    @override
    def __iter__(self) -> Iterator[bytes]:
        arrived = self.content[: self.length]
        for start in range(0, len(arrived), self.part_bytes):
            yield arrived[start : start + self.part_bytes]
        if self.length < len(self.content):
            raise httpx2.ReadError("reset")


@dataclass
class Reception:
    """What came of one call: its answer, or how it failed, and the pictures in the spool."""

    answer: ProviderAnswer | None
    failure: FailureKind | None
    pictures: list[bytes]


def received(tmp_path: Path, body: bytes, packing: str, length: int, part_bytes: int) -> Reception:
    content = _PACKERS[packing](body)
    stream = Broken(content, min(length, len(content)), part_bytes)
    sent = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        headers = {"content-type": "application/json", "x-request-id": "req_1"}
        return httpx2.Response(200, headers={**headers, "content-encoding": packing}, stream=stream)

    spool = FolderSpool(tmp_path)
    attempt_id = uuid4()
    arrival = spool.begin(attempt_id)
    answer = failure = None
    with httpx2.Client(transport=httpx2.MockTransport(handle)) as client:
        provider = OpenAIImages(lambda: "http://server/v1", client)
        try:
            answer = provider.generate(a_request(images=10), "sk-key", arrival)
        except ProviderError as error:
            failure = error.failure.kind
    images = arrival.finished()
    arrival.keep(
        ProviderAnswer(images=images, usage=None, request_id=None, model="gpt-image-2.5-flare"),
        complete=failure is None,
    )
    pictures = [spool.picture(attempt_id, image.index).read_bytes() for image in images]
    assert len(sent) == 1
    assert [image.sha256 for image in images] == [hashlib.sha256(p).hexdigest() for p in pictures]
    return Reception(answer, failure, pictures)


def a_body(chance: random.Random, pictures: list[bytes]) -> tuple[bytes, list[int]]:
    """An answer with these pictures, and where each of them ends in it."""
    body = json.dumps({"created": 1, "prompt": '"b64_json":"QUJD"'}).encode()[:-1] + b',"data":['
    ends = []
    for place, picture in enumerate(pictures):
        body += b',{"b64_json":"'[place == 0 :] + base64.b64encode(picture) + b'"'
        ends.append(len(body))
        body += chance.choice([b"}", b',"revised_prompt":null}'])
    return body + b'],"usage":%b}' % json.dumps(_USAGE).encode(), ends


@each_packing
def test_an_answer_arrives_whole_however_it_is_packed(tmp_path, packing):
    chance = random.Random(3)  # noqa: S311 - guards nothing
    for _ in range(20):
        pictures = [chance.randbytes(chance.randrange(1, 9000)) for _ in range(10)]
        body, _ = a_body(chance, pictures)

        came = received(tmp_path, body, packing, len(body) * 2, chance.choice([100, 4096, 65536]))

        assert came.pictures == pictures
        assert came.answer is not None
        assert came.answer.usage == Usage(text_in=13, image_in=0, out=439)
        assert came.answer.request_id == "req_1"


@each_packing
def test_pictures_that_came_whole_before_an_answer_broke_are_kept(tmp_path, packing):
    chance = random.Random(4)  # noqa: S311 - guards nothing
    kept = []
    for _ in range(20):
        pictures = [
            chance.randbytes(chance.randrange(1, 9000)) for _ in range(chance.randint(1, 10))
        ]
        body, ends = a_body(chance, pictures)
        length = chance.randrange(len(_PACKERS[packing](body)))

        came = received(tmp_path, body, packing, length, chance.choice([100, 4096]))

        kept.append(len(came.pictures))
        assert came.failure is FailureKind.NO_ANSWER
        assert came.pictures == pictures[: len(came.pictures)]
        if packing == "identity":
            assert len(came.pictures) == sum(end <= length for end in ends)
    assert max(kept) >= 5


def test_an_answer_without_a_picture_brings_its_bill(tmp_path):
    body = b'{"data":[],"usage":%b}' % json.dumps(_USAGE).encode()

    came = received(tmp_path, body, "identity", len(body), 4096)

    assert came.answer is not None
    assert (came.answer.images, came.answer.usage) == ((), Usage(text_in=13, image_in=0, out=439))


@pytest.mark.parametrize("body", [b"", b"{}garbage", b"<html>a proxy's page</html>", b"[1]"])
def test_a_body_that_is_no_answer_may_have_been_charged(tmp_path, body):
    assert received(tmp_path, body, "identity", len(body), 4096).failure is FailureKind.NO_ANSWER
