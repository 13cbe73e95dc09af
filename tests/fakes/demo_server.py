"""The demo server inside the test's own process, with its ledger and its fault script."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import httpx2

from bulkgen.demo.options import DemoOptions

_HOST = "127.0.0.1"
#: The server takes any key.
KEY = "sk-test-of-bulkgen"


@dataclass(frozen=True)
class RunningServer:
    """A server that answers now."""

    port: int

    @property
    def base_url(self) -> str:
        """What an OpenAI client takes as its base URL."""
        return f"http://{_HOST}:{self.port}/v1"

    def ledger(self, endpoint: str = "images") -> list[dict[str, Any]]:
        """Calls of an endpoint that costs money, oldest first; see LedgerEntry."""
        entries: list[dict[str, Any]] = self._ask("GET", "ledger").json()
        return [entry for entry in entries if entry["endpoint"] == endpoint]

    def script(self, *rules: dict[str, Any]) -> None:
        """Replace the fault rules; see FaultRule for their fields."""
        self._ask("POST", "script", list(rules))

    def set_pace(self, images_per_minute: int, latency_s: float) -> None:
        """Another account limit and another latency."""
        pace = {"images_per_minute": images_per_minute, "latency_s": latency_s}
        self._ask("POST", "pace", pace)

    def _ask(self, method: str, path: str, body: object = None) -> httpx2.Response:
        url = f"http://{_HOST}:{self.port}/_demo/{path}"
        headers = {"authorization": f"Bearer {KEY}"}
        # Without TLS no certificates need to be read, which would take most of the time.
        answer = httpx2.request(method, url, json=body, headers=headers, verify=False)
        return answer.raise_for_status()


@contextmanager
def running_server(port: int = 0, **options: Any) -> Iterator[RunningServer]:
    """Run a server, port 0 on a free one; `options` are those of DemoOptions, with control on."""
    # Processes that only talk to a server would hold its libraries in memory too.
    serving = import_module("bulkgen.demo.serving")
    listener = serving.listen(port)
    server = serving.new_server(DemoOptions(**{"control": True, **options}))
    thread = threading.Thread(target=server.run, args=([listener],), name="demo-server")
    thread.start()
    try:
        yield RunningServer(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()
