"""File systems SQLite cannot be trusted on: their locks do not hold between machines."""

from pathlib import Path

_MOUNTS = Path("/proc/self/mounts")
_NETWORK = frozenset(
    {"afs", "ceph", "cifs", "fuse.glusterfs", "fuse.sshfs", "nfs", "nfs4", "smb3", "smbfs"}
)


def network_file_system(path: Path, mounts: str | None = None) -> str | None:
    """The kind of network file system a path lies on, if it is one.

    `mounts` are lines of /proc/mounts; None reads those of this machine, where it has any.
    """
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
    fields = [line.split() for line in mounts.splitlines()]
    points = {Path(mount[1].replace("\\040", " ")): mount[2] for mount in fields if len(mount) > 2}  # noqa: PLR2004 - device, point, kind
    place = path.absolute()
    kind = next((points[part] for part in (place, *place.parents) if part in points), None)
    return kind if kind in _NETWORK else None
