"""Every error bulkgen raises on purpose.

BulkgenError
├── InputError            what a person gave cannot be used as it is
│   └── PromptFileError   an uploaded list as a whole cannot be read
├── NotFoundError         no such thing, or not this person's
├── NotAllowedError       this person may not do this
├── StateError            the thing exists, but does not allow this step now
├── SetupError            the installation is not ready for this
├── StoreError            the database cannot be used just now
├── ProviderError         a call to an image or text service did not give what was asked
└── StorageError          bytes could not be kept or read
    └── DiskFullError     no room is left for them

A message is one or two sentences for the person: what happened, and what to do.
"""

import errno
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bulkgen.domain.attempts import Failure


class BulkgenError(Exception):
    """Something bulkgen can explain to the person using it."""


class InputError(BulkgenError):
    """What a person gave cannot be used as it is."""


class PromptFileError(InputError):
    """An uploaded list as a whole cannot be read."""


class NotFoundError(BulkgenError):
    """There is no such thing, or it is not this person's; both look the same."""


class NotAllowedError(BulkgenError):
    """This person may not do this."""


class StateError(BulkgenError):
    """The thing exists, but its state does not allow this step."""


class SetupError(BulkgenError):
    """The installation is not ready for this."""


class StoreError(BulkgenError):
    """The database cannot be used just now."""


class ProviderError(BulkgenError):
    """A call to an image or text service did not give what was asked."""

    def __init__(self, failure: "Failure") -> None:
        super().__init__(failure.message)
        self.failure = failure


class StorageError(BulkgenError):
    """Bytes could not be kept or read."""


class DiskFullError(StorageError):
    """No room is left on the disk."""


def storage_error(error: OSError, folder: Path) -> StorageError:
    """What a person is told of a fault in a folder of files."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFullError(f"The disk that holds {folder} is full; free some space and go on.")
    return StorageError(
        f"The folder {folder} cannot be used ({error.strerror}); check its disk and permissions."
    )
