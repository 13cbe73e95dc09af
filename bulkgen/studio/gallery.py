"""One job's images: seen, selected, fetched."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bulkgen.domain.errors import InputError, NotFoundError
from bulkgen.domain.image_filters import (
    Choice,
    FoundImages,
    ImageFilter,
    ImageOrder,
    SelectionChange,
    Shown,
)
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.jobs import Job
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import Actor
from bulkgen.domain.storage_keys import first_owner, preview_key, thumbnail_key
from bulkgen.domain.twins import Twin, twins
from bulkgen.ports import Clock, Pictures, Storage, Store
from bulkgen.studio.pictures import StoredPicture, private_picture

#: An original up to this size, in a format that is small for it, is its own preview.
_LIGHT_BYTES = 400_000
#: So many jobs besides the latest keep what was found of them.
_KNOWN_JOBS = 7

MAX_NOTE_CHARACTERS = 2_000


class Gallery:
    """What a person does with images."""

    def __init__(self, store: Store, storage: Storage, pictures: Pictures, clock: Clock) -> None:
        self._store = store
        self._storage = storage
        self._pictures = pictures
        self._twins: dict[UUID, tuple[tuple[int, int], Mapping[UUID, Twin]]] = {}
        self._clock = clock

    def images(
        self, actor: Actor, job_id: UUID, *, offset: int = 0, limit: int | None = None
    ) -> list[GeneratedImage]:
        """Images of a job in the order of its prompts."""
        self._check_job(actor, job_id)
        return self._store.images.of_job(job_id, offset=offset, limit=limit)

    def find(
        self, actor: Actor, job_id: UUID, which: ImageFilter, order: ImageOrder
    ) -> FoundImages:
        """The images of a job that a filter holds for, as they are at this moment."""
        self._check_job(actor, job_id)
        return self._store.images.find(job_id, self._resolved(actor, job_id, which), order)

    def some(self, actor: Actor, job_id: UUID, image_ids: Sequence[UUID]) -> list[GeneratedImage]:
        """These images of a job in this order."""
        self._check_job(actor, job_id)
        return [image for image in self._store.images.some(image_ids) if image.job_id == job_id]

    def states(
        self, actor: Actor, job_id: UUID, image_ids: Sequence[UUID]
    ) -> dict[UUID, tuple[ImageStatus, bool]]:
        """Where images of a job stand, and whether each is selected; cheaper than `some`."""
        self._check_job(actor, job_id)
        return self._store.images.states(image_ids)

    def arrived(
        self,
        actor: Actor,
        job_id: UUID,
        which: ImageFilter,
        order: ImageOrder,
        *,
        since: datetime | None,
        besides: Sequence[UUID],
    ) -> tuple[int, UUID | None]:
        """How many images of a filter arrived after a moment, these left out, and the first."""
        self._check_job(actor, job_id)
        return self._store.images.arrived(
            job_id,
            self._resolved(actor, job_id, which),
            order,
            since=since,
            besides=besides,
        )

    def models(self, actor: Actor, job_id: UUID) -> list[str]:
        """The models a job's images are made with."""
        self._check_job(actor, job_id)
        return self._store.images.models(job_id)

    def variations(self, actor: Actor, image: GeneratedImage) -> list[GeneratedImage]:
        """All images of the prompt of an image, this one among them."""
        self._check_job(actor, image.job_id)
        return self._store.images.of_prompts(image.job_id, image.prompt_number, image.prompt_number)

    def image(self, actor: Actor, image_id: UUID) -> GeneratedImage:
        """One image; raises NotFoundError."""
        image = self._store.images.get(image_id)
        actor.check_may_see(image.owner_id, "image")
        return image

    def twins(self, actor: Actor, job: Job) -> Mapping[UUID, Twin]:
        """Images of a job that are almost the same as an earlier one or as a published page.

        They are looked for again when an image has arrived or the number of published pages is
        another.
        """
        actor.check_may_see(job.owner_id, "job")
        published = self._store.pages.counts(None).get(PageStatus.PUBLISHED, 0)
        there = (job.images.completed, published)
        known = self._twins.get(job.id)
        if known is None or known[0] != there:
            hashes = self._store.images.hashes(job.id)
            known = there, twins(hashes, self._store.pages.published_hashes())
            self._twins = {**dict(list(self._twins.items())[-_KNOWN_JOBS:]), job.id: known}
        return known[1]

    def _resolved(self, actor: Actor, job_id: UUID, which: ImageFilter) -> ImageFilter:
        """The filter with what the store cannot see by itself."""
        if which.shown is not Shown.NEAR_DUPLICATES:
            return which
        return replace(which, among=tuple(self.twins(actor, self._store.jobs.get(job_id))))

    def selected_prompts(self, actor: Actor, job_id: UUID) -> dict[int, int]:
        """Number of each prompt with selected images -> how many."""
        self._check_job(actor, job_id)
        return self._store.images.selected_prompts(job_id)

    def select(self, actor: Actor, image_ids: Sequence[UUID], *, selected: bool) -> None:
        """Choose images for pages, or not; raises NotFoundError."""
        for image_id in image_ids:
            self.image(actor, image_id)
        self._store.images.select(image_ids, selected=selected)

    def choose(
        self, actor: Actor, job_id: UUID, choice: Choice, which: ImageFilter | None = None
    ) -> SelectionChange:
        """Change the selection of a job, or only among the images of a filter.

        Returns what changed, for `undo`.
        """
        self._check_job(actor, job_id)
        return self._store.images.choose(
            job_id, self._resolved(actor, job_id, which or ImageFilter()), choice
        )

    def undo(self, actor: Actor, job_id: UUID, change: SelectionChange) -> None:
        """Take a change of the selection back; images it did not touch stay as they are."""
        self._check_job(actor, job_id)
        self._store.images.change_selection(job_id, change.reverse)

    def star(self, actor: Actor, image_id: UUID, *, starred: bool) -> None:
        """Mark an image as one of the best, or not; raises NotFoundError."""
        image = self.image(actor, image_id)
        self._store.images.star(image.id, self._clock.now() if starred else None)

    def write_note(self, actor: Actor, image_id: UUID, note: str) -> None:
        """Replace what is written about an image; raises InputError, NotFoundError."""
        note = note.strip()
        if len(note) > MAX_NOTE_CHARACTERS:
            raise InputError(
                f"The note has {len(note):,} characters; {MAX_NOTE_CHARACTERS:,} is the most."
            )
        self._store.images.write_note(self.image(actor, image_id).id, note)

    def thumbnail(self, actor: Actor, image_id: UUID) -> StoredPicture:
        """A small picture; raises NotFoundError."""
        key = thumbnail_key(first_owner(_stored(self.image(actor, image_id))))
        return private_picture(self._storage, key)

    def preview(self, actor: Actor, image_id: UUID) -> StoredPicture:
        """A picture large enough to judge and light enough to load ahead.

        The first look at a heavy original makes a WebP copy of at most 1,024 pixels a side, which
        is kept. Raises NotFoundError, StorageError.
        """
        image = self.image(actor, image_id)
        if image.output_format != "png" and (image.size_bytes or 0) <= _LIGHT_BYTES:
            return self.original(actor, image_id)
        key = preview_key(first_owner(_stored(image)))
        if not self._storage.has(key):
            self._storage.put(key, self._pictures.preview(self._storage.get(_stored(image))))
        return private_picture(self._storage, key)

    def original(self, actor: Actor, image_id: UUID) -> StoredPicture:
        """The provider's bytes, untouched; raises NotFoundError."""
        return private_picture(self._storage, _stored(self.image(actor, image_id)))

    def _check_job(self, actor: Actor, job_id: UUID) -> None:
        actor.check_may_see(self._store.jobs.owner(job_id), "job")


def _stored(image: GeneratedImage) -> str:
    """Where its picture lies."""
    if image.storage_key is None:
        raise NotFoundError("There is no such image.")
    return image.storage_key
