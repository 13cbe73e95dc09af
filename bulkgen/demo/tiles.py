"""Compositions of repeated figures: a wall of tiles, and overlapping scales."""

import math

from PIL import Image

from bulkgen.demo.canvas import Drawing, Point, Scene
from bulkgen.demo.palettes import Colour, mix

Pair = tuple[Colour, Colour]

_CORNERS = ((0, 0), (1, 0), (1, 1), (0, 1))


def tiles(scene: Scene) -> Image.Image:
    """A wall of mid-century tiles of three kinds."""
    drawing = Drawing(scene.gradient(scene.palette.paper, scene.palette.paper), scene.unit_px)
    side = 1 / scene.pick(4, 7)
    kinds = scene.shuffled([_quarter, _halves, _petal, _target, _triangles])[:3]
    for row in range(math.ceil(scene.height / side)):
        for column in range(math.ceil(scene.width / side)):
            ground, first, second, *_ = scene.shuffled(scene.palette.flats())
            corner = (column * side, row * side)
            drawing.rectangle(corner, (corner[0] + side, corner[1] + side), ground)
            kinds[scene.pick(0, 2)](drawing, corner, side, scene.pick(0, 3), (first, second))
    return drawing.finish()


def _quarter(drawing: Drawing, corner: Point, side: float, turn: int, colours: Pair) -> None:
    right, low = _CORNERS[turn]
    middle = corner[0] + right * side, corner[1] + low * side
    for radius, colour in ((side, colours[0]), (side * 0.5, colours[1])):
        drawing.pie(middle, radius, (turn * 90, turn * 90 + 90), colour)


def _halves(drawing: Drawing, corner: Point, side: float, turn: int, colours: Pair) -> None:
    x, y = corner
    for step, colour in enumerate(colours):
        shift = side * 0.5 * step
        if turn % 2:
            drawing.pie((x + shift, y + side / 2), side / 2, (270, 450), colour)
        else:
            drawing.pie((x + side / 2, y + shift), side / 2, (0, 180), colour)


def _petal(drawing: Drawing, corner: Point, side: float, turn: int, colours: Pair) -> None:
    x, y = corner
    left, right = (y, y + side) if turn % 2 else (y + side, y)
    drawing.leaf((x, left), (x + side, right), 0.29, colours[0])
    drawing.ellipse((x + side / 2, y + side / 2), (side * 0.09, side * 0.09), colours[1])


def _target(drawing: Drawing, corner: Point, side: float, turn: int, colours: Pair) -> None:
    middle = corner[0] + side / 2, corner[1] + side / 2
    for step in range(2 + turn % 2):
        radius = side * (0.46 - 0.15 * step)
        drawing.ellipse(middle, (radius, radius), colours[step % 2])


def _triangles(drawing: Drawing, corner: Point, side: float, turn: int, colours: Pair) -> None:
    x, y = corner
    corners = [(x + right * side, y + low * side) for right, low in _CORNERS * 2]
    middle = x + side / 2, y + side / 2
    drawing.polygon([*corners[turn : turn + 2], middle], colours[0])
    drawing.polygon([*corners[turn + 2 : turn + 4], middle], colours[1])


def scales(scene: Scene) -> Image.Image:
    """Overlapping waves of a Japanese pattern."""
    palette = scene.palette
    drawing = Drawing(scene.gradient(palette.paper, palette.paper), scene.unit_px)
    radius = 1 / scene.pick(6, 10)
    colours = scene.shuffled(palette.flats())[:4]
    for row in range(int(scene.height / radius * 2) + 3):
        for column in range(int(scene.width / radius / 2) + 2):
            middle = (column * 2 + row % 2) * radius, row * 0.5 * radius
            colour = colours[scene.pick(0, 3)]
            for step in range(5):
                tone = mix(colour, palette.paper, 0.85) if step % 2 else colour
                reach = radius * (1 - step * 0.2)
                drawing.ellipse(middle, (reach, reach), tone)
    return drawing.finish()
