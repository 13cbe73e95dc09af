"""A real S3 service that only the tests use: OpenStack Swift, four processes on this machine."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.app_process import free_port

KEY_ID = "test:tester"
SECRET = "secret-of-the-tests"  # noqa: S105 - it opens nothing
#: So few, that a test sees more than one answer without writing a thousand files.
FILES_IN_ONE_ANSWER = 50

_START_TIMEOUT_S = 60
_SERVERS = ("account", "container", "object", "proxy")
_COMMON = """[DEFAULT]
swift_dir = {folder}
devices = {folder}/disks
mount_check = false
workers = 0
log_level = ERROR
log_address = {folder}/no-log
bind_ip = 127.0.0.1
bind_port = {port}
"""
_PIPELINE = (
    "catch_errors gatekeeper listing_formats s3api tempauth copy slo dlo versioned_writes symlink"
)
_SETTINGS = {
    "s3api": f"s3_acl = false\nmax_bucket_listing = {FILES_IN_ONE_ANSWER}",
    "tempauth": f"user_{KEY_ID.replace(':', '_')} = {SECRET} .admin",
    "versioned_writes": "allow_object_versioning = true",
}
_MAKE_RINGS = """
import sys
from swift.common.ring import RingBuilder

folder, *servers = sys.argv[1:]
for server in servers:
    name, port = server.split("=")
    builder = RingBuilder(2, 1, 1)
    builder.add_dev(
        {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "d1", "weight": 1}
    )
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{name}.ring.gz")
"""


@contextmanager
def running_swift() -> Iterator[str]:
    """The address of a service with data of its own; it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="bulkgen-swift-") as name:
        folder = Path(name)
        ports = {server: free_port() for server in _SERVERS}
        _write_settings(folder, ports)
        _make_rings(folder, ports)
        processes = [_start(folder, server) for server in _SERVERS]
        try:
            address = f"http://127.0.0.1:{ports['proxy']}"
            _wait_until_up(address, folder)
            yield address
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()


def _write_settings(folder: Path, ports: dict[str, int]) -> None:
    (folder / "disks" / "d1").mkdir(parents=True)
    (folder / "swift.conf").write_text(
        "[swift-hash]\nswift_hash_path_suffix = tests\n"
        "[storage-policy:0]\nname = one\ndefault = yes\n"
    )
    for server, port in ports.items():
        before = _PIPELINE if server == "proxy" else ""
        text = _COMMON.format(folder=folder, port=port)
        text += f"[pipeline:main]\npipeline = {before} {server}-server\n"
        for name in before.split():
            text += f"[filter:{name}]\nuse = egg:swift#{name}\n{_SETTINGS.get(name, '')}\n"
        text += f"[app:{server}-server]\nuse = egg:swift#{server}\n"
        if server == "proxy":
            text += "account_autocreate = true\n"
        (folder / f"{server}-server.conf").write_text(text)


def _make_rings(folder: Path, ports: dict[str, int]) -> None:
    rings = [f"{server}={port}" for server, port in ports.items() if server != "proxy"]
    subprocess.run([sys.executable, "-c", _MAKE_RINGS, str(folder), *rings], check=True)


def _start(folder: Path, server: str) -> subprocess.Popen[bytes]:
    program = Path(sys.executable).with_name(f"swift-{server}-server")
    with (folder / f"{server}.log").open("wb") as log:
        return subprocess.Popen(
            [program, folder / f"{server}-server.conf"],
            env={**os.environ, "SWIFT_DIR": str(folder)},
            stdout=log,
            stderr=log,
        )


def _wait_until_up(address: str, folder: Path) -> None:
    ends_at = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < ends_at:
        try:
            urllib.request.urlopen(f"{address}/v1/nobody", timeout=5).close()
        except urllib.error.HTTPError as answer:
            answer.close()
            if answer.code == 401:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("\n".join(log.read_text() for log in folder.glob("*.log")))
