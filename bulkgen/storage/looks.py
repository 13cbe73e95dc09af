"""What a thumbnail shows of its picture, measured with Pillow."""

from PIL import Image, ImageChops

from bulkgen.domain.looks import HASH_HEIGHT, HASH_WIDTH, Look, difference_hash, score

#: Side of the cells in which one colour is looked for; a speck of noise is no colour of its own.
_FLAT_CELL_PX = 12
_FLAT_TOLERANCE = 6
_CLIPPED_CELL_PX = 4
_VALUES = 256
#: So many values at each end of the range count as clipped.
_CLIPPED_VALUES = 4
_COARSE_CELL_PX = 8
_BEHIND_TRANSPARENCY = (128, 128, 128)


def look_at(thumbnail: Image.Image) -> Look:
    """Look at a picture in RGB or RGBA that fits into a few hundred pixels."""
    opaque = _opaque(thumbnail)
    grey = opaque.convert("L")
    small = grey.resize((HASH_WIDTH, HASH_HEIGHT), Image.Resampling.BOX)
    return Look(
        flat=_is_flat(thumbnail),
        hash=difference_hash(small.tobytes()),
        score=score(
            fine=_mean_step(grey),
            coarse=_mean_step(grey.reduce(_COARSE_CELL_PX)),
            clipped=_clipped(opaque.reduce(_CLIPPED_CELL_PX)),
        ),
    )


def _opaque(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    opaque = Image.new("RGB", image.size, _BEHIND_TRANSPARENCY)
    opaque.paste(image, mask=image)
    return opaque


def _is_flat(image: Image.Image) -> bool:
    bands = [band.tobytes() for band in image.reduce(_FLAT_CELL_PX).split()]
    return all(max(values) - min(values) <= _FLAT_TOLERANCE for values in bands)


def _mean_step(grey: Image.Image) -> float:
    """The mean difference of a pixel and its neighbour below to the right."""
    width, height = grey.size
    if min(width, height) == 1:
        return 0.0
    steps = ImageChops.difference(
        grey.crop((0, 0, width - 1, height - 1)), grey.crop((1, 1, width, height))
    ).histogram()
    return sum(value * count for value, count in enumerate(steps)) / sum(steps)


def _clipped(image: Image.Image) -> float:
    """The share of values, of all colours together, that are at an end of their range."""
    counts = image.histogram()
    ends = 0
    for start in range(0, len(counts), _VALUES):
        ends += sum(counts[start : start + _CLIPPED_VALUES])
        ends += sum(counts[start + _VALUES - _CLIPPED_VALUES : start + _VALUES])
    return ends / sum(counts)
