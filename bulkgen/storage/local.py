"""Files in a folder of this machine."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Self
from uuid import uuid4

from typing_extensions import override

from bulkgen.domain.errors import NotFoundError, SetupError, StorageError, storage_error
from bulkgen.domain.storage_keys import StoredFile, is_key
from bulkgen.ports import Storage


class LocalStorage(Storage):
    """A folder; whatever stops the machine, a key holds a whole file or nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()

    @classmethod
    def from_url(cls, url: str) -> Self:
        """The folder of "file:/absolute/path" or "file:relative/path"; raises SetupError."""
        folder = url.removeprefix("file:").removeprefix("//")
        if not folder:
            raise SetupError("BULKGEN_STORAGE_URL names no folder; write file:/path/to/folder.")
        return cls(Path(folder))

    @override
    def take(self, key: str, source: Path) -> None:
        target = self._target(key)
        with self._explained():
            _make_folder(target.parent)
            try:
                _sync(source)
                source.replace(target)
                _sync(target.parent)
            except FileNotFoundError:
                if not target.is_file():
                    raise
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                with source.open("rb") as file:
                    _write(target, file)
                source.unlink()

    @override
    def put(self, key: str, data: bytes) -> None:
        target = self._target(key)
        with self._explained():
            _make_folder(target.parent)
            _write(target, BytesIO(data))

    @override
    def get(self, key: str) -> bytes:
        path = self.path(key)
        with self._explained():
            return path.read_bytes()

    @override
    def has(self, key: str) -> bool:
        with self._explained():
            return is_key(key) and (self._folder / key).is_file()

    @override
    def remove(self, key: str) -> None:
        target = self._target(key)
        with self._explained():
            if target.is_file():
                target.unlink(missing_ok=True)
                _sync(target.parent)

    @override
    def files(self, prefix: str) -> Iterator[StoredFile]:
        top = self._folder / prefix.rpartition("/")[0]
        with self._explained():
            for folder, _, names in os.walk(top, onerror=_raise_unless_missing):
                for name in names:
                    path = Path(folder, name)
                    key = path.relative_to(self._folder).as_posix()
                    if key.startswith(prefix) and is_key(key):
                        yield from _stored(key, path)

    @override
    def link(self, key: str) -> None:
        return None

    @override
    def copy_to(self, key: str, target: Path) -> None:
        source = self.path(key)
        try:
            target.hardlink_to(source)
        except OSError:
            # Another disk, or one without links.
            shutil.copyfile(source, target)

    def path(self, key: str) -> Path:
        """The file of a key, to be served; raises NotFoundError or StorageError."""
        if not self.has(key):
            raise NotFoundError(f"There is no file {key!r} in storage.")
        return self._folder / key

    def _target(self, key: str) -> Path:
        if not is_key(key):
            raise StorageError(f"{key!r} cannot name a file in storage.")
        return self._folder / key

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise storage_error(error, self._folder) from error


def _stored(key: str, path: Path) -> Iterator[StoredFile]:
    """The file of a key, unless it has just gone."""
    with suppress(FileNotFoundError):
        about = path.stat()
        modified_at = datetime.fromtimestamp(about.st_mtime, UTC)
        yield StoredFile(key=key, size_bytes=about.st_size, modified_at=modified_at)


def _raise_unless_missing(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync(folder.parent)


def _write(target: Path, data: BinaryIO) -> None:
    """Make a file appear under its name only when all of it is on the disk."""
    temporary = target.with_name(f".{uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            shutil.copyfileobj(data, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
