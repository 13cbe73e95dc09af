"""Moderation by OpenAI, through OpenAI's own SDK."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import replace
from hashlib import sha256

import httpx2
import openai
import structlog
from openai.types import ModerationMultiModalInputParam
from pydantic import BaseModel, Field
from typing_extensions import override

from bulkgen.domain.moderation import Thresholds
from bulkgen.domain.pages import PageStatus, Verdict
from bulkgen.ports import Moderator

TIMEOUT_S = 30.0

_UNAVAILABLE = Verdict(status=PageStatus.DRAFT, scores={}, unavailable=True)

_log = structlog.get_logger()


class _Result(BaseModel):
    flagged: bool
    categories: dict[str, bool | None] = {}
    category_scores: dict[str, float | None]
    category_applied_input_types: dict[str, list[str]] = {}


class _Answer(BaseModel):
    model: str | None = None
    results: list[_Result] = Field(min_length=1)


class OpenAIModerator(Moderator):
    """Asks once for each page, with the prompt and its picture.

    Only sexual content, violence and self-harm are looked for in the picture; every other category
    is judged by the prompt.
    """

    def __init__(
        self,
        model: str,
        base_url: str | Callable[[], str | None] | None,
        http_client: httpx2.Client,
        thresholds: Callable[[], Thresholds],
    ) -> None:
        self._model = model
        self._base_url = base_url
        self._http = http_client
        self._thresholds = thresholds

    @override
    def judge(self, prompt: str, picture_jpeg: bytes, key: str) -> Verdict:
        picture = base64.b64encode(picture_jpeg).decode()
        parts: list[ModerationMultiModalInputParam] = [
            {"type": "text", "text": prompt},
            {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{picture}"}},
        ]
        answer = self._answer(parts, key)
        if answer is None:
            return _UNAVAILABLE
        seen = (prompt.encode("utf-8", "surrogatepass"), picture_jpeg)
        return replace(
            self._verdict(answer.results, answer.model),
            input_sha256=tuple(sha256(data).hexdigest() for data in seen),
        )

    @override
    def judge_prompts(self, prompts: Sequence[str], key: str) -> list[Verdict]:
        answer = self._answer(list(prompts), key)
        if answer is None or len(answer.results) != len(prompts):
            return [_UNAVAILABLE] * len(prompts)
        return [self._verdict([result], answer.model) for result in answer.results]

    def _answer(
        self, question: list[str] | list[ModerationMultiModalInputParam], key: str
    ) -> _Answer | None:
        """What OpenAI answers; None for an outage, an answer of another shape or a bad key."""
        base_url = self._base_url() if callable(self._base_url) else self._base_url
        try:
            client = openai.OpenAI(
                api_key=key,
                base_url=base_url,
                max_retries=0,
                timeout=TIMEOUT_S,
                http_client=self._http,
            )
            create = client.moderations.with_raw_response.create
            response = create(model=self._model, input=question)
            return _Answer.model_validate_json(response.http_response.content)
        except (openai.OpenAIError, ValueError) as error:
            # A ValueError is an answer of another shape, or a key that fits in no header.
            _log.warning("moderation_unavailable", reason=type(error).__name__)
            return None

    def _verdict(self, results: Sequence[_Result], model: str | None) -> Verdict:
        scores: dict[str, float] = {}
        looked_at: dict[str, list[str]] = {}
        flagged: set[str] = set()
        for result in results:
            for category, score in result.category_scores.items():
                scores[category] = max(score or 0.0, scores.get(category, 0.0))
            looked_at |= result.category_applied_input_types
            if result.flagged:
                flagged |= {name for name, is_so in result.categories.items() if is_so} or {
                    max(scores, key=lambda name: scores[name], default="flagged")
                }
        status, decisive = self._thresholds().decide(scores, flagged)
        return Verdict(
            status=status, scores=scores, category=decisive, model=model, looked_at=looked_at
        )
