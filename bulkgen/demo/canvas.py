"""What the compositions paint with: gradients, soft fields, discs, and flat shapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from bulkgen.demo.light import Floats, product, spline_weights
from bulkgen.demo.palettes import Colour, Palette, mix

Point = tuple[float, float]
T = TypeVar("T")

#: Flat shapes are drawn this much larger and averaged down, which smooths their edges.
_OVERSAMPLING = 2
_LUT_SIZE = 4096
_LEAF_PLACES = np.linspace(0, 1, 24)
#: Places along a leaf, and how wide it is there.
_LEAF = _LEAF_PLACES, np.sin(_LEAF_PLACES * np.pi) ** 0.85


@dataclass(frozen=True, slots=True)
class Scene:
    """What a composition starts from."""

    width_px: int
    height_px: int
    palette: Palette
    rng: np.random.Generator

    @property
    def unit_px(self) -> int:
        """The shorter side; compositions measure in it."""
        return min(self.width_px, self.height_px)

    @property
    def width(self) -> float:
        """In shorter sides."""
        return self.width_px / self.unit_px

    @property
    def height(self) -> float:
        """In shorter sides."""
        return self.height_px / self.unit_px

    def between(self, low: float, high: float) -> float:
        """A number from low to high."""
        return float(self.rng.uniform(low, high))

    def pick(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return bool(self.rng.random() < share)

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in any order."""
        return [items[place] for place in self.rng.permutation(len(items))]

    def gradient(self, *colours: Colour) -> Image.Image:
        """The whole picture filled from top to bottom."""
        return gradient(self.width_px, self.height_px, colours)


def gradient(width_px: int, height_px: int, colours: Sequence[Colour]) -> Image.Image:
    """A rectangle that passes through these colours from top to bottom."""
    stops = np.linspace(0, 1, len(colours))
    place = np.linspace(0, 1, height_px)
    column = np.stack([np.interp(place, stops, part) for part in zip(*colours, strict=True)], -1)
    strip = Image.fromarray(np.rint(column).astype(np.uint8)[:, None, :])
    return strip.resize((width_px, height_px), Image.Resampling.NEAREST)


def field(values: NDArray[np.float64], width_px: int, height_px: int) -> Floats:
    """A soft surface through a small grid of values."""
    rows, columns = values.shape
    down = spline_weights(height_px, rows)
    across = spline_weights(width_px, columns)
    return product(down, values.astype(np.float32) @ across.T)


def coloured(surface: Floats, colours: NDArray[np.uint8]) -> Image.Image:
    """A surface of values from 0 to 1 in the colours of a table of any length."""
    table = np.zeros((len(colours), 4), np.uint8)
    table[:, :3] = colours
    place = (surface.clip(0, 1) * (len(colours) - 1)).astype(np.uint16)
    pixels = table.view(np.uint32)[:, 0].take(place)
    height_px, width_px = surface.shape
    image = Image.frombuffer("RGBX", (width_px, height_px), pixels, "raw", "RGBX", 0, 1)
    return image.convert("RGB")


def ramp(colours: Sequence[Colour], stops: NDArray[np.float64] | None = None) -> NDArray[np.uint8]:
    """A colour table that passes through these colours, evenly or at these stops."""
    if stops is None:
        stops = np.arange(len(colours), dtype=np.float64)
    place = np.linspace(stops[0], stops[-1], _LUT_SIZE)
    parts = [np.interp(place, stops, part) for part in zip(*colours, strict=True)]
    table: NDArray[np.uint8] = np.rint(np.stack(parts, -1)).astype(np.uint8)
    return table


def mask_from(coverage: Floats) -> Image.Image:
    """A mask from coverage, 0 to 1."""
    return Image.fromarray((coverage.clip(0, 1) * 255).astype(np.uint8))


def lay(image: Image.Image, crest_px: Floats, bottom_px: int, colours: Sequence[Colour]) -> None:
    """Fill below a crest line, down to `bottom_px`, from the first colour to the last."""
    top_px = max(0, int(crest_px.min()) - 1)
    bottom_px = min(image.height, max(bottom_px, top_px + 2))
    rows = np.arange(top_px, bottom_px, dtype=np.float32)[:, None]
    strip = gradient(image.width, bottom_px - top_px, colours)
    image.paste(strip, (0, top_px), mask_from(rows - crest_px + 0.5))


def stripes(scene: Scene, colours: Sequence[Colour]) -> NDArray[np.uint8]:
    """A colour table of bands of different widths with soft borders."""
    count = scene.pick(5, 9)
    borders = np.sort(scene.rng.random(count - 1))
    soft = 0.012
    stops = np.sort(np.concatenate([[0.0], borders - soft, borders + soft, [1.0]]))
    picked = [colours[step // 2 % len(colours)] for step in range(count * 2)]
    return ramp(picked, stops)


def glow(
    image: Image.Image, middle_px: Point, reach_px: float, colour: Colour, share: float
) -> None:
    """Soft light round a point."""
    box, across, down = around(image, middle_px, (reach_px, reach_px))
    near = (1 - (across**2 + down**2) * np.float32(reach_px**-2)).clip(0, 1)
    image.paste(colour, box, mask_from(near**3 * np.float32(share)))


def disc(image: Image.Image, middle_px: Point, radius_px: float, colour: Colour) -> None:
    """A filled circle with a smooth edge."""
    box, across, down = around(image, middle_px, (radius_px + 1, radius_px + 1))
    image.paste(colour, box, mask_from(np.float32(radius_px + 0.5) - np.sqrt(across**2 + down**2)))


def around(
    image: Image.Image, middle_px: Point, reach_px: Point
) -> tuple[tuple[int, int, int, int], Floats, Floats]:
    """The part of the picture round a point, and its pixels' places from there."""
    left, right = _span(middle_px[0], reach_px[0], image.width)
    top, bottom = _span(middle_px[1], reach_px[1], image.height)
    across = np.arange(left, right, dtype=np.float32)[None, :] + np.float32(0.5 - middle_px[0])
    down = np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - middle_px[1])
    return (left, top, right, bottom), across, down


def _span(middle_px: float, reach_px: float, size_px: int) -> tuple[int, int]:
    first = min(max(0, int(middle_px - reach_px)), size_px)
    return first, min(max(first, int(middle_px + reach_px) + 2), size_px)


def stars(scene: Scene, image: Image.Image, horizon: float) -> None:
    """Stars above the horizon, most of them faint."""
    count = int(120 * scene.width * scene.height)
    for x, y, size in scene.rng.random((count, 3)):
        radius_px = (0.0006 + 0.0016 * size**6) * scene.unit_px
        colour = mix(scene.palette.sky_low, scene.palette.paper, 0.3 + 0.7 * size)
        disc(image, (x * scene.width_px, y * horizon * scene.height_px), radius_px, colour)


class Drawing:
    """Flat shapes with smooth edges on a ground, measured in the picture's shorter side."""

    def __init__(self, ground: Image.Image, unit_px: int) -> None:
        size = (ground.width * _OVERSAMPLING, ground.height * _OVERSAMPLING)
        self._image = ground.resize(size, Image.Resampling.NEAREST)
        self._draw = ImageDraw.Draw(self._image)
        self._scale = unit_px * _OVERSAMPLING

    def finish(self) -> Image.Image:
        """The picture at its own size."""
        return self._image.reduce(_OVERSAMPLING)

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled outline."""
        self._draw.polygon([(x * self._scale, y * self._scale) for x, y in points], fill=colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        """A stroke along points."""
        scaled = [(x * self._scale, y * self._scale) for x, y in points]
        self._draw.line(
            scaled, fill=colour, width=max(1, round(width * self._scale)), joint="curve"
        )

    def rectangle(self, start: Point, end: Point, colour: Colour) -> None:
        """A filled box between its upper left and its lower right corner."""
        self._draw.rectangle([side * self._scale for side in (*start, *end)], fill=colour)

    def ellipse(self, middle: Point, radii: Point, colour: Colour) -> None:
        """A filled ellipse, upright."""
        self._draw.ellipse(self._box(middle, radii), fill=colour)

    def pie(self, middle: Point, radius: float, degrees: Point, colour: Colour) -> None:
        """A slice of a disc between two angles, clockwise from the right."""
        self._draw.pieslice(self._box(middle, (radius, radius)), *degrees, fill=colour)

    def leaf(self, start: Point, end: Point, fullness: float, colour: Colour) -> None:
        """A leaf between two points; `fullness` is half its width over its length."""
        along, bulge = _LEAF
        (x, y), (dx, dy) = start, (end[0] - start[0], end[1] - start[1])
        stem_x, stem_y = x + dx * along, y + dy * along
        aside_x, aside_y = -dy * bulge * fullness, dx * bulge * fullness
        outline_x = np.concatenate([stem_x + aside_x, (stem_x - aside_x)[::-1]])
        outline_y = np.concatenate([stem_y + aside_y, (stem_y - aside_y)[::-1]])
        outline = np.stack([outline_x, outline_y], -1) * self._scale
        self._draw.polygon(outline.ravel().tolist(), fill=colour)

    def _box(self, middle: Point, radii: Point) -> list[float]:
        (x, y), (across, down) = middle, radii
        sides = (x - across, y - down, x + across, y + down)
        return [side * self._scale for side in sides]
