"""Colours of a painted picture, chosen by the words of its prompt."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """Seven colours that go together, each for one use."""

    sky_high: Colour
    sky_low: Colour
    #: Distant things; `near` is their other end, the darkest colour.
    far: Colour
    near: Colour
    #: The one strong colour: suns, flowers, lit windows.
    accent: Colour
    second: Colour
    paper: Colour

    @property
    def bright(self) -> bool:
        """Whether it is day: the background is lighter than the foreground."""
        return luminance(self.sky_low) > luminance(self.near) + 60

    def tones(self, count: int) -> list[Colour]:
        """This many steps from far to near."""
        return [mix(self.far, self.near, step / max(1, count - 1)) for step in range(count)]

    def flats(self) -> list[Colour]:
        """Colours that may lie side by side in a flat pattern."""
        middle = mix(self.far, self.near, 0.45)
        return [self.far, self.accent, self.near, self.second, middle, self.sky_low]


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """A colour between two: all of `first` at 0, all of `second` at 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def luminance(colour: Colour) -> float:
    """Its grey, from 0 to 255."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def _palette(colours: str) -> Palette:
    return Palette(
        *((int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)) for code in colours.split())
    )


#: Columns: sky_high, sky_low, far, near, accent, second, paper.
PALETTES: Mapping[str, Palette] = {
    name: _palette(colours)
    for name, colours in {
        "ocean": "a9cfd6 f4ead5 86b7c0 123c55 f0a35e 2f7f93 f6f1e6",
        "forest": "c9dccb f3eed6 9dbb98 17372c e2a54b 5d8a66 f4f0e2",
        "sunset": "6a4c8c ffb877 c9657f 2a1a3a fff0c4 ee6c4d fdeedd",
        "night": "0d1536 4a5b9c 46568f 080d20 f6e3ae 8ea4f0 e8ebf6",
        "snow": "c3d5e4 fbf5f0 bfd2e1 45667f ef9f8b 86adc8 fbfbfa",
        "watercolor": "b6d3de fbe6d4 b4cdbf 5c7f92 e79a86 d9b96b fbf6ee",
        "neon": "14082e 6a1f9e 7a30c0 12052c ff3d8b 2ce0ec f3e9ff",
        "red": "f3cdb4 f9e2cc e58b73 571420 d23b3b efb366 fbeee0",
        "desert": "f0c99a fdeccb e3a572 6e3527 cf4d3f 2f8f86 fbf1de",
        "rose": "e7bfc9 fdebe3 e3a3b3 6b2f4d e0607e f2c38f fdf2ee",
        "lavender": "b9b3de f3e5ee a79bcd 3b3266 f2b880 7d6cc0 f6f1f8",
        "autumn": "e9c48f fbeccb d99a52 4f2419 c4512d 8a8b3c faf0dc",
        "spring": "bfe0cf fdf6d8 a5cf9f 27594a f58f7c f3c54b fbf8ea",
        "clay": "e7d3bd f6eadb d3a184 53352c b9573a 6f8478 f7efe3",
        "ink": "d9d6cd f3efe6 b4b3ac 22262c c8382d 7c7f80 f5f2ea",
        "gold": "17382f 3d6a55 4f7d63 0b1f1a dcb35c c98742 f3ead2",
        "retro": "f2dfb4 fbf0d4 e9a03b 264653 e0572f 2a9d8f faf1da",
        "dawn": "8fa9cf ffdcc0 c3a8c0 3c4468 ff9f7a f6cf7a fdf3ea",
        "citrus": "f9dd8c fdf4cf f2b63d 2e5339 ef7b2f 86a83d fdf7e2",
        "teal": "0f4c5c 3f9fa3 3f8f94 072a35 f4a259 9fd6c4 eef6f2",
    }.items()
}

_WORDS: Mapping[str, str] = {
    "ocean": "ocean sea beach coast harbour harbor boat ship sail island wave water lake river "
    "blue fish whale lighthouse swim pool",
    "forest": "forest tree wood jungle moss green pine leaf park frog hill valley",
    "sunset": "sunset dusk evening twilight horizon romantic",
    "night": "night moon star space galaxy planet midnight dark dream owl wolf astronaut",
    "snow": "snow winter ice arctic frozen glacier mountain white polar ski christmas",
    "watercolor": "watercolor watercolour soft pastel sketch drawing delicate baby",
    "neon": "neon cyberpunk city robot future futuristic laser electric arcade purple",
    "red": "red fire lava volcano dragon ruby strawberry tomato chili",
    "desert": "desert sand dune canyon camel egypt pyramid cactus western",
    "rose": "rose pink love cherry blossom heart ballet princess flamingo",
    "lavender": "lavender violet lilac fairy magic butterfly misty fog",
    "autumn": "autumn fall october pumpkin harvest fox brown coffee library",
    "spring": "spring garden flower meadow picnic easter bird rabbit fresh",
    "clay": "clay pottery ceramic stone wooden rustic terracotta village linen",
    "ink": "ink black monochrome charcoal photograph zen japanese calligraphy manga",
    "gold": "gold golden royal luxury deco palace crown king queen temple emerald",
    "retro": "retro vintage poster sixties seventies jazz car radio diner kitchen train",
    "dawn": "dawn sunrise morning sky cloud balloon",
    "citrus": "citrus lemon orange yellow sun sunflower summer fruit honey banana",
    "teal": "teal underwater turquoise aquarium mermaid rain storm",
}

_PALETTE_OF_WORD = {word: name for name, words in _WORDS.items() for word in words.split()}


def words_of(prompt: str) -> list[str]:
    """Its words in lower case, and those that end in s once more without it."""
    words = re.findall(r"[a-z]+", prompt.lower())
    return [*words, *(word[:-1] for word in words if word.endswith("s"))]


def choose_palette(words: list[str], rng: np.random.Generator) -> Palette:
    """A palette that one of the words asks for, else any."""
    asked = [_PALETTE_OF_WORD[word] for word in words if word in _PALETTE_OF_WORD]
    names = asked or list(PALETTES)
    return PALETTES[names[int(rng.integers(len(names)))]]
