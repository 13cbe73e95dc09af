"""Pictures that are almost the same, found by their hashes without comparing each with each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar
from uuid import UUID

from bulkgen.domain.looks import HASH_BITS, NEAR, distance

#: Two hashes that differ in at most NEAR bits agree in one at least of one part more than that.
_PARTS = NEAR + 1
_STARTS = [HASH_BITS * part // _PARTS for part in range(_PARTS + 1)]
_SHIFTS_AND_MASKS = [(start, (1 << end - start) - 1) for start, end in pairwise(_STARTS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedImage:
    """A completed image of a job, as far as finding twins needs it."""

    id: UUID
    prompt_number: int
    #: Number among the images of its prompt, from 1.
    number: int
    hash: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedPage:
    """A published page, as far as finding twins needs it."""

    image_id: UUID
    slug: str
    title: str
    hash: int


Twin = HashedImage | HashedPage
_Hashed = TypeVar("_Hashed", HashedImage, HashedPage)


def twins(images: Iterable[HashedImage], pages: Iterable[HashedPage]) -> Mapping[UUID, Twin]:
    """For each image that is almost the same as another: what it repeats.

    That is the nearest published page, else the nearest earlier image that repeats nothing itself.
    """
    published: _Near[HashedPage] = _Near()
    of_image = set()
    for page in pages:
        published.add(page)
        of_image.add(page.image_id)
    first: _Near[HashedImage] = _Near()
    found: dict[UUID, Twin] = {}
    for image in images:
        page_twin = None if image.id in of_image else published.nearest(image.hash)
        twin = page_twin or first.nearest(image.hash)
        if twin is None or image.id in of_image:
            first.add(image)
        else:
            found[image.id] = twin
    return found


class _Near(Generic[_Hashed]):
    """Finds what has nearly the same hash."""

    def __init__(self) -> None:
        self._by_part: defaultdict[tuple[int, int], list[_Hashed]] = defaultdict(list)

    def add(self, hashed: _Hashed) -> None:
        for part in _parts(hashed.hash):
            self._by_part[part].append(hashed)

    def nearest(self, wanted: int) -> _Hashed | None:
        """The one of the least distance, the earliest of several; None when none is near."""
        best, least = None, NEAR + 1
        for part in _parts(wanted):
            for hashed in self._by_part.get(part, ()):
                bits = distance(hashed.hash, wanted)
                if bits < least:
                    best, least = hashed, bits
        return best


def _parts(bits: int) -> Iterable[tuple[int, int]]:
    return ((shift, bits >> shift & mask) for shift, mask in _SHIFTS_AND_MASKS)
