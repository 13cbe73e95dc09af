"""Takes an images answer apart as it arrives: pictures to the spool, the rest to JSON.

The body of an answer is JSON whose weight is in one or more `b64_json` values. They are decoded
part by part into image sinks, so that no picture is ever whole in memory; everything else is kept
and parsed at the end, with the number of the picture standing in the picture's place. A value that
is no base64 is paid like any other: from the fault on its text goes into the sink as it is.
"""

import json
import re
from collections.abc import Callable
from typing import Any

import pybase64

from bulkgen.ports import ImageSink

_KEY = b'"b64_json"'
#: The key with its value begun; a value that is no string (null) is left to the JSON parser.
_KEY_AND_VALUE = re.compile(rb'"b64_json"\s*:\s*("?)')
#: The key, its colon or its value not here yet.
_KEY_AT_END = re.compile(rb'"b64_json"\s*(?::\s*)?$')
#: The text of a string up to its end, or as much of it as ends with no half escape.
_ESCAPED_TEXT = re.compile(rb'(?:[^"\\]++|\\u.{4}|\\[^u])*+', re.DOTALL)
#: Characters of base64 that stand for whole bytes.
_GROUP = 4


class UnreadableAnswerError(ValueError):
    """The body is not a whole images answer."""


class AnswerSplitter:
    """Feed it the body in parts, then call `finish`."""

    def __init__(self, new_image: Callable[[], ImageSink]) -> None:
        self._new_image = new_image
        #: Bytes that are not understood yet.
        self._buffer = b""
        #: The body without its pictures.
        self._rest = bytearray()
        self._inside = False
        #: Base64 of this picture that is not decoded yet.
        self._encoded = b""
        #: Whether the base64 of this picture has come to its end.
        self._padded = False
        #: Whether this picture has turned out to be no base64.
        self._damaged = False
        self._sink: ImageSink | None = None
        self._pictures = 0

    def write(self, data: bytes) -> None:
        """Take the next part of the body; raises UnreadableAnswerError, StorageError."""
        self._buffer += data
        while self._read_picture() if self._inside else self._find_picture():
            pass

    @property
    def unread(self) -> bytes:
        """The body so far without the pictures that are in their sinks."""
        return bytes(self._rest + self._buffer)

    def finish(self) -> dict[str, Any]:
        """The answer without its pictures; raises UnreadableAnswerError."""
        if self._inside:
            raise UnreadableAnswerError("the answer ended inside a picture")
        try:
            answer = json.loads(self.unread)
        except ValueError:
            raise UnreadableAnswerError("the answer is not whole JSON") from None
        if not isinstance(answer, dict):
            raise UnreadableAnswerError("the answer is not a JSON object")
        return answer

    def _find_picture(self) -> bool:
        """Move to the beginning of the next picture; False when more bytes are needed."""
        start = self._buffer.find(_KEY)
        if start < 0:
            self._keep(max(0, len(self._buffer) - len(_KEY)))
            return False
        if _KEY_AT_END.match(self._buffer, start):
            self._keep(max(0, start - 1))
            return False
        match = _KEY_AND_VALUE.match(self._buffer, start)
        in_a_string = self._buffer[start - 1 : start] == b"\\"
        if match is None or not match[1] or in_a_string:
            self._keep(start + len(_KEY))
            return True
        self._rest += self._buffer[:start] + b'"b64_json":%d' % self._pictures
        self._buffer = self._buffer[match.end() :]
        self._inside = True
        self._padded = self._damaged = False
        return True

    def _keep(self, end: int) -> None:
        self._rest += self._buffer[:end]
        self._buffer = self._buffer[end:]

    def _read_picture(self) -> bool:
        """Decode what is here of a picture; False when more bytes are needed."""
        self._encoded += self._text()
        ended = self._buffer.startswith(b'"')
        whole = len(self._encoded)
        if not ended:
            whole = whole // _GROUP * _GROUP
        self._decode(self._encoded[:whole])
        self._encoded = self._encoded[whole:]
        if not ended:
            return False
        self._buffer = self._buffer[1:]
        self._inside = False
        if self._sink is not None:
            self._sink.finish()
            self._sink = None
            self._pictures += 1
        return True

    def _text(self) -> bytes:
        """Take what is here of the value from the buffer, without its escapes."""
        end = self._buffer.find(b'"')
        text = self._buffer if end < 0 else self._buffer[:end]
        if b"\\" not in text:
            self._buffer = self._buffer[len(text) :]
            return text
        match = _ESCAPED_TEXT.match(self._buffer)
        text = match[0] if match else b""
        self._buffer = self._buffer[len(text) :]
        try:
            return str(json.loads(b'"%b"' % text)).encode()
        except ValueError:
            return text

    def _decode(self, encoded: bytes) -> None:
        if not encoded:
            return
        data = encoded
        self._damaged = self._damaged or self._padded
        if not self._damaged:
            try:
                data = pybase64.b64decode(encoded, validate=True)
            except ValueError:
                self._damaged = True
        self._padded = encoded.endswith(b"=")
        if self._sink is None:
            self._sink = self._new_image()
        self._sink.write(data)
