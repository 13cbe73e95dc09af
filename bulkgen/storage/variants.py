"""The sizes of a picture that people see, made with Pillow."""

import os
import threading
import warnings
from base64 import b64encode
from io import BytesIO

from PIL import Image
from PIL.ImageFile import ImageFile

from bulkgen.domain.errors import InputError
from bulkgen.domain.images import MIME_TYPES, SUFFIXES
from bulkgen.domain.looks import Look
from bulkgen.domain.pages import Variant
from bulkgen.storage.looks import look_at
from bulkgen.storage.provenance import ai_made_xmp

MAX_BYTES = 50_000_000
MAX_PIXELS = 40_000_000
#: The longest side a WebP file can have.
MAX_SIDE_PX = 16_383

_WEBP_WIDTHS_PX = (320, 640, 1024)
_LARGE_WIDTH_PX = 1536
_JPEG_WIDTH_PX = 1024
_PREVIEW_PX = 1024
_PLACEHOLDER_PX = 16
#: Pillow's name of a format -> ours; MPO is a JPEG with more pictures behind the first.
_FORMATS = {"PNG": "png", "JPEG": "jpeg", "MPO": "jpeg", "WEBP": "webp"}
_BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
#: What Pillow raises on broken files.
_BROKEN = (AssertionError, IndexError, OSError, SyntaxError, ValueError)

warnings.simplefilter("error", Image.DecompressionBombWarning)

#: More pictures at once than this cost memory and win no time.
_turn = threading.BoundedSemaphore((os.cpu_count() or 1) + 1)


def describe(data: bytes) -> tuple[str, int, int]:
    """Format, width and height in pixels, from the header alone; raises InputError."""
    image = _open(data)
    return _FORMATS[str(image.format)], image.width, image.height


def open_checked(data: bytes) -> Image.Image:
    """The decoded picture, in RGB or RGBA; raises InputError for a broken or foreign file."""
    with _turn:
        return _decode(data)


def thumbnail(data: bytes, edge_px: int = 384) -> tuple[bytes, Look]:
    """A WebP copy that fits into a square, and what it shows; raises InputError."""
    with _turn:
        image = _within(data, edge_px)
        return _encode_small(image), look_at(image)


def preview(data: bytes) -> bytes:
    """A WebP copy to judge a picture by; raises InputError."""
    with _turn:
        return _encode_small(_within(data, _PREVIEW_PX))


def moderation_jpeg(data: bytes, edge_px: int = 640) -> bytes:
    """A JPEG copy that fits into a square, for models that look at it; raises InputError."""
    with _turn:
        return _encode(_on_white(_within(data, edge_px)), "jpeg", quality=85)


def placeholder(data: bytes) -> str:
    """A copy of a few pixels as a data URI, blurred when it is stretched; raises InputError."""
    with _turn:
        tiny = _encode(_within(data, _PLACEHOLDER_PX), "webp", quality=40, method=4)
    return f"data:image/webp;base64,{b64encode(tiny).decode()}"


def make_variants(
    data: bytes, slug: str, sha256: str, prompt: str | None = None
) -> list[tuple[Variant, bytes]]:
    """The files of a page's picture: WebP from small to large, then one JPEG.

    None is larger than the source, and each says that AI made it. Raises InputError.
    """
    stem = f"{slug}-{sha256[:8]}"
    xmp = ai_made_xmp(prompt)
    with _turn:
        image = _decode(data)
        files = [
            _variant(_at_width(image, width_px), stem, "webp", xmp, quality=80, method=2)
            for width_px in _webp_widths_px(image.width)
        ]
        flat = _on_white(_at_width(image, min(_JPEG_WIDTH_PX, image.width)))
        files.append(_variant(flat, stem, "jpeg", xmp, quality=82, progressive=True))
    return files


def _within(data: bytes, edge_px: int) -> Image.Image:
    """The picture, made to fit into a square."""
    image = _decode(data, edge_px)
    image.thumbnail((edge_px, edge_px), reducing_gap=1.0)
    return image


def _encode_small(image: Image.Image) -> bytes:
    return _encode(image, "webp", quality=75, method=1)


def _webp_widths_px(source_px: int) -> list[int]:
    widths = {min(width, source_px) for width in _WEBP_WIDTHS_PX}
    if source_px >= _LARGE_WIDTH_PX:
        widths.add(_LARGE_WIDTH_PX)
    return sorted(widths)


def _open(data: bytes) -> ImageFile:
    if len(data) > MAX_BYTES:
        raise InputError(f"The picture is larger than {MAX_BYTES // 1_000_000} MB.")
    too_large = InputError(
        f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels "
        f"or a side of more than {MAX_SIDE_PX:,} pixels."
    )
    try:
        image = Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP"))
    except _BOMBS as error:
        raise too_large from error
    except _BROKEN as error:
        raise InputError("The file is not a PNG, JPEG or WebP picture.") from error
    if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE_PX:
        raise too_large
    return image


def _decode(data: bytes, least_px: int = MAX_SIDE_PX) -> Image.Image:
    """The picture in RGB or RGBA; a JPEG may come smaller, with sides of `least_px` or more."""
    image = _open(data)
    image.draft(None, (least_px, least_px))
    try:
        mode = "RGBA" if image.has_transparency_data else "RGB"
        if image.mode != mode:
            return image.convert(mode)
        image.load()
    except _BROKEN as error:
        raise InputError("The picture is damaged or not complete.") from error
    return image


def _at_width(image: Image.Image, width_px: int) -> Image.Image:
    if width_px == image.width:
        return image
    height_px = max(1, round(image.height * width_px / image.width))
    return image.resize((width_px, height_px), Image.Resampling.LANCZOS)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    flat = Image.new("RGB", image.size, "white")
    flat.paste(image, mask=image)
    return flat


def _variant(
    image: Image.Image, stem: str, output_format: str, xmp: bytes, **settings: int
) -> tuple[Variant, bytes]:
    variant = Variant(
        width_px=image.width,
        height_px=image.height,
        mime_type=MIME_TYPES[output_format],
        name=f"{stem}-{image.width}.{SUFFIXES[output_format]}",
    )
    return variant, _encode(image, output_format, xmp=xmp, **settings)


def _encode(image: Image.Image, output_format: str, **settings: int | bytes) -> bytes:
    buffer = BytesIO()
    image.save(buffer, output_format, **settings)
    return buffer.getvalue()
