"""Open connections, so that a fault can reset one in the middle of a call."""

import asyncio
import socket
import struct
from typing import Any

from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

#: By the client's address and the server's own.
_open: dict[tuple[Any, Any], asyncio.Transport] = {}


class TrackedProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, on connections that `reset` can find."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _open[_ends(transport)] = transport

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        _open.pop(_ends(self.transport), None)
        super().connection_lost(exc)


def _ends(transport: asyncio.Transport) -> tuple[Any, Any]:
    return transport.get_extra_info("peername"), transport.get_extra_info("sockname")


async def reset(client: Any, server: Any) -> None:  # noqa: ANN401 - addresses of an ASGI scope
    """Break a connection without a goodbye: the client sees a reset by its peer."""
    transport = _open.get((tuple(client), tuple(server)))
    if transport is None:
        return
    # Closing a socket that lingers for no time sends RST instead of FIN.
    transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    transport.abort()
    # The loop closes the socket in its next turn.
    await asyncio.sleep(0)
