"""What the review screen asks for and what it sends, as JSON."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from anyio import to_thread
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bulkgen.domain.errors import BulkgenError, InputError, NotFoundError
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.review import Review, ReviewDecision
from bulkgen.studio import Studio

#: What a browser sends of its own accord while a page closes.
_MAX_BODY_BYTES = 65_536
_MAX_PROMPTS = 50
_NO_STORE = {"Cache-Control": "no-store"}

_Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
_Numbers = Annotated[tuple[_Number, ...], Field(max_length=1_000)]
#: The whole range a date can have, in milliseconds since 1970.
_Milliseconds = Annotated[int, Field(ge=0, le=253_402_300_799_000)]


def review_routes(studio: Callable[[], Studio]) -> list[Route]:
    """The routes of review; `studio` is asked for at each request."""
    web = _ReviewWeb(studio)
    address = "/app/static/review/{job_id:uuid}"
    return [
        Route(address, web.review),
        Route(f"{address}/prompts", web.prompts),
        Route(f"{address}/decisions", web.decide, methods=["POST"]),
    ]


class _SentDecision(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: _Number
    at: _Milliseconds
    prompt: _Number
    decided: bool
    shown: _Numbers
    selected: _Numbers
    starred: _Numbers

    def decision(self) -> ReviewDecision:
        return ReviewDecision(
            number=self.number,
            at=datetime.fromtimestamp(self.at / 1000, UTC),
            prompt_number=self.prompt,
            decided=self.decided,
            shown=self.shown,
            selected=self.selected,
            starred=self.starred,
        )


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")

    mount: UUID
    position: _Number | None = None
    decisions: tuple[_SentDecision, ...] = ()


class _RefusedError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class _ReviewWeb:
    def __init__(self, studio: Callable[[], Studio]) -> None:
        self._studio = studio

    def review(self, request: Request) -> Response:
        job_id = _job_id(request)

        def answer() -> dict[str, Any]:
            review = self._studio().reviews.get(LOCAL_ADMIN, job_id)
            to_create = self._studio().pages.to_create(LOCAL_ADMIN, job_id)
            return {**_review_json(review), "to_create": to_create}

        return _answer(answer)

    def prompts(self, request: Request) -> Response:
        job_id = _job_id(request)

        def answer() -> list[dict[str, Any]]:
            first, last = _range(request)
            return _prompts_json(self._studio().reviews.images(LOCAL_ADMIN, job_id, first, last))

        return _answer(answer)

    async def decide(self, request: Request) -> Response:
        job_id = _job_id(request)
        try:
            _check_origin(request)
            sent = _read(await _body(request))
        except _RefusedError as refusal:
            return _failure(refusal.status, str(refusal))

        def answer() -> dict[str, Any]:
            decisions = [decision.decision() for decision in sent.decisions]
            self._studio().reviews.decide(LOCAL_ADMIN, job_id, sent.mount, decisions, sent.position)
            return {"written": len(decisions)}

        return await to_thread.run_sync(_answer, answer)


def _job_id(request: Request) -> UUID:
    job_id: UUID = request.path_params["job_id"]
    return job_id


def _check_origin(request: Request) -> None:
    """Only a page of ours may send; a browser names the page in every POST."""
    origin = urlsplit(request.headers.get("origin", "")).netloc
    if not origin or origin != request.headers.get("host"):
        raise _RefusedError(403, "Decisions are taken from bulkgen's own pages only.")
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise _RefusedError(415, "Decisions are sent as JSON.")


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_BODY_BYTES:
            raise _RefusedError(413, "These are too many decisions at once. Send fewer.")
    return body


def _read(body: bytes) -> _Sent:
    try:
        return _Sent.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the whole"
        reason = f"The decisions cannot be read ({place}: {first['msg']}). Reload the page."
        raise _RefusedError(400, reason) from None


def _range(request: Request) -> tuple[int, int]:
    try:
        first = int(request.query_params["first"])
        last = int(request.query_params["last"])
    except (KeyError, ValueError):
        raise InputError("Name the prompts by two numbers, first and last.") from None
    if not 1 <= first <= last < first + _MAX_PROMPTS:
        raise InputError(f"Ask for 1 to {_MAX_PROMPTS} prompts at once.")
    return first, last


def _review_json(review: Review) -> dict[str, Any]:
    return {
        "position": review.next_number,
        "decided": [int(prompt.decided) for prompt in review.prompts],
        "selected": [prompt.selected for prompt in review.prompts],
        "now": round(datetime.now(UTC).timestamp() * 1000),
    }


def _prompts_json(images: Iterable[GeneratedImage]) -> list[dict[str, Any]]:
    return [
        {"number": number, "images": [_image_json(image) for image in group]}
        for number, group in groupby(images, key=lambda image: image.prompt_number)
    ]


def _image_json(image: GeneratedImage) -> dict[str, Any]:
    return {
        "id": str(image.id),
        "number": image.number,
        "prompt": image.prompt,
        "status": image.status,
        "message": image.message,
        "width": image.width_px,
        "height": image.height_px,
        "selected": image.selected,
        "starred": image.starred,
    }


def _answer(answer: Callable[[], Any]) -> Response:
    try:
        return JSONResponse(answer(), headers=_NO_STORE)
    except NotFoundError as error:
        return _failure(404, str(error))
    except InputError as error:
        return _failure(400, str(error))
    except BulkgenError as error:
        return _failure(503, str(error))


def _failure(status: int, reason: str) -> Response:
    return JSONResponse({"reason": reason}, status_code=status, headers=_NO_STORE)
