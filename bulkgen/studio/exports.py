"""The selected pictures of a job, to be taken away."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bulkgen.domain.errors import InputError, NotFoundError
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.manifest import as_csv, entry, file_name
from bulkgen.domain.people import Actor
from bulkgen.domain.storage_keys import first_owner, thumbnail_key
from bulkgen.ports import Clock, Storage, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """One file of an export."""

    #: Its path, which is plain ASCII.
    name: str
    data: bytes
    at: datetime


class Exports:
    """Reads one picture at a time, so that an export of any size needs the memory of one."""

    def __init__(self, store: Store, storage: Storage, clock: Clock) -> None:
        self._store = store
        self._storage = storage
        self._clock = clock

    def selected(self, actor: Actor, job_id: UUID) -> list[GeneratedImage]:
        """The selected images of a job; raises NotFoundError, and InputError when there is none."""
        actor.check_may_see(self._store.jobs.owner(job_id), "job")
        images = self._store.images.selected(job_id)
        if not images:
            raise InputError("No picture is selected. Select those that you want to download.")
        return images

    def files(self, images: Sequence[GeneratedImage]) -> Iterator[ExportedFile]:
        """The provider's bytes of each image, then the manifest.

        An image whose file is gone is left out, and a last file says so.
        """
        entries, lost = [], []
        for image in images:
            try:
                data = self._storage.get(image.storage_key or "")
            except NotFoundError:
                lost.append(f"Prompt {image.prompt_number}, image {image.number}\n")
                continue
            at = image.completed_at or self._clock.now()
            entries.append(entry(image))
            yield ExportedFile(name=f"images/{file_name(image)}", data=data, at=at)
        # A spreadsheet takes the first characters for the sign that the file is UTF-8.
        manifest = as_csv(entries).encode("utf-8-sig", "replace")
        yield ExportedFile(name="manifest.csv", data=manifest, at=self._clock.now())
        if lost:
            text = "Not in storage any more:\n" + "".join(lost)
            yield ExportedFile(name="missing.txt", data=text.encode(), at=self._clock.now())

    def thumbnails(
        self, images: Sequence[GeneratedImage]
    ) -> Iterator[tuple[GeneratedImage, bytes | None]]:
        """Each image with its small copy, or None where that is gone."""
        for image in images:
            try:
                yield image, self._storage.get(thumbnail_key(first_owner(image.storage_key or "")))
            except NotFoundError:
                yield image, None
