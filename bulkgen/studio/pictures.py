"""Pictures as they are handed to a browser or an export."""

from collections.abc import Callable
from dataclasses import dataclass

from bulkgen.domain.storage_keys import mime_type
from bulkgen.ports import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPicture:
    """A picture that its asker may see."""

    mime_type: str
    #: Where a browser gets it itself; None when its bytes have to be sent.
    address: str | None
    #: Its bytes; raises NotFoundError, StorageError.
    read: Callable[[], bytes]


def private_picture(storage: Storage, key: str) -> StoredPicture:
    """A file of the storage, with an address that lasts for minutes."""
    return StoredPicture(
        mime_type=mime_type(key), address=storage.link(key), read=lambda: storage.get(key)
    )
