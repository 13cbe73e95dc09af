"""The app as its own process, on a free port and with data of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 40


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """The environment of a process that knows no key and no setting but these."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BULKGEN_", "OPENAI_", "STREAMLIT_"))
    }
    return {**kept, "BULKGEN_DATA_DIR": str(data_dir), **settings}


class AppProcess:
    """A running `streamlit run app.py`."""

    def __init__(
        self, data_dir: Path, settings: Mapping[str, str], port: int | None = None
    ) -> None:
        self.port = port or free_port()
        base_path = settings.get("STREAMLIT_SERVER_BASE_URL_PATH", "")
        self.url = f"http://127.0.0.1:{self.port}/{base_path}".rstrip("/")
        self.log = data_dir.with_suffix(f".{self.port}.log")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    *("-m", "streamlit", "run", "app.py"),
                    *("--server.port", str(self.port), "--server.headless", "true"),
                ],
                cwd=ROOT,
                env=environment(data_dir, **settings),
                stdout=log,
                stderr=log,
            )

    def wait_until_up(self) -> None:
        """Return when it answers; raises what it printed when it does not."""
        ends_at = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < ends_at and self.process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}/healthz", timeout=5).close()
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
            else:
                return
        raise AssertionError(self.log.read_text())

    def stop(self) -> None:
        """End it as a service manager does."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(_STOP_TIMEOUT_S)

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait(_STOP_TIMEOUT_S)


@contextmanager
def running_app(data_dir: Path, **settings: str) -> Iterator[AppProcess]:
    """An app that is up; ended at the end, if it still runs."""
    app = AppProcess(data_dir, settings)
    try:
        app.wait_until_up()
        yield app
    finally:
        if app.process.poll() is None:
            app.stop()
