"""Compositions of form and colour alone: cut paper, folds, fluted glass, arches, ribbons."""

import numpy as np
from PIL import Image

from bulkgen.demo.canvas import Drawing, Scene, coloured, disc, field, mask_from, ramp
from bulkgen.demo.light import Floats, product, spline_basis, spline_weights
from bulkgen.demo.palettes import mix


def _zero_to_one(surface: Floats) -> Floats:
    low, high = float(surface.min()), float(surface.max())
    scaled: Floats = (surface - low) / (high - low)
    return scaled


def paper(scene: Scene) -> Image.Image:
    """Sheets of paper cut along the contours of a soft surface, each casting a shadow."""
    palette = scene.palette
    count = scene.pick(7, 10)
    shift = max(1, scene.unit_px // 70)
    surface = _zero_to_one(
        field(scene.rng.random((4, 4)), scene.width_px + shift, scene.height_px + shift)
    )
    surface *= np.float32(count - 0.01)
    level = surface[shift:, shift:]
    whole = np.floor(level)
    sheet = whole + ((level - whole - 0.975) * 40).clip(0, 1)
    path = [palette.paper, palette.far, palette.second, palette.near]
    if scene.chance(0.5):
        path = [
            palette.sky_low,
            palette.accent,
            mix(palette.accent, palette.near, 0.6),
            palette.near,
        ]
    if scene.chance(0.4):
        path.reverse()
    image = coloured(sheet / np.float32(count), ramp(path))
    shade = (surface[:-shift, :-shift] - sheet - 1) * 4
    image.paste(mix(palette.near, (0, 0, 0), 0.6), mask=mask_from(shade.clip(0, 0.5)))
    return image


def folds(scene: Scene) -> Image.Image:
    """Sheets of colour that fade as they fold over one another."""
    palette = scene.palette
    size = scene.width_px, scene.height_px
    turn = scene.between(0, 2 * np.pi)
    across = np.linspace(0, 3, scene.width_px, dtype=np.float32) * np.float32(np.cos(turn))
    down = np.linspace(0, 3, scene.height_px, dtype=np.float32) * np.float32(np.sin(turn))
    waves = field(scene.rng.random((5, 5)), *size) * np.float32(scene.between(2, 4))
    surface = waves + across + down[:, None]
    tones = []
    colours = scene.shuffled([palette.accent, palette.far, palette.second, palette.sky_low])
    for step in range(scene.pick(5, 9)):
        colour = colours[step % len(colours)]
        tones += [mix(colour, palette.paper, 0.25), colour, mix(colour, palette.near, 0.7)]
    stops = np.repeat(np.arange(len(tones) // 3), 3) + np.tile([0.0, 0.45, 0.988], len(tones) // 3)
    return coloured(_zero_to_one(surface), ramp(tones, stops))


def glass(scene: Scene) -> Image.Image:
    """A disc of colour behind fluted glass."""
    palette = scene.palette
    flutes = scene.pick(7, 16)
    place = (np.arange(scene.width_px) + 0.5) / scene.width_px
    tooth = (place * flutes) % 1 - 0.5
    bent = place + 0.9 / flutes * tooth
    knots = scene.rng.random((5, 5)).astype(np.float32)
    down = spline_weights(scene.height_px, 5)
    surface = product(down, knots @ spline_basis(bent * 5 - 0.5, 5).T)
    colours = scene.shuffled([palette.sky_low, palette.far, palette.second])
    image = coloured(_zero_to_one(surface), ramp([*colours, palette.near]))
    rows = (np.arange(scene.height_px)[:, None] + 0.5) / scene.unit_px
    across = (bent * scene.width - scene.between(0.35, 0.65) * scene.width).astype(np.float32)
    away = (rows - scene.between(0.35, 0.6) * scene.height).astype(np.float32)
    radius = scene.between(0.2, 0.32)
    coverage = (np.float32(radius**2) - away**2 - across**2) * np.float32(scene.unit_px * 0.8)
    fade = mix(palette.accent, palette.sky_low, 0.6)
    image.paste(scene.gradient(palette.accent, palette.accent, fade), mask=mask_from(coverage))
    edge = mask_from(np.maximum(0, tooth)[None, :].astype(np.float32) * 0.35)
    image.paste(palette.near, mask=edge.resize(image.size, Image.Resampling.NEAREST))
    return image


def arches(scene: Scene) -> Image.Image:
    """Arches inside one another, under a sun."""
    palette = scene.palette
    ground = palette.paper if palette.bright else palette.sky_high
    image = scene.gradient(ground, mix(ground, palette.sky_low, 0.7))
    x, y = scene.between(0.15, 0.85) * scene.width_px, scene.between(0.12, 0.24) * scene.height_px
    disc(image, (x, y), scene.between(0.07, 0.12) * scene.unit_px, palette.accent)
    drawing = Drawing(image, scene.unit_px)
    for _ in range(scene.pick(2, 4)):
        x = scene.between(0.1, 0.9) * scene.width
        radius = scene.between(0.2, 0.42)
        spring = scene.height - scene.between(0.05, 0.3)
        rings = scene.pick(3, 6)
        for step, colour in enumerate(scene.shuffled(palette.flats())[:rings]):
            reach = radius * (1 - step / rings)
            drawing.pie((x, spring), reach, (180, 360), colour)
            drawing.rectangle((x - reach, spring), (x + reach, scene.height), colour)
    return drawing.finish()


def ribbons(scene: Scene) -> Image.Image:
    """Bands that flow side by side below a sun, as on a record sleeve of the seventies."""
    palette = scene.palette
    image = scene.gradient(palette.sky_low, mix(palette.sky_low, palette.paper, 0.5))
    colours = [*scene.shuffled(palette.flats()[:5]), palette.near]
    x, y = scene.between(0.2, 0.8) * scene.width_px, scene.between(0.15, 0.26) * scene.height_px
    disc(image, (x, y), scene.between(0.1, 0.17) * scene.unit_px, palette.accent)
    drawing = Drawing(image, scene.unit_px)
    along = np.linspace(0, 1, 90)
    turns = along * scene.between(0.6, 1.4) + scene.between(0, 1)
    slope = scene.between(-0.4, 0.4)
    wave = scene.between(0.08, 0.2) * np.sin(turns * 2 * np.pi) + slope * (along - 0.5)
    width = scene.between(0.05, 0.09)
    top = 0.5 - width * len(colours) / 2 + wave
    for step, colour in enumerate(colours):
        crest = np.stack([along * scene.width, (top + step * width) * scene.height], -1)
        foot = [(scene.width, scene.height), (0.0, scene.height)]
        drawing.polygon([*map(tuple, crest), *foot], colour)
    return drawing.finish()
