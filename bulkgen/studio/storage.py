"""Storage: whether it works, what is missing in it, and what nobody needs."""

from uuid import uuid4

from bulkgen.domain.errors import BulkgenError, StateError, StorageError
from bulkgen.domain.page_rules import PAGE_RULES, PageRules
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import Actor
from bulkgen.domain.storage_check import FileOwners, MissingVariants, StorageReport, compare
from bulkgen.domain.storage_keys import first_owner, thumbnail_key, variant_key
from bulkgen.ports import Cdn, Clock, Pictures, Storage, Store

_PROBE = b"bulkgen wrote this to see whether it can."


class StorageCheck:
    """Finds rows without files and files without rows; looking changes nothing."""

    def __init__(
        self, *, store: Store, storage: Storage, cdn: Cdn | None, pictures: Pictures, clock: Clock
    ) -> None:
        self._store = store
        self._storage = storage
        self._cdn = cdn
        self._pictures = pictures
        self._clock = clock

    def try_out(self, actor: Actor) -> None:
        """Write a file, read it back and delete it; raises NotAllowedError, StorageError."""
        actor.must_be_admin()
        key = f"probes/{uuid4()}"
        self._storage.put(key, _PROBE)
        try:
            if self._storage.get(key) != _PROBE:
                raise StorageError("The storage gives back other bytes than were put into it.")
        finally:
            self._storage.remove(key)

    def look(self, actor: Actor) -> StorageReport:
        """Hold every file against every row; raises NotAllowedError, StorageError."""
        actor.must_be_admin()
        before = self._owners()
        files = list(self._storage.files(""))
        strays = self._strays()
        return compare(before, files, self._owners(), strays, self._clock.now())

    def repair(self, actor: Actor, report: StorageReport) -> tuple[int, list[str]]:
        """Make again what can be made from the pictures; how many files, and what failed."""
        actor.must_be_admin()
        made, failures = 0, []
        for image in report.thumbnails:
            key = image.storage_key or ""
            try:
                self._make_thumbnail(key)
            except BulkgenError as error:
                failures.append(f"{key}: {error}")
            else:
                made += 1
        for missing in report.variants:
            try:
                made += self._make_variants(missing)
            except BulkgenError as error:
                failures.append(f"Page {missing.page.slug}: {error}")
        return made, failures

    def sweep(self, actor: Actor, report: StorageReport) -> int:
        """Delete files that belong to nothing; returns how many.

        What a row uses by now is left. Raises NotAllowedError, StateError, StorageError.
        """
        actor.must_be_admin()
        if report.looks_foreign:
            raise StateError(
                "Most pictures in this storage belong to no image of this database, so it seems to "
                "be another installation's, and nothing was deleted. See that BULKGEN_STORAGE_URL "
                "and BULKGEN_DATABASE_URL belong together."
            )
        owners = self._owners()
        orphans = [file.key for file in report.orphans if not owners.uses(file.key)]
        for key in orphans:
            self._storage.remove(key)
        strays = self._strays()
        if self._cdn and strays:
            self._cdn.withdraw(strays)
        return len(orphans) + len(strays)

    def _owners(self) -> FileOwners:
        return FileOwners(
            images=self._store.images.files(),
            pages=self._store.pages.all(None, None),
            slugs=self._store.pages.slugs(),
        )

    def _strays(self) -> list[str]:
        """What is at the CDN and belongs to no published page."""
        if self._cdn is None:
            return []
        there = list(self._cdn.keys())
        published = {
            variant_key(variant.name)
            for page in self._store.pages.all(None, PageStatus.PUBLISHED)
            for variant in page.variants
        }
        return [key for key in there if key not in published]

    def _make_thumbnail(self, key: str) -> None:
        thumbnail, _ = self._pictures.thumbnail(self._storage.get(key))
        self._storage.put(thumbnail_key(first_owner(key)), thumbnail)

    def _make_variants(self, missing: MissingVariants) -> int:
        image = missing.image
        if image is None or image.storage_key is None or image.sha256 is None:
            raise StorageError("Its picture is gone too, so nothing can be made of it.")
        rules = PageRules.from_json(self._store.preferences.get(PAGE_RULES))
        made = self._pictures.make_variants(
            self._storage.get(image.storage_key),
            missing.page.slug,
            image.sha256,
            missing.page.prompt if rules.prompt_in_files else None,
        )
        for variant, data in made:
            if variant.name in missing.names:
                self._storage.put(variant_key(variant.name), data)
        return len(missing.names)
