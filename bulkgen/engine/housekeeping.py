"""What is cleared away behind the screens, when nobody can take it back any more."""

from dataclasses import dataclass
from datetime import timedelta

import structlog

from bulkgen.domain.errors import StorageError, StoreError
from bulkgen.domain.page_rules import PAGE_RULES, PageRules
from bulkgen.domain.storage_keys import first_owner, preview_key, thumbnail_key, variant_key
from bulkgen.ports import Clock, Storage, Store

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Housekeeping:
    """Clears away; what fails is tried again the next time."""

    store: Store
    storage: Storage
    clock: Clock

    def tidy(self) -> None:
        """Do all of it once."""
        try:
            self._remove_pages()
            self._discard_images()
            self._remove_images()
        except (StorageError, StoreError) as error:
            _log.warning("housekeeping_stopped", reason=str(error))

    def _discard_images(self) -> None:
        """Discard what nobody selected, so long after the pages as the installation wants."""
        now = self.clock.now()
        rules = PageRules.from_json(self.store.preferences.get(PAGE_RULES))
        if rules.discard_after_days is None:
            return
        for job_id in self.store.discards.due(now - timedelta(days=rules.discard_after_days)):
            count = self.store.discards.discard(job_id, now)
            _log.info("images_discarded", job_id=str(job_id), images=count)

    def _remove_images(self) -> None:
        for key in self.store.discards.to_remove(self.clock.now()):
            image_id = first_owner(key)
            for name in (key, thumbnail_key(image_id), preview_key(image_id)):
                self.storage.remove(name)
            self.store.discards.removed([key])

    def _remove_pages(self) -> None:
        """Files go before their row, so that a crash leaves a row that says what is left."""
        for page in self.store.pages.to_remove(self.clock.now()):
            for variant in page.variants:
                self.storage.remove(variant_key(variant.name))
            self.store.pages.remove(page.id)
            _log.info("page_removed", page_id=str(page.id))
