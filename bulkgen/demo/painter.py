"""Pictures made from the words of a prompt: the same words and index, the same picture."""

import io
import struct
import zlib
from collections.abc import Callable, Mapping
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bulkgen.demo.abstracts import arches, folds, glass, paper, ribbons
from bulkgen.demo.botany import cutouts, flowers
from bulkgen.demo.canvas import Scene
from bulkgen.demo.finish import cut_out, lit, sign
from bulkgen.demo.light import MESSAGE_BITS
from bulkgen.demo.palettes import choose_palette, words_of
from bulkgen.demo.scenery import hills, sea, town
from bulkgen.demo.space import planets
from bulkgen.demo.tiles import scales, tiles

Composition = Callable[[Scene], Image.Image]

#: Every composition, with words that ask for it.
_COMPOSITIONS: Mapping[Composition, str] = {
    hills: "mountain hill valley landscape forest tree snow canyon field desert dune volcano road "
    "cabin deer bear wolf fox horse cow sheep dog fog mist sky cloud",
    sea: "sea ocean beach harbour harbor boat ship sail lake river island wave water coast whale "
    "lighthouse sunset sunrise surf pier shark penguin",
    town: "city street building house castle tower bridge town skyline village car bus train robot "
    "neon apartment office shop window rome paris london tokyo",
    planets: "space planet moon star galaxy rocket astronaut alien universe earth orbit ball "
    "balloon night cosmic world",
    paper: "paper map layer cut cave abstract contour cake chocolate marble topographic",
    folds: "silk dress dream cloth hair woman girl dance dancer smoke wind motion sand curtain",
    glass: "glass portrait person man boy mirror lamp bottle face king queen",
    tiles: "geometric pattern tile quilt chess puzzle cube circle square triangle bauhaus table "
    "kitchen floor wall sign box",
    flowers: "flower garden rose leaf plant tulip sunflower butterfly bee bouquet vase spring "
    "meadow grass rabbit bird",
    arches: "rainbow arch door temple church museum gate palace cathedral room",
    ribbons: "music jazz record vinyl retro guitar piano disco race speed fast motorcycle",
    scales: "fish dragon japanese mermaid kimono koi snake crocodile roof",
    cutouts: "leaf autumn matisse feather jungle salad vegetable fruit apple cat parrot tropical",
}
#: How often the words are followed; else any composition may come, so that fifty pictures of
#: one harbour are not fifty times the sea.
_OBEDIENCE = 0.65


def paint(
    prompt: str, index: int, width_px: int, height_px: int, *, transparent: bool = False
) -> Image.Image:
    """Picture number `index` of a prompt; a transparent one is cut out of its background."""
    digest = blake2b(f"{prompt}\0{index}".encode("utf-8", "replace"), digest_size=16).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8]))
    words = words_of(prompt)
    scene = Scene(width_px, height_px, choose_palette(words, rng), rng)
    image = _choose_composition(words, rng)(scene)
    image = lit(image, int.from_bytes(digest[8:]) % (1 << MESSAGE_BITS))
    if transparent:
        image = cut_out(scene, image)
    sign(image)
    return image


def encode(image: Image.Image, output_format: str, compression: int) -> bytes:
    """The picture as a png, jpeg or webp; `compression` is the latter two's quality, 0 to 100."""
    if output_format == "png":
        return _png(image)
    data = io.BytesIO()
    image.save(data, output_format, quality=compression, method=0)
    return data.getvalue()


def _png(image: Image.Image) -> bytes:
    """A PNG whose rows all take the Sub filter; trying every filter takes twice as long."""
    pixels = np.asarray(image)
    height_px, width_px, channels = pixels.shape
    rows: NDArray[np.uint8] = np.empty((height_px, 1 + width_px * channels), np.uint8)
    rows[:, 0] = 1
    rows[:, 1:] = pixels.reshape(height_px, -1)
    rows[:, 1 + channels :] -= pixels[:, :-1].reshape(height_px, -1)
    colours = {3: 2, 4: 6}[channels]
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, colours, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.data, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def _choose_composition(words: list[str], rng: np.random.Generator) -> Composition:
    asked = [
        composition
        for composition, names in _COMPOSITIONS.items()
        if not set(words).isdisjoint(names.split())
    ]
    choices = asked if asked and rng.random() < _OBEDIENCE else list(_COMPOSITIONS)
    return choices[int(rng.integers(len(choices)))]
