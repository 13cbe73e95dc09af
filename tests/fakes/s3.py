"""A strict door before the S3 service of the tests, which can be shut and can spoil answers."""

import http.client
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit
from uuid import uuid4

import boto3
from botocore.config import Config
from typing_extensions import override

from tests.fakes.swift import KEY_ID, SECRET, running_swift

#: Beginnings of headers that Backblaze B2 refuses.
_REFUSED_HEADERS = (
    "x-amz-acl",
    "x-amz-grant-",
    "x-amz-checksum-",
    "x-amz-sdk-checksum-algorithm",
    "x-amz-trailer",
    "x-amz-tagging",
    "x-amz-website-",
)
_REFUSED_QUERIES = ("acl", "tagging", "delete")
_HOP = {"connection", "expect", "keep-alive", "transfer-encoding"}


class RunningS3:
    """An S3 service behind its door."""

    def __init__(self, service: str) -> None:
        self.service = service
        #: Nobody gets an answer while it is shut: connections break.
        self.shut = False
        #: Requests that found it shut.
        self.missed = 0
        #: What was refused because B2 would refuse it, or because it came without its MD5.
        self.refused: list[str] = []
        #: The method and the path of each request that came through.
        self.requests: list[tuple[str, str]] = []
        #: An HTTP status to answer with, so many times, instead of asking the service.
        self.errors: list[int] = []
        #: How many answers to GET are cut in the middle.
        self.cuts = 0
        #: How many answers to PUT never arrive, though the file is stored.
        self.losses = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.client = boto3.client(
            "s3",
            endpoint_url=service,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
            region_name="us-east-1",
            config=Config(s3={"addressing_style": "path"}),
        )

    @property
    def endpoint(self) -> str:
        """The address of the door."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def new_bucket(self, *, versions: bool = False) -> str:
        """Make an empty bucket, which keeps all versions of its files or the last one."""
        name = f"bucket-{uuid4().hex}"
        self.client.create_bucket(Bucket=name)
        if versions:
            self.client.put_bucket_versioning(
                Bucket=name, VersioningConfiguration={"Status": "Enabled"}
            )
        return name

    def url(self, bucket: str, *, key_id: str = KEY_ID, secret: str = SECRET) -> str:
        """What BULKGEN_STORAGE_URL is for a bucket."""
        key = f"{quote(key_id, safe='')}:{quote(secret, safe='')}"
        return f"s3://{key}@{bucket}/some/folder?endpoint={self.endpoint}"

    def serve(self) -> None:
        """Answer until `stop`."""
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        """End `serve`."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        return type("Handler", (_Handler,), {"door": self})


class _Handler(BaseHTTPRequestHandler):
    door: ClassVar[RunningS3]
    protocol_version = "HTTP/1.1"
    #: The headers and the body of an answer go out in one piece.
    wbufsize = -1
    disable_nagle_algorithm = True

    def _pass_on(self) -> None:
        door = self.door
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        if door.shut:
            door.missed += 1
            self._break()
            return
        fault = self._fault()
        if fault:
            door.refused.append(fault)
            self._answer(400, {}, _error("InvalidArgument", fault))
            return
        if door.errors:
            self._answer(door.errors.pop(0), {}, _error("InternalError", "please retry"))
            return
        door.requests.append((self.command, self.path))
        connection = http.client.HTTPConnection(urlsplit(door.service).netloc, timeout=30)
        try:
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in _HOP
            }
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if self.command == "PUT" and door.losses:
            door.losses -= 1
            self._break()
            return
        given = {name.lower(): value for name, value in answer.getheaders()}
        self._answer(answer.status, given, content)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815 - http.server's names

    @override
    def handle_expect_100(self) -> bool:
        goes_on = super().handle_expect_100()
        self.wfile.flush()
        return goes_on

    def _fault(self) -> str | None:
        """What B2 would say against the request."""
        for name, value in self.headers.items():
            if name.lower().startswith(_REFUSED_HEADERS):
                return f"Unsupported header {name} received for this API call."
            if "aws-chunked" in value or value.startswith("STREAMING-"):
                return "Chunked uploads are not supported."
        queries = urlsplit(self.path).query.split("&")
        if any(query.partition("=")[0] in _REFUSED_QUERIES for query in queries):
            return f"Unsupported request {self.command} {self.path}"
        if self.command == "PUT" and not self.headers.get("content-md5"):
            return "Missing required header for this request: Content-MD5"
        return None

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name not in _HOP:
                self.send_header(name, value)
        if "content-length" not in headers:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET" and self.door.cuts and status == 200:
            self.door.cuts -= 1
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self._break()
        elif self.command != "HEAD":
            self.wfile.write(content)

    def _break(self) -> None:
        """End the connection as a machine does that loses its network."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    @override
    def log_message(self, *_: Any) -> None:
        pass


def _error(code: str, message: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()


@contextmanager
def running_s3() -> Iterator[RunningS3]:
    """An S3 service with its door, ended at the end."""
    with running_swift() as service:
        running = RunningS3(service)
        thread = threading.Thread(target=running.serve, name="s3-door")
        thread.start()
        try:
            yield running
        finally:
            running.stop()
            thread.join()
            running.client.close()
