from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.attempts import FailureKind
from bulkgen.providers.openai_errors import ErrorAnswer, classify

KEY = "sk-proj-Zt9aQ2mVb7LxKd41Rw0cT3BlbkFJh5Ye8PuNs6GqTf2JiXv3"
IMAGE_429 = (
    "Rate limit reached for gpt-image-2.5-flare (for limit gpt-image) in organization org-abc on "
    "input-images per min: Limit 5, Used 5, Requested 1. Please try again in 12s. "
    "Visit https://platform.openai.com/account/rate-limits to learn more."
)
IMAGE_429_IPM = (
    "Rate limit reached for gpt-image-2 in organization org-abc on images per min (IPM): "
    "Limit 150, Used 150, Requested 4. Please try again in 1.6s."
)
TOKENS_429 = (
    "Rate limit reached for gpt-image-2 in organization org-abc on tokens per min (TPM): "
    "Limit 100000, Used 99000, Requested 7024. Please try again in 3.614s."
)
NOT_VERIFIED = (
    "Your organization must be verified to use the model `gpt-image-2.5-flare`. Please go to: "
    "https://platform.openai.com/settings/organization/general and click on Verify Organization. "
    "If you just verified, it can take up to 15 minutes for access to propagate."
)
BLOCKED = (
    "Your request was rejected by the safety system. If you believe this is an error, contact us "
    "at help.openai.com and include the request ID req_1. safety_violations=[sexual,self_harm]."
)


USER_ERROR = "image_generation_user_error"
RATE = "rate_limit_exceeded"


def an_answer(
    status: int,
    type_: str | None = "invalid_request_error",
    code: str | None = None,
    **changes: Any,
) -> ErrorAnswer:
    """An answer in the API's own envelope."""
    return replace(
        ErrorAnswer(
            status=status,
            has_envelope=True,
            type=type_,
            code=code,
            message="Something about the request.",
            request_id="req_1",
        ),
        **changes,
    )


def a_page_of_a_proxy(status: int) -> ErrorAnswer:
    """An HTML body, which has no envelope."""
    return ErrorAnswer(status=status, has_envelope=False, request_id=None)


#: For each row of the retry table, answers that stand for it.
ANSWERS: dict[FailureKind, dict[str, ErrorAnswer]] = {
    FailureKind.IMAGE_LIMIT: {
        "image 429": an_answer(429, "input-images", RATE, message=IMAGE_429),
        "image 429, newer wording": an_answer(429, "images", RATE, message=IMAGE_429_IPM),
        "image 429 without a code": an_answer(429, "requests", message=IMAGE_429),
    },
    FailureKind.BUSY: {
        "token 429": an_answer(429, "tokens", RATE, message=TOKENS_429),
        "request 429": an_answer(429, "requests", RATE),
        "ramping too fast, 429": an_answer(429, "rate_limit_error", "slow_down"),
        "ramping too fast, 503": an_answer(503, "rate_limit_error", "slow_down"),
        "request timeout": an_answer(408, None),
        "conflict": an_answer(409, None),
        "429 of a proxy": a_page_of_a_proxy(429),
    },
    FailureKind.QUOTA: {
        "quota": an_answer(429, "insufficient_quota", "insufficient_quota"),
        "quota by its type": an_answer(429, "insufficient_quota"),
        "quota with the text of a limit": an_answer(
            429, "requests", "insufficient_quota", message=IMAGE_429
        ),
        "no credit": an_answer(429, "insufficient_quota", "credit_balance_exhausted"),
        "organization's limit": an_answer(429, "x", "organization_spend_limit_exceeded"),
        "project's limit": an_answer(429, "x", "project_spend_limit_exceeded"),
        "usage limit": an_answer(429, "x", "organization_usage_limit_exceeded"),
        "hard limit": an_answer(400, "x", "billing_hard_limit_reached"),
        "payment required": an_answer(402, None),
    },
    FailureKind.MODERATION: {
        "blocked": an_answer(400, USER_ERROR, "moderation_blocked", message=BLOCKED),
        "blocked, older": an_answer(400, USER_ERROR, "content_policy_violation"),
        "blocked, responses": an_answer(400, None, "image_content_policy_violation"),
    },
    FailureKind.REQUEST: {
        "bad input image": an_answer(400, USER_ERROR, "invalid_image_file"),
        "bad size": an_answer(400, code="invalid_value", param="size"),
        "bad size without a code": an_answer(400, USER_ERROR, param="size"),
        "unknown parameter": an_answer(400, code="unknown_parameter", param="response_format"),
        "too large": an_answer(413),
        "unprocessable": an_answer(422),
    },
    FailureKind.KEY: {
        "wrong key": an_answer(401, code="invalid_api_key"),
        "address not allowed": an_answer(401, None),
        "401 of a proxy": a_page_of_a_proxy(401),
        "not verified": an_answer(403, message=NOT_VERIFIED),
        "not verified, 400": an_answer(400, message=NOT_VERIFIED),
        "region": an_answer(403, "request_forbidden", "unsupported_country_region_territory"),
        "no scope": an_answer(403, message="You have insufficient permissions."),
        "403 of a proxy": a_page_of_a_proxy(403),
    },
    FailureKind.MODEL: {
        "project lacks the model": an_answer(403, code="model_not_found"),
        "model is gone": an_answer(404, code="model_not_found"),
    },
    FailureKind.SERVER: {
        "server fault": an_answer(500, "server_error"),
        "server fault without a type": an_answer(500, None),
        "overloaded": an_answer(503, "service_unavailable_error", "server_is_overloaded"),
    },
    FailureKind.NO_ANSWER: {
        **{f"{status} of a proxy": a_page_of_a_proxy(status) for status in (400, 500, 503)},
        **{
            f"gateway {status}": a_page_of_a_proxy(status)
            for status in (502, 504, 520, 521, 522, 523, 524)
        },
        **{
            f"gateway {status} with an error body": an_answer(status, "server_error")
            for status in (502, 504, 520, 521, 522, 523, 524)
        },
    },
}
ALL_ANSWERS = {what: answer for answers in ANSWERS.values() for what, answer in answers.items()}
each_answer = pytest.mark.parametrize("answer", ALL_ANSWERS.values(), ids=ALL_ANSWERS)


@pytest.mark.parametrize(
    ("what", "kind"), [(what, kind) for kind, answers in ANSWERS.items() for what in answers]
)
def test_every_answer_has_its_row_in_the_retry_table(what, kind):
    assert classify(ALL_ANSWERS[what]).kind is kind


@each_answer
def test_a_failure_keeps_what_a_person_may_have_to_quote(answer):
    failure = classify(answer)

    assert failure.http_status == answer.status
    assert (failure.code, failure.param) == (answer.code, answer.param)
    assert failure.request_id == answer.request_id


@each_answer
def test_a_sentence_is_ours_and_never_the_vendors(answer):
    raw = f"{answer.message} It was sent with {KEY} by org-abc."

    failure = classify(replace(answer, message=raw))

    for value in asdict(failure).values():
        assert KEY not in str(value)
        assert "org-abc" not in str(value)
    assert "sk-" not in failure.message
    assert failure.message.endswith(".")
    assert raw not in failure.message
    assert len(failure.message) < 250


@pytest.mark.parametrize(
    ("message", "limit", "wait_s"), [(IMAGE_429, 5, 12.0), (IMAGE_429_IPM, 150, 1.6)]
)
def test_both_wordings_of_an_image_429_name_the_limit_and_the_wait(message, limit, wait_s):
    failure = classify(an_answer(429, message=message))

    assert failure.images_per_minute == limit
    assert failure.retry_after_s == wait_s


def test_the_limit_of_tokens_is_not_taken_for_one_of_images():
    failure = classify(an_answer(429, message=TOKENS_429))

    assert failure.images_per_minute is None
    assert failure.retry_after_s == 3.614


@pytest.mark.parametrize(
    ("wait", "wait_s"),
    [
        ("12s", 12.0),
        ("1.6s", 1.6),
        ("240ms", 0.24),
        ("0.5ms", 0.0005),
        ("2m", 120.0),
        ("1.5m", 90.0),
        ("6m0s", 360.0),
        ("7m12s", 432.0),
        ("1m30.5s", 90.5),
        ("1h2m3s", 3723.0),
        ("2m59.56s", 179.56),
        ("1s500ms", 1.5),
    ],
)
def test_a_wait_is_read_in_every_unit(wait, wait_s):
    failure = classify(an_answer(429, message=f"Slow. Please try again in {wait}. Visit us."))

    assert failure.retry_after_s == pytest.approx(wait_s)


@pytest.mark.parametrize(
    "wait", ["a moment", "12", "12 seconds", "s", "...s", "1.2.3s", "12sec", "-5s", "², s"]
)
def test_a_wait_that_cannot_be_read_is_none(wait):
    assert classify(an_answer(429, message=f"Please try again in {wait}")).retry_after_s is None


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "20"}, 20.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "20", "retry-after-ms": "19400"}, 19.4),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "Wed, 25 Nov 2026 07:28:00 GMT"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "."}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "²"}, None),
        ({}, None),
    ],
)
def test_a_wait_may_stand_in_a_header(headers, wait_s):
    found_s = classify(an_answer(429, headers=headers)).retry_after_s

    assert found_s == (None if wait_s is None else pytest.approx(wait_s))


def test_the_text_of_a_wait_wins_over_the_header_which_is_rounded_up():
    answer = an_answer(429, message=IMAGE_429_IPM, headers={"retry-after": "2"})

    assert classify(answer).retry_after_s == 1.6


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (an_answer(429, code="insufficient_quota"), ["platform.openai.com", "billing", "resume"]),
        (an_answer(401), ["refused the API key", "api-keys", "resume"]),
        (an_answer(403, message=NOT_VERIFIED), ["not verified", "organization/general", "15 min"]),
        (an_answer(403, code="unsupported_country_region_territory"), ["region", "elsewhere"]),
        (an_answer(403), ["may not use this model", "api-keys", "resume"]),
        (an_answer(404, code="model_not_found"), ["does not offer", "another model"]),
        (an_answer(400, code="moderation_blocked"), ["safety system", "Change the prompt"]),
        (an_answer(400, param="size"), ["(size)", "Change them"]),
        (an_answer(400), ["settings of this image.", "Change them"]),
        (a_page_of_a_proxy(502), ["may have been charged"]),
        (an_answer(500, type="server_error"), ["not charged"]),
    ],
)
def test_a_sentence_says_what_happened_and_what_to_do(answer, words):
    message = classify(answer).message

    assert [word for word in words if word not in message] == []


def test_a_refusal_names_what_the_safety_system_saw():
    assert classify(an_answer(400, code="moderation_blocked", message=BLOCKED)).message == (
        "OpenAI's safety system refused this prompt (sexual,self harm). Change the prompt."
    )


@pytest.mark.parametrize("found", [KEY, "prompt: a red apple, 2 pears", "<b>"])
def test_a_refusal_repeats_nothing_but_names_of_categories(found):
    message = f"Your request was rejected. safety_violations=[{found}]."

    assert classify(an_answer(400, code="moderation_blocked", message=message)).message == (
        "OpenAI's safety system refused this prompt. Change the prompt."
    )


TEXTS = st.none() | st.text(max_size=40)


@given(
    status=st.integers(400, 599),
    has_envelope=st.booleans(),
    names=st.tuples(TEXTS, TEXTS, TEXTS),
    message=st.text(max_size=80).map(lambda text: f"Please try again in {text}"),
    headers=st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), st.text()),
)
def test_whatever_comes_is_a_row_of_the_table(status, has_envelope, names, message, headers):
    kind, code, param = names

    failure = classify(
        ErrorAnswer(
            status=status,
            has_envelope=has_envelope,
            type=kind,
            code=code,
            param=param,
            message=message,
            headers=headers,
        )
    )

    assert failure.kind in FailureKind
    assert failure.message
    assert failure.retry_after_s is None or failure.retry_after_s >= 0
