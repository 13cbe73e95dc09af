import os
import subprocess
import sys
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bulkgen.domain.errors import InputError
from bulkgen.domain.pages import Variant
from bulkgen.storage import variants
from bulkgen.storage.variants import (
    describe,
    make_variants,
    moderation_jpeg,
    open_checked,
    thumbnail,
)
from tests.unit.storage.pictures import (
    a_cut_out,
    a_picture,
    a_png,
    an_empty_png,
    encoded,
    opened,
    png_header,
)

SHA256 = "0a1b2c3d" * 8

#: 16,000 x 16,000 pixels in 34 bytes.
WEBP_BOMB = bytes.fromhex("524946461a000000574542505650384c0e0000002f7ffe9f0f071011fd0f4444ff03")

OPEN_A_BOMB = """
import resource, sys
from pathlib import Path
from bulkgen.domain.errors import InputError
from bulkgen.domain.pages import Variant
from bulkgen.storage import variants

data = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for use in (variants.describe, variants.open_checked, variants.thumbnail):
    try:
        use(data)
    except InputError as error:
        print(error)
unit_bytes = 1 if sys.platform == "darwin" else 1024
growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
sys.exit(growth * unit_bytes > 40_000_000)
"""

NOT_PICTURES = {
    "empty": b"",
    "text": b"a red cat",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>',
    "html": b"<!doctype html><title>502 Bad Gateway</title>",
    "json": b'{"error": {}}',
    "gif": a_picture(output_format="GIF", mode="P"),
    "tiff": a_picture(output_format="TIFF"),
    "bmp": a_picture(output_format="BMP"),
    "avif": a_picture(output_format="AVIF"),
    "png signature": b"\x89PNG\r\n\x1a\n",
    "jpeg signature": b"\xff\xd8\xff",
    "webp signature": b"RIFF\x00\x00\x00\x00WEBP",
}

PIXELS = zlib.compress(bytes(9 * 8))
BROKEN_PNGS = {
    "short header": a_png((b"IHDR", b"short")),
    "palette missing": a_png(
        (b"IHDR", png_header(8, 8, colours=3)), (b"IDAT", PIXELS), (b"IEND", b"")
    ),
    "second header unknown": a_png(
        (b"IHDR", png_header(8, 8)),
        (b"IDAT", PIXELS),
        (b"IHDR", png_header(8, 8, filters=1)),
        (b"IEND", b""),
    ),
    "colour profile cut short": a_png(
        (b"IHDR", png_header(8, 8)), (b"IDAT", PIXELS), (b"iCCP", b"key\0"), (b"IEND", b"")
    ),
    "pixels are noise": a_png((b"IHDR", png_header(8, 8)), (b"IDAT", b"noise"), (b"IEND", b"")),
}


def made(data: bytes) -> list[tuple[Variant, bytes]]:
    return make_variants(data, "a-red-cat", SHA256)


@pytest.mark.parametrize(
    ("size", "webp_widths_px", "jpeg_width_px"),
    [
        ((1024, 1024), [320, 640, 1024], 1024),
        ((1536, 1024), [320, 640, 1024, 1536], 1024),
        ((1024, 1536), [320, 640, 1024], 1024),
        ((2048, 1152), [320, 640, 1024, 1536], 1024),
        ((1200, 800), [320, 640, 1024], 1024),
        ((900, 600), [320, 640, 900], 900),
        ((640, 640), [320, 640], 640),
        ((200, 3000), [200], 200),
        ((4000, 5), [320, 640, 1024, 1536], 1024),
        ((1, 1), [1], 1),
    ],
)
def test_variants_have_the_page_widths_and_are_never_larger_than_the_source(
    size, webp_widths_px, jpeg_width_px
):
    files = made(a_picture(*size))

    assert [(v.mime_type, v.width_px) for v, _ in files] == [
        *(("image/webp", width) for width in webp_widths_px),
        ("image/jpeg", jpeg_width_px),
    ]
    for variant, data in files:
        picture = opened(data)
        assert picture.size == (variant.width_px, variant.height_px)
        assert Image.MIME[str(picture.format)] == variant.mime_type
        assert abs(variant.height_px - size[1] * variant.width_px / size[0]) < 1


def test_variants_are_named_after_slug_content_and_width():
    assert [variant.name for variant, _ in made(a_picture(700, 500))] == [
        "a-red-cat-0a1b2c3d-320.webp",
        "a-red-cat-0a1b2c3d-640.webp",
        "a-red-cat-0a1b2c3d-700.webp",
        "a-red-cat-0a1b2c3d-700.jpg",
    ]


def test_the_same_picture_gives_the_same_files():
    assert made(a_picture(700, 500)) == made(a_picture(700, 500))


def test_variants_look_like_the_source():
    for _, data in made(a_picture(1024, 1024)):
        small = opened(data).convert("RGB").resize((64, 64))
        left_top, right_bottom = small.getpixel((2, 2)), small.getpixel((61, 61))

        assert left_top == pytest.approx((8, 8, 90), abs=12)
        assert right_bottom == pytest.approx((247, 247, 90), abs=12)


@pytest.mark.parametrize("output_format", ["PNG", "WEBP"])
def test_transparency_stays_in_webp_and_turns_white_in_jpeg(output_format):
    *webps, (_, jpeg) = made(a_cut_out(output_format))

    for variant, data in webps:
        picture = opened(data)
        assert picture.getchannel("A").getpixel((0, 0)) == 0
        assert (
            picture.getchannel("A").getpixel((variant.width_px // 2, variant.height_px // 2)) == 255
        )
    flat = opened(jpeg)
    assert flat.getpixel((5, 5)) == pytest.approx((255, 255, 255), abs=3)
    assert flat.getpixel((400, 400)) == pytest.approx((254, 0, 0), abs=6)


def test_transparency_of_a_palette_is_transparency():
    image = Image.new("P", (40, 40), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    (_, webp), (_, jpeg) = made(encoded(image, "PNG", transparency=0))

    assert opened(webp).getchannel("A").getpixel((20, 20)) == 0
    assert opened(jpeg).getpixel((20, 20)) == (255, 255, 255)


def test_the_jpeg_is_progressive():
    _, data = made(a_picture(700, 500))[-1]

    assert opened(data).info["progressive"]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA"])
def test_every_kind_of_png_gives_every_copy(mode):
    data = a_picture(mode=mode if mode != "PA" else "P", transparency=3 if mode == "PA" else None)

    assert opened(thumbnail(data)[0]).size == (64, 64)
    assert opened(moderation_jpeg(data)).mode == "RGB"
    assert len(made(data)) == 2


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_of_jpeg_gives_every_copy(mode):
    data = a_picture(mode=mode, output_format="JPEG")

    assert open_checked(data).mode == "RGB"
    assert opened(thumbnail(data)[0]).size == (64, 64)
    assert len(made(data)) == 2


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((1024, 1024), (384, 384)), ((1536, 1024), (384, 256)), ((100, 50), (100, 50))],
)
def test_a_thumbnail_is_a_webp_that_fits_into_its_square(size, fitted):
    picture = opened(thumbnail(a_picture(*size))[0])

    assert (picture.format, picture.size) == ("WEBP", fitted)


def test_a_thumbnail_keeps_transparency():
    picture = opened(thumbnail(a_cut_out(), edge_px=100)[0])

    assert picture.size == (100, 100)
    assert picture.getchannel("A").getpixel((0, 0)) == 0


def test_the_picture_for_moderation_is_a_small_jpeg_on_white():
    picture = opened(moderation_jpeg(a_cut_out()))

    assert (picture.format, picture.size) == ("JPEG", (640, 640))
    assert picture.getpixel((5, 5)) == pytest.approx((255, 255, 255), abs=3)


@pytest.mark.parametrize("output_format", ["PNG", "JPEG", "WEBP"])
def test_describe_tells_format_and_size(output_format):
    data = a_picture(300, 200, output_format)

    assert describe(data) == (output_format.lower(), 300, 200)


@pytest.mark.parametrize("output_format", ["PNG", "JPEG"])
def test_describe_needs_no_more_than_the_header(output_format):
    data = a_picture(300, 200, output_format)

    assert describe(data[: len(data) // 2]) == (output_format.lower(), 300, 200)


def test_a_jpeg_with_more_pictures_in_it_is_a_jpeg():
    first, second = (Image.new("RGB", (30, 20), colour) for colour in ("red", "blue"))
    data = encoded(first, "MPO", save_all=True, append_images=[second])

    assert describe(data) == ("jpeg", 30, 20)
    assert open_checked(data).getpixel((5, 5)) == pytest.approx((254, 0, 0), abs=6)


@pytest.mark.parametrize("use", [describe, open_checked, thumbnail, moderation_jpeg, made])
@pytest.mark.parametrize("data", NOT_PICTURES.values(), ids=NOT_PICTURES)
def test_what_is_no_picture_is_refused_in_one_sentence(use, data):
    with pytest.raises(InputError, match=r"^The file is not a PNG, JPEG or WebP picture\.$"):
        use(data)


@pytest.mark.parametrize("use", [open_checked, thumbnail, moderation_jpeg, made])
@pytest.mark.parametrize("output_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_that_is_cut_short_is_refused(use, output_format):
    data = a_picture(300, 300, output_format)

    with pytest.raises(InputError):
        use(data[: len(data) * 2 // 3])


@pytest.mark.parametrize("data", BROKEN_PNGS.values(), ids=BROKEN_PNGS)
def test_a_broken_png_is_refused(data):
    with pytest.raises(InputError):
        thumbnail(data)


def test_a_picture_of_too_many_bytes_is_refused():
    data = a_picture() + bytes(variants.MAX_BYTES)

    with pytest.raises(InputError, match="larger than 50 MB"):
        describe(data)


@pytest.mark.parametrize(("size", "fits"), [((8000, 5000), True), ((8000, 5001), False)])
def test_forty_megapixels_are_the_limit(size, fits):
    data = an_empty_png(*size)

    if fits:
        assert describe(data) == ("png", *size)
    else:
        with pytest.raises(InputError, match="more than 40 megapixels"):
            describe(data)


def test_a_side_longer_than_a_webp_can_have_is_refused():
    assert describe(an_empty_png(2, variants.MAX_SIDE_PX)) == ("png", 2, variants.MAX_SIDE_PX)

    with pytest.raises(InputError, match="16,383 pixels"):
        describe(an_empty_png(2, variants.MAX_SIDE_PX + 1))


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_a_decompression_bomb_is_refused_without_being_decoded(tmp_path, kind):
    bomb = tmp_path / "bomb"
    bomb.write_bytes(an_empty_png(12_000, 12_000) if kind == "png" else WEBP_BOMB)

    ended = subprocess.run(
        [sys.executable, "-c", OPEN_A_BOMB, str(bomb)], capture_output=True, text=True, check=False
    )

    assert bomb.stat().st_size < 200_000
    assert (
        ended.stdout.splitlines()
        == ["The picture has more than 40 megapixels or a side of more than 16,383 pixels."] * 3
    )
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150, deadline=None)
@given(
    data=st.sampled_from([a_picture(40, 30, name) for name in ("PNG", "JPEG", "WEBP")]),
    places=st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), max_size=6),
    end=st.integers(0, 5000),
)
def test_broken_bytes_give_a_thumbnail_or_a_sentence(data, places, end):
    broken = bytearray(data[:end])
    for place, value in places:
        if place < len(broken):
            broken[place] = value

    try:
        small, _ = thumbnail(bytes(broken))
    except InputError:
        return
    assert opened(small).format == "WEBP"


@pytest.mark.parametrize("use", [open_checked, thumbnail, moderation_jpeg, made])
def test_no_more_pictures_than_cores_and_one_are_worked_on_at_once(monkeypatch, use):
    most = (os.cpu_count() or 1) + 1
    at_work, seen, lock = 0, [], threading.Lock()

    def slow_decode(*_):
        nonlocal at_work
        with lock:
            at_work += 1
            seen.append(at_work)
        time.sleep(0.02)
        with lock:
            at_work -= 1
        return Image.new("RGB", (8, 8))

    monkeypatch.setattr(variants, "_decode", slow_decode)
    with ThreadPoolExecutor(3 * most) as pool:
        results = list(pool.map(use, [b""] * 3 * most))

    assert len(results) == 3 * most
    assert max(seen) == most
