"""Compositions that show places: hills, the sea, a town."""

import numpy as np
from PIL import Image

from bulkgen.demo.canvas import Drawing, Point, Scene, disc, glow, gradient, lay, stars
from bulkgen.demo.light import Floats
from bulkgen.demo.palettes import Colour, mix

#: How far down the water the sun's path reaches.
_SUN_PATH = 0.34
#: The part of a house's windows that are lit.
_LIT_SHARE = 0.45


def hills(scene: Scene) -> Image.Image:
    """Ridge behind ridge, with mist in the valleys."""
    palette = scene.palette
    image = scene.gradient(palette.sky_high, palette.sky_low, palette.sky_low)
    horizon = scene.between(0.42, 0.58)
    _sky_light(scene, image, horizon)
    count = scene.pick(4, 7)
    sharp = scene.chance(0.5)
    crests = [
        line * scene.height_px + _ridge(scene, 0.16 - 0.10 * step / count, sharp=sharp)
        for step, line in enumerate(np.linspace(horizon, 0.93, count))
    ]
    if not sharp:
        crests[-1] = _with_firs(scene, crests[-1])
    for step, (crest, tone) in enumerate(zip(crests, palette.tones(count), strict=True)):
        bottom_px = scene.height_px if step + 1 == count else int(crests[step + 1].max()) + 2
        mist = mix(tone, palette.sky_low, 0.55 * (1 - step / count))
        lay(image, crest, bottom_px, (tone, mist))
    return image


def _ridge(scene: Scene, height: float, *, sharp: bool) -> Floats:
    """One crest line round zero, in pixels; a sharp one has peaks."""
    place = np.arange(scene.width_px) / scene.unit_px
    line = np.zeros(scene.width_px)
    for octave in range(6 if sharp else 3):
        turns = place * scene.between(0.7, 1.3) * 2**octave + scene.between(0, 1)
        wave = np.sin(turns * 2 * np.pi)
        line += (np.abs(wave) * 2 - 1 if sharp else wave) / 2**octave
    return (line * height / 2 * scene.unit_px).astype(np.float32)


def _with_firs(scene: Scene, crest: Floats) -> Floats:
    """The crest with a row of firs on it."""
    line = crest.copy()
    x_px = 0.0
    while x_px < scene.width_px:
        tall_px = scene.between(0.05, 0.13) * scene.unit_px
        half_px = int(tall_px * scene.between(0.2, 0.28)) + 1
        left, right = max(0, int(x_px) - half_px), min(scene.width_px, int(x_px) + half_px)
        away = np.abs(np.arange(left, right) - x_px) / half_px
        jagged = np.clip(away + 0.16 * (1 - (away * 5) % 1), 0, 1)
        foot = crest[int(x_px)] + 0.01 * scene.unit_px
        line[left:right] = np.minimum(line[left:right], foot - tall_px * (1 - jagged))
        x_px += scene.between(0.5, 2.2) * half_px
    return line


def _sky_light(scene: Scene, image: Image.Image, horizon: float) -> None:
    """A sun or a moon above the horizon, and stars when it is dark."""
    if not scene.palette.bright:
        stars(scene, image, horizon)
    middle_px = (
        scene.between(0.15, 0.85) * scene.width_px,
        scene.between(0.12, horizon - 0.06) * scene.height_px,
    )
    radius_px = scene.between(0.05, 0.12) * scene.unit_px
    light = scene.palette.accent
    glow(image, middle_px, radius_px * 3, mix(light, (255, 255, 255), 0.5), 0.6)
    disc(image, middle_px, radius_px, light)


def sea(scene: Scene) -> Image.Image:
    """A horizon, a sun with its path on the water, and waves in front."""
    palette = scene.palette
    unit_px = scene.unit_px
    image = scene.gradient(palette.sky_high, palette.sky_low)
    horizon = scene.between(0.42, 0.55) * scene.height
    horizon_px = round(horizon * unit_px)
    if not palette.bright:
        stars(scene, image, horizon_px / scene.height_px)
    sun = scene.between(0.2, 0.8) * scene.width
    radius = scene.between(0.09, 0.16)
    middle_px = sun * unit_px, horizon_px - scene.between(-0.3, 1.6) * radius * unit_px
    glow(image, middle_px, radius * 2.5 * unit_px, palette.paper, 0.8)
    disc(image, middle_px, radius * unit_px, palette.accent)
    if scene.chance(0.6):
        island = horizon_px + _ridge(scene, 0.09, sharp=scene.chance(0.4))
        lay(image, island, horizon_px + 4, (mix(palette.far, palette.near, 0.3), palette.far))
    shallow = mix(palette.far, palette.sky_low, 0.35)
    deep = mix(palette.far, palette.near, 0.55)
    water = gradient(scene.width_px, scene.height_px - horizon_px, (shallow, palette.far, deep))
    image.paste(water, (0, horizon_px))
    _sun_path(scene, image, (sun, horizon), radius)
    for _ in range(scene.pick(0, 2)):
        _boat(scene, image, horizon)
    _waves(scene, image)
    return image


def _sun_path(scene: Scene, image: Image.Image, start: Point, radius: float) -> None:
    """Strokes of light on the water below the sun."""
    x, top = start
    sides = (max(0.0, x - 2 * radius), top, x + 2 * radius, top + _SUN_PATH + 0.02)
    left_px, top_px, right_px, bottom_px = (round(side * scene.unit_px) for side in sides)
    box_px = (left_px, top_px, min(right_px, image.width), min(bottom_px, image.height))
    part = Drawing(image.crop(box_px), scene.unit_px)
    colour = mix(scene.palette.accent, scene.palette.sky_low, 0.25)
    y = 0.012
    while y < _SUN_PATH:
        reach = radius * scene.between(0.35, 1.1) * (1 - y)
        shift = scene.between(-0.3, 0.3) * radius
        part.ellipse((x - sides[0] + shift, y), (reach, 0.0035 + 0.008 * y), colour)
        y += 0.014 + 0.05 * y
    image.paste(part.finish(), box_px[:2])


def _boat(scene: Scene, image: Image.Image, horizon: float) -> None:
    """A sailing boat on the far water."""
    palette = scene.palette
    size = scene.between(0.05, 0.12)
    left = scene.between(0.05, 0.85) * scene.width
    water = horizon + 0.02 + size * 0.5
    box = (left, water - size * 1.2, left + size, water + size * 0.2)
    left_px, top_px, right_px, bottom_px = (round(side * scene.unit_px) for side in box)
    box_px = (left_px, top_px, min(right_px, image.width), bottom_px)
    part = Drawing(image.crop(box_px), scene.unit_px)

    def shape(points: list[Point], colour: Colour) -> None:
        part.polygon([(x * size, (1.2 + y) * size) for x, y in points], colour)

    shape([(0.46, -1.1), (0.46, -0.1), (0.95, -0.1)], palette.paper)
    shape([(0.40, -0.95), (0.40, -0.1), (0.08, -0.1)], mix(palette.paper, palette.accent, 0.5))
    shape([(0.0, -0.05), (1.0, -0.05), (0.82, 0.14), (0.18, 0.14)], palette.near)
    image.paste(part.finish(), box_px[:2])


def _waves(scene: Scene, image: Image.Image) -> None:
    """Waves in front, each with a line of foam."""
    palette = scene.palette
    count = scene.pick(2, 4)
    place = np.arange(scene.width_px) / scene.unit_px
    for step in range(count):
        depth = (step + 1) / count
        turns = place * scene.between(1.5, 3.5) / (0.6 + depth)
        swell = np.sin((turns + scene.between(0, 1)) * 2 * np.pi)
        swell += 0.4 * np.sin((turns * 2.3 + scene.between(0, 1)) * 2 * np.pi)
        line = (0.72 + 0.25 * step / count) * scene.height_px
        crest = (line + swell * 0.016 * (0.5 + depth) * scene.unit_px).astype(np.float32)
        tone = mix(palette.far, palette.near, 0.35 + 0.6 * depth)
        foam = mix(tone, palette.paper, 0.45)
        foam_px = 0.006 * scene.unit_px
        lay(image, crest, int(crest.max() + foam_px) + 2, (foam, foam))
        lay(image, crest + foam_px, scene.height_px, (tone, mix(tone, palette.near, 0.4)))


def town(scene: Scene) -> Image.Image:
    """Rows of buildings, the nearest with lit windows."""
    palette = scene.palette
    image = scene.gradient(palette.sky_high, palette.sky_low)
    _sky_light(scene, image, 0.45)
    drawing = Drawing(image, scene.unit_px)
    count = scene.pick(3, 4)
    for step, tone in enumerate(palette.tones(count)):
        depth = step / (count - 1)
        x = -scene.between(0, 0.1)
        while x < scene.width:
            width = scene.between(0.07, 0.15) * (0.8 + 0.5 * depth)
            roof = (0.30 + 0.32 * depth + scene.between(-0.14, 0.14)) * scene.height
            _house(scene, drawing, (x, roof), width, tone)
            if step >= count // 2:
                _windows(scene, drawing, (x, roof), width, tone)
            x += width + scene.between(-0.01, 0.03)
    return drawing.finish()


def _house(scene: Scene, drawing: Drawing, corner: Point, width: float, wall: Colour) -> None:
    x, roof = corner
    middle, right = x + width / 2, x + width
    drawing.rectangle(corner, (right, scene.height), wall)
    match scene.pick(0, 5):
        case 0:
            drawing.polygon([corner, (middle, roof - width * 0.6), (right, roof)], wall)
        case 1:
            drawing.pie((middle, roof), width / 2, (180, 360), wall)
        case 2:
            drawing.polygon([(x, roof - width * 0.35), (right, roof), corner], wall)
        case 3:
            drawing.line([(middle, roof), (middle, roof - width * 0.9)], 0.004, wall)


def _windows(scene: Scene, drawing: Drawing, corner: Point, width: float, wall: Colour) -> None:
    x, roof = corner
    columns = max(2, round(width / 0.032))
    gap = width / columns
    rows = int((scene.height - roof) / 0.042)
    for row, column in np.argwhere(scene.rng.random((rows, columns)) < _LIT_SHARE):
        left, top = x + gap * (column + 0.28), roof + 0.02 + row * 0.042
        glass = mix(scene.palette.accent, wall, scene.between(0, 0.65))
        drawing.rectangle((left, top), (left + gap * 0.44, top + 0.02), glass)
