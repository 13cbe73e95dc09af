"""Token bucket arithmetic in images; the bucket itself is a row of the store."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

#: Calls leave up to this much later than they were admitted.
START_JITTER_S = 1.0
#: Added to the wait a refusal names.
_WAIT_MARGIN_S = 0.002


@dataclass(frozen=True, slots=True)
class Bucket:
    """An account's allowance of images at one moment."""

    images_per_minute: int
    #: Images that may be asked for now; below zero after a refusal.
    tokens: float
    updated_at: datetime

    @property
    def images_per_second(self) -> float:
        """How fast it refills."""
        return self.images_per_minute / 60

    @property
    def capacity(self) -> float:
        """The most it holds: a minute's worth less a margin for calls that start late."""
        limit = self.images_per_minute
        margin = max(0.1, 0.02 * limit, self.images_per_second * START_JITTER_S)
        return max(1.0, limit - margin)

    @property
    def max_images_per_call(self) -> int:
        """More in one call could never be admitted."""
        return int(self.capacity)

    def at(self, now: datetime) -> "Bucket":
        """The same bucket later, refilled; a clock that went back refills nothing."""
        elapsed_s = max(0.0, (now - self.updated_at).total_seconds())
        tokens = min(self.capacity, self.tokens + elapsed_s * self.images_per_second)
        return Bucket(self.images_per_minute, tokens, now)

    def take(self, images: int) -> "Bucket":
        """The bucket after asking for this many images; the caller has seen that they are there."""
        return replace(self, tokens=self.tokens - images)

    def wait_s(self, images: int) -> float:
        """Seconds until this many images may be asked for."""
        return max(0.0, (images - self.tokens) / self.images_per_second)

    def corrected(
        self, *, images: int, retry_after_s: float | None, limit: int | None, now: datetime
    ) -> "Bucket":
        """What a refusal says: the true limit, and that `images` are there in `retry_after_s`."""
        known = replace(self, images_per_minute=limit or self.images_per_minute).at(now)
        if retry_after_s is None:
            return replace(known, tokens=min(known.tokens, 0.0))
        wait_s = retry_after_s + _WAIT_MARGIN_S
        return replace(known, tokens=min(known.capacity, images - wait_s * known.images_per_second))

    def with_limit(self, limit: int, now: datetime) -> "Bucket":
        """The same account with another limit; what was taken of the old one stays taken."""
        known = self.at(now)
        changed = replace(known, images_per_minute=limit)
        gained = max(0.0, changed.capacity - known.capacity)
        return replace(changed, tokens=min(changed.capacity, known.tokens + gained))


def full_bucket(images_per_minute: int, now: datetime) -> Bucket:
    """A bucket that nobody has taken from in the last minute."""
    empty = Bucket(images_per_minute, 0.0, now - timedelta(seconds=60))
    return empty.at(now)


def expected_s(bucket: Bucket, images: int, median_latency_s: float) -> float:
    """Seconds until the last of `images` is there, if nobody else uses the account."""
    return bucket.wait_s(images) + median_latency_s
