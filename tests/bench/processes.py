"""The processes of a measurement: a server, and whoever asks it."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.fakes.demo_server import RunningServer

ROOT = Path(__file__).resolve().parents[2]
_LONGEST_RUN_S = 300


@contextmanager
def bench_server(
    *,
    images_per_minute: int,
    latency_s: float = 12.0,
    latency_sigma: float = 0.35,
    prepared_bytes: int = 150_000,
    scale: float = 10.0,
    seed: int = 1,
) -> Iterator[RunningServer]:
    """The demo server with prepared pictures, in a process of its own."""
    command = [
        *(sys.executable, "-m", "bulkgen.demo", "--child", "--control"),
        *("--images-per-minute", str(images_per_minute)),
        *("--latency", str(latency_s), "--latency-sigma", str(latency_sigma)),
        *("--prepared-bytes", str(prepared_bytes)),
        *("--time-scale", str(scale), "--seed", str(seed)),
    ]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError
        yield RunningServer(json.loads(process.stdout.readline())["port"])
        process.stdin.close()


def start(module: str, argument: str, log: Path) -> subprocess.Popen[str]:
    """Start a module of this package; what it logs goes to a file."""
    with log.open("a", encoding="utf-8") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", f"tests.bench.{module}", argument],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )


def output_of(process: subprocess.Popen[str], log: Path) -> str:
    """What the process printed at its end; raises RuntimeError when it failed."""
    printed, _ = process.communicate(timeout=_LONGEST_RUN_S)
    if process.returncode:
        raise RuntimeError(f"A measured process failed:\n{log.read_text(encoding='utf-8')}")
    return printed


def peak_mb(pid: int | str) -> float:
    """The most memory a process has held, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
