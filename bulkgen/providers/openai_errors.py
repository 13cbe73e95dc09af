"""From an answer of OpenAI's API that is no success to a row of the retry table."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bulkgen.domain.attempts import Failure, FailureKind

BILLING_PAGE = "https://platform.openai.com/settings/organization/billing/overview"
KEYS_PAGE = "https://platform.openai.com/api-keys"
VERIFICATION_PAGE = "https://platform.openai.com/settings/organization/general"

_IMAGE_LIMIT = re.compile(r"(?:input-)?images per min(?: \(IPM\))?: Limit (\d+)")
#: One part of a wait such as 12s, 240ms or 7m12s.
_WAIT_PART = r"(\d+(?:\.\d+)?)(ms|s|m|h)"
_TRY_AGAIN = re.compile(rf"try again in ((?:{_WAIT_PART})+)\b")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SAFETY = re.compile(r"safety_violations=\[([a-z_/, -]*)\]")

_NO_MONEY = frozenset(
    {
        "insufficient_quota",
        "credit_balance_exhausted",
        "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "billing_hard_limit_reached",
        "billing_limit_exceeded",
    }
)
_BLOCKED = frozenset(
    {"moderation_blocked", "content_policy_violation", "image_content_policy_violation"}
)
#: Statuses of gateways in front of the API: the call may have been served behind them.
_GATEWAY = frozenset({502, 504, 520, 521, 522, 523, 524})


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorAnswer:
    """An answer with a status of 400 or more, as far as it could be read."""

    status: int
    #: False for a body that is not the API's error envelope, such as a proxy's HTML.
    has_envelope: bool
    type: str | None = None
    code: str | None = None
    param: str | None = None
    message: str = ""
    request_id: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def classify(answer: ErrorAnswer) -> Failure:
    """The failure an error answer stands for, by code, then type, then status, then message."""
    names = {answer.code, answer.type}
    limit = _IMAGE_LIMIT.search(answer.message)
    if names & _NO_MONEY or answer.status == 402:
        kind = FailureKind.QUOTA
    elif names & _BLOCKED:
        kind = FailureKind.MODERATION
    elif answer.code == "model_not_found":
        kind = FailureKind.MODEL
    elif answer.status in (401, 403) or "must be verified" in answer.message:
        kind = FailureKind.KEY
    elif answer.status == 429 and limit:
        kind = FailureKind.IMAGE_LIMIT
    elif answer.status in (408, 409, 429) or "slow_down" in names:
        kind = FailureKind.BUSY
    elif answer.status in _GATEWAY or not answer.has_envelope:
        kind = FailureKind.NO_ANSWER
    elif answer.status >= 500:
        kind = FailureKind.SERVER
    else:
        kind = FailureKind.REQUEST
    return Failure(
        kind=kind,
        message=_sentence(kind, answer),
        http_status=answer.status,
        code=answer.code,
        param=answer.param,
        request_id=answer.request_id,
        retry_after_s=_retry_after_s(answer),
        images_per_minute=int(limit[1]) if limit else None,
    )


def _retry_after_s(answer: ErrorAnswer) -> float | None:
    """The wait the answer asks for: its text is exact, the header is rounded up."""
    in_text = _TRY_AGAIN.search(answer.message)
    if in_text:
        return sum(
            float(number) * _SECONDS[unit] for number, unit in re.findall(_WAIT_PART, in_text[1])
        )
    for name, factor in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = answer.headers.get(name, "")
        if value.replace(".", "", 1).isdecimal():
            return float(value) * factor
    return None


def _sentence(kind: FailureKind, answer: ErrorAnswer) -> str:
    match kind:
        case FailureKind.QUOTA:
            return (
                "The OpenAI account has no money left, or reached a spending limit. "
                f"Add credit or raise the limit at {BILLING_PAGE}, then resume."
            )
        case FailureKind.MODERATION:
            found = _SAFETY.search(answer.message)
            what = f" ({found[1].replace('_', ' ')})" if found and found[1] else ""
            return f"OpenAI's safety system refused this prompt{what}. Change the prompt."
        case FailureKind.MODEL:
            return (
                "OpenAI does not offer this model to the account. "
                "Start a new job with another model."
            )
        case FailureKind.KEY:
            return _key_sentence(answer)
        case FailureKind.IMAGE_LIMIT:
            return "The account's images-per-minute limit was reached."
        case FailureKind.BUSY:
            return "OpenAI asked to slow down."
        case FailureKind.SERVER:
            return "OpenAI's server failed. It was not charged."
        case FailureKind.NO_ANSWER:
            return "No answer came back from OpenAI. The call may have been charged."
        case _:
            about = f" ({answer.param})" if answer.param else ""
            return f"OpenAI refused the settings of this image{about}. Change them and retry."


def _key_sentence(answer: ErrorAnswer) -> str:
    if "must be verified" in answer.message:
        return (
            "The OpenAI organization is not verified for this model. "
            f"Verify it at {VERIFICATION_PAGE}, wait up to 15 minutes, then resume."
        )
    if answer.code == "unsupported_country_region_territory":
        return "OpenAI does not serve the region this server is in. Run bulkgen elsewhere."
    if answer.status == 401:
        return f"OpenAI refused the API key. Put in a valid one from {KEYS_PAGE}, then resume."
    return (
        "The API key may not use this model. Give it the right at "
        f"{KEYS_PAGE}, or use another key, then resume."
    )
