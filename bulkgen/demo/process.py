"""The demo server as a child process that ends with its parent."""

import http.client
import json
import select
import subprocess
import sys
from pathlib import Path
from threading import Lock

from bulkgen.demo.options import DemoOptions
from bulkgen.domain.errors import SetupError

_ROOT = Path(__file__).resolve().parents[2]
_HOST = "127.0.0.1"
_START_TIMEOUT_S = 20.0
_STOP_TIMEOUT_S = 5.0
_CALL_TIMEOUT_S = 5.0


class DemoServer:
    """Starts the server when its address is first asked for, and again when it has died."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        options = DemoOptions()
        self._pace = (options.images_per_minute, options.latency_s)

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as its base URL; raises SetupError."""
        with self._lock:
            if not self._running():
                self._start()
            return f"http://{_HOST}:{self._port}/v1"

    def set_pace(self, images_per_minute: int, latency_s: float) -> None:
        """Another account limit and another latency, from now on and after a restart."""
        with self._lock:
            if self._pace == (images_per_minute, latency_s):
                return
            self._pace = (images_per_minute, latency_s)
            if self._process is not None and self._running():
                try:
                    self._send_pace()
                except OSError:
                    # It died this moment; its successor starts with the new pace.
                    _end(self._process)

    def stop(self) -> None:
        """End the server; a later `base_url` starts it again."""
        with self._lock:
            if self._process is not None:
                _end(self._process)
                self._process = None

    def _running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self) -> None:
        images_per_minute, latency_s = self._pace
        if self._process is not None:
            _end(self._process)
        pace = ["--images-per-minute", str(images_per_minute), "--latency", str(latency_s)]
        self._process = subprocess.Popen(  # noqa: S603 - our own program and two numbers
            [sys.executable, "-m", "bulkgen.demo", "--child", *pace],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in the terminal is for the parent, which first lets open calls end.
            start_new_session=True,
            text=True,
        )
        self._port = _read_port(self._process)

    def _send_pace(self) -> None:
        images_per_minute, latency_s = self._pace
        connection = http.client.HTTPConnection(_HOST, self._port, timeout=_CALL_TIMEOUT_S)
        try:
            body = json.dumps({"images_per_minute": images_per_minute, "latency_s": latency_s})
            connection.request("POST", "/_demo/pace", body, {"Authorization": "Bearer pace"})
            connection.getresponse().read()
        finally:
            connection.close()


def _read_port(process: subprocess.Popen[str]) -> int:
    output = process.stdout
    if output is not None and select.select([output], [], [], _START_TIMEOUT_S)[0]:
        line = output.readline()
        if line:
            return int(json.loads(line)["port"])
    _end(process)
    raise SetupError(
        "The demo server did not start. `python -m bulkgen demo-server` shows what it says."
    )


def _end(process: subprocess.Popen[str]) -> None:
    """Close the pipe the server lives by, and wait for its end."""
    with process:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
