"""What OpenAI's moderator makes of every kind of answer."""

import base64
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from bulkgen.domain.moderation import Thresholds
from bulkgen.domain.pages import PageStatus, Verdict
from bulkgen.moderators import openai as openai_moderator
from bulkgen.moderators.openai import OpenAIModerator
from tests.fakes.answering_server import AnsweringServer

KEY = "sk-proj-canary0000000000T3BlbkFJ0000000000"
PROMPT = "A photo of a red apple on a wooden table"
JPEG = b"\xff\xd8\xff\xe0 a small picture"
BLOCK_FROM = Thresholds().block_from
UNAVAILABLE = Verdict(status=PageStatus.DRAFT, scores={}, unavailable=True)


@pytest.fixture
def server():
    with AnsweringServer(body=_answer()) as server:
        yield server


@pytest.fixture(scope="module")
def client():
    with httpx2.Client() as client:
        yield client


@pytest.fixture
def moderator(server, client):
    return OpenAIModerator("omni-moderation-latest", server.base_url, client, Thresholds)


def test_one_request_shows_the_prompt_and_the_picture(server, moderator):
    moderator.judge(PROMPT, JPEG, KEY)

    (request,) = server.requests
    assert request.path == "/v1/moderations"
    assert request.authorization == f"Bearer {KEY}"
    assert request.body["model"] == "omni-moderation-latest"
    text, picture = request.body["input"]
    assert text == {"type": "text", "text": PROMPT}
    url = f"data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}"
    assert picture == {"type": "image_url", "image_url": {"url": url}}


def test_a_clean_page_is_a_draft_with_its_scores(moderator):
    verdict = moderator.judge(PROMPT, JPEG, KEY)

    assert verdict.status is PageStatus.DRAFT
    assert verdict.scores == {"sexual": 0.01, "violence": 0.02}
    assert not verdict.unavailable


@pytest.mark.parametrize("category", BLOCK_FROM)
@pytest.mark.parametrize(
    ("part", "status"),
    [
        (1.0, PageStatus.BLOCKED),
        (0.99, PageStatus.NEEDS_REVIEW),
        (0.5, PageStatus.NEEDS_REVIEW),
        (0.49, PageStatus.DRAFT),
    ],
)
def test_a_score_blocks_from_its_limit_and_asks_for_review_from_half_of_it(
    category, part, status, server, moderator
):
    server.body = _answer(**{category: BLOCK_FROM[category] * part})

    assert moderator.judge(PROMPT, JPEG, KEY).status is status


def test_what_openai_flags_is_blocked_whatever_its_scores(server, moderator):
    server.body = _answer(flagged=True)

    assert moderator.judge(PROMPT, JPEG, KEY).status is PageStatus.BLOCKED


def test_a_category_without_a_limit_follows_the_flag(server, moderator):
    server.body = _answer(harassment=0.9, illicit=None)

    verdict = moderator.judge(PROMPT, JPEG, KEY)

    assert verdict.status is PageStatus.DRAFT
    assert verdict.scores["illicit"] == 0.0


def test_the_worst_of_several_results_counts(server, moderator):
    server.body["results"] = [*_answer(sexual=0.6)["results"], *_answer()["results"]]

    verdict = moderator.judge(PROMPT, JPEG, KEY)

    assert verdict.status is PageStatus.BLOCKED
    assert verdict.scores["sexual"] == 0.6


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_an_error_is_a_verdict_and_never_repeated(status, server, moderator):
    server.status = status
    server.body = {"error": {"message": f"Bad key {KEY}", "type": KEY, "code": KEY}}

    with capture_logs() as logs:
        verdict = moderator.judge(PROMPT, JPEG, KEY)

    assert verdict == UNAVAILABLE
    assert len(server.requests) == 1
    assert [line["event"] for line in logs] == ["moderation_unavailable"]
    assert KEY not in str(logs)
    assert PROMPT not in str(logs)


@pytest.mark.parametrize("body", ["<html>", [], {"results": []}, {"results": [{"flagged": 1.5}]}])
def test_an_answer_of_another_shape_is_an_outage(body, server, moderator):
    server.body = body

    assert moderator.judge(PROMPT, JPEG, KEY) == UNAVAILABLE


def test_a_silent_server_is_an_outage(server, moderator, monkeypatch):
    monkeypatch.setattr(openai_moderator, "TIMEOUT_S", 0.2)
    server.silent = True

    assert moderator.judge(PROMPT, JPEG, KEY) == UNAVAILABLE


def test_without_a_connection_there_is_no_verdict(client):
    with AnsweringServer() as closed:
        base_url = closed.base_url

    moderator = OpenAIModerator("omni-moderation-latest", lambda: base_url, client, Thresholds)

    assert moderator.judge(PROMPT, JPEG, KEY) == UNAVAILABLE


@pytest.mark.parametrize("key", ["", f"{KEY}\nX-Evil: 1", f"{KEY}é"])
def test_a_key_that_fits_in_no_header_is_an_outage_and_not_logged(key, server, moderator):
    with capture_logs() as logs:
        verdict = moderator.judge(PROMPT, JPEG, key)

    assert verdict == UNAVAILABLE
    assert server.requests == []
    assert KEY not in str(logs)


def _answer(*, flagged: bool = False, **scores: float | None) -> dict[str, Any]:
    return {
        "id": "modr_1",
        "model": "omni-moderation-2024-09-26",
        "results": [
            {
                "flagged": flagged,
                "categories": {},
                "category_scores": {"sexual": 0.01, "violence": 0.02} | scores,
                "category_applied_input_types": {},
            }
        ],
    }
