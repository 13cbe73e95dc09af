from pathlib import Path

import pytest

from bulkgen.domain.errors import SetupError
from bulkgen.records import file_systems
from bulkgen.records.database import Database
from bulkgen.records.file_systems import network_file_system

MOUNTS = """\
/dev/vda1 / ext4 rw,relatime 0 0
server:/home /home nfs4 rw,vers=4.2 0 0
/dev/vdb1 /home/local xfs rw 0 0
//server/share /mnt/my\\040share cifs rw 0 0
half a line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/bulkgen", None),
        ("/home/ada/bulkgen", "nfs4"),
        ("/home/local/bulkgen", None),
        ("/homework", None),
        ("/mnt/my share/data", "cifs"),
    ],
)
def test_a_network_file_system_is_known_by_the_mount_a_path_lies_on(
    path: str, kind: str | None
) -> None:
    assert network_file_system(Path(path), MOUNTS) == kind


def test_a_database_on_one_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"server:/data {tmp_path} nfs4 rw 0 0\n", encoding="utf-8")
    monkeypatch.setattr(file_systems, "_MOUNTS", mounts)

    with pytest.raises(SetupError, match="local disk"):
        Database(f"sqlite:///{tmp_path}/bulkgen.db")


def test_this_machines_own_mounts_are_read(tmp_path: Path) -> None:
    assert network_file_system(tmp_path) is None
