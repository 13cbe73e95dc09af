"""Engines in processes of their own, without screens, that start fast and may be killed.

`python -m tests.fakes.engine_process` imports everything once and then forks an engine for each
order it reads, so that a start costs no imports.
"""

import encodings.idna  # noqa: F401 - what a first call would import
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO
from uuid import UUID

import openai.resources  # noqa: F401 - the same
from PIL import Image

from bulkgen import logs
from bulkgen.bootstrap import Installation, open_installation
from tests.fakes.app_process import ROOT
from tests.fakes.crash_points import CrashPoints
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import settings_for

_LOOK_S = 0.03
_CRITICAL = 50


@dataclass(frozen=True, kw_only=True)
class Order:
    """Run an engine until a job rests."""

    data_dir: str
    port: int
    job_id: str
    limit: int = 6000
    #: Where to write down the steps, and which one to die before.
    journal: str | None = None
    crash_at: int | None = None


class EngineProcesses:
    """Starts engines, one at a time."""

    def __init__(self, orders: IO[str], answers: IO[str]) -> None:
        self._orders = orders
        self._answers = answers

    def start(self, order: Order) -> int:
        """The id of the process of a new engine."""
        self._orders.write(json.dumps(asdict(order)) + "\n")
        self._orders.flush()
        return int(self._answers.readline())

    def wait(self) -> int:
        """How the engine ended: 0, or the negative number of the signal that killed it."""
        return int(self._answers.readline())

    def run(self, order: Order) -> int:
        """Start an engine and wait for its end."""
        self.start(order)
        return self.wait()


@contextmanager
def engine_processes() -> Iterator[EngineProcesses]:
    """A process that forks engines."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.engine_process"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield EngineProcesses(process.stdin, process.stdout)
        process.stdin.close()


def _main() -> None:
    logs.configure(_CRITICAL)
    Image.init()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _run(Order(**json.loads(line)))
            os._exit(0)
        _say(pid)
        _, status = os.waitpid(pid, 0)
        _say(os.waitstatus_to_exitcode(status))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _run(order: Order) -> None:
    server = RunningServer(order.port)
    installation = open_installation(settings_for(Path(order.data_dir), server, order.limit))
    if order.journal is not None:
        points = CrashPoints(Path(order.data_dir), Path(order.journal), order.crash_at)
        points.watch(installation)
    installation.engine.start()
    _wait(installation, UUID(order.job_id))
    installation.close(timeout_s=10)


def _wait(installation: Installation, job_id: UUID) -> None:
    while installation.store.jobs.get(job_id).active:
        time.sleep(_LOOK_S)


if __name__ == "__main__":
    _main()
