"""A ZIP that is sent while it is made."""

from collections.abc import Iterable, Iterator
from io import RawIOBase
from zipfile import ZipFile, ZipInfo

from typing_extensions import Buffer, override

from bulkgen.studio.exports import ExportedFile

#: The year ZIP counts from.
_FIRST_YEAR = 1980


def zip_parts(files: Iterable[ExportedFile]) -> Iterator[bytes]:
    """The bytes of a ZIP of these files, uncompressed, since pictures are compressed already."""
    sent = _Sent()
    with ZipFile(sent, "w") as archive:
        for file in files:
            at = max((_FIRST_YEAR, 1, 1, 0, 0, 0), file.at.timetuple()[:6])
            archive.writestr(ZipInfo(file.name, at), file.data)
            yield sent.take()
    yield sent.take()


class _Sent(RawIOBase):
    """What was written and not yet taken."""

    def __init__(self) -> None:
        self._parts = bytearray()

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: Buffer, /) -> int:
        self._parts += data
        return memoryview(data).nbytes

    def take(self) -> bytes:
        taken = bytes(self._parts)
        self._parts.clear()
        return taken
