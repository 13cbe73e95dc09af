from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkgen.domain.rates import Bucket, LimitSource, expected_s, full_bucket
from tests.fakes.factories import NOW

#: What the limit of an account leaves after max(0.1, 2 %, one second of late starts).
CAPACITIES = {
    1: 1.0,
    2: 1.9,
    5: 4.9,
    20: 19.6,
    50: 49.0,
    150: 147.0,
    250: 245.0,
    600: 588.0,
}
LIMITS = st.sampled_from(list(CAPACITIES))
#: The rounding of times to microseconds and of floats.
A_BIT = 1e-6


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(("limit", "capacity"), CAPACITIES.items())
def test_a_bucket_holds_a_minutes_worth_less_its_margin(limit, capacity):
    assert Bucket(limit, 0.0, NOW).capacity == pytest.approx(capacity)


@given(st.integers(2, 100_000))
def test_the_margin_covers_a_second_of_late_starts_and_two_percent(limit):
    bucket = Bucket(limit, 0.0, NOW)

    margin = limit - bucket.capacity
    assert margin >= max(0.1, limit * 0.02, limit / 60) - A_BIT
    assert margin <= max(0.1, limit * 0.02, limit / 60) + A_BIT


@given(st.integers(1, 100_000))
def test_one_image_can_always_be_asked_for_in_the_end(limit):
    assert Bucket(limit, 0.0, NOW).max_images_per_call >= 1


@pytest.mark.parametrize(
    ("limit", "images"), [(1, 1), (2, 1), (5, 4), (20, 19), (50, 49), (250, 245)]
)
def test_a_call_that_could_never_be_admitted_has_to_be_split(limit, images):
    bucket = full_bucket(limit, NOW)

    assert bucket.max_images_per_call == images
    assert bucket.tokens >= images


@given(LIMITS)
def test_a_bucket_nobody_has_taken_from_is_full(limit):
    bucket = full_bucket(limit, NOW)

    assert bucket.tokens == pytest.approx(bucket.capacity)
    assert bucket.updated_at == NOW
    assert bucket.images_per_minute == limit


def test_an_image_comes_back_every_sixtieth_of_the_limit():
    empty = Bucket(5, 0.0, NOW)

    assert empty.at(after(12)).tokens == pytest.approx(1.0)
    assert empty.at(after(30)).tokens == pytest.approx(2.5)


@given(LIMITS, st.floats(0, 1e6))
def test_a_bucket_never_holds_more_than_its_capacity(limit, seconds):
    bucket = Bucket(limit, 0.0, NOW).at(after(seconds))

    assert bucket.tokens <= bucket.capacity


def test_taking_images_leaves_the_rest():
    bucket = full_bucket(250, NOW).take(10)

    assert bucket.tokens == pytest.approx(235)
    assert bucket.updated_at == NOW


@settings(max_examples=100, deadline=None)
@given(
    limit=LIMITS,
    steps=st.lists(
        st.tuples(st.floats(0, 90), st.integers(1, 10)),
        min_size=1,
        max_size=40,
    ),
)
def test_no_window_admits_more_than_the_capacity_and_what_comes_back_in_it(limit, steps):
    bucket = full_bucket(limit, NOW)
    now_s = 0.0
    admitted: list[tuple[float, int]] = []
    for wait_s, images in steps:
        now_s += wait_s
        bucket = bucket.at(after(now_s))
        if bucket.tokens >= images:
            bucket = bucket.take(images)
            admitted.append((now_s, images))

    for first, (begin_s, _) in enumerate(admitted):
        total = 0
        for at_s, images in admitted[first:]:
            total += images
            assert total <= bucket.capacity + (at_s - begin_s) * limit / 60 + A_BIT


@dataclass(frozen=True)
class Wait:
    """Time passes, and the clock may be set back meanwhile."""

    true_s: float
    back_s: float


@dataclass(frozen=True)
class Ask:
    """A call that is sent when the bucket has its images, and admitted or refused."""

    images: int
    refused: bool = False
    #: The limit the refusal names; None for none.
    limit: int | None = None
    #: How much longer than it could the refusal makes us wait; None names no wait.
    longer_s: float | None = 0.0


@dataclass(frozen=True)
class Enter:
    """Another limit is entered."""

    limit: int


@dataclass(frozen=True)
class Busy:
    """The server asks to slow down."""

    wait_s: float


EVENTS = st.lists(
    st.one_of(
        st.builds(Wait, st.floats(0, 90), st.just(0.0) | st.floats(0, 3600)),
        st.builds(Ask, st.integers(1, 250)),
        st.builds(
            Ask,
            st.integers(1, 10),
            st.just(value=True),
            st.none() | LIMITS,
            st.none() | st.floats(0, 30),
        ),
        st.builds(Enter, LIMITS),
        st.builds(Busy, st.floats(0, 60)),
    ),
    min_size=2,
    max_size=60,
)


@settings(max_examples=400, deadline=None)
@given(limit=LIMITS, source=st.sampled_from(LimitSource), events=EVENTS)
def test_no_window_admits_more_than_the_limit_whatever_happens_in_it(limit, source, events):
    """In no window more images pass than the highest limit in it gives back, and one bucket full.

    A refusal never gives back more of a minute than the refused call took: a server knows of at
    least the calls we know of.
    """
    bucket = full_bucket(limit, NOW, source)
    true_s = clock_s = 0.0
    admitted: list[tuple[float, int]] = []
    limits = [(0.0, limit)]
    for event in events:
        match event:
            case Wait(passed_s, back_s):
                true_s += passed_s
                clock_s += passed_s - back_s
            case Enter(entered):
                bucket = bucket.with_limit(entered, after(clock_s))
            case Busy(wait_s):
                bucket = bucket.busy(wait_s, after(clock_s))
            case Ask(images):
                bucket = bucket.at(after(clock_s))
                if not bucket.admits(images):
                    bucket = bucket.limited()
                elif event.refused:
                    bucket = refused(bucket, event, after(clock_s))
                else:
                    bucket = bucket.take(images)
                    admitted.append((true_s, images))
        limits.append((true_s, bucket.images_per_minute))

    for first, (begin_s, _) in enumerate(admitted):
        total = 0
        for at_s, images in admitted[first:]:
            total += images
            highest = highest_limit(limits, begin_s, at_s)
            capacity = Bucket(highest, 0.0, NOW).capacity
            assert total <= (capacity + (at_s - begin_s) * highest / 60) * (1 + A_BIT)


def refused(before: Bucket, call: Ask, now: datetime) -> Bucket:
    """The bucket after a refusal by a server that is no fuller than the bucket was."""
    retry_after_s = None
    if call.longer_s is not None:
        new_limit = call.limit or before.images_per_minute
        share_left = before.tokens / before.images_per_minute
        least_s = (call.images / new_limit - share_left) * 60
        retry_after_s = max(0.0, least_s) + call.longer_s
    return before.take(call.images).corrected(
        images=call.images, retry_after_s=retry_after_s, limit=call.limit, now=now
    )


def highest_limit(limits: list[tuple[float, int]], begin_s: float, end_s: float) -> int:
    """The highest limit that held at any moment of a window."""
    at_begin = [limit for at_s, limit in limits if at_s <= begin_s][-1]
    return max([at_begin, *(limit for at_s, limit in limits if begin_s <= at_s <= end_s)])


@given(limit=LIMITS, rush=st.integers(1, 200), elapsed_s=st.floats(0, 600))
def test_whoever_takes_what_is_there_at_once_gets_no_more_than_the_limit_allows(
    limit, rush, elapsed_s
):
    bucket = full_bucket(limit, NOW)
    taken = 0
    for step in range(rush + 1):
        bucket = bucket.at(after(elapsed_s * step / rush))
        images = int(bucket.tokens)
        bucket = bucket.take(images)
        taken += images

    assert taken <= bucket.capacity + elapsed_s * limit / 60 + A_BIT


@given(limit=LIMITS, tokens=st.floats(-100, 245), back_s=st.floats(0, 1e6))
def test_a_clock_that_goes_back_refills_nothing(limit, tokens, back_s):
    bucket = Bucket(limit, min(tokens, Bucket(limit, 0.0, NOW).capacity), NOW)

    assert bucket.at(after(-back_s)).tokens == bucket.tokens


def test_after_a_clock_went_back_the_bucket_refills_by_the_new_time():
    set_back = Bucket(5, 0.0, NOW).at(after(-3600))

    assert set_back.at(after(-3588)).tokens == pytest.approx(1.0)


def test_nothing_is_waited_for_while_there_are_images():
    assert Bucket(5, 1.0, NOW).wait_s(1) == 0


@given(limit=LIMITS, tokens=st.floats(-300, 0.9), images=st.integers(1, 10))
def test_after_the_wait_the_images_are_there_and_not_before(limit, tokens, images):
    bucket = Bucket(limit, tokens, NOW)
    images = min(images, bucket.max_images_per_call)

    wait_s = bucket.wait_s(images)

    assert bucket.at(after(wait_s)).tokens == pytest.approx(images, abs=1e-4)
    assert bucket.at(after(wait_s * 0.9)).tokens < images


def test_a_refusal_at_five_a_minute_gives_one_image_after_what_it_names():
    """Limit 5, Used 5, Requested 1. Please try again in 12s."""
    bucket = full_bucket(250, NOW).corrected(images=1, retry_after_s=12.0, limit=5, now=NOW)

    assert bucket.images_per_minute == 5
    assert bucket.wait_s(1) == pytest.approx(12.002)
    assert bucket.at(after(12.002)).tokens == pytest.approx(1.0)
    assert bucket.at(after(11.9)).tokens < 1
    assert bucket.at(after(23.9)).tokens < 2


@given(
    limit=LIMITS,
    retry_after_s=st.floats(0.001, 120),
    images=st.integers(1, 10),
    tokens=st.floats(-50, 50),
)
def test_a_refusal_sets_the_level_so_that_its_images_are_there_when_it_says(
    limit, retry_after_s, images, tokens
):
    bucket = Bucket(20, tokens, NOW)

    corrected = bucket.corrected(images=images, retry_after_s=retry_after_s, limit=limit, now=NOW)

    assert corrected.tokens <= corrected.capacity
    assert corrected.tokens < images
    if images <= corrected.capacity:
        later = corrected.at(after(retry_after_s + 0.002))
        assert later.tokens <= images + 1e-4
        if corrected.tokens < corrected.capacity:
            assert later.tokens == pytest.approx(images, abs=1e-4)


def test_a_refusal_that_names_no_limit_keeps_the_one_that_is_known():
    bucket = full_bucket(50, NOW).corrected(images=2, retry_after_s=3.0, limit=None, now=NOW)

    assert bucket.images_per_minute == 50
    assert bucket.wait_s(2) == pytest.approx(3.002)


def test_a_limit_of_nothing_is_not_believed():
    bucket = full_bucket(50, NOW).corrected(images=1, retry_after_s=3.0, limit=0, now=NOW)

    assert bucket.images_per_minute == 50


def test_a_refusal_that_names_no_wait_empties_the_bucket():
    bucket = full_bucket(50, NOW).corrected(images=1, retry_after_s=None, limit=20, now=NOW)

    assert (bucket.images_per_minute, bucket.tokens) == (20, 0.0)


def test_a_refusal_that_names_no_wait_forgives_no_debt():
    bucket = Bucket(50, -7.0, NOW).corrected(images=1, retry_after_s=None, limit=None, now=NOW)

    assert bucket.tokens == -7.0


def test_a_higher_limit_counts_at_once():
    bucket = full_bucket(5, NOW).with_limit(250, NOW)

    assert bucket.images_per_minute == 250
    assert bucket.tokens == pytest.approx(245)


def test_a_lower_limit_counts_at_once():
    bucket = full_bucket(250, NOW).take(120).with_limit(10, NOW)

    assert bucket.images_per_minute == 10
    assert bucket.tokens == pytest.approx(5)


@given(limit=LIMITS, other=LIMITS, tokens=st.floats(-50, 245))
def test_going_to_another_limit_and_back_gains_nothing(limit, other, tokens):
    bucket = Bucket(limit, tokens, NOW)

    assert bucket.with_limit(other, NOW).with_limit(limit, NOW).tokens <= tokens + A_BIT


@given(limit=LIMITS, other=LIMITS, wait_s=st.floats(0.1, 3600))
def test_a_wait_that_a_refusal_named_holds_under_another_limit(limit, other, wait_s):
    bucket = Bucket(limit, -wait_s * limit / 60, NOW)

    assert bucket.with_limit(other, NOW).wait_s(0) == pytest.approx(wait_s)


@given(limit=LIMITS, other=LIMITS, tokens=st.floats(-50, 500))
def test_another_limit_never_fills_a_bucket_over_its_new_capacity(limit, other, tokens):
    bucket = Bucket(limit, tokens, NOW).with_limit(other, NOW)

    assert bucket.tokens <= bucket.capacity


def test_the_last_image_is_there_after_the_wait_for_it_and_the_time_it_takes():
    bucket = Bucket(60, 10.0, NOW)

    assert expected_s(bucket, 70, 12.0) == pytest.approx(72.0)
    assert expected_s(bucket, 10, 12.0) == 12.0


def limited(bucket: Bucket, seconds: float) -> Bucket:
    """The bucket after so long with more wanted than it gives, looked at every second."""
    for second in range(int(seconds) + 1):
        bucket = bucket.at(after(second))
        bucket = bucket.take(int(max(0.0, bucket.tokens))).limited()
    return bucket


def test_an_assumed_limit_is_doubled_after_every_quiet_half_minute_of_full_use():
    bucket = full_bucket(5, NOW, LimitSource.ASSUMED)

    limits = [limited(bucket, seconds).images_per_minute for seconds in (29, 30, 59, 60, 90)]

    assert limits == [5, 10, 10, 20, 40]


@pytest.mark.parametrize("source", [LimitSource.ENTERED, LimitSource.LEARNED])
def test_a_known_limit_is_tried_a_tenth_higher_after_an_hour_of_full_use(source):
    bucket = full_bucket(50, NOW, source)

    assert limited(bucket, 3_599).images_per_minute == 50
    assert limited(bucket, 3_600).images_per_minute == 55


def test_a_small_known_limit_is_tried_one_higher():
    assert limited(full_bucket(5, NOW), 3_600).images_per_minute == 6


def test_a_higher_limit_on_trial_gives_no_burst():
    bucket = full_bucket(5, NOW, LimitSource.ASSUMED).take(4)
    waiting = bucket.limited().at(after(30)).take(3).limited()

    assert waiting.images_per_minute == 10
    assert waiting.tokens < 1


def test_a_limit_that_is_not_fully_used_is_not_raised():
    bucket = full_bucket(5, NOW, LimitSource.ASSUMED).take(4).limited()

    rested = bucket.at(after(60)).take(4).limited()

    assert rested.images_per_minute == 5


def test_a_refusal_ends_the_doubling_and_starts_the_hour():
    bucket = limited(full_bucket(5, NOW, LimitSource.ASSUMED), 60)

    known = bucket.corrected(images=1, retry_after_s=2.0, limit=12, now=after(61))

    assert (known.images_per_minute, known.source) == (12, LimitSource.LEARNED)
    assert known.at(after(3_600)).limited().images_per_minute == 12


def test_one_refusal_for_another_reason_holds_nothing():
    bucket = full_bucket(50, NOW).busy(20.0, NOW)

    assert bucket.admits(1)


def test_two_refusals_for_another_reason_within_ten_seconds_hold_the_account():
    bucket = full_bucket(50, NOW).busy(20.0, NOW).busy(20.0, after(9))

    assert not bucket.admits(1)
    assert bucket.wait_s(1) == pytest.approx(20.0)
    assert not bucket.at(after(28)).admits(1)
    assert bucket.at(after(29)).admits(1)


def test_two_refusals_for_another_reason_far_apart_hold_nothing():
    bucket = full_bucket(50, NOW).busy(20.0, NOW).busy(20.0, after(11))

    assert bucket.admits(1)


def test_a_shorter_hold_does_not_end_a_longer_one():
    bucket = full_bucket(50, NOW).busy(1.0, NOW).busy(60.0, NOW).busy(1.0, after(1))

    assert bucket.wait_s(1) == pytest.approx(59.0)


def test_a_clock_that_went_back_frees_a_held_account():
    bucket = full_bucket(50, NOW).busy(20.0, NOW).busy(20.0, NOW)

    assert bucket.at(after(-3_600)).admits(1)
