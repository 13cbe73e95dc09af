import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bulkgen.domain.errors import SetupError
from bulkgen.ui.launch import allowed_hosts, check_address, check_port
from tests.fakes.app_process import ROOT, free_port


@pytest.fixture
def taken_port():
    """A port another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.0.0.53"])
def test_the_app_listens_on_this_machine(address):
    check_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - the point
        "::",
        "192.168.1.7",
        "8.8.8.8",
        "pictures.example",
        "localhost.pictures.example",
    ],
)
def test_the_app_listens_nowhere_else_while_there_is_no_sign_in(address):
    with pytest.raises(SetupError) as refused:
        check_address(address)

    assert str(refused.value) == (
        f"bulkgen has no sign-in yet, so it does not listen on {address}. "
        "Use the address 127.0.0.1."
    )


@pytest.mark.parametrize("address", [None, ""])
def test_no_address_is_every_address(address):
    with pytest.raises(SetupError, match="does not listen on every address"):
        check_address(address)


def test_a_free_port_can_be_had():
    check_port(str(free_port()))


def test_a_port_another_program_listens_on_is_refused_with_a_way_out(taken_port):
    with pytest.raises(SetupError) as refused:
        check_port(str(taken_port))

    assert str(refused.value) == (
        f"Port {taken_port} is in use. Stop the other program, or choose another port: "
        f"make run PORT={taken_port + 1}"
    )


def test_a_port_that_is_taken_on_every_address_is_refused_too():
    with (
        socket.create_server(("0.0.0.0", 0)) as server,  # noqa: S104 - the point
        pytest.raises(SetupError, match="is in use"),
    ):
        check_port(str(server.getsockname()[1]))


def test_a_port_that_was_looked_at_is_still_free():
    port = free_port()
    check_port(str(port))

    with socket.create_server(("127.0.0.1", port)) as server:
        assert server.getsockname()[1] == port


@pytest.mark.parametrize("text", ["", "0", "65536", "-1", "http", "8501x", "80.5", "²"])
def test_what_is_no_port_is_refused(text):
    with pytest.raises(SetupError) as refused:
        check_port(text)

    assert str(refused.value) == f"{text!r} is not a port. Use a number from 1 to 65535."


def test_make_run_says_in_one_line_why_it_does_not_start(taken_port):
    ended = subprocess.run(
        [sys.executable, "-m", "bulkgen.ui.launch", str(taken_port)],
        capture_output=True,
        text=True,
        cwd=Path(ROOT),
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr == (
        f"bulkgen: Port {taken_port} is in use. Stop the other program, or choose another port: "
        f"make run PORT={taken_port + 1}\n"
    )
    assert ended.stdout == ""


def test_a_browser_calls_the_app_by_the_names_of_this_machine():
    assert allowed_hosts(None) == ["localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        ("https://pictures.example", "pictures.example"),
        ("https://pictures.example:8443/studio", "pictures.example"),
        ("http://Pictures.Example/", "pictures.example"),
        ("http://192.168.1.7:8501", "192.168.1.7"),
    ],
)
def test_a_public_address_adds_its_name_without_port_and_path(public_url, host):
    assert allowed_hosts(public_url) == ["localhost", "127.0.0.1", "[::1]", host]
