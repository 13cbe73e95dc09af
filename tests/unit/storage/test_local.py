import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bulkgen.domain.errors import DiskFullError, NotFoundError, SetupError, StorageError
from bulkgen.storage import open_storage
from bulkgen.storage.local import LocalStorage

KEY = "images/2026/11/cat.webp"

LIMITED_PUT = """
import resource, sys
from pathlib import Path
from bulkgen.domain.errors import StorageError
from bulkgen.storage.local import LocalStorage

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    LocalStorage(Path(sys.argv[1])).put("images/cat.webp", bytes(3_000_000))
except StorageError:
    sys.exit(7)
"""


@pytest.fixture
def storage(tmp_path):
    return LocalStorage(tmp_path / "files")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "spooled"
    path.write_bytes(b"picture")
    return path


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def fail_with(number: int) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_file_url_names_an_absolute_or_a_relative_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for url in ("file:here", f"file:{tmp_path}/there", f"file://{tmp_path}/everywhere"):
        open_storage(url).put("cat.webp", b"")

    monkeypatch.chdir("/")

    assert sorted(path.parent.name for path in files_below(tmp_path)) == [
        "everywhere",
        "here",
        "there",
    ]


def test_a_relative_folder_does_not_move_with_the_process(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    storage = open_storage("file:here")
    monkeypatch.chdir("/")

    storage.put("cat.webp", b"")

    assert (tmp_path / "here" / "cat.webp").is_file()


@pytest.mark.parametrize("url", ["file:", "file://"])
def test_a_file_url_without_a_folder_is_refused(url):
    with pytest.raises(SetupError, match="names no folder"):
        open_storage(url)


def test_path_is_the_file_of_a_key(storage):
    storage.put(KEY, b"picture")

    assert storage.path(KEY).read_bytes() == b"picture"


@pytest.mark.parametrize("key", [KEY, "images", "../spooled", "/etc/passwd", ""])
@pytest.mark.usefixtures("source")
def test_path_of_anything_else_is_not_found(storage, key):
    storage.put("images/dog.webp", b"picture")

    with pytest.raises(NotFoundError):
        storage.path(key)


def test_take_moves_the_file(storage, source):
    number = source.stat().st_ino

    storage.take(KEY, source)

    assert not source.exists()
    assert storage.path(KEY).stat().st_ino == number


@pytest.mark.parametrize("method", ["put", "take"])
def test_bytes_are_on_the_disk_before_their_name_and_the_name_before_the_return(
    storage, source, monkeypatch, method
):
    storage.put("images/2026/11/dog.webp", b"")
    events = []
    sync, rename = os.fsync, os.replace

    def noting_sync(descriptor):
        events.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def noting_rename(*paths):
        events.append("name")
        rename(*paths)

    monkeypatch.setattr(os, "fsync", noting_sync)
    monkeypatch.setattr(os, "replace", noting_rename)

    getattr(storage, method)(KEY, source if method == "take" else b"picture")

    assert events == ["file", "name", "folder"]


def test_new_folders_are_on_the_disk_too(storage, monkeypatch, tmp_path):
    synced = []
    sync = os.fsync

    def noting_sync(descriptor):
        synced.append(os.fstat(descriptor).st_ino)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noting_sync)

    storage.put(KEY, b"picture")

    parents = storage.path(KEY).relative_to(tmp_path).parents
    assert {(tmp_path / parent).stat().st_ino for parent in parents} <= set(synced)


def another_disk(monkeypatch: pytest.MonkeyPatch, source: Path) -> None:
    """Let the system refuse to rename the source, as it does between two disks."""
    rename = os.replace

    def refuse(old: Path, new: Path) -> None:
        if Path(old) == source:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        rename(old, new)

    monkeypatch.setattr(os, "replace", refuse)


def test_take_copies_from_another_disk(storage, source, monkeypatch):
    another_disk(monkeypatch, source)

    storage.take(KEY, source)

    assert storage.get(KEY) == b"picture"
    assert not source.exists()


def test_a_copy_that_fails_leaves_the_source(storage, source, monkeypatch):
    another_disk(monkeypatch, source)
    monkeypatch.setattr("shutil.copyfileobj", fail_with(errno.ENOSPC))

    with pytest.raises(DiskFullError):
        storage.take(KEY, source)

    assert source.read_bytes() == b"picture"
    assert not storage.has(KEY)


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (errno.ENOSPC, DiskFullError, "is full; free some space"),
        (errno.EDQUOT, DiskFullError, "is full; free some space"),
        (errno.EROFS, StorageError, "Read-only file system"),
        (errno.EACCES, StorageError, "Permission denied"),
        (errno.EIO, StorageError, "Input/output error"),
    ],
)
def test_a_fault_of_the_disk_is_one_sentence_and_keeps_what_was_there(
    storage, monkeypatch, number, error, words
):
    storage.put(KEY, b"first")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail_with(number))
        with pytest.raises(error, match=words) as caught:
            storage.put(KEY, b"second")

    assert type(caught.value) is error
    assert str(caught.value).count(".") == 1
    assert storage.get(KEY) == b"first"
    assert files_below(storage.path(KEY).parent) == [storage.path(KEY)]


def test_a_write_the_system_cuts_short_leaves_nothing(tmp_path):
    ended = subprocess.run([sys.executable, "-c", LIMITED_PUT, str(tmp_path)], check=False)

    assert ended.returncode == 7
    assert files_below(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_a_storage_error(source):
    storage = LocalStorage(source / "below" / "a file")

    with pytest.raises(StorageError, match="cannot be used"):
        storage.put(KEY, b"picture")


def test_writers_may_make_the_same_new_folders_at_once(storage):
    def put(number: int) -> None:
        storage.put(f"{number // 8}/a/b/{number % 8}", b"")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(put, range(8 * 20))) == [None] * 160


def test_readers_see_whole_files_while_writers_replace_them(storage):
    versions = {bytes([number]) * 300_000 for number in range(6)}
    storage.put(KEY, min(versions))

    with ThreadPoolExecutor(8) as pool:
        writes = [pool.submit(storage.put, KEY, data) for data in [*versions] * 3]
        reads = [pool.submit(storage.get, KEY) for _ in range(40)]

    assert {read.result() for read in reads} <= versions
    assert [write.result() for write in writes] == [None] * 18
