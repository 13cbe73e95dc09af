"""What every call to the API has in common: its key, its headers, its faults."""

import asyncio
import gzip
import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bulkgen.demo.connections import reset
from bulkgen.demo.faults import Action, FaultRule, RefusedCall, refusal
from bulkgen.demo.state import DemoState, LedgerEntry
from bulkgen.demo.wire import ORGANIZATION, WireError, organization_of

_SLOW_BODY_S = 1.0
_SLOW_PARTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request that came with a key."""

    request: Request
    state: DemoState
    #: images, responses, moderations, models or control.
    endpoint: str
    key: str
    request_id: str

    @property
    def fingerprint(self) -> str:
        """Names the key without holding it."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:12]

    async def json(self) -> Any:  # noqa: ANN401 - any JSON
        """The body as JSON; raises WireError."""
        try:
            return json.loads(await self.request.body())
        except ValueError:
            raise _unreadable() from None

    async def fields(self) -> dict[str, Any]:
        """The body as a JSON object; raises WireError."""
        body = await self.json()
        if not isinstance(body, dict):
            raise _unreadable()
        return body

    def entry(self, fields: Mapping[str, Any], *, images: int = 0) -> LedgerEntry:
        """Give the call its number and write it down, before anything can happen to it."""
        return self.state.new_entry(
            endpoint=self.endpoint,
            key=self.fingerprint,
            model=str(fields.get("model")),
            n=images,
            prompt=str(fields.get("prompt", "")),
            request_id=self.request_id,
        )


Handler = Callable[[Call], Awaitable[Response]]


def route_for(
    state: DemoState, endpoint: str, handler: Handler
) -> Callable[[Request], Awaitable[Response]]:
    """A handler that asks for a key, sends errors in the envelope and adds the headers."""

    async def serve(request: Request) -> Response:
        started_s = time.monotonic()
        request_id = f"req_{uuid4().hex}"
        organization = ORGANIZATION
        try:
            key = _bearer(request)
            organization = organization_of(key)
            response = await handler(
                Call(
                    request=request,
                    state=state,
                    endpoint=endpoint,
                    key=key,
                    request_id=request_id,
                )
            )
        except WireError as error:
            response = error.response()
        response.headers.update(
            {
                "x-request-id": request_id,
                "openai-version": "2020-10-01",
                "openai-organization": organization,
                "openai-processing-ms": str(round((time.monotonic() - started_s) * 1000)),
            }
        )
        return response

    return serve


def _bearer(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise WireError(
            401,
            "You didn't provide an API key. You need to provide your API key in an Authorization "
            "header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
        )
    return key.strip()


def _unreadable() -> WireError:
    return WireError(400, "We could not parse the JSON body of your request.")


async def refuse(call: Call, entry: LedgerEntry) -> FaultRule | None:
    """Do what the script says before anything is bought; hand back what it says for afterwards.

    Raises WireError.
    """
    rule = call.state.script.fault_for(call.endpoint, entry.prompt, entry.call)
    if rule is None:
        return None
    if rule.action is Action.RESET_BEFORE:
        await _reset(call)
    refused = RefusedCall(
        key=call.key,
        request_id=call.request_id,
        model=entry.model,
        images=entry.n,
        limit=call.state.images_per_minute,
    )
    error = refusal(rule, refused)
    if error is not None:
        entry.error = error.code or str(error.status)
        raise error
    return rule


async def deliver(call: Call, body: bytes, rule: FaultRule | None) -> Response:
    """Send what was bought, in the way the script says."""
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    match rule and rule.action:
        case Action.RESET_AFTER:
            await _reset(call)
        case Action.HANG:
            # With the body read, all that can still be received is that the client has gone.
            await call.request.receive()
        case Action.SLOW_BODY:
            duration_s = _SLOW_BODY_S if rule is None or rule.seconds is None else rule.seconds
            pause_s = duration_s / _SLOW_PARTS / call.state.options.time_scale
            return StreamingResponse(_slowly(body, pause_s), headers=headers)
        case Action.CUT_BODY:
            return StreamingResponse(_slowly(body[: len(body) // 2], 0.0), headers=headers)
        case Action.GZIP:
            headers = {"content-type": "application/json", "content-encoding": "gzip"}
            return Response(gzip.compress(body, 1), headers=headers)
    return Response(body, headers=headers)


async def _reset(call: Call) -> None:
    scope = call.request.scope
    await reset(scope["client"], scope["server"])


async def _slowly(body: bytes, pause_s: float) -> AsyncIterator[bytes]:
    size = -(-len(body) // _SLOW_PARTS)
    for start in range(0, len(body), size):
        yield body[start : start + size]
        await asyncio.sleep(pause_s)
