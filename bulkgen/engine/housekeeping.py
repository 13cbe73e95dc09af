"""What is cleared away behind the screens, when nobody can take it back any more."""

from dataclasses import dataclass

import structlog

from bulkgen.domain.errors import StorageError, StoreError
from bulkgen.domain.storage_keys import variant_key
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
        except (StorageError, StoreError) as error:
            _log.warning("housekeeping_stopped", reason=str(error))

    def _remove_pages(self) -> None:
        """Files go before their row, so that a crash leaves a row that says what is left."""
        for page in self.store.pages.to_remove(self.clock.now()):
            for variant in page.variants:
                self.storage.remove(variant_key(variant.name))
            self.store.pages.remove(page.id)
            _log.info("page_removed", page_id=str(page.id))
