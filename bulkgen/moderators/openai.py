"""Moderation by OpenAI, through OpenAI's own SDK."""

import base64
from collections.abc import Callable, Mapping, Sequence

import httpx2
import openai
import structlog
from openai.types import ModerationMultiModalInputParam
from pydantic import BaseModel, Field
from typing_extensions import override

from bulkgen.domain.pages import PageStatus, Verdict
from bulkgen.ports import Moderator

TIMEOUT_S = 30.0

#: Scores from which a page is blocked. They are bulkgen's own choice, since OpenAI publishes none.
#: A category without a line follows OpenAI's own flag.
BLOCK_FROM: Mapping[str, float] = {
    "sexual": 0.50,
    "sexual/minors": 0.05,
    "violence/graphic": 0.60,
    "self-harm": 0.40,
    "self-harm/intent": 0.40,
    "self-harm/instructions": 0.40,
    "hate/threatening": 0.30,
}

#: The part of such a score from which a person has to review the page.
_REVIEW_FROM = 0.5

_UNAVAILABLE = Verdict(status=PageStatus.DRAFT, scores={}, unavailable=True)

_log = structlog.get_logger()


class _Result(BaseModel):
    flagged: bool
    category_scores: dict[str, float | None]


class _Answer(BaseModel):
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
    ) -> None:
        self._model = model
        self._base_url = base_url
        self._http = http_client

    @override
    def judge(self, prompt: str, picture_jpeg: bytes, key: str) -> Verdict:
        try:
            return _verdict(self._ask(prompt, picture_jpeg, key).results)
        except (openai.OpenAIError, ValueError) as error:
            # A ValueError is an answer of another shape, or a key that fits in no header.
            _log.warning("moderation_unavailable", reason=type(error).__name__)
            return _UNAVAILABLE

    @override
    def judge_prompts(self, prompts: Sequence[str], key: str) -> list[Verdict]:
        try:
            answer = self._answer(list(prompts), key)
            if len(answer.results) == len(prompts):
                return [_verdict([result]) for result in answer.results]
        except (openai.OpenAIError, ValueError) as error:
            _log.warning("moderation_unavailable", reason=type(error).__name__)
        return [_UNAVAILABLE] * len(prompts)

    def _ask(self, prompt: str, picture_jpeg: bytes, key: str) -> _Answer:
        picture = base64.b64encode(picture_jpeg).decode()
        parts: list[ModerationMultiModalInputParam] = [
            {"type": "text", "text": prompt},
            {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{picture}"}},
        ]
        return self._answer(parts, key)

    def _answer(
        self, question: list[str] | list[ModerationMultiModalInputParam], key: str
    ) -> _Answer:
        base_url = self._base_url() if callable(self._base_url) else self._base_url
        client = openai.OpenAI(
            api_key=key, base_url=base_url, max_retries=0, timeout=TIMEOUT_S, http_client=self._http
        )
        response = client.moderations.with_raw_response.create(model=self._model, input=question)
        return _Answer.model_validate_json(response.http_response.content)


def _verdict(results: Sequence[_Result]) -> Verdict:
    scores: dict[str, float] = {}
    for result in results:
        for category, score in result.category_scores.items():
            scores[category] = max(score or 0.0, scores.get(category, 0.0))
    nearness = max((scores.get(name, 0.0) / limit for name, limit in BLOCK_FROM.items()))
    status = PageStatus.DRAFT
    if nearness >= 1 or any(result.flagged for result in results):
        status = PageStatus.BLOCKED
    elif nearness >= _REVIEW_FROM:
        status = PageStatus.NEEDS_REVIEW
    return Verdict(status=status, scores=scores)
