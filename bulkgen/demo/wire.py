"""Errors as OpenAI's API sends them."""

import hashlib
import math
from collections.abc import Mapping

from starlette.responses import HTMLResponse, JSONResponse, Response
from typing_extensions import override

ORGANIZATION = "org-demo"


def organization_of(key: str) -> str:
    """The organization a key belongs to: what follows its last dot, else one of its own."""
    _, dot, name = key.rpartition(".")
    return f"org-{name if dot else hashlib.sha256(key.encode()).hexdigest()[:8]}"


_HTML = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


class WireError(Exception):
    """An answer with an error envelope."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.envelope = {"message": message, "type": kind, "param": param, "code": code}
        self.headers = headers

    def response(self) -> Response:
        """The answer as it is sent."""
        return JSONResponse({"error": self.envelope}, self.status, self.headers)


class GatewayError(WireError):
    """The page of a proxy in front of the API."""

    def __init__(self) -> None:
        super().__init__(502, "Bad Gateway")

    @override
    def response(self) -> Response:
        return HTMLResponse(_HTML, self.status)


def invalid_value(param: str, message: str) -> WireError:
    """400 for a parameter the model does not take with this value."""
    return WireError(400, message, code="invalid_value", param=param)


def no_such_model(model_id: str) -> WireError:
    """404 for a model that is unknown or has ended."""
    return WireError(
        404,
        f"The model `{model_id}` does not exist or you do not have access to it.",
        code="model_not_found",
    )


def moderation_blocked(request_id: str) -> WireError:
    """400 for a prompt the safety system refuses."""
    return WireError(
        400,
        "Your request was rejected by the safety system. If you believe this is an error, contact "
        f"us at help.openai.com and include the request ID {request_id}. "
        "safety_violations=[violence].",
        kind="image_generation_user_error",
        code="moderation_blocked",
    )


def image_limit(model_id: str, *, limit: int, used: int, images: int, wait_s: float) -> WireError:
    """429 of the images-per-minute limit."""
    return WireError(
        429,
        f"Rate limit reached for {model_id} (for limit gpt-image) in organization {ORGANIZATION} "
        f"on input-images per min: Limit {limit}, Used {used}, Requested {images}. "
        f"Please try again in {wait_text(wait_s)}.",
        kind="input-images",
        code="rate_limit_exceeded",
        headers=wait_headers(wait_s),
    )


def too_many_images(model_id: str, *, limit: int, images: int) -> WireError:
    """429 for a call that no waiting lets through."""
    return WireError(
        429,
        f"Request too large for {model_id} (for limit gpt-image) in organization {ORGANIZATION} "
        f"on input-images per min: Limit {limit}, Requested {images}.",
        kind="input-images",
        code="rate_limit_exceeded",
    )


def wait_headers(wait_s: float) -> dict[str, str]:
    """How long to wait, in whole seconds and in milliseconds."""
    milliseconds = _milliseconds(wait_s)
    return {"retry-after": str(-(-milliseconds // 1000)), "retry-after-ms": str(milliseconds)}


def wait_text(wait_s: float) -> str:
    """A wait as the API writes it: 240ms, 1.5s, 12s."""
    milliseconds = _milliseconds(wait_s)
    seconds, rest = divmod(milliseconds, 1000)
    if not seconds:
        return f"{rest}ms"
    return f"{seconds}.{rest:03}".rstrip("0").rstrip(".") + "s"


def _milliseconds(wait_s: float) -> int:
    """Rounded up, so that the wait suffices; rounding errors of the clock do not count."""
    return math.ceil(round(wait_s * 1000, 3))
