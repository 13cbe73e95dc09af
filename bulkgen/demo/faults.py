"""A script of faults: which call fails, and how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bulkgen.demo import wire
from bulkgen.demo.wire import ORGANIZATION, WireError, wait_headers, wait_text

_BILLING = "check your plan and billing details"


class Action(StrEnum):
    """What happens to a call."""

    # Nothing is bought.
    RATE_LIMIT = "rate_limit"
    OTHER_429 = "other_429"
    SLOW_DOWN = "slow_down"
    INSUFFICIENT_QUOTA = "insufficient_quota"
    BILLING_HARD_LIMIT = "billing_hard_limit"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN_UNVERIFIED = "forbidden_unverified"
    MODEL_NOT_FOUND = "model_not_found"
    BAD_REQUEST = "bad_request"
    MODERATION_BLOCKED = "moderation_blocked"
    SERVER_ERROR = "server_error"
    OVERLOADED = "overloaded"
    HTML_502 = "html_502"
    RESET_BEFORE = "reset_before"
    # The pictures are bought, and the answer is not what it should be.
    RESET_AFTER = "reset_after"
    HANG = "hang"
    SLOW_BODY = "slow_body"
    CUT_BODY = "cut_body"
    EMPTY_DATA = "empty_data"
    BAD_BASE64 = "bad_base64"
    WRONG_SIZE = "wrong_size"
    GZIP = "gzip"


@dataclass(slots=True, kw_only=True)
class FaultRule:
    """Which calls fail: every condition that is given has to hold."""

    action: Action
    #: A part of the prompt.
    prompt: str | None = None
    #: The number of the call among those of its endpoint, from 1.
    call: int | None = None
    #: How many more calls it may hit.
    next: int | None = None
    #: images (generations and edits), responses, moderations or models.
    endpoint: str = "images"
    #: The wait a refusal names, or how long a slow body takes.
    seconds: float | None = None
    #: The parameter a bad request names.
    param: str = "size"
    #: Whether the refusal of a key repeats the key.
    echo_key: bool = False

    def hits(self, endpoint: str, prompt: str, call: int) -> bool:
        """Whether all its conditions hold."""
        return (
            self.endpoint == endpoint
            and self.next != 0
            and (self.prompt is None or self.prompt in prompt)
            and self.call in (None, call)
        )


class FaultScript:
    """The rules that hold now; the first that fits a call decides."""

    def __init__(self) -> None:
        self._rules: list[FaultRule] = []

    def replace(self, rules: list[dict[str, Any]]) -> None:
        """Take these rules instead; raises WireError for one that cannot be read."""
        try:
            self._rules = [
                FaultRule(**{**rule, "action": Action(rule["action"])}) for rule in rules
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise WireError(400, f"Not a list of fault rules: {error!r}.") from error

    def fault_for(self, endpoint: str, prompt: str, call: int) -> FaultRule | None:
        """The rule that hits this call, which it uses up."""
        for rule in self._rules:
            if rule.hits(endpoint, prompt, call):
                if rule.next is not None:
                    rule.next -= 1
                return rule
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCall:
    """What a refusal speaks of."""

    key: str
    request_id: str
    model: str
    images: int
    limit: int


def refusal(rule: FaultRule, call: RefusedCall) -> WireError | None:
    """The error a rule answers with; None for the faults that are no error envelope."""
    make = _REFUSALS.get(rule.action)
    return make(rule, call) if make else None


def _rate_limit(rule: FaultRule, call: RefusedCall) -> WireError:
    wait_s = 60 / call.limit if rule.seconds is None else rule.seconds
    return wire.image_limit(
        call.model, limit=call.limit, used=call.limit, images=call.images, wait_s=wait_s
    )


def _other_429(rule: FaultRule, call: RefusedCall) -> WireError:
    wait_s = 0.3 if rule.seconds is None else rule.seconds
    return WireError(
        429,
        f"Rate limit reached for {call.model} in organization {ORGANIZATION} on tokens per min "
        "(TPM): Limit 100000, Used 99900, Requested 600. "
        f"Please try again in {wait_text(wait_s)}.",
        kind="tokens",
        code="rate_limit_exceeded",
        headers=wait_headers(wait_s),
    )


def _slow_down(rule: FaultRule, _: RefusedCall) -> WireError:
    return WireError(
        503,
        "Slow down: your request rate rose too quickly. Reduce it, keep it steady for at least 15 "
        "minutes, then raise it gradually.",
        kind="rate_limit_error",
        code="slow_down",
        headers=wait_headers(15.0 if rule.seconds is None else rule.seconds),
    )


def _unauthorized(rule: FaultRule, call: RefusedCall) -> WireError:
    shown = f": {call.key}" if rule.echo_key else ""
    return WireError(
        401,
        f"Incorrect API key provided{shown}. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        code="invalid_api_key",
    )


def _unverified(_: FaultRule, call: RefusedCall) -> WireError:
    return WireError(
        403,
        f"Your organization must be verified to use the model `{call.model}`. Please go to: "
        "https://platform.openai.com/settings/organization/general and click on Verify "
        "Organization. If you just verified, it can take up to 15 minutes for access to propagate.",
    )


def _insufficient_quota(*_: object) -> WireError:
    return WireError(
        429,
        f"You exceeded your current quota, please {_BILLING}.",
        kind="insufficient_quota",
        code="insufficient_quota",
    )


def _billing_hard_limit(*_: object) -> WireError:
    return WireError(
        400,
        "Billing hard limit has been reached.",
        kind="billing_limit_user_error",
        code="billing_hard_limit_reached",
    )


def _server_error(_: FaultRule, call: RefusedCall) -> WireError:
    return WireError(
        500,
        "The server had an error processing your request. Sorry about that! You can retry your "
        f"request, and include the request ID {call.request_id} if the error persists.",
        kind="server_error",
    )


def _overloaded(rule: FaultRule, _: RefusedCall) -> WireError:
    return WireError(
        503,
        "The server is overloaded or not ready yet.",
        kind="service_unavailable_error",
        code="server_is_overloaded",
        headers=None if rule.seconds is None else wait_headers(rule.seconds),
    )


_REFUSALS: Mapping[Action, Callable[[FaultRule, RefusedCall], WireError]] = {
    Action.RATE_LIMIT: _rate_limit,
    Action.OTHER_429: _other_429,
    Action.SLOW_DOWN: _slow_down,
    Action.INSUFFICIENT_QUOTA: _insufficient_quota,
    Action.BILLING_HARD_LIMIT: _billing_hard_limit,
    Action.UNAUTHORIZED: _unauthorized,
    Action.FORBIDDEN_UNVERIFIED: _unverified,
    Action.MODEL_NOT_FOUND: lambda _, call: wire.no_such_model(call.model),
    Action.BAD_REQUEST: lambda rule, _: wire.invalid_value(
        rule.param, f"Invalid value for '{rule.param}'."
    ),
    Action.MODERATION_BLOCKED: lambda _, call: wire.moderation_blocked(call.request_id),
    Action.SERVER_ERROR: _server_error,
    Action.OVERLOADED: _overloaded,
    Action.HTML_502: lambda *_: wire.GatewayError(),
    # The connection is gone by then; the error is for the ledger.
    Action.RESET_BEFORE: lambda *_: WireError(500, "reset", code="reset_before"),
}
