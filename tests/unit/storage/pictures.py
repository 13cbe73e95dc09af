"""Pictures for tests."""

import struct
import zlib
from io import BytesIO

from PIL import Image


def a_picture(width_px=64, height_px=64, output_format="PNG", mode="RGB", **settings) -> bytes:
    """Bytes of a picture whose colours change from the left to the right and to the bottom."""
    across = Image.linear_gradient("L").rotate(90).resize((width_px, height_px))
    down = Image.linear_gradient("L").resize((width_px, height_px))
    image = Image.merge("RGB", (across, down, Image.new("L", (width_px, height_px), 90)))
    return encoded(image.convert(mode), output_format, **settings)


def a_cut_out(output_format="PNG") -> bytes:
    """A red square of 400 pixels in the middle of 800 transparent ones."""
    image = Image.new("RGBA", (800, 800), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (200, 200, 600, 600))
    return encoded(image, output_format, lossless=True)


def an_empty_png(width_px: int, height_px: int) -> bytes:
    """A black PNG, made row by row: a few kilobytes whatever its size."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width_px)
    rows = b"".join(packer.compress(row) for _ in range(height_px)) + packer.flush()
    return a_png((b"IHDR", png_header(width_px, height_px)), (b"IDAT", rows), (b"IEND", b""))


def png_header(width_px: int, height_px: int, colours: int = 0, filters: int = 0) -> bytes:
    return struct.pack(">IIBBBBB", width_px, height_px, 8, colours, 0, filters, 0)


def a_png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks, right or wrong."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def encoded(image: Image.Image, output_format: str, **settings) -> bytes:
    buffer = BytesIO()
    image.save(buffer, output_format, **settings)
    return buffer.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
