import io
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.studio.exports import ExportedFile
from bulkgen.web.zip_stream import zip_parts

AT = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)

SEND_200_MEGABYTES = """
import resource, sys
from datetime import UTC, datetime
from bulkgen.studio.exports import ExportedFile
from bulkgen.web.zip_stream import zip_parts

def files():
    for number in range(100):
        data = bytes(2_000_000)
        yield ExportedFile(name=f"{number}.webp", data=data, at=datetime(2026, 11, 22, tzinfo=UTC))

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sent = sum(map(len, zip_parts(files())))
unit_bytes = 1 if sys.platform == "darwin" else 1024
growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit_bytes
print(sent, growth)
sys.exit(sent < 200_000_000 or growth > 20_000_000)
"""


def a_file(name: str, data: bytes, at: datetime = AT) -> ExportedFile:
    return ExportedFile(name=name, data=data, at=at)


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_a_zip_holds_every_file_as_it_was(contents: list[bytes]) -> None:
    sent = b"".join(zip_parts(a_file(f"{n}.webp", data) for n, data in enumerate(contents)))

    with ZipFile(io.BytesIO(sent)) as archive:
        assert archive.testzip() is None
        assert [archive.read(info) for info in archive.infolist()] == contents


def test_files_keep_their_names_and_times() -> None:
    old = datetime(1970, 1, 1, tzinfo=UTC)
    sent = b"".join(zip_parts([a_file("images/a.webp", b"a"), a_file("b.csv", b"b", old)]))

    with ZipFile(io.BytesIO(sent)) as archive:
        assert [(info.filename, info.date_time) for info in archive.infolist()] == [
            ("images/a.webp", (2026, 11, 22, 18, 5, 0)),
            ("b.csv", (1980, 1, 1, 0, 0, 0)),
        ]


def test_a_file_is_sent_before_the_next_one_is_read() -> None:
    read: list[int] = []

    def files() -> Iterator[ExportedFile]:
        for number in range(3):
            read.append(number)
            yield a_file(f"{number}", b"x" * 1000)

    parts = zip_parts(files())

    assert len(next(parts)) > 1000
    assert read == [0]


def test_a_browser_that_goes_away_is_no_error() -> None:
    parts = zip_parts([a_file("a", b"a"), a_file("b", b"b")])
    next(parts)

    parts.close()  # type: ignore[attr-defined]  # a generator


@pytest.mark.skipif(sys.platform == "win32", reason="no resource module")
def test_200_megabytes_are_sent_in_the_memory_of_a_few_pictures() -> None:
    process = subprocess.run(
        [sys.executable, "-c", SEND_200_MEGABYTES], capture_output=True, text=True, check=False
    )

    assert process.returncode == 0, process.stdout + process.stderr
