"""The endpoint that writes text: the words of a page, in the shape of a JSON schema."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from bulkgen.demo.calls import Call, deliver, refuse
from bulkgen.demo.orders import IMAGE_TOKENS, text_tokens
from bulkgen.domain.attempts import Usage
from bulkgen.domain.page_text import write_page_text
from bulkgen.domain.pages import PageText
from bulkgen.domain.pricing import page_text_cost

#: The part of a picture's latency that text takes.
_LATENCY_SHARE = 0.2


async def responses(call: Call) -> Response:
    """POST /v1/responses."""
    fields = await call.fields()
    texts, images = _parts(fields.get("input"))
    prompt, known_tags = _page_data("\n".join(texts))
    entry = call.entry({**fields, "prompt": prompt})
    rule = await refuse(call, entry)
    output = _written(write_page_text(prompt, known_tags), fields)
    usage = Usage(
        text_in=text_tokens("".join(texts)), image_in=IMAGE_TOKENS * images, out=text_tokens(output)
    )
    state = call.state
    entry.outcome = "open"
    entry.cost_usd = str(page_text_cost(state.catalogue.text_model, usage))
    await state.sleep_until(state.now_s() + _LATENCY_SHARE * state.next_latency_s())
    entry.outcome = "bought"
    return await deliver(call, json.dumps(_answer(fields, output, usage)).encode(), rule)


def _parts(given: Any) -> tuple[list[str], int]:  # noqa: ANN401 - a text, or messages
    """The texts of an input, and how many pictures come with them."""
    messages = [{"content": given}] if isinstance(given, str) else given or []
    texts: list[str] = []
    images = 0
    for message in messages:
        content = message.get("content") or []
        if isinstance(content, str):
            content = [{"type": "input_text", "text": content}]
        texts += [part["text"] for part in content if part.get("type") == "input_text"]
        images += sum(part.get("type") == "input_image" for part in content)
    return texts, images


def _page_data(text: str) -> tuple[str, list[str]]:
    """The prompt and the known tags, where the text is JSON that names them; else all of it."""
    try:
        data = json.loads(text)
    except ValueError:
        return text, []
    if not isinstance(data, dict) or not isinstance(data.get("prompt"), str):
        return text, []
    return data["prompt"], [tag for tag in data.get("known_tags", ()) if isinstance(tag, str)]


def _written(page: PageText, fields: Mapping[str, Any]) -> str:
    """The page's words as JSON when a schema is asked for, else its description."""
    form = (fields.get("text") or {}).get("format") or {}
    if form.get("type") != "json_schema":
        return page.description
    filled = _filled(form["schema"], "", form["schema"].get("$defs", {}), page)
    return json.dumps(filled, ensure_ascii=False)


def _filled(
    schema: Mapping[str, Any], name: str, definitions: Mapping[str, Any], page: PageText
) -> Any:  # noqa: ANN401 - any JSON
    """A value that fits the schema of the property `name`."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        schema = schema["anyOf"][0]
    match schema.get("type"):
        case _ if "enum" in schema:
            value: Any = schema["enum"][0]
        case "object":
            properties = schema.get("properties", {}).items()
            value = {key: _filled(part, key, definitions, page) for key, part in properties}
        case "array" if name == "tags":
            value = list(page.tags[: schema.get("maxItems")])
        case "array":
            value = [_filled(schema.get("items", {}), name, definitions, page)]
        case "string":
            words: Mapping[str, Sequence[str]] = {"description": page.description, "alt": page.alt}
            value = words.get(name, page.title)[: schema.get("maxLength")]
        case "integer" | "number":
            value = schema.get("minimum", 0)
        case "boolean":
            value = False
        case _:
            value = None
    return value


def _answer(fields: Mapping[str, Any], output: str, usage: Usage) -> dict[str, Any]:
    """The answer, with every field the SDK's model requires."""
    content = {"type": "output_text", "text": output, "annotations": []}
    message = {
        "type": "message",
        "id": f"msg_{uuid4().hex}",
        "status": "completed",
        "role": "assistant",
        "content": [content],
    }
    tokens_in = usage.text_in + usage.image_in
    return {
        "id": f"resp_{uuid4().hex}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": fields.get("instructions"),
        "max_output_tokens": fields.get("max_output_tokens"),
        "metadata": {},
        "model": fields.get("model"),
        "output": [message],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": fields.get("reasoning"),
        "store": fields.get("store", True),
        "temperature": 1.0,
        "text": fields.get("text"),
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": tokens_in,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": usage.out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": tokens_in + usage.out,
        },
    }
