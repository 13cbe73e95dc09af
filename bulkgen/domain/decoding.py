"""From the bytes of a list to its text, with what cannot be stored marked."""

import codecs
import re

from bulkgen.domain.errors import PromptFileError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
)
#: So much of a file tells UTF-16 without a BOM: every other byte of ASCII is NUL there.
_SAMPLE_BYTES = 8
_LEAST_SAMPLE_BYTES = 4
#: NUL and halves of characters; no database and no JSON of other programs takes them.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was read in; raises PromptFileError.

    Bytes that mean nothing become lone surrogates, which `storable` marks.
    """
    for bom, encoding, told in _BOMS:
        if data.startswith(bom):
            return _decode_as_told(data[len(bom) :], encoding, told), told
    utf_16 = _utf_16_without_bom(data)
    if utf_16 is not None:
        return _decode_as_told(data, utf_16, "utf-16"), "utf-16"
    try:
        return data.decode("utf-8", "surrogatepass"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", "surrogateescape"), "cp1252"


def storable(text: str) -> str:
    """The text with a replacement character for each that cannot be stored."""
    return _UNSTORABLE.sub("\ufffd", text)


def _decode_as_told(data: bytes, encoding: str, told: str) -> str:
    try:
        return data.decode(encoding, "surrogatepass")
    except UnicodeDecodeError:
        raise PromptFileError(
            f"The file says it is {told} and is not. Save it again as UTF-8."
        ) from None


def _utf_16_without_bom(data: bytes) -> str | None:
    if len(data) < _LEAST_SAMPLE_BYTES or len(data) % 2:
        return None
    first, second = data[:_SAMPLE_BYTES:2], data[1:_SAMPLE_BYTES:2]
    if all(first) and not any(second):
        return "utf-16-le"
    if all(second) and not any(first):
        return "utf-16-be"
    return None
