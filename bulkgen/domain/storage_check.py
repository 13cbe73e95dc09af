"""What lies in storage, held against what the database says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from bulkgen.domain.pages import PromptPage
from bulkgen.domain.storage_keys import (
    StoredFile,
    first_owner,
    slug_in,
    thumbnail_key,
    variant_key,
)

#: A file without a row may be on its way to one; after so long it is not.
_ORPHAN_AFTER = timedelta(days=1)
_OF_IMAGES = ("images/", "thumbnails/", "previews/")
_OF_PAGES = "pages/"
#: More pictures without a row than with one, and more than these, are another installation's.
_FEW_ORPHANS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """An image as far as its file goes."""

    id: UUID
    job_id: UUID
    #: None while its picture is not in storage.
    storage_key: str | None
    sha256: str | None
    size_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class FileOwners:
    """Every row that files belong to."""

    images: Sequence[ImageFile]
    pages: Sequence[PromptPage]
    #: Names of pages that are made or being made.
    slugs: frozenset[str]

    @cached_property
    def by_key(self) -> Mapping[str, ImageFile]:
        """An image for each picture that has to be there."""
        return {image.storage_key: image for image in self.images if image.storage_key}

    def uses(self, key: str) -> bool:
        """Whether a file belongs to a row, may come to belong to one, or is not known here."""
        if key.startswith(_OF_PAGES):
            return slug_in(key) in self.slugs
        if not key.startswith(_OF_IMAGES):
            return True
        try:
            owner = first_owner(key)
        except ValueError:
            return True
        if key.startswith("images/"):
            return key in self.by_key or owner in self._without_picture
        return owner in self._owners

    @cached_property
    def _owners(self) -> set[UUID]:
        return {image.id for image in self.images} | {first_owner(key) for key in self.by_key}

    @cached_property
    def _without_picture(self) -> set[UUID]:
        return {image.id for image in self.images if image.storage_key is None}


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingVariants:
    """Files of a page's picture that are not in storage."""

    page: PromptPage
    names: tuple[str, ...]
    #: What they can be made again from, if that is there.
    image: ImageFile | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageReport:
    """What was found."""

    files: int
    size_bytes: int
    #: Pictures that an image uses, and that are there.
    pictures: int
    #: Images whose picture is gone or has another length; nothing can bring them back.
    lost: tuple[ImageFile, ...]
    #: Images without their thumbnail.
    thumbnails: tuple[ImageFile, ...]
    variants: tuple[MissingVariants, ...]
    #: Files that belong to nothing, and are old enough to be sure of it.
    orphans: tuple[StoredFile, ...]
    #: Keys of files at the CDN whose page is not published.
    strays: tuple[str, ...]

    @property
    def in_order(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.lost or self.thumbnails or self.variants or self.orphans or self.strays)

    @property
    def looks_foreign(self) -> bool:
        """Whether the storage seems to be that of another database."""
        strange = sum(file.key.startswith("images/") for file in self.orphans)
        return strange > max(self.pictures, _FEW_ORPHANS)


def compare(
    before: FileOwners,
    files: Iterable[StoredFile],
    after: FileOwners,
    strays: Sequence[str],
    now: datetime,
) -> StorageReport:
    """Hold files against the rows that were there before and after they were listed.

    What a row of `before` needs was in storage by then; what no row of `after` uses was not on its
    way to one.
    """
    there = {file.key: file for file in files}
    lost = {
        key: image
        for key, image in before.by_key.items()
        if key not in there or image.size_bytes not in {None, there[key].size_bytes}
    }
    whole = {key: image for key, image in before.by_key.items() if key not in lost}
    return StorageReport(
        files=len(there),
        size_bytes=sum(file.size_bytes for file in there.values()),
        pictures=len(whole),
        lost=tuple(lost.values()),
        thumbnails=tuple(
            image for key, image in whole.items() if thumbnail_key(first_owner(key)) not in there
        ),
        variants=_missing_variants(before, whole, there),
        orphans=tuple(
            file
            for file in there.values()
            if now - file.modified_at > _ORPHAN_AFTER and not after.uses(file.key)
        ),
        strays=tuple(strays),
    )


def _missing_variants(
    owners: FileOwners, whole: Mapping[str, ImageFile], there: Mapping[str, StoredFile]
) -> tuple[MissingVariants, ...]:
    keys = {image.id: image.storage_key for image in owners.images}
    found = []
    for page in owners.pages:
        names = [
            variant.name for variant in page.variants if variant_key(variant.name) not in there
        ]
        if names:
            image = whole.get(keys.get(page.image_id) or "")
            found.append(MissingVariants(page=page, names=tuple(names), image=image))
    return tuple(found)
