"""OpenAI's image models, through OpenAI's own SDK."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import openai
import structlog
from typing_extensions import override

from bulkgen.domain.attempts import Failure, FailureKind, Usage
from bulkgen.domain.errors import ProviderError
from bulkgen.domain.images import ImageRequest, ProviderAnswer
from bulkgen.domain.models import AUTO, width_and_height
from bulkgen.ports import Arrival, ImageProvider
from bulkgen.providers.openai_errors import ErrorAnswer, classify
from bulkgen.providers.openai_stream import AnswerSplitter, UnreadableAnswerError

_CONNECT_TIMEOUT_S = 10.0
#: Larger pictures, 2K and 4K, take much longer.
_LARGE_PIXELS = 1_600_000

_NO_ANSWER = "The connection to OpenAI broke before the picture came. It may have been charged."
_NOT_SENT = "OpenAI could not be reached. Check the network; nothing was charged."

#: Answers received at a time. More of them at once hold more memory, and their threads take the
#: interpreter from each other at every part.
_receiving = threading.BoundedSemaphore(1)
_TURN_S = 0.25

_log = structlog.get_logger()


def call_timeout_s(request: ImageRequest) -> float:
    """How long a call may be silent, by the pixels and the quality asked for."""
    if AUTO in (request.size, request.quality):
        return 600.0
    width, height = width_and_height(request.size)
    if width * height > _LARGE_PIXELS:
        return 600.0
    return 300.0 if request.quality in ("xhigh", "max") else 180.0


class OpenAIImages(ImageProvider):
    """Sends one HTTP request for each call and streams the answer into the spool."""

    def __init__(self, base_url: Callable[[], str | None], http_client: httpx2.Client) -> None:
        self._base_url = base_url
        self._http = http_client

    @override
    def generate(self, request: ImageRequest, key: str, arrival: Arrival) -> ProviderAnswer:
        answered = self._ask(request, key, arrival)
        # Raised here, where no error of the SDK, which holds the key, can become its context.
        if isinstance(answered, Failure):
            raise ProviderError(answered)
        return answered

    def _ask(self, request: ImageRequest, key: str, arrival: Arrival) -> ProviderAnswer | Failure:
        client = openai.OpenAI(
            api_key=key, base_url=self._base_url(), max_retries=0, http_client=self._http
        )
        try:
            return _receive(client, request, arrival)
        except openai.APIStatusError as error:
            return classify(_error_answer(error))
        except openai.APIConnectionError as error:
            return _connection_failure(error)


def _receive(
    client: openai.OpenAI, request: ImageRequest, arrival: Arrival
) -> ProviderAnswer | Failure:
    call = client.images.with_streaming_response.generate(
        prompt=request.prompt,
        # The SDK looks up the type of each parameter of its own, which takes longer than the rest
        # of sending; the body is the same.
        extra_body=_parameters(request),
        # A compressed body would have to be unpacked before it can be split.
        extra_headers={"accept-encoding": "identity"},
        timeout=httpx2.Timeout(call_timeout_s(request), connect=_CONNECT_TIMEOUT_S),
    )
    with call as response:
        request_id = response.headers.get("x-request-id")
        packed = response.headers.get("content-encoding", "identity") != "identity"
        http_response = response.http_response
        parts = http_response.iter_bytes if packed else http_response.iter_raw
        try:
            with _turn():
                usage = _take_in(parts(), arrival)
        except (httpx2.HTTPError, UnreadableAnswerError) as error:
            _log.warning("answer_broken", request_id=request_id, reason=type(error).__name__)
            return Failure(kind=FailureKind.NO_ANSWER, message=_NO_ANSWER, request_id=request_id)
    return ProviderAnswer(
        images=arrival.finished(),
        usage=usage,
        request_id=request_id,
        model=request.model,
        account=_account(response.headers),
        images_per_minute=_limit(response.headers),
    )


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for the others that receive, but not long: one of them may be slow."""
    mine = _receiving.acquire(timeout=_TURN_S)
    try:
        yield
    finally:
        if mine:
            _receiving.release()


def _take_in(parts: Iterable[bytes], arrival: Arrival) -> Usage | None:
    """Bring the pictures of a body into the arrival; a body without one is kept as it came."""
    splitter = AnswerSplitter(arrival.new_image)
    # Parts come as they were read; gathered ones would be lost when the connection breaks.
    for part in parts:
        splitter.write(part)
    answer = splitter.finish()
    if not arrival.finished():
        arrival.keep_unread(splitter.unread)
    return _usage(answer.get("usage"))


def _parameters(request: ImageRequest) -> dict[str, Any]:
    """The body of the call: every choice explicit, and only what the model takes."""
    parameters: dict[str, Any] = {
        "model": request.model,
        "size": request.size,
        "quality": request.quality,
        "n": request.images,
        "output_format": request.output_format,
        "background": request.background,
        "moderation": request.moderation,
        "safety_identifier": request.safety_identifier,
    }
    if request.output_format != "png":
        parameters["output_compression"] = request.output_compression
    return parameters


def _usage(usage: Any) -> Usage | None:  # noqa: ANN401 - whatever the body holds
    try:
        details = usage["input_tokens_details"]
        return Usage(
            text_in=int(details["text_tokens"]),
            image_in=int(details["image_tokens"]),
            out=int(usage["output_tokens"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _account(headers: httpx2.Headers) -> str | None:
    """The organization and its project, which share one limit."""
    organization = headers.get("openai-organization")
    if not organization:
        return None
    return "/".join(filter(None, [organization, headers.get("openai-project")]))


def _limit(headers: httpx2.Headers) -> int | None:
    """The images-per-minute limit, from a header that OpenAI documents nowhere and may send."""
    for name in ("x-ratelimit-limit-images", "x-ratelimit-limit-input-images"):
        value = headers.get(name, "")
        if value.isdecimal() and int(value) > 0:
            return int(value)
    return None


def _connection_failure(error: openai.APIConnectionError) -> Failure:
    before_sending = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
    if isinstance(error.__cause__, (*before_sending, httpx2.LocalProtocolError)):
        return Failure(kind=FailureKind.NOT_SENT, message=_NOT_SENT)
    return Failure(kind=FailureKind.NO_ANSWER, message=_NO_ANSWER)


def _error_answer(error: openai.APIStatusError) -> ErrorAnswer:
    body = error.body
    envelope = body if isinstance(body, dict) else None
    return ErrorAnswer(
        status=error.status_code,
        has_envelope=envelope is not None,
        type=_text(envelope, "type"),
        code=_text(envelope, "code"),
        param=_text(envelope, "param"),
        message=_text(envelope, "message") or "",
        request_id=error.request_id,
        headers=dict(error.response.headers),
    )


def _text(envelope: dict[str, object] | None, name: str) -> str | None:
    value = envelope.get(name) if envelope else None
    return value if isinstance(value, str) else None
