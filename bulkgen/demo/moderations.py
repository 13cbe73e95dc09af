"""The endpoint that judges texts and pictures."""

import hashlib
import json
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from bulkgen.demo.calls import Call, deliver, refuse
from bulkgen.demo.wire import WireError

#: Every category is flagged by its own name in brackets, "[violence]", and comes near it with a
#: question mark, "[sexual?]"; pictures are looked at for these alone.
_IN_PICTURES = frozenset(
    {"sexual", "violence", "violence/graphic"}
    | {"self-harm", "self-harm/intent", "self-harm/instructions"}
)
_CATEGORIES = (
    *sorted(_IN_PICTURES),
    *("harassment", "harassment/threatening", "hate", "hate/threatening"),
    *("illicit", "illicit/violent", "sexual/minors"),
)
_FLAGGED_SCORE = 0.97
_DOUBTFUL_SCORE = 0.35
_MOST_INNOCENT_SCORE = 0.002


async def moderations(call: Call) -> Response:
    """POST /v1/moderations: a result for each text, or one for a text and its picture."""
    fields = await call.fields()
    inputs = _inputs(fields.get("input"))
    rule = await refuse(call, call.entry({"prompt": "\n".join(text for text, _ in inputs)}))
    answer = {
        "id": f"modr-{uuid4().hex}",
        "model": fields.get("model", call.state.catalogue.moderation_model),
        "results": [_result(text, has_picture=has_picture) for text, has_picture in inputs],
    }
    return await deliver(call, json.dumps(answer).encode(), rule)


def _inputs(given: Any) -> list[tuple[str, bool]]:  # noqa: ANN401 - a text, texts, or parts
    """Each text to judge, and whether a picture belongs to it; raises WireError."""
    if isinstance(given, str):
        given = [given]
    if not given or not isinstance(given, list):
        raise WireError(
            400,
            "Missing required parameter: 'input'.",
            code="missing_required_parameter",
            param="input",
        )
    texts = [text for text in given if isinstance(text, str)]
    if texts:
        return [(text, False) for text in texts]
    text = "\n".join(part["text"] for part in given if part.get("type") == "text")
    return [(text, any(part.get("type") == "image_url" for part in given))]


def _result(text: str, *, has_picture: bool) -> dict[str, Any]:
    categories = {name: f"[{name}]" in text for name in _CATEGORIES}
    both = ["text", "image"] if has_picture else ["text"]
    return {
        "flagged": any(categories.values()),
        "categories": categories,
        "category_scores": {name: _score(name, text) for name in _CATEGORIES},
        "category_applied_input_types": {
            name: both if name in _IN_PICTURES else ["text"] for name in _CATEGORIES
        },
    }


def _score(category: str, text: str) -> float:
    if f"[{category}]" in text:
        return _FLAGGED_SCORE
    if f"[{category}?]" in text:
        return _DOUBTFUL_SCORE
    digest = hashlib.sha256(f"{category}\0{text}".encode("utf-8", "replace")).digest()
    return _MOST_INNOCENT_SCORE * digest[0] / 255
