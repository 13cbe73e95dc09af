import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.looks import HASH_BITS, Look, Mark, difference_hash, distance, marks_of, score

A_LOOK = Look(flat=False, hash=0, score=50.0)
FLAT = Look(flat=True, hash=0, score=0.0)


@given(st.binary(min_size=72, max_size=72))
def test_a_hash_has_64_bits_and_no_distance_to_itself(grey: bytes) -> None:
    bits = difference_hash(grey)

    assert 0 <= bits < 2**HASH_BITS
    assert distance(bits, bits) == 0
    assert distance(bits, bits ^ (2**HASH_BITS - 1)) == HASH_BITS


@given(st.binary(min_size=72, max_size=72), st.integers(0, 100))
def test_a_hash_stays_when_everything_becomes_brighter(grey: bytes, more: int) -> None:
    dim = bytes(value // 2 for value in grey)

    assert difference_hash(dim) == difference_hash(bytes(value + more for value in dim))


def test_each_bit_says_whether_it_becomes_darker_to_the_right() -> None:
    assert difference_hash(bytes(range(72, 0, -1))) == 2**HASH_BITS - 1
    assert difference_hash(bytes(72)) == 0
    assert difference_hash(bytes([9] * 71 + [8])) == 1


@given(
    fine=st.floats(0, 255),
    coarse=st.floats(0, 255),
    clipped=st.floats(0, 1),
    worse=st.floats(0, 1),
)
def test_less_sharpness_and_more_clipping_never_score_more(
    fine: float, coarse: float, clipped: float, worse: float
) -> None:
    whole = score(fine=fine, coarse=coarse, clipped=clipped)

    assert 0 <= score(fine=fine * worse, coarse=coarse, clipped=clipped) <= whole <= 100
    assert score(fine=fine, coarse=coarse, clipped=max(clipped, worse)) <= whole


@pytest.mark.parametrize(
    ("look", "wanted", "size", "marks"),
    [
        (A_LOOK, "1024x1024", "1024x1024", ()),
        (A_LOOK, None, "1536x1024", ()),
        (A_LOOK, "1536x1024", "1024x1536", (Mark.WRONG_SIZE,)),
        (FLAT, "1024x1024", "1024x1024", (Mark.FLAT,)),
        (FLAT, "1024x1024", "512x512", (Mark.FLAT, Mark.WRONG_SIZE)),
    ],
)
def test_a_picture_is_marked_for_what_is_wrong_with_it(
    look: Look, wanted: str | None, size: str, marks: tuple[Mark, ...]
) -> None:
    assert marks_of(look, wanted, size) == marks
