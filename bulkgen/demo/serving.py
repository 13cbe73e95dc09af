"""Runs the demo server on the loopback interface."""

import argparse
import asyncio
import contextlib
import errno
import json
import os
import socket
import sys
from collections.abc import Sequence
from datetime import date

import uvicorn

from bulkgen.demo.connections import TrackedProtocol
from bulkgen.demo.options import DemoOptions
from bulkgen.demo.server import create_app

HOST = "127.0.0.1"

_NICENESS = 10
#: Longer than clients keep idle connections, so that none is closed under a request.
_KEEP_ALIVE_S = 300


def listen(port: int) -> socket.socket:
    """A listening socket on the loopback interface; port 0 takes a free one.

    Raises OSError, or OverflowError for a number that is no port.
    """
    # With the protocol named, asyncio turns Nagle's algorithm off, which costs 40 ms a call.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(1024)
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


def new_server(options: DemoOptions) -> uvicorn.Server:
    """The server, quiet and ready to serve on sockets of `listen`."""
    config = uvicorn.Config(
        create_app(options),
        http=TrackedProtocol,
        ws="none",
        log_config=None,
        log_level="critical",
        access_log=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def main(argv: Sequence[str]) -> int:
    """Serve until Ctrl-C, or as a child until the parent is gone; the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        listener = listen(arguments.port)
    except (OSError, OverflowError) as error:
        in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        reason = "is in use" if in_use else "cannot be opened"
        sys.stderr.write(f"Port {arguments.port} {reason}. Choose another with --port.\n")
        return 2
    port = listener.getsockname()[1]
    options = DemoOptions(
        images_per_minute=arguments.images_per_minute,
        latency_s=arguments.latency,
        latency_sigma=arguments.latency_sigma,
        seed=arguments.seed,
        control=arguments.control,
        prepared_bytes=arguments.prepared_bytes,
        time_scale=arguments.time_scale,
        today=arguments.today,
    )
    line = f"Demo server: http://{HOST}:{port}/v1 (Ctrl-C ends it)"
    sys.stdout.write((json.dumps({"port": port}) if arguments.child else line) + "\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(new_server(options), listener, child=arguments.child))
    return 0


async def _serve(server: uvicorn.Server, listener: socket.socket, *, child: bool) -> None:
    if child:
        os.nice(_NICENESS)
        # The parent holds the other end of this pipe and never writes: it is readable when the
        # parent has ended, whatever ended it.
        asyncio.get_running_loop().add_reader(sys.stdin.fileno(), os._exit, 0)
    await server.serve(sockets=[listener])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="demo-server", description="A local server that speaks OpenAI's wire protocol."
    )
    defaults = DemoOptions()
    parser.add_argument("--port", type=int, default=0, help="port; 0 takes a free one")
    parser.add_argument(
        "--images-per-minute", type=int, default=defaults.images_per_minute, help="account limit"
    )
    parser.add_argument(
        "--latency", type=float, default=defaults.latency_s, help="median seconds of a picture"
    )
    parser.add_argument(
        "--latency-sigma",
        type=float,
        default=defaults.latency_sigma,
        help="standard deviation of the latency's logarithm",
    )
    parser.add_argument("--seed", type=int, default=defaults.seed, help="seed of the latencies")
    parser.add_argument("--control", action="store_true", help="serve the ledger and fault script")
    parser.add_argument(
        "--prepared-bytes", type=int, help="answer with one prepared picture of this size"
    )
    parser.add_argument(
        "--time-scale", type=float, default=1.0, help="the server's seconds in a real second"
    )
    parser.add_argument("--today", type=date.fromisoformat, help="day that models are judged by")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser
