"""The endpoints that make pictures: generations and edits."""

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from bulkgen.demo.calls import Call, deliver, refuse
from bulkgen.demo.faults import Action, FaultRule
from bulkgen.demo.orders import Order, read_order
from bulkgen.demo.pictures import Picture, painted, prepared
from bulkgen.demo.state import LedgerEntry
from bulkgen.demo.wire import WireError, invalid_value, moderation_blocked
from bulkgen.domain.pricing import exact_cost

#: A prompt that holds this is refused by the safety system.
BLOCKED_MARKER = "[blocked]"

_MAX_INPUT_IMAGES = 16
_FILE_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")


async def generations(call: Call) -> Response:
    """POST /v1/images/generations."""
    return await _serve(call, await call.fields(), input_images=None)


async def edits(call: Call) -> Response:
    """POST /v1/images/edits; the picture is painted from the prompt alone."""
    async with call.request.form() as form:
        files = [
            await value.read()
            for name, value in form.multi_items()
            if name in ("image", "image[]") and isinstance(value, UploadFile)
        ]
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    if not 1 <= len(files) <= _MAX_INPUT_IMAGES:
        message = f"An edit takes 1 to {_MAX_INPUT_IMAGES} images, but got {len(files)}."
        raise invalid_value("image", message)
    if not all(data.startswith(_FILE_STARTS) for data in files):
        raise WireError(
            400,
            "Invalid image file or mode, please check your image file.",
            kind="image_generation_user_error",
            code="invalid_image_file",
            param="image",
        )
    return await _serve(call, fields, input_images=len(files))


async def _serve(call: Call, fields: Mapping[str, Any], *, input_images: int | None) -> Response:
    images = fields.get("n")
    entry = call.entry(fields, images=images if isinstance(images, int) else 1)
    rule = await refuse(call, entry)
    try:
        order = read_order(
            fields, call.state.catalogue, call.state.today(), input_images=input_images
        )
        entry.n = order.images
        call.state.admit(call.fingerprint, order)
        if BLOCKED_MARKER in order.prompt:
            raise moderation_blocked(call.request_id)
    except WireError as error:
        entry.error = error.code
        raise
    pictures = await _buy(call, order, entry, rule)
    return await deliver(call, _body(order, pictures, rule), rule)


async def _buy(
    call: Call, order: Order, entry: LedgerEntry, rule: FaultRule | None
) -> list[Picture]:
    """Make the pictures within the latency, whether or not the client still waits for them."""
    state = call.state
    ready_s = state.now_s() + state.next_latency_s()
    entry.outcome = "open"
    entry.cost_usd = str(exact_cost(order.model, order.usage()))
    first = state.first_index(order)
    shrink = 2 if rule and rule.action is Action.WRONG_SIZE else 1
    size_bytes = state.options.prepared_bytes

    def make(place: int) -> Picture:
        if size_bytes is not None:
            return prepared(order, entry.call * order.model.max_images_per_call + place, size_bytes)
        return painted(order, first + place, shrink=shrink)

    loop = asyncio.get_running_loop()
    pictures = await asyncio.gather(
        *(loop.run_in_executor(state.pool, make, place) for place in range(order.images))
    )
    await state.sleep_until(ready_s)
    entry.sha256 = [picture.sha256 for picture in pictures]
    entry.outcome = "bought"
    return pictures


def _body(order: Order, pictures: list[Picture], rule: FaultRule | None) -> bytes:
    """The answer's JSON; base64 needs no escaping, so it is put in as it is."""
    contents = [picture.b64 for picture in pictures]
    if rule and rule.action is Action.EMPTY_DATA:
        contents = []
    if rule and rule.action is Action.BAD_BASE64:
        contents = [b"!" + b64[1:] for b64 in contents]
    head = {
        "created": int(time.time()),
        "background": "transparent" if order.transparent else "opaque",
        "output_format": order.output_format,
        "quality": order.quality,
        "size": order.size,
    }
    data = b",".join(b'{"b64_json":"%b"}' % b64 for b64 in contents)
    usage = json.dumps(_usage(order)).encode()
    return b'%b,"data":[%b],"usage":%b}' % (json.dumps(head).encode()[:-1], data, usage)


def _usage(order: Order) -> dict[str, Any]:
    usage = order.usage()
    tokens_in = usage.text_in + usage.image_in
    return {
        "input_tokens": tokens_in,
        "input_tokens_details": {"image_tokens": usage.image_in, "text_tokens": usage.text_in},
        "output_tokens": usage.out,
        "output_tokens_details": {"image_tokens": usage.out, "text_tokens": 0},
        "total_tokens": tokens_in + usage.out,
    }
