"""While there is no sign-in, only this machine is answered."""

import ipaddress

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class LoopbackOnly:
    """Refuses whoever connects from another machine, whatever server runs the app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from a loopback address."""
        client = scope.get("client")
        if scope["type"] == "lifespan" or (client and ipaddress.ip_address(client[0]).is_loopback):
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse("bulkgen answers this machine only.", status_code=403)
        await refusal(scope, receive, send)
