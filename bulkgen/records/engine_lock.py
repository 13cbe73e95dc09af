"""One dispatcher for a SQLite database: a lock file beside it."""

import fcntl
import os
from pathlib import Path

from typing_extensions import override

from bulkgen.ports import EngineLock


class FileEngineLock(EngineLock):
    """An flock, which the kernel drops when its process ends in whatever way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @override
    def acquire(self) -> bool:
        if self._descriptor is None:
            self._descriptor = self._take()
        return self._descriptor is not None

    @override
    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @override
    def held_elsewhere(self) -> bool:
        if self._descriptor is not None:
            return False
        descriptor = self._take()
        if descriptor is None:
            return True
        os.close(descriptor)
        return False

    def _take(self) -> int | None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor
