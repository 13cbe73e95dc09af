"""What has to hold before the app may listen."""

import ipaddress
import socket
import sys
from urllib.parse import urlsplit

from bulkgen.domain.errors import SetupError

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
_MAX_PORT = 65_535


def check_address(address: str | None) -> None:
    """Raise SetupError unless the app listens on this machine only; there is no sign-in yet."""
    if address == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(address or "0.0.0.0").is_loopback  # noqa: S104 - what None means
    except ValueError:
        loopback = False
    if not loopback:
        raise SetupError(
            f"bulkgen has no sign-in yet, so it does not listen on {address or 'every address'}. "
            "Use the address 127.0.0.1."
        )


def check_port(text: str) -> None:
    """Raise SetupError when another program has the port."""
    port = int(text) if text.isdecimal() else 0
    if not 0 < port <= _MAX_PORT:
        raise SetupError(f"{text!r} is not a port. Use a number from 1 to {_MAX_PORT}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise SetupError(
                f"Port {port} needs rights that this user lacks. Choose one from 1024: "
                "make run PORT=8501"
            ) from None
        except OSError:
            raise SetupError(
                f"Port {port} is in use. Stop the other program, or choose another port: "
                f"make run PORT={port + 1}"
            ) from None


def allowed_hosts(public_url: str | None) -> list[str]:
    """Names a browser may call the app by; any other is a page that plays a trick."""
    public = urlsplit(public_url).hostname if public_url else None
    return [*_LOOPBACK_NAMES, *([public] if public else [])]


if __name__ == "__main__":
    try:
        check_port(sys.argv[1])
    except SetupError as error:
        sys.exit(f"bulkgen: {error}")
