import io
import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from bulkgen.demo.painter import encode, paint

SUBJECTS = [
    *("a red fox", "an old lighthouse", "a bowl of oranges", "the night sky", "a woman in silk"),
    *("a steam train", "two sailing boats", "a quiet village", "an astronaut", "a field of tulips"),
    *("a glass of tea", "a robot", "mountains at dawn", "a koi pond", "a jazz band"),
    *(
        "an autumn leaf",
        "a castle gate",
        "a chess board",
        "a wolf in the snow",
        "a tropical garden",
    ),
    *("the ocean", "a birthday cake", "an owl", "a desert road", "a rainbow"),
]
MANNERS = ["watercolor", "as a poster", "in soft light", "seen from above", "at midnight"]
PROMPTS = [f"{subject}, {manner}" for subject, manner in itertools.product(SUBJECTS, MANNERS)]


def difference_hash(image: Image.Image, resampling: Image.Resampling) -> NDArray[np.bool_]:
    grey = np.asarray(image.convert("L").resize((9, 8), resampling), int)
    rises: NDArray[np.bool_] = (grey[:, 1:] > grey[:, :-1]).ravel()
    return rises


def least_distance(hashes: list[NDArray[np.bool_]]) -> float:
    signs = np.array(hashes) * 2.0 - 1
    distances = (64 - signs @ signs.T) / 2
    np.fill_diagonal(distances, 64)
    return float(distances.min())


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_the_same_words_and_index_give_the_same_picture():
    first = paint("a red fox", 2, 512, 384)

    assert first.tobytes() == paint("a red fox", 2, 512, 384).tobytes()


def test_every_index_of_a_prompt_is_another_picture():
    pictures = {paint("a red fox", index, 256, 256).tobytes() for index in range(10)}

    assert len(pictures) == 10


@pytest.mark.parametrize(
    "jobs",
    [
        [(prompt, index) for prompt in PROMPTS for index in range(4)],
        [
            (f"A small watercolor of harbour number {number}, soft light", 0)
            for number in range(500)
        ],
    ],
    ids=["125 prompts with 4 pictures each", "500 near-identical prompts"],
)
def test_no_two_of_500_pictures_look_alike_to_a_difference_hash(jobs: list[tuple[str, int]]):
    pictures = [paint(prompt, index, 256, 256) for prompt, index in jobs]

    assert len(pictures) == 500
    for resampling in (Image.Resampling.LANCZOS, Image.Resampling.BOX, Image.Resampling.BICUBIC):
        assert least_distance([difference_hash(each, resampling) for each in pictures]) > 12


@pytest.mark.parametrize(
    ("output_format", "start"),
    [("png", b"\x89PNG\r\n\x1a\n"), ("jpeg", b"\xff\xd8\xff"), ("webp", b"RIFF")],
)
def test_a_file_has_the_format_and_the_size_asked_for(output_format, start):
    data = encode(paint("an old lighthouse", 0, 1536, 1024), output_format, 90)

    assert data.startswith(start)
    assert opened(data).format == output_format.upper()
    assert opened(data).size == (1536, 1024)


@pytest.mark.parametrize("transparent", [False, True])
def test_a_png_holds_exactly_the_picture(transparent):
    picture = paint("a bowl of oranges", 0, 400, 304, transparent=transparent)

    assert opened(encode(picture, "png", 100)).tobytes() == picture.tobytes()


def test_more_compression_quality_is_more_bytes():
    picture = paint("a bowl of oranges", 0, 512, 512)

    for output_format in ("jpeg", "webp"):
        assert len(encode(picture, output_format, 30)) < len(encode(picture, output_format, 90))


@pytest.mark.parametrize("output_format", ["png", "webp"])
def test_a_transparent_picture_is_an_opaque_motif_on_nothing(output_format):
    data = encode(paint("a koi pond", 0, 512, 512, transparent=True), output_format, 90)

    alpha = np.asarray(opened(data).convert("RGBA"))[:, :, 3]

    assert (alpha == 0).mean() > 0.3
    assert (alpha == 255).mean() > 0.2
    assert alpha[256, 256] == 255
    assert alpha[0, 0] == 0


def test_a_picture_without_transparency_has_no_alpha_channel():
    assert paint("a koi pond", 0, 256, 256).mode == "RGB"


def test_words_choose_the_colours():
    seas = [np.asarray(paint("the ocean", index, 128, 128)).mean((0, 1)) for index in range(12)]
    fires = [np.asarray(paint("red lava", index, 128, 128)).mean((0, 1)) for index in range(12)]

    sea_red, _, sea_blue = np.mean(seas, 0)
    fire_red, _, fire_blue = np.mean(fires, 0)

    assert sea_blue > sea_red
    assert fire_red > fire_blue


def test_a_prompt_of_any_characters_is_painted():
    assert paint("日本庭園 🦊 \ud800", 0, 256, 256).size == (256, 256)
