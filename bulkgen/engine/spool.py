"""Where bytes land first: temporary files, hashed and synced, then one rename.

A kept answer is a folder named after its attempt: `answer.json`, one file a picture, and what could
not be read. The folder is written under another name and renamed when everything in it is durable,
so a crash leaves either the whole answer or something a restart throws away.
"""

import hashlib
import json
import os
import shutil
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO
from uuid import UUID

from typing_extensions import override

from bulkgen.domain.attempts import Usage
from bulkgen.domain.dispatch import SpooledAnswer
from bulkgen.domain.errors import storage_error
from bulkgen.domain.images import ProviderAnswer, ProviderImage
from bulkgen.ports import Arrival, ImageSink, Spool

_ANSWER = "answer.json"
_UNREAD = "body"
_UNFINISHED = ".part"


class FolderSpool(Spool):
    """A spool in a folder of the local disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, folder) from None

    @override
    def begin(self, attempt_id: UUID) -> Arrival:
        return _FolderArrival(self._folder, attempt_id)

    @override
    def answer(self, attempt_id: UUID) -> SpooledAnswer | None:
        try:
            data = json.loads((self._folder / str(attempt_id) / _ANSWER).read_bytes())
        except FileNotFoundError:
            return None
        complete = data.pop("complete")
        images = tuple(ProviderImage(**image) for image in data.pop("images"))
        usage = data.pop("usage")
        return SpooledAnswer(
            attempt_id=attempt_id,
            answer=ProviderAnswer(images=images, usage=Usage(**usage) if usage else None, **data),
            complete=complete,
        )

    @override
    def picture(self, attempt_id: UUID, index: int) -> Path:
        return self._folder / str(attempt_id) / str(index)

    @override
    def unread(self, spooled: SpooledAnswer) -> list[Path]:
        pictures = {str(image.index) for image in spooled.answer.images}
        files = (self._folder / str(spooled.attempt_id)).iterdir()
        return [file for file in files if file.name not in {_ANSWER, *pictures}]

    @override
    def remove(self, attempt_id: UUID) -> None:
        kept = self._folder / str(attempt_id)
        removed = self._folder / f"{attempt_id}{_UNFINISHED}"
        # Renamed first, so that a crash leaves no answer that is half gone.
        with suppress(OSError):
            kept.rename(removed)
        shutil.rmtree(removed, ignore_errors=True)

    @override
    def attempts(self) -> list[UUID]:
        try:
            entries = list(self._folder.iterdir())
        except OSError as error:
            raise storage_error(error, self._folder) from None
        return [
            UUID(entry.name) for entry in entries if entry.is_dir() and entry.suffix != _UNFINISHED
        ]

    @override
    def remove_unfinished(self, untouched_s: float) -> None:
        touched_before = time.time() - untouched_s
        for entry in self._folder.glob(f"*{_UNFINISHED}"):
            if _last_touched(entry) <= touched_before:
                shutil.rmtree(entry, ignore_errors=True)

    @override
    def free_bytes(self) -> int:
        try:
            return shutil.disk_usage(self._folder).free
        except OSError as error:
            raise storage_error(error, self._folder) from None


class _FolderArrival(Arrival):
    def __init__(self, folder: Path, attempt_id: UUID) -> None:
        self._folder = folder
        self._final = folder / str(attempt_id)
        self._part = folder / f"{attempt_id}{_UNFINISHED}"
        self._images: list[ProviderImage] = []
        self._sink: _FileSink | None = None
        try:
            shutil.rmtree(self._part, ignore_errors=True)
            self._part.mkdir()
        except OSError as error:
            raise storage_error(error, folder) from None

    @override
    def new_image(self) -> ImageSink:
        self._sink = _FileSink(self._part, self._images)
        return self._sink

    @override
    def finished(self) -> tuple[ProviderImage, ...]:
        return tuple(self._images)

    @override
    def keep_unread(self, body: bytes) -> None:
        try:
            with (self._part / _UNREAD).open("wb") as file:
                file.write(body)
                _sync_file(file)
        except OSError as error:
            raise storage_error(error, self._folder) from None

    @override
    def keep(self, answer: ProviderAnswer, *, complete: bool) -> None:
        if self._sink is not None:
            self._sink.close()
        content = json.dumps({**asdict(answer), "complete": complete}).encode()
        try:
            with (self._part / _ANSWER).open("wb") as file:
                file.write(content)
                _sync_file(file)
            _sync_folder(self._part)
            self._part.rename(self._final)
            _sync_folder(self._folder)
        except OSError as error:
            raise storage_error(error, self._folder) from None

    @override
    def discard(self) -> None:
        if self._sink is not None:
            self._sink.close()
        shutil.rmtree(self._part, ignore_errors=True)


class _FileSink(ImageSink):
    def __init__(self, folder: Path, images: list[ProviderImage]) -> None:
        self._folder = folder
        self._index = len(images)
        self._images = images
        self._hash = hashlib.sha256()
        self._size_bytes = 0
        try:
            self._file = (folder / str(self._index)).open("wb", buffering=0)
        except OSError as error:
            raise storage_error(error, folder) from None

    @override
    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise storage_error(error, self._folder) from None
        self._hash.update(data)
        self._size_bytes += len(data)

    @override
    def finish(self) -> ProviderImage:
        try:
            with self._file:
                _sync_file(self._file)
        except OSError as error:
            raise storage_error(error, self._folder) from None
        image = ProviderImage(
            index=self._index, sha256=self._hash.hexdigest(), size_bytes=self._size_bytes
        )
        self._images.append(image)
        return image

    def close(self) -> None:
        self._file.close()


def _last_touched(folder: Path) -> float:
    """When a file of the folder last grew; a folder that has just gone was never touched."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except FileNotFoundError:
        return 0.0


def _sync_file(file: IO[bytes]) -> None:
    file.flush()
    getattr(os, "fdatasync", os.fsync)(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
