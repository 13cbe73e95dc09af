from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.attempts import MAX_RETRIES, FailureKind, NextStep, Outcome, decide
from bulkgen.domain.jobs import PauseReason
from tests.fakes.factories import a_failure


@dataclass(frozen=True)
class Row:
    """One row of the retry table."""

    what: str
    kind: FailureKind
    outcome: Outcome
    #: What follows the first failure of its kind.
    first: NextStep
    #: How often it is repeated; None for as often as it happens.
    retries: int | None
    #: What follows when the repeats are used up.
    last: NextStep
    pause_reason: PauseReason | None = None


RETRY, FAIL, PAUSE, LEAVE = (
    NextStep.RETRY,
    NextStep.FAIL,
    NextStep.PAUSE_JOB,
    NextStep.LEAVE_UNKNOWN,
)
TABLE = [
    Row("nothing was sent", FailureKind.NOT_SENT, Outcome.REFUSED, RETRY, 5, FAIL),
    Row("image 429", FailureKind.IMAGE_LIMIT, Outcome.REFUSED, RETRY, None, RETRY),
    Row("other 429, slow down", FailureKind.BUSY, Outcome.REFUSED, RETRY, None, RETRY),
    Row("no money", FailureKind.QUOTA, Outcome.REFUSED, PAUSE, 0, PAUSE, PauseReason.QUOTA),
    Row("wrong key", FailureKind.KEY, Outcome.REFUSED, PAUSE, 0, PAUSE, PauseReason.KEY),
    Row("model is gone", FailureKind.MODEL, Outcome.REFUSED, PAUSE, 0, PAUSE, PauseReason.MODEL),
    Row("moderation", FailureKind.MODERATION, Outcome.UNKNOWN, FAIL, 0, FAIL),
    Row("other 400", FailureKind.REQUEST, Outcome.REFUSED, FAIL, 0, FAIL),
    Row("500 with an error body", FailureKind.SERVER, Outcome.REFUSED, RETRY, 3, FAIL),
    Row("no answer", FailureKind.NO_ANSWER, Outcome.UNKNOWN, RETRY, 1, LEAVE),
    Row("our process ended", FailureKind.INTERRUPTED, Outcome.UNKNOWN, RETRY, None, RETRY),
    Row("no usable image", FailureKind.UNUSABLE, Outcome.BOUGHT, FAIL, 0, FAIL),
    Row("no room", FailureKind.NO_ROOM, Outcome.REFUSED, PAUSE, 0, PAUSE, PauseReason.STORAGE),
    Row("not kept", FailureKind.NOT_KEPT, Outcome.BOUGHT, PAUSE, 0, PAUSE, PauseReason.STORAGE),
]
each_row = pytest.mark.parametrize("row", TABLE, ids=lambda row: row.what)


def test_every_kind_of_failure_has_its_row():
    assert sorted(row.kind for row in TABLE) == sorted(FailureKind)


@each_row
def test_the_first_failure_is_answered_as_the_table_says(row):
    decision = decide(a_failure(row.kind), earlier=0, jitter=0.5)

    assert decision.outcome is row.outcome
    assert decision.next_step is row.first
    assert decision.pause_reason is row.pause_reason


@each_row
def test_a_failure_is_repeated_as_often_as_the_table_says(row):
    often = 50 if row.retries is None else row.retries

    steps = [
        decide(a_failure(row.kind), earlier=earlier, jitter=0.5).next_step
        for earlier in range(often + 3)
    ]

    assert steps[:often] == [RETRY] * often
    assert steps[often:] == [row.last] * 3


@each_row
def test_the_money_of_a_failure_does_not_depend_on_how_often_it_happened(row):
    outcomes = {
        decide(a_failure(row.kind), earlier=earlier, jitter=0.5).outcome for earlier in range(10)
    }

    assert outcomes == {row.outcome}


@each_row
def test_only_a_paused_job_has_a_reason_to_pause(row):
    decision = decide(a_failure(row.kind), earlier=0, jitter=0.5)

    assert (decision.next_step is PAUSE) == (decision.pause_reason is not None)


def test_the_limits_of_repeats_are_five_three_and_one():
    assert MAX_RETRIES == {
        FailureKind.NOT_SENT: 5,
        FailureKind.SERVER: 3,
        FailureKind.NO_ANSWER: 1,
    }


@pytest.mark.parametrize("kind", [FailureKind.IMAGE_LIMIT, FailureKind.INTERRUPTED])
@pytest.mark.parametrize("earlier", [0, 1, 5, 1000])
def test_what_uses_up_no_repeat_goes_on_at_once(kind, earlier):
    """The bucket, or the restart, says when; the prompt itself waits for nothing."""
    decision = decide(a_failure(kind, retry_after_s=12.0), earlier=earlier, jitter=1.0)

    assert (decision.next_step, decision.delay_s) == (RETRY, 0.0)


@given(retry_after_s=st.floats(0, 86_400), jitter=st.floats(0, 1), earlier=st.integers(0, 100))
def test_a_server_that_asks_to_slow_down_is_waited_for_as_long_as_it_says(
    retry_after_s, jitter, earlier
):
    failure = a_failure(FailureKind.BUSY, retry_after_s=retry_after_s)

    assert decide(failure, earlier=earlier, jitter=jitter).delay_s == retry_after_s


def test_a_server_that_names_no_time_is_waited_for_a_quarter_of_a_minute():
    assert decide(a_failure(FailureKind.BUSY), earlier=0, jitter=0.1).delay_s == 15.0


REPEATED = [FailureKind.NOT_SENT, FailureKind.SERVER, FailureKind.NO_ANSWER]


@pytest.mark.parametrize(
    ("kind", "earlier", "longest_s"),
    [
        (FailureKind.NOT_SENT, 0, 1.0),
        (FailureKind.NOT_SENT, 1, 2.0),
        (FailureKind.NOT_SENT, 2, 4.0),
        (FailureKind.NOT_SENT, 3, 8.0),
        (FailureKind.NOT_SENT, 4, 16.0),
        (FailureKind.SERVER, 0, 1.0),
        (FailureKind.SERVER, 2, 4.0),
        (FailureKind.NO_ANSWER, 0, 1.0),
    ],
)
def test_repeats_wait_twice_as_long_each_time(kind, earlier, longest_s):
    assert decide(a_failure(kind), earlier=earlier, jitter=1.0).delay_s == longest_s


@given(kind=st.sampled_from(REPEATED), jitter=st.floats(0, 1), earlier=st.integers(0, 5))
def test_the_jitter_is_full(kind, jitter, earlier):
    """Anything from nothing to the longest wait, so that calls that fell together spread."""
    decision = decide(a_failure(kind), earlier=earlier, jitter=jitter)

    if decision.next_step is RETRY:
        assert decision.delay_s == jitter * 2.0**earlier
    else:
        assert decision.delay_s == 0.0


@given(
    kind=st.sampled_from(sorted(set(FailureKind) - {FailureKind.BUSY})),
    jitter=st.floats(0, 1),
    earlier=st.integers(0, 100),
    retry_after_s=st.none() | st.floats(0, 86_400),
)
def test_no_other_failure_delays_a_prompt_by_more_than_half_a_minute(
    kind, jitter, earlier, retry_after_s
):
    failure = a_failure(kind, retry_after_s=retry_after_s)

    decision = decide(failure, earlier=earlier, jitter=jitter)

    assert 0.0 <= decision.delay_s <= 30.0
    assert decision.delay_s == 0.0 or decision.next_step is RETRY


@given(
    kind=st.sampled_from(sorted(FailureKind)),
    jitter=st.floats(0, 1),
    earlier=st.integers(0, 100),
)
def test_a_call_that_may_have_been_charged_is_repeated_once_at_most(kind, jitter, earlier):
    decision = decide(a_failure(kind), earlier=earlier, jitter=jitter)

    if decision.next_step is RETRY and kind is not FailureKind.INTERRUPTED:
        assert decision.outcome is Outcome.REFUSED or earlier == 0
