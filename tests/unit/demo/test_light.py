import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bulkgen.demo.light import (
    COLUMNS,
    MESSAGE_BITS,
    ROWS,
    Floats,
    choose_word,
    code_word,
    least_light,
    spread,
)

MESSAGES = st.integers(0, (1 << MESSAGE_BITS) - 1)


def cell_means(surface: Floats) -> Floats:
    rows = np.array_split(surface, ROWS)
    means = [[cell.mean() for cell in np.array_split(row, COLUMNS, 1)] for row in rows]
    return np.array(means, np.float32)


@given(MESSAGES, MESSAGES)
def test_two_code_words_differ_in_at_least_14_bits(first, second):
    distance = (code_word(first) ^ code_word(second)).bit_count()

    assert (distance >= 14) == (first != second)


@given(MESSAGES)
def test_a_code_word_has_64_bits(message):
    assert code_word(message) < 1 << 64


def decoded(word: int) -> int | None:
    """The message of a code word; None for what is no code word."""
    message = 0
    for bit in reversed(range(MESSAGE_BITS)):
        basis = code_word(1 << bit)
        if word.bit_length() == basis.bit_length():
            word ^= basis
            message |= 1 << bit
    return message if word == 0 else None


def as_word(rising: NDArray[np.bool_]) -> int:
    return sum(1 << place for place, up in enumerate(rising.ravel()) if up)


@given(MESSAGES, st.integers(0, 99))
def test_a_picture_chooses_among_code_words_by_the_low_bits_alone(message, seed):
    picture = np.random.default_rng(seed).normal(100, 10, (1, ROWS, COLUMNS))

    chosen = decoded(as_word(choose_word(picture, message) > 0))

    assert chosen is not None
    assert chosen >> 16 == message >> 16


@pytest.mark.parametrize("message", range(0, 1 << MESSAGE_BITS, (1 << MESSAGE_BITS) // 25))
def test_light_on_a_plain_picture_spells_the_word(message):
    plain = np.full((1, ROWS, COLUMNS), 100.0)
    word = choose_word(plain, message)

    light = least_light(plain, word)

    assert ((np.diff(light) > 0) == (word > 0)).all()


def test_a_picture_chooses_the_word_that_is_nearest_to_it():
    picture = np.random.default_rng(3).normal(100, 10, (1, ROWS, COLUMNS))

    words = [choose_word(picture, message) for message in range(0, 12 << 16, 1 << 16)]

    agreements = [((np.diff(picture[0]) > 0) == (word > 0)).mean() for word in words]
    assert min(agreements) > 0.6


def test_light_adds_only_what_is_missing():
    plain = np.full((1, ROWS, COLUMNS), 100.0)
    word = choose_word(plain, 5)
    first = least_light(plain, word)

    second = least_light(plain + first, word)

    assert np.abs(second).max() < np.abs(first).max() / 4


def test_spread_light_has_its_value_as_the_mean_of_its_cell():
    light = np.random.default_rng(1).normal(0, 10, (ROWS, COLUMNS))

    surface = spread(light, COLUMNS * 40, ROWS * 40)

    assert np.abs(cell_means(surface) - light).max() < 0.01


def test_spread_light_has_no_edges():
    light = np.random.default_rng(1).normal(0, 10, (ROWS, COLUMNS))

    surface = spread(light, COLUMNS * 40, ROWS * 40)

    assert np.abs(np.diff(surface, axis=0)).max() < 4
    assert np.abs(np.diff(surface, axis=1)).max() < 4
