"""Disks that fill up or go away, and come back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from typing_extensions import override

from bulkgen.domain.errors import StorageError
from bulkgen.domain.storage_keys import StoredFile
from bulkgen.ports import Storage
from bulkgen.records.database import Database

_NO_LIMIT = 2**31 - 2


class FillableDisk:
    """The disk of a SQLite database; while it is full, the file cannot grow by a page."""

    def __init__(self, database: Database) -> None:
        self.full = False
        #: Statements that found no room.
        self.refused = 0
        event.listen(database.engine, "checkout", self._limit)
        event.listen(database.engine, "handle_error", self._count)

    def _limit(self, connection: Any, *_: object) -> None:
        # SQLite takes a limit below the present size as the present size.
        connection.execute(f"PRAGMA max_page_count = {1 if self.full else _NO_LIMIT}")

    def _count(self, context: Any) -> None:
        self.refused += "full" in str(context.original_exception)


class FlakyStorage(Storage):
    """A storage that is away while `away` is set."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.away = False
        self.refused = 0

    @override
    def take(self, key: str, source: Path) -> None:
        self._reach()
        self._storage.take(key, source)

    @override
    def put(self, key: str, data: bytes) -> None:
        self._reach()
        self._storage.put(key, data)

    @override
    def get(self, key: str) -> bytes:
        self._reach()
        return self._storage.get(key)

    @override
    def has(self, key: str) -> bool:
        self._reach()
        return self._storage.has(key)

    @override
    def remove(self, key: str) -> None:
        self._reach()
        self._storage.remove(key)

    @override
    def files(self, prefix: str) -> Iterator[StoredFile]:
        self._reach()
        return self._storage.files(prefix)

    @override
    def link(self, key: str) -> str | None:
        return self._storage.link(key)

    def _reach(self) -> None:
        if self.away:
            self.refused += 1
            raise StorageError("The storage does not answer. Check its network.")


@contextmanager
def a_file_instead(folder: Path) -> Iterator[None]:
    """Put a file where a folder was: nobody can write into it, not even root."""
    aside = folder.with_suffix(".aside")
    if folder.exists():
        folder.rename(aside)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        if aside.exists():
            aside.rename(folder)
