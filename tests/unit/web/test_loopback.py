import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from bulkgen.web.loopback import LoopbackOnly


def _answer(_request: object) -> PlainTextResponse:
    return PlainTextResponse("inside")


@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403), ("2001:db8::7", 403)],
)
def test_only_this_machine_is_answered(address: str, status: int) -> None:
    app = LoopbackOnly(Starlette(routes=[Route("/", _answer)]))

    with TestClient(app, client=(address, 50_000)) as client:
        assert client.get("/").status_code == status
