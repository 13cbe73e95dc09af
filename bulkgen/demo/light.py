"""Large-scale light and dark that tells any two pictures apart.

Every picture has a code word of 64 bits, one for each step between neighbours in a grid of 9 by 8
brightnesses. Any two words of the code differ in at least 14 bits, and soft light over the picture
makes its brightness rise and fall as the word says.
"""

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ROWS = 8
COLUMNS = 9

MESSAGE_BITS = 30
#: Generator of the binary BCH code (63, 30), which corrects 6 errors; a parity bit extends it.
_GENERATOR = 0o157464165547
#: Low bits of a message that the picture itself may choose.
_FREE_BITS = 16

#: Grey levels between neighbours that a 9x8 thumbnail of any resampling still shows.
_STEP = 4.0
#: How much of a row's light its neighbours share; more is softer.
_SOFTNESS = 1.5
_ROUNDS = 20
#: OpenBLAS multiplies with one thread up to this many products.
_MOST_PRODUCTS = 1 << 18
#: What one step may pull; a step that needs more stays as it is.
_MOST_FORCE = 200.0


def code_word(message: int) -> int:
    """The 64-bit word of a 30-bit message in the extended BCH code [64, 30, 14]."""
    word = 0
    for bit in range(MESSAGE_BITS):
        if message >> bit & 1:
            word ^= _GENERATOR << bit
    return word << 1 | word.bit_count() & 1


def _signs(word: int) -> NDArray[np.float64]:
    return np.array([1.0 if word >> place & 1 else -1.0 for place in range(64)])


@cache
def _choices(shift: int) -> Floats:
    """The signs of every word whose message has no bits but half of the free ones."""
    words = [_signs(code_word(low << shift)) for low in range(1 << _FREE_BITS // 2)]
    return np.stack(words).astype(np.float32)


def choose_word(thumbnails: NDArray[np.float64], message: int) -> NDArray[np.float64]:
    """The signs of the message's code word for a picture: 1 where brightness is to rise, else -1.

    `thumbnails` are 9x8 brightnesses of the picture by several resamplings. The lowest bits of the
    message give way to those that need the least light.
    """
    rising, falling = _slopes(thumbnails)
    fixed = _signs(code_word(message >> _FREE_BITS << _FREE_BITS)).reshape(rising.shape)
    # The code is linear: the product of three words' signs is the signs of the words' sum.
    effort = np.maximum(0, _STEP - rising) ** 2 - np.maximum(0, _STEP - falling) ** 2
    low, high = _choices(0), _choices(_FREE_BITS // 2)
    efforts = product(low * (fixed * effort).ravel().astype(np.float32), high.T)
    best_low, best_high = np.unravel_index(efforts.argmin(), efforts.shape)
    chosen: NDArray[np.float64] = fixed * (low[best_low] * high[best_high]).reshape(fixed.shape)
    return chosen


def least_light(thumbnails: NDArray[np.float64], signs: NDArray[np.float64]) -> NDArray[np.float64]:
    """The softest light that turns the steps of every thumbnail their way, as far as it can.

    It is found by accelerated dual ascent.
    """
    rising, falling = _slopes(thumbnails)
    given = np.where(signs > 0, rising, falling)
    soften = _softening()
    force = previous = np.zeros_like(given)
    push = np.zeros((ROWS, COLUMNS + 1))
    light = np.zeros((ROWS, COLUMNS))
    for turn in range(_ROUNDS):
        ahead = force + turn / (turn + 3) * (force - previous)
        push[:, 1:-1] = signs * ahead
        light = soften @ (push[:, :-1] - push[:, 1:])
        missing = _STEP - given - signs * (light[:, 1:] - light[:, :-1])
        previous, force = force, np.minimum(np.maximum(0, ahead + 0.25 * missing), _MOST_FORCE)
    return light


def _slopes(thumbnails: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far every step rises, and how far it falls, in the thumbnail that helps least."""
    slopes = np.diff(thumbnails)
    return slopes.min(axis=0), -slopes.max(axis=0)


@cache
def _softening() -> NDArray[np.float64]:
    steps = np.diff(np.eye(ROWS), axis=0)
    inverse = np.linalg.inv(np.eye(ROWS) + _SOFTNESS * steps.T @ steps)
    return inverse.astype(np.float64)


@lru_cache(maxsize=32)
def spline_weights(size_px: int, knots: int) -> Floats:
    """A cubic B-spline basis: `weights @ values` is smooth along `size_px` pixels."""
    place = (np.arange(size_px) + 0.5) / size_px * knots - 0.5
    return spline_basis(place, knots)


def spline_basis(place: NDArray[np.float64], knots: int) -> Floats:
    """The cubic B-spline basis at places counted in knots; the edge knots go on for ever."""
    weights = np.zeros((place.size, knots), np.float32)
    first = np.floor(place).astype(int)
    rest = place - first
    parts = (
        (1 - rest) ** 3 / 6,
        (3 * rest**3 - 6 * rest**2 + 4) / 6,
        (-3 * rest**3 + 3 * rest**2 + 3 * rest + 1) / 6,
        rest**3 / 6,
    )
    rows = np.arange(place.size)
    for offset, part in enumerate(parts):
        np.add.at(weights, (rows, np.clip(first + offset - 1, 0, knots - 1)), part)
    return weights


@lru_cache(maxsize=16)
def _cell_weights(size_px: int, cells: int) -> Floats:
    """A spline basis whose mean over each cell is the value given for that cell."""
    weights = spline_weights(size_px, cells)
    means = np.stack([part.mean(axis=0) for part in np.array_split(weights, cells)])
    return (weights @ np.linalg.inv(means)).astype(np.float32)


def product(left: Floats, right: Floats) -> Floats:
    """The matrix product, in strips so small that BLAS starts no threads for them.

    On busy cores those threads wait for one another, several times as long as the product takes.
    """
    result = np.empty((left.shape[0], right.shape[1]), np.float32)
    strip = max(1, _MOST_PRODUCTS // right.size)
    for start in range(0, left.shape[0], strip):
        np.matmul(left[start : start + strip], right, out=result[start : start + strip])
    return result


def spread(light: NDArray[np.float64], width_px: int, height_px: int) -> Floats:
    """The 9x8 light over a whole picture, without edges."""
    down = _cell_weights(height_px, ROWS)
    across = _cell_weights(width_px, COLUMNS)
    return product(down, light.astype(np.float32) @ across.T)
