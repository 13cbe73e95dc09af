"""What the pixels of a picture say: whether it is broken, how good it looks, what it resembles."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import sqrt

#: Pixels of the grey copy that `difference_hash` compares.
HASH_WIDTH = 9
HASH_HEIGHT = 8
HASH_BITS = (HASH_WIDTH - 1) * HASH_HEIGHT
#: Hashes of a picture and of its copies differ in at most this many of their 64 bits; those of
#: other pictures in 17 or more (tests/unit/storage/test_looks.py).
NEAR = 8

#: Fine steps are at most about two thirds of coarse ones; a picture of little contrast has less.
_SHARPEST = 2 / 3
_LEAST_CONTRAST = 1.0
_WEIGHT_OF_CLIPPING = 0.3


class Mark(StrEnum):
    """What is wrong with a picture that arrived."""

    #: Other pixels than were asked for.
    WRONG_SIZE = "wrong_size"
    #: One colour from edge to edge.
    FLAT = "flat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a small copy of a picture shows."""

    flat: bool
    #: 64 bits that are nearly the same for pictures that look the same.
    hash: int
    #: 0 to 100, for sharpness and exposure; to sort pictures of one prompt, not to judge them.
    score: float


def difference_hash(grey: bytes) -> int:
    """One bit for each pixel and its right neighbour, from rows of brightness values."""
    bits = 0
    for row in range(HASH_HEIGHT):
        values = grey[row * HASH_WIDTH : (row + 1) * HASH_WIDTH]
        for left, right in pairwise(values):
            bits = bits << 1 | (left > right)
    return bits


def distance(one: int, other: int) -> int:
    """In how many bits two hashes differ."""
    return (one ^ other).bit_count()


def score(*, fine: float, coarse: float, clipped: float) -> float:
    """How sharp and how well exposed a picture is, from 0 to 100.

    `fine` and `coarse` are the mean steps between neighbours in a copy and in an eight times
    smaller one: blur takes the fine steps away, the coarse ones stay. `clipped` is the share of
    values at an end of their range.
    """
    sharpness = sqrt(min(1.0, fine / (coarse + _LEAST_CONTRAST) / _SHARPEST))
    return 100 * sharpness * (1 - _WEIGHT_OF_CLIPPING * clipped)


def marks_of(look: Look, wanted_size: str | None, size: str) -> tuple[Mark, ...]:
    """What is wrong with a picture of this size, such as "1024x1024"; any will do for None."""
    marks = [Mark.FLAT] if look.flat else []
    if wanted_size not in {None, size}:
        marks.append(Mark.WRONG_SIZE)
    return tuple(marks)
