import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.demo.buckets import ImageBucket
from bulkgen.demo.wire import wait_headers, wait_text


def full_bucket(limit: int) -> ImageBucket:
    return ImageBucket(limit, limit, 0.0)


def test_a_bucket_starts_with_a_minutes_worth():
    bucket = full_bucket(5)

    assert [bucket.take(1, 0.0) for _ in range(6)] == [0, 0, 0, 0, 0, 12.0]


def test_an_image_comes_back_every_sixtieth_of_the_limit():
    bucket = full_bucket(5)
    bucket.take(5, 0.0)

    assert bucket.take(1, 11.0) == pytest.approx(1.0)
    assert bucket.take(1, 12.0) == 0
    assert bucket.take(1, 12.0) == pytest.approx(12.0)


def test_a_refusal_takes_nothing():
    bucket = full_bucket(5)
    bucket.take(4, 0.0)

    assert bucket.take(2, 0.0) > 0
    assert bucket.take(1, 0.0) == 0


def test_a_bucket_never_holds_more_than_a_minutes_worth():
    bucket = full_bucket(5)

    assert bucket.take(5, 3600.0) == 0
    assert bucket.take(1, 3600.0) > 0


def test_used_counts_what_is_missing():
    bucket = full_bucket(5)
    bucket.take(3, 0.0)

    assert bucket.used == 3
    bucket.take(2, 6.0)
    assert bucket.used == 5


def test_a_lower_limit_counts_at_once():
    bucket = full_bucket(250)

    bucket.set_limit(5, 0.0)

    assert bucket.take(5, 0.0) == 0
    assert bucket.take(1, 0.0) == pytest.approx(12.0)


@given(limit=st.integers(1, 250), images=st.lists(st.integers(1, 10), min_size=1, max_size=40))
def test_waiting_as_long_as_told_is_enough(limit, images):
    bucket = full_bucket(limit)
    now_s = 0.0
    for wanted in images:
        count = min(wanted, limit)
        wait_s = bucket.take(count, now_s)
        if wait_s:
            now_s += wait_s
            assert bucket.take(count, now_s) == 0


@pytest.mark.parametrize(
    ("wait_s", "text"),
    [
        (12.0, "12s"),
        (0.24, "240ms"),
        (1.5, "1.5s"),
        (0.0004, "1ms"),
        (11.9991, "12s"),
        (10.0, "10s"),
        (0.9999, "1s"),
        (3.25, "3.25s"),
    ],
)
def test_a_wait_is_written_as_the_api_writes_it(wait_s, text):
    assert wait_text(wait_s) == text


def test_wait_headers_round_up():
    assert wait_headers(1.2) == {"retry-after": "2", "retry-after-ms": "1200"}
