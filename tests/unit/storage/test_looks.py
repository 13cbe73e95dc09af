"""What pictures show, measured on pictures of our own making and on the demo's."""

import random
from collections.abc import Callable
from functools import cache
from itertools import combinations

import pytest
from PIL import Image, ImageDraw, ImageFilter

from bulkgen.demo.painter import paint
from bulkgen.domain.looks import NEAR, Look, distance
from bulkgen.storage.looks import look_at
from bulkgen.storage.variants import thumbnail
from tests.unit.storage.pictures import a_cut_out, encoded, opened

SIDE_PX = 384
SUBJECTS = [
    "mountain",
    "sea",
    "city",
    "planet",
    "paper",
    "silk",
    "portrait",
    "tile",
    "flower",
    "rainbow",
    "guitar",
]

Change = Callable[[Image.Image], Image.Image]


def look(image: Image.Image) -> Look:
    """What the product sees once it has decoded and shrunk a picture."""
    small = image.copy()
    small.thumbnail((SIDE_PX, SIDE_PX), reducing_gap=1.0)
    return look_at(small)


@cache
def a_painting(number: int, index: int = 0) -> Image.Image:
    """One of the demo's pictures."""
    return paint(f"a {SUBJECTS[number % len(SUBJECTS)]} {number}", index, SIDE_PX, SIDE_PX)


def a_texture(seed: int) -> Image.Image:
    """Clouds: noise of every scale, in a range of brightness of its own."""
    rng = random.Random(seed)  # noqa: S311 - the same pictures each time
    clouds = Image.new("L", (SIDE_PX, SIDE_PX), 128)
    for power in range(2, 9):
        noise = Image.frombytes("L", (2**power,) * 2, rng.randbytes(4**power))
        clouds = Image.blend(clouds, noise.resize(clouds.size, Image.Resampling.BICUBIC), 0.4)
    low, high = sorted(rng.sample(range(0, 256, 5), 2))
    span = max(60, high - low)
    return clouds.point(lambda value: min(255, low + value * span // 255)).convert("RGB")


def a_drawing(seed: int) -> Image.Image:
    """Dark shapes on white paper."""
    rng = random.Random(seed)  # noqa: S311 - the same pictures each time
    image = Image.new("RGB", (SIDE_PX, SIDE_PX), "white")
    pen = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = rng.randrange(SIDE_PX), rng.randrange(SIDE_PX)
        shape = (x, y, x + rng.randrange(4, 90), y + rng.randrange(4, 30))
        pen.rectangle(shape, fill=(rng.randrange(200),) * 3)
    return image


@cache
def pictures() -> list[Image.Image]:
    """A hundred of three kinds."""
    paintings = [a_painting(number) for number in range(50)]
    textures = [a_texture(seed) for seed in range(30)]
    return [*paintings, *textures, *[a_drawing(seed) for seed in range(20)]]


def blurred(radius: float) -> Change:
    return lambda image: image.filter(ImageFilter.GaussianBlur(radius))


def overexposed(image: Image.Image) -> Image.Image:
    """So bright that a quarter of it is white."""
    brightest = max(1, _brightness(image, 0.75))
    return image.point(lambda value: min(255, value * 255 // brightest))


def underexposed(image: Image.Image) -> Image.Image:
    """So dark that a quarter of it is black."""
    darkest = max(_brightness(image, 0.25), 40)
    return image.point(lambda value: max(0, value - darkest))


def _brightness(image: Image.Image, share: float) -> int:
    """As bright as this share of the pixels at most."""
    counts = image.convert("L").histogram()
    seen = 0
    for value, count in enumerate(counts):
        seen += count
        if seen >= share * sum(counts):
            return value
    return 255


@pytest.mark.parametrize("radius", [1.2, 2.5, 5])
def test_of_100_pictures_and_their_blurred_copies_95_originals_score_more(radius: float) -> None:
    blur = blurred(radius)
    preferred = sum(look(picture).score > look(blur(picture)).score for picture in pictures())

    assert preferred >= 95


def test_of_100_pictures_and_their_clipped_copies_95_originals_score_more() -> None:
    """A drawing on white paper is left out: it has no exposure that could be spoiled."""
    exposed = [*pictures()[:80], *[a_painting(number) for number in range(50, 70)]]
    pairs = [
        (picture, clip(picture)) for clip in (overexposed, underexposed) for picture in exposed
    ]

    preferred = sum(look(picture).score > look(copy).score for picture, copy in pairs)

    assert preferred >= 0.95 * len(pairs)


def test_scores_are_from_0_to_100() -> None:
    assert all(0 <= look(picture).score <= 100 for picture in pictures())


COPIES: dict[str, Change] = {
    "as a JPEG": lambda image: opened(encoded(image, "JPEG", quality=60)),
    "as a WebP": lambda image: opened(encoded(image, "WEBP", quality=50)),
    "of another size": lambda image: image.resize((330, 330)),
    "of half the size": lambda image: image.resize((SIDE_PX // 2,) * 2),
    "twice as large": lambda image: image.resize((SIDE_PX * 2,) * 2),
    "without 1 % at each edge": lambda image: _cropped(image, 0.01),
    "a little brighter": lambda image: image.point(lambda value: min(255, value * 21 // 20)),
    "a little blurred": blurred(1.5),
}


def _cropped(image: Image.Image, share: float) -> Image.Image:
    edge = round(SIDE_PX * share)
    return image.crop((edge, edge, SIDE_PX - edge, SIDE_PX - edge))


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES)
def test_a_copy_of_a_picture_is_near_it(copy: Change) -> None:
    paintings = [a_painting(number) for number in range(50)]
    far = [
        number
        for number, painting in enumerate(paintings)
        if distance(look(painting).hash, look(copy(painting)).hash) > NEAR
    ]

    assert far == []


def test_other_pictures_are_not_near_each_other() -> None:
    hashes = [look(a_painting(number)).hash for number in range(50)]

    assert min(distance(one, other) for one, other in combinations(hashes, 2)) > NEAR + 4


def test_variations_of_one_prompt_are_not_near_each_other() -> None:
    for number in range(10):
        hashes = [look(a_painting(number, index)).hash for index in range(4)]
        assert min(distance(one, other) for one, other in combinations(hashes, 2)) > NEAR


@pytest.mark.parametrize("colour", ["black", "white", "#7f3300"])
@pytest.mark.parametrize("output_format", ["PNG", "JPEG", "WEBP"])
def test_one_colour_from_edge_to_edge_is_flat(colour: str, output_format: str) -> None:
    data = encoded(Image.new("RGB", (900, 600), colour), output_format, quality=60)

    assert thumbnail(data)[1].flat


def test_noise_that_nobody_sees_is_flat() -> None:
    rng = random.Random(1)  # noqa: S311 - the same picture each time
    noise = Image.frombytes("L", (400, 400), bytes(rng.choices((118, 120, 122), k=160_000)))

    assert look(noise.convert("RGB")).flat


def test_a_picture_of_which_nothing_is_opaque_is_flat() -> None:
    assert look(Image.new("RGBA", (400, 400), (200, 30, 40, 0))).flat


def test_a_small_thing_on_a_plain_ground_is_not_flat() -> None:
    image = Image.new("RGB", (1024, 1024), "white")
    image.paste("black", (500, 500, 530, 530))

    assert not look(image).flat
    assert not thumbnail(a_cut_out())[1].flat


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (8, 9), (2000, 3)])
def test_a_picture_of_any_shape_can_be_looked_at(size: tuple[int, int]) -> None:
    assert look(Image.new("RGB", size, "red")).flat


def test_no_picture_of_the_demo_is_flat() -> None:
    assert not any(look(picture).flat for picture in pictures())
