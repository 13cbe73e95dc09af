"""The last steps of every picture: its light, its grain, its edge and its mark."""

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from bulkgen.demo.canvas import Scene
from bulkgen.demo.light import COLUMNS, ROWS, Floats, choose_word, least_light, product, spread

_RESAMPLINGS = (Image.Resampling.BOX, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
#: Grey levels of the grain.
_GRAIN = 5
_GRAIN_SIDE_PX = 256
#: Light is a little warm and shade a little cool.
_WARMTH = np.array([1.06, 1.0, 0.88], np.float32)
#: The shorter side, about, of two small copies: one to measure, one to try light on.
_FINE_PX = 512
_COARSE_PX = 128
#: The middle of the light's layer; zero light leaves a picture as it is.
_NO_LIGHT = 128
#: The finished picture's contrast is divided by this, which leaves room for light and shade.
_MATTE = 1.07
#: Brings a middle grey without light back to what it was, after the division.
_SHIFT = _NO_LIGHT - 2 * _NO_LIGHT / _MATTE
#: Light is measured and added to this often: what is cut off at white, and what the resamplings
#: see differently, shows only afterwards.
_PASSES = 3
_BRIGHT = 128


def lit(image: Image.Image, message: int) -> Image.Image:
    """The picture under a light that tells it from every other, with a fine grain."""
    fine = image.convert("L").reduce(max(1, min(image.size) // _FINE_PX))
    coarse = np.asarray(fine.reduce(_FINE_PX // _COARSE_PX), np.float32)
    # Light is tried on the coarse copy; where its pixels cross a thumbnail's, it is a little off.
    offset = (_thumbnails(np.asarray(fine, np.float32)) - _thumbnails(coarse)) / _MATTE
    light = np.zeros((ROWS, COLUMNS))
    word = choose_word(_thumbnails(_shown(coarse, light)) + offset, message)
    for _ in range(_PASSES):
        light += least_light(_thumbnails(_shown(coarse, light)) + offset, word)
    layer = spread(light, *image.size) + np.float32(_NO_LIGHT - _GRAIN // 2)
    shade = layer.clip(0, 255 - _GRAIN).astype(np.uint8) + _grain(*image.size)
    tinted = Image.frombuffer("P", image.size, shade, "raw", "P", 0, 1)
    tinted.putpalette(_tints())
    return ImageChops.add(image, tinted.convert("RGB"), _MATTE, round(_SHIFT))


def _shown(grey: Floats, light: NDArray[np.float64]) -> Floats:
    """A grey picture under a light."""
    height_px, width_px = grey.shape
    layered = grey + spread(light, width_px, height_px) + np.float32(_NO_LIGHT)
    return (layered * np.float32(1 / _MATTE) + np.float32(_SHIFT)).clip(0, 255)


def _thumbnails(grey: Floats) -> NDArray[np.float64]:
    """What the usual resamplings make of a grey picture, each 9x8."""
    height_px, width_px = grey.shape
    thumbnails = [
        product(
            _resampling(height_px, ROWS, way), product(grey, _resampling(width_px, COLUMNS, way).T)
        )
        for way in _RESAMPLINGS
    ]
    return np.stack(thumbnails).astype(np.float64)


@lru_cache(maxsize=64)
def _resampling(size_px: int, cells: int, way: Image.Resampling) -> Floats:
    """The weights of every pixel of a line in each of its cells: a resampling of single pixels."""
    single = Image.fromarray(np.eye(size_px, dtype=np.float32))
    return np.asarray(single.resize((size_px, cells), way))


@lru_cache(maxsize=4)
def _grain(width_px: int, height_px: int) -> NDArray[np.uint8]:
    side = _GRAIN_SIDE_PX
    tile = np.random.default_rng(7).integers(0, _GRAIN, (side, side), dtype=np.uint8)
    return np.tile(tile, (-(-height_px // side), -(-width_px // side)))[:height_px, :width_px]


@cache
def _tints() -> bytes:
    """The colours of light, from full shade to full light."""
    colours = (np.arange(256)[:, None] - _NO_LIGHT) * _WARMTH + _NO_LIGHT
    return bytes(colours.round().clip(0, 255).astype(np.uint8))


def cut_out(scene: Scene, image: Image.Image) -> Image.Image:
    """The picture as a sticker: a soft shape with a paper edge, and nothing round it."""
    turn = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    radius = np.full_like(turn, 0.36)
    for waves in (2, 3, 5):
        radius += scene.between(0.008, 0.03) * np.cos(waves * turn + scene.between(0, 2 * np.pi))
    inner = _blob(image.size, turn, radius * scene.unit_px)
    outer = _blob(image.size, turn, (radius + 0.018) * scene.unit_px)
    sticker = Image.composite(image, Image.new("RGB", image.size, scene.palette.paper), inner)
    sticker.putalpha(outer)
    return sticker


def _blob(
    size_px: tuple[int, int], turn: NDArray[np.float64], radius_px: NDArray[np.float64]
) -> Image.Image:
    """A mask round the middle, drawn at twice its size."""
    width_px, height_px = size_px
    mask = Image.new("L", (width_px * 2, height_px * 2))
    outline = np.stack(
        [width_px + 2 * radius_px * np.cos(turn), height_px + 2 * radius_px * np.sin(turn)], -1
    )
    ImageDraw.Draw(mask).polygon(outline.ravel().tolist(), fill=255)
    return mask.reduce(2)


def sign(image: Image.Image) -> None:
    """Write "demo" small into the lower right corner."""
    unit_px = min(image.size)
    mask = _mark(unit_px)
    margin_px = round(unit_px * 0.02)
    left, top = image.width - mask.width - margin_px, image.height - mask.height - margin_px
    box = (left, top, left + mask.width, top + mask.height)
    bright = ImageStat.Stat(image.crop(box).convert("L")).mean[0] > _BRIGHT
    image.paste((20, 20, 24) if bright else (255, 255, 255), box, mask)


@lru_cache(maxsize=8)
def _mark(unit_px: int) -> Image.Image:
    font = ImageFont.load_default(max(10, unit_px * 0.022))
    left, top, right, bottom = font.getbbox("demo")
    mask = Image.new("L", (round(right - left) + 2, round(bottom - top) + 2))
    ImageDraw.Draw(mask).text((1 - left, 1 - top), "demo", fill=110, font=font)
    return mask
