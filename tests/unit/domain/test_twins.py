from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.looks import HASH_BITS, NEAR, distance
from bulkgen.domain.twins import HashedImage, HashedPage, twins

HASHES = st.integers(0, 2**HASH_BITS - 1)


def an_image(number: int, bits: int) -> HashedImage:
    return HashedImage(id=UUID(int=number), prompt_number=number, number=1, hash=bits)


def a_page(image_number: int, bits: int) -> HashedPage:
    return HashedPage(
        image_id=UUID(int=image_number),
        slug=f"page-{image_number}",
        title=f"Page {image_number}",
        hash=bits,
    )


def flipped(bits: int, places: set[int]) -> int:
    return bits ^ sum(1 << place for place in places)


@given(bits=HASHES, places=st.sets(st.integers(0, HASH_BITS - 1), max_size=NEAR))
def test_whatever_bits_differ_a_near_hash_is_found(bits: int, places: set[int]) -> None:
    first, second = an_image(1, bits), an_image(2, flipped(bits, places))

    assert twins([first, second], []) == {second.id: first}
    assert twins([second], [a_page(1, bits)]) == {second.id: a_page(1, bits)}


@given(
    bits=HASHES,
    places=st.sets(st.integers(0, HASH_BITS - 1), min_size=NEAR + 1),
)
def test_a_hash_further_away_is_none(bits: int, places: set[int]) -> None:
    images = [an_image(1, bits), an_image(2, flipped(bits, places))]

    assert twins(images, []) == {}


@given(st.lists(st.sampled_from([0, 1, 0b11, 0x1FF, 0x3FF << 20, 2**64 - 1]), max_size=30))
def test_every_image_repeats_a_near_one_that_repeats_nothing_or_has_none(hashes: list[int]) -> None:
    images = [an_image(number, bits) for number, bits in enumerate(hashes, start=1)]

    found = twins(images, [])

    alone = [image for image in images if image.id not in found]
    for image in images:
        twin = found.get(image.id)
        if twin is None:
            earlier = [other for other in alone if other.prompt_number < image.prompt_number]
            assert all(distance(image.hash, other.hash) > NEAR for other in earlier)
        else:
            assert twin in alone
            assert distance(image.hash, twin.hash) <= NEAR


def test_a_published_page_is_named_before_an_image_of_the_job() -> None:
    images = [an_image(1, 0), an_image(2, 0)]

    assert twins(images, [a_page(9, 0)]) == {images[0].id: a_page(9, 0), images[1].id: a_page(9, 0)}


def test_an_image_is_not_the_twin_of_its_own_page() -> None:
    images = [an_image(1, 0), an_image(2, 0)]

    assert twins(images, [a_page(1, 0)]) == {images[1].id: a_page(1, 0)}


def test_the_nearest_is_named() -> None:
    images = [an_image(1, 0), an_image(2, 0xFFFF), an_image(3, 0b11)]

    assert twins(images, []) == {images[2].id: images[0]}
    assert twins(images[2:], [a_page(8, 0b1111), a_page(9, 0b1)]) == {images[2].id: a_page(9, 1)}
