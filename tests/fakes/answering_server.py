"""A real HTTP server on a loopback port that gives the answer a test tells it to."""

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Self

from typing_extensions import override


@dataclass
class Request:
    """What came in."""

    path: str
    authorization: str
    body: Any


@dataclass
class AnsweringServer:
    """Answers every POST alike; set `status` and `body`, or `silent` for no answer at all."""

    status: int = 200
    #: JSON, or text that is sent as HTML.
    body: Any = field(default_factory=dict)
    silent: bool = False
    requests: list[Request] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._closing = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        answering = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["content-length"]))
                answering.requests.append(
                    Request(self.path, self.headers["authorization"], json.loads(sent))
                )
                if answering.silent:
                    answering._closing.wait()
                    return
                is_text = isinstance(answering.body, str)
                content = (answering.body if is_text else json.dumps(answering.body)).encode()
                self.send_response(answering.status)
                self.send_header("content-type", "text/html" if is_text else "application/json")
                self.send_header("content-length", str(len(content)))
                self.send_header("x-request-id", "req_1")
                self.end_headers()
                self.wfile.write(content)

            @override
            def log_message(self, format: str, *args: object) -> None:
                """Keep the test output clean."""

        return Handler
