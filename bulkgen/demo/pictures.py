"""The bytes of ordered pictures: painted, or for measurements prepared."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache

from bulkgen.demo.orders import Order

#: A unique ending of a prepared picture; a multiple of 3 bytes, as base64 wants.
_ENDING_BYTES = 24


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as it is sent."""

    b64: bytes
    sha256: str


def painted(order: Order, index: int, *, shrink: int = 1) -> Picture:
    """Paint picture `index` of the order's prompt; `shrink` divides its sides."""
    # Imported when the first picture is painted, so that the server starts at once.
    from bulkgen.demo.painter import encode, paint  # noqa: PLC0415

    width_px, height_px = order.width_and_height_px
    image = paint(
        order.prompt, index, width_px // shrink, height_px // shrink, transparent=order.transparent
    )
    data = encode(image, order.output_format, order.compression)
    return Picture(base64.b64encode(data), hashlib.sha256(data).hexdigest())


def prepared(order: Order, serial: int, size_bytes: int) -> Picture:
    """The same picture for every call, with an ending of its own after the end of the image.

    It has `size_bytes`, or a little more than the picture itself where that is larger.
    """
    b64, digest = _prepared_start(
        order.width_and_height_px, order.output_format, order.compression, size_bytes
    )
    ending = b"%0*d" % (_ENDING_BYTES, serial)
    whole = digest.copy()
    whole.update(ending)
    return Picture(b64 + base64.b64encode(ending), whole.hexdigest())


@lru_cache(maxsize=8)
def _prepared_start(
    size_px: tuple[int, int], output_format: str, compression: int, size_bytes: int
) -> "tuple[bytes, hashlib._Hash]":
    from bulkgen.demo.painter import encode, paint  # noqa: PLC0415

    data = encode(paint("prepared", 0, *size_px), output_format, compression)
    data = data.ljust(size_bytes - _ENDING_BYTES, b"\0")
    data += bytes(-len(data) % 3)
    return base64.b64encode(data), hashlib.sha256(data)
