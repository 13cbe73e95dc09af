"""A composition of the night sky: a planet, its moons, its rings."""

import numpy as np
from PIL import Image

from bulkgen.demo.canvas import Point, Scene, around, coloured, glow, mask_from, stars, stripes
from bulkgen.demo.palettes import Colour, mix


def planets(scene: Scene) -> Image.Image:
    """A large planet, moons and stars."""
    palette = scene.palette
    dark = mix(palette.near, (8, 8, 24), 0.45)
    image = scene.gradient(dark, mix(dark, palette.second, 0.25), mix(dark, palette.accent, 0.4))
    stars(scene, image, 1.0)
    x_px = scene.between(0.3, 0.7) * scene.width_px
    y_px = scene.between(0.35, 0.65) * scene.height_px
    radius_px = scene.between(0.18, 0.3) * scene.unit_px
    glow(image, (x_px, y_px), radius_px * 1.8, mix(palette.accent, palette.paper, 0.3), 0.9)
    tilt = scene.between(-0.35, 0.35)
    bands = [palette.accent, palette.paper, palette.second, palette.far, palette.accent]
    _ball(scene, image, (x_px, y_px), radius_px, tilt=tilt, bands=bands)
    if scene.chance(0.6):
        _rings(scene, image, (x_px, y_px), radius_px, tilt)
    for _ in range(scene.pick(1, 3)):
        turn, away_px = scene.between(0, 2 * np.pi), radius_px * scene.between(1.4, 1.9)
        moon_px = x_px + away_px * np.cos(turn), y_px + away_px * np.sin(turn)
        size_px = radius_px * scene.between(0.06, 0.2)
        colours = [palette.second, palette.sky_low]
        _ball(scene, image, moon_px, size_px, tilt=0.0, bands=colours)
    return image


def _ball(
    scene: Scene,
    image: Image.Image,
    middle_px: Point,
    radius_px: float,
    *,
    tilt: float,
    bands: list[Colour],
) -> None:
    """A ball lit from the upper left, with bands along its tilt."""
    box, across, down = around(image, middle_px, (radius_px + 1, radius_px + 1))
    across, down = across / np.float32(radius_px), down / np.float32(radius_px)
    square = across**2 + down**2
    latitude = down * np.float32(np.cos(tilt)) + across * np.float32(np.sin(tilt))
    bend = np.float32(scene.between(0.02, 0.05)) * np.sin(across * 3 + latitude * 2)
    ball = coloured(latitude * 0.5 + 0.5 + bend, stripes(scene, bands))
    lit = np.sqrt(np.maximum(0, 1 - square)) * 0.62 - across * 0.55 - down * 0.5
    ball.paste(mix(scene.palette.near, (4, 4, 14), 0.6), mask=mask_from(0.92 - 1.1 * lit))
    edge = (1 - np.sqrt(square)) * np.float32(radius_px) + 0.5
    image.paste(ball, box[:2], mask_from(edge))


def _rings(
    scene: Scene, image: Image.Image, middle_px: Point, radius_px: float, tilt: float
) -> None:
    """Flat rings round a planet, hidden behind its upper half."""
    sine, cosine = np.float32(np.sin(tilt)), np.float32(np.cos(tilt))
    flatness = np.float32(0.24)
    reach_px = 2.1 * radius_px
    box, across, down = around(image, middle_px, (reach_px, reach_px * float(abs(sine) + flatness)))
    along = across * cosine + down * sine
    toward = down * cosine - across * sine
    place = np.sqrt(along**2 + (toward / flatness) ** 2) / np.float32(radius_px)
    band = (np.minimum(place - 1.3, 2.05 - place) * 40).clip(0, 1)
    gap = 1 - 0.8 * (1 - np.abs(place - 1.72) * 30).clip(0, 1)
    hidden = (across**2 + down**2 < radius_px**2) & (toward < 0)
    light = (0.65 + 0.25 * np.sin(place * 42)) * band * gap * ~hidden
    image.paste(scene.palette.sky_low, box, mask_from(light))
