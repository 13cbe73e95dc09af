"""Compositions of plants: flowers on stems, and leaves cut from paper."""

import numpy as np
from PIL import Image

from bulkgen.demo.canvas import Drawing, Point, Scene
from bulkgen.demo.palettes import Colour, mix


def flowers(scene: Scene) -> Image.Image:
    """Tall stems with leaves, and a flower on each."""
    palette = scene.palette
    light = palette.paper if palette.bright else palette.sky_high
    ground = scene.gradient(light, mix(light, palette.sky_low, 0.8))
    drawing = Drawing(ground, scene.unit_px)
    green = mix(palette.far, palette.near, 0.75 if palette.bright else 0.0)
    count = round(scene.pick(4, 7) * scene.width)
    for place in scene.rng.permutation(count):
        x = (place + 0.5 + scene.between(-0.25, 0.25)) / count * scene.width
        y = scene.between(0.14, 0.6) * scene.height
        _stem(scene, drawing, (x, y), mix(green, palette.far, scene.between(0, 0.6)))
        _HEADS[scene.pick(0, len(_HEADS) - 1)](scene, drawing, (x, y), scene.between(0.07, 0.13))
    return drawing.finish()


def _stem(scene: Scene, drawing: Drawing, top: Point, tone: Colour) -> None:
    lean = scene.between(-0.08, 0.08)

    def at(share: float) -> Point:
        return top[0] + lean * share**2, top[1] + (scene.height - top[1]) * share

    drawing.line([at(share) for share in np.linspace(0, 1, 20)], 0.008, tone)
    size = scene.between(0.08, 0.15)
    fullness = scene.between(0.12, 0.24)
    gap = size * (0.35 + 3 * fullness) / (scene.height - top[1])
    for share in np.arange(0.25, 1.1, gap):
        x, y = at(share)
        for side in (-size, size):
            drawing.leaf((x, y), (x + side, y - size * 0.9), fullness, tone)


def _daisy(scene: Scene, drawing: Drawing, middle: Point, radius: float) -> None:
    petal, heart = _two_colours(scene)
    for turn in np.linspace(0, 2 * np.pi, scene.pick(8, 16), endpoint=False):
        drawing.leaf(middle, _toward(middle, turn, radius), 0.2, petal)
    drawing.ellipse(middle, (radius * 0.32, radius * 0.32), heart)


def _target(scene: Scene, drawing: Drawing, middle: Point, radius: float) -> None:
    petal, heart = _two_colours(scene)
    rings = ((1.0, petal), (0.72, heart), (0.44, scene.palette.paper), (0.2, petal))
    for share, colour in rings:
        drawing.ellipse(middle, (radius * share, radius * share), colour)


def _tulip(scene: Scene, drawing: Drawing, middle: Point, radius: float) -> None:
    petal, heart = _two_colours(scene)
    foot = (middle[0], middle[1] + radius * 0.5)
    for turn in np.linspace(-1.0, 1.0, 5):
        tip = _toward(foot, turn - np.pi / 2, radius * 1.5)
        drawing.leaf(foot, tip, 0.24, mix(petal, heart, abs(turn)))


def _blossom(scene: Scene, drawing: Drawing, middle: Point, radius: float) -> None:
    petal, heart = _two_colours(scene)
    for turn in np.linspace(0, 2 * np.pi, 5, endpoint=False) + 0.3:
        drawing.ellipse(_toward(middle, turn, radius * 0.55), (radius * 0.5, radius * 0.5), petal)
    drawing.ellipse(middle, (radius * 0.28, radius * 0.28), heart)


_HEADS = (_daisy, _target, _tulip, _blossom)


def _two_colours(scene: Scene) -> tuple[Colour, Colour]:
    palette = scene.palette
    first, second, _ = scene.shuffled([palette.accent, palette.second, palette.far])
    return first, second


def _toward(start: Point, turn: float, length: float) -> Point:
    """The point at an angle, in radians clockwise from the right."""
    return start[0] + length * np.cos(turn), start[1] + length * np.sin(turn)


def cutouts(scene: Scene) -> Image.Image:
    """Leaves cut from paper on blocks of colour."""
    palette = scene.palette
    drawing = Drawing(scene.gradient(palette.paper, palette.paper), scene.unit_px)
    columns = round(scene.pick(2, 4) * scene.width)
    rows = round(scene.pick(2, 3) * scene.height)
    wide, tall = scene.width / columns, scene.height / rows
    for row in range(rows):
        for column in range(columns):
            ground, figure, *_ = scene.shuffled(palette.flats())
            x, y = column * wide, row * tall
            drawing.rectangle((x, y), (x + wide, y + tall), ground)
            _frond(scene, drawing, (x + wide / 2, y + tall / 2), min(wide, tall) * 0.42, figure)
    return drawing.finish()


def _frond(scene: Scene, drawing: Drawing, middle: Point, reach: float, colour: Colour) -> None:
    """A branch with a round-tipped lobe on either side of each joint."""
    turn = scene.between(0, 2 * np.pi)
    foot = _toward(middle, turn + np.pi, reach)
    drawing.leaf(foot, _toward(middle, turn, reach), 0.06, colour)
    lobes = scene.pick(3, 4)
    spread = scene.between(0.7, 1.0)
    for step in range(lobes):
        joint = _toward(foot, turn, reach * (0.3 + 1.4 * step / lobes))
        length = reach * (0.95 - 0.45 * step / lobes)
        for side in (-spread, spread):
            drawing.leaf(joint, _toward(joint, turn + side, length), 0.15, colour)
            end = _toward(joint, turn + side, length * 0.86)
            drawing.ellipse(end, (length * 0.11, length * 0.11), colour)
