"""The demo server: a Starlette app that speaks OpenAI's wire protocol."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bulkgen.demo.calls import Call, refuse, route_for
from bulkgen.demo.images import edits, generations
from bulkgen.demo.moderations import moderations
from bulkgen.demo.options import DemoOptions
from bulkgen.demo.orders import find_model
from bulkgen.demo.responses import responses
from bulkgen.demo.state import DemoState
from bulkgen.demo.wire import invalid_value
from bulkgen.domain.models import ImageModel

#: When the models say they were made.
_CREATED = 1_788_825_600


def create_app(options: DemoOptions) -> Starlette:
    """A server with an account of its own; everything it knows is in memory."""
    state = DemoState(options)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        state.pool.shutdown(wait=False, cancel_futures=True)

    routes = [
        ("POST", "/v1/images/generations", "images", generations),
        ("POST", "/v1/images/edits", "images", edits),
        ("POST", "/v1/responses", "responses", responses),
        ("POST", "/v1/moderations", "moderations", moderations),
        ("GET", "/v1/models", "models", _models),
        ("GET", "/v1/models/{id}", "models", _model),
        ("POST", "/_demo/pace", "control", _set_pace),
    ]
    if options.control:
        routes += [
            ("POST", "/_demo/script", "control", _set_script),
            ("GET", "/_demo/ledger", "control", _ledger),
        ]
    return Starlette(
        routes=[
            Route(path, route_for(state, endpoint, handler), methods=[method])
            for method, path, endpoint, handler in routes
        ],
        lifespan=lifespan,
    )


async def _models(call: Call) -> Response:
    """GET /v1/models: every model that has not ended."""
    await refuse(call, call.entry({}))
    catalogue = call.state.catalogue
    today = call.state.today()
    living = [
        _described(model) for model in catalogue.models.values() if not model.has_ended(today)
    ]
    others = [_listed(name, None) for name in (catalogue.text_model.id, catalogue.moderation_model)]
    return JSONResponse({"object": "list", "data": [*living, *others]})


async def _model(call: Call) -> Response:
    """GET /v1/models/{id}."""
    model_id = call.request.path_params["id"]
    await refuse(call, call.entry({"model": model_id}))
    catalogue = call.state.catalogue
    if model_id in (catalogue.text_model.id, catalogue.moderation_model):
        return JSONResponse(_listed(model_id, None))
    model = find_model(catalogue, model_id, call.state.today())
    return JSONResponse({**_described(model), "id": model_id})


def _described(model: ImageModel) -> dict[str, Any]:
    return _listed(model.id, model.shutdown_date.isoformat() if model.shutdown_date else None)


def _listed(model_id: str, shutdown_date: str | None) -> dict[str, Any]:
    return {
        "id": model_id,
        "object": "model",
        "created": _CREATED,
        "owned_by": "system",
        "shutdown_date": shutdown_date,
    }


async def _set_pace(call: Call) -> Response:
    """POST /_demo/pace {"images_per_minute": 20, "latency_s": 12}."""
    pace = await call.fields()
    images_per_minute, latency_s = pace.get("images_per_minute"), pace.get("latency_s")
    if not isinstance(images_per_minute, int) or images_per_minute < 1:
        raise invalid_value("images_per_minute", "images_per_minute is a whole number from 1.")
    if not isinstance(latency_s, int | float) or latency_s < 0:
        raise invalid_value("latency_s", "latency_s is a number of seconds from 0.")
    call.state.set_pace(images_per_minute, latency_s)
    return JSONResponse({})


async def _set_script(call: Call) -> Response:
    """POST /_demo/script [rule, ...]: the fields of FaultRule; they replace those before."""
    call.state.script.replace(await call.json())
    return JSONResponse({})


async def _ledger(call: Call) -> Response:
    """GET /_demo/ledger: the entries of every call that may cost money."""
    return JSONResponse(call.state.ledger())
