import errno
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulkgen.domain.attempts import Usage
from bulkgen.domain.dispatch import SpooledAnswer
from bulkgen.domain.errors import DiskFullError, StorageError
from bulkgen.domain.images import ProviderAnswer, ProviderImage
from bulkgen.engine.spool import FolderSpool
from tests.fakes.app_process import ROOT
from tests.fakes.factories import a_uuid

ATTEMPT = a_uuid(1)
OTHER = a_uuid(2)
USAGE = Usage(text_in=13, image_in=0, out=439)


@pytest.fixture
def spool(tmp_path):
    return FolderSpool(tmp_path / "spool")


def again(tmp_path: Path) -> FolderSpool:
    """The spool as the process after a restart opens it."""
    return FolderSpool(tmp_path / "spool")


def take(spool: FolderSpool, *pictures: bytes, complete: bool = True) -> ProviderAnswer:
    """Receive and keep an answer with these pictures."""
    arrival = spool.begin(ATTEMPT)
    for picture in pictures:
        sink = arrival.new_image()
        sink.write(picture)
        sink.finish()
    answer = ProviderAnswer(images=arrival.finished(), usage=USAGE, request_id="req_1", model="m")
    arrival.keep(answer, complete=complete)
    return answer


def files(folder: Path) -> list[str]:
    """Everything in a folder, as paths below it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_kept_answer_survives_a_restart(spool, tmp_path):
    answer = take(spool, b"one", b"two")

    restarted = again(tmp_path)
    restarted.remove_unfinished(0.0)

    assert list(restarted.attempts()) == [ATTEMPT]
    assert restarted.answer(ATTEMPT) == SpooledAnswer(
        attempt_id=ATTEMPT, answer=answer, complete=True
    )
    assert restarted.picture(ATTEMPT, 0).read_bytes() == b"one"
    assert restarted.picture(ATTEMPT, 1).read_bytes() == b"two"


def test_the_hash_and_the_size_are_those_of_the_bytes(spool):
    (image,) = take(spool, b"a picture").images

    assert image == ProviderImage(
        index=0, sha256=hashlib.sha256(b"a picture").hexdigest(), size_bytes=9
    )


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.lists(st.binary(max_size=300), max_size=6), min_size=1, max_size=4))
def test_pictures_are_kept_byte_for_byte_however_they_arrive(tmp_path, arrivals):
    spool = again(tmp_path)
    arrival = spool.begin(ATTEMPT)
    for parts in arrivals:
        sink = arrival.new_image()
        for part in parts:
            sink.write(part)
        sink.finish()
    arrival.keep(
        ProviderAnswer(images=arrival.finished(), usage=None, request_id=None, model="m"),
        complete=True,
    )

    kept = spool.answer(ATTEMPT)

    assert kept is not None
    assert [image.index for image in kept.answer.images] == list(range(len(arrivals)))
    for image, parts in zip(kept.answer.images, arrivals, strict=True):
        picture = b"".join(parts)
        assert spool.picture(ATTEMPT, image.index).read_bytes() == picture
        assert image.sha256 == hashlib.sha256(picture).hexdigest()
        assert image.size_bytes == len(picture)
    spool.remove(ATTEMPT)


def test_the_bill_and_the_name_of_the_call_are_kept(spool, tmp_path):
    take(spool, b"one")

    kept = again(tmp_path).answer(ATTEMPT)

    assert kept is not None
    assert (kept.answer.usage, kept.answer.request_id) == (USAGE, "req_1")


def test_an_answer_without_a_bill_is_kept_as_one(spool, tmp_path):
    arrival = spool.begin(ATTEMPT)
    arrival.new_image().finish()
    answer = ProviderAnswer(images=arrival.finished(), usage=None, request_id=None, model="m")

    arrival.keep(answer, complete=True)

    assert again(tmp_path).answer(ATTEMPT) == SpooledAnswer(
        attempt_id=ATTEMPT, answer=answer, complete=True
    )


def test_nothing_is_visible_before_it_is_kept(spool):
    arrival = spool.begin(ATTEMPT)
    sink = arrival.new_image()
    sink.write(b"one")
    sink.finish()

    assert list(spool.attempts()) == []
    assert spool.answer(ATTEMPT) is None
    assert not spool.picture(ATTEMPT, 0).exists()


def test_a_restart_throws_away_what_was_not_kept(spool, tmp_path):
    take(spool, b"kept")
    unfinished = spool.begin(OTHER)
    unfinished.new_image().write(b"half a pict")

    restarted = again(tmp_path)
    restarted.remove_unfinished(0.0)

    assert list(restarted.attempts()) == [ATTEMPT]
    assert files(tmp_path / "spool") == [
        str(ATTEMPT),
        f"{ATTEMPT}/0",
        f"{ATTEMPT}/answer.json",
    ]
    unfinished.discard()


def test_what_still_grows_is_not_thrown_away_with_what_was_abandoned(spool, tmp_path):
    growing, abandoned = spool.begin(ATTEMPT), spool.begin(OTHER)
    growing.new_image().write(b"half a pict")
    abandoned.new_image().write(b"half a pict")
    hour_ago = time.time() - 3600
    for path in (tmp_path / "spool").rglob("*"):
        if str(ATTEMPT) not in path.name and path.parent.name != f"{ATTEMPT}.part":
            os.utime(path, (hour_ago, hour_ago))

    spool.remove_unfinished(60.0)

    assert files(tmp_path / "spool") == [f"{ATTEMPT}.part", f"{ATTEMPT}.part/0"]
    growing.discard()
    abandoned.discard()


def test_pictures_that_came_before_the_answer_broke_off_are_kept(spool, tmp_path):
    arrival = spool.begin(ATTEMPT)
    whole = arrival.new_image()
    whole.write(b"whole")
    whole.finish()
    arrival.new_image().write(b"half a pict")
    answer = ProviderAnswer(images=arrival.finished(), usage=None, request_id="req_1", model="m")

    arrival.keep(answer, complete=False)

    kept = again(tmp_path).answer(ATTEMPT)
    assert kept == SpooledAnswer(attempt_id=ATTEMPT, answer=answer, complete=False)
    assert [image.index for image in kept.answer.images] == [0]
    assert again(tmp_path).picture(ATTEMPT, 0).read_bytes() == b"whole"


def test_what_is_discarded_leaves_nothing(spool, tmp_path):
    arrival = spool.begin(ATTEMPT)
    arrival.new_image().write(b"half a pict")

    arrival.discard()

    assert files(tmp_path / "spool") == []
    assert spool.answer(ATTEMPT) is None


def test_a_discarded_call_of_which_nothing_came_leaves_nothing(spool, tmp_path):
    spool.begin(ATTEMPT).discard()

    assert files(tmp_path / "spool") == []


def test_a_removed_answer_is_forgotten_and_removing_it_twice_is_nothing(spool, tmp_path):
    take(spool, b"one")

    spool.remove(ATTEMPT)
    spool.remove(ATTEMPT)

    assert list(spool.attempts()) == []
    assert files(tmp_path / "spool") == []


def test_a_call_that_begins_again_begins_with_nothing(spool):
    first = spool.begin(ATTEMPT)
    first.new_image().write(b"from the first time")
    first.discard()
    second = spool.begin(ATTEMPT)
    sink = second.new_image()
    sink.write(b"new")
    sink.finish()

    second.keep(
        ProviderAnswer(images=second.finished(), usage=None, request_id=None, model="m"),
        complete=True,
    )

    assert spool.picture(ATTEMPT, 0).read_bytes() == b"new"


def test_calls_do_not_see_each_others_pictures(spool):
    one, other = spool.begin(ATTEMPT), spool.begin(OTHER)
    sinks = [one.new_image(), other.new_image()]
    sinks[0].write(b"one")
    sinks[1].write(b"other")
    for sink in sinks:
        sink.finish()
    for arrival in (one, other):
        answer = ProviderAnswer(images=arrival.finished(), usage=None, request_id=None, model="m")
        arrival.keep(answer, complete=True)

    assert sorted(spool.attempts()) == [ATTEMPT, OTHER]
    assert spool.picture(ATTEMPT, 0).read_bytes() == b"one"
    assert spool.picture(OTHER, 0).read_bytes() == b"other"


def test_every_byte_is_durable_before_the_answer_appears(spool, tmp_path, monkeypatch):
    """Picture, then answer, then their folder, then the rename, then the folder it is in."""
    order: list[str] = []
    real_fsync, real_rename = os.fsync, os.rename
    real_fdatasync = getattr(os, "fdatasync", os.fsync)

    def synced(descriptor: int) -> None:
        order.append(f"sync {_name_of(descriptor, tmp_path)}")

    def fdatasync(descriptor):
        synced(descriptor)
        real_fdatasync(descriptor)

    def fsync(descriptor):
        synced(descriptor)
        real_fsync(descriptor)

    def rename(source, target):
        order.append(f"rename to {Path(target).name}")
        real_rename(source, target)

    monkeypatch.setattr(os, "fdatasync", fdatasync, raising=False)
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "rename", rename)
    take(spool, b"one", b"two")

    assert order == [
        "sync 0",
        "sync 1",
        "sync answer.json",
        f"sync {ATTEMPT}.part",
        f"rename to {ATTEMPT}",
        "sync spool",
    ]


def _name_of(descriptor: int, folder: Path) -> str:
    """The name of the open file, or folder, somewhere below this one."""
    inode = os.fstat(descriptor).st_ino
    return next(path.name for path in folder.rglob("*") if path.stat().st_ino == inode)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"in the way")

    with pytest.raises(StorageError) as refused:
        FolderSpool(tmp_path / "file" / "spool")

    assert str(refused.value) == (
        f"The folder {tmp_path}/file/spool cannot be used (Not a directory); "
        "check its disk and permissions."
    )


def test_a_folder_that_went_away_is_one_sentence(spool, tmp_path):
    (tmp_path / "spool").rmdir()

    with pytest.raises(StorageError) as refused:
        spool.begin(ATTEMPT)

    assert str(refused.value) == (
        f"The folder {tmp_path}/spool cannot be used (No such file or directory); "
        "check its disk and permissions."
    )


def test_a_disk_that_is_full_is_one_sentence_and_nothing_shows(spool, tmp_path):
    """/dev/full answers every write as a full disk does."""
    arrival = spool.begin(ATTEMPT)
    (tmp_path / "spool" / f"{ATTEMPT}.part" / "0").symlink_to("/dev/full")
    sink = arrival.new_image()

    with pytest.raises(DiskFullError) as refused:
        sink.write(b"one")
    arrival.discard()

    assert str(refused.value) == (
        f"The disk that holds {tmp_path}/spool/{ATTEMPT}.part is full; free some space and go on."
    )
    assert list(spool.attempts()) == []
    assert files(tmp_path / "spool") == []


def test_a_disk_that_is_full_at_the_last_step_keeps_nothing_half(spool, tmp_path, monkeypatch):
    def full(*_paths, **_more):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    arrival = spool.begin(ATTEMPT)
    sink = arrival.new_image()
    sink.write(b"one")
    sink.finish()
    answer = ProviderAnswer(images=arrival.finished(), usage=None, request_id=None, model="m")
    monkeypatch.setattr(os, "rename", full)

    with pytest.raises(DiskFullError) as refused:
        arrival.keep(answer, complete=True)

    assert str(refused.value) == (
        f"The disk that holds {tmp_path}/spool is full; free some space and go on."
    )
    assert list(spool.attempts()) == []
    assert spool.answer(ATTEMPT) is None


IN_A_PROCESS = """
import os, resource, sys
from pathlib import Path
from bulkgen.domain.errors import StorageError
from bulkgen.domain.images import ProviderAnswer
from bulkgen.engine.spool import FolderSpool
from tests.fakes.factories import a_uuid

kind = sys.argv[1]
os.chdir(sys.argv[2])
spool = FolderSpool(Path("spool"))
if kind == "read-only":
    os.chmod("spool", 0o500)
    if os.geteuid() == 0:
        os.chown("spool", 65534, 65534)
        os.setuid(65534)
else:
    # The last write fits in part, as it does on a disk that runs full.
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
try:
    arrival = spool.begin(a_uuid(1))
    sink = arrival.new_image()
    for _ in range(2):
        sink.write(b"x" * 40_000)
    sink.finish()
    arrival.keep(
        ProviderAnswer(images=arrival.finished(), usage=None, request_id=None, model="m"),
        complete=True,
    )
except StorageError as error:
    print(f"{type(error).__name__}: {error}")
else:
    print("kept")
print([str(attempt) for attempt in spool.attempts()], spool.answer(a_uuid(1)))
"""


def in_a_process(kind: str, folder: Path) -> list[str]:
    """What a process prints that may not write, or not so much."""
    folder.chmod(0o755)
    ended = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS, kind, str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
        check=True,
    )
    return ended.stdout.splitlines()


def test_a_folder_that_may_only_be_read_is_one_sentence_and_nothing_shows(tmp_path):
    assert in_a_process("read-only", tmp_path) == [
        (
            "StorageError: The folder spool cannot be used (Permission denied); "
            "check its disk and permissions."
        ),
        "[] None",
    ]


def test_a_file_that_may_not_grow_is_one_sentence_and_nothing_shows(tmp_path):
    assert in_a_process("small files", tmp_path) == [
        (
            f"StorageError: The folder spool/{ATTEMPT}.part cannot be used (File too large); "
            "check its disk and permissions."
        ),
        "[] None",
    ]


def test_the_room_that_is_left_is_told(spool):
    assert spool.free_bytes() > 0
