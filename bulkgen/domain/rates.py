"""Token bucket arithmetic in images; the bucket itself is a row of the store."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

#: Calls leave up to this much later than they were admitted.
START_JITTER_S = 1.0
#: Added to the wait a refusal names.
_WAIT_MARGIN_S = 0.002
#: After so long at the limit without a refusal, an assumed limit is doubled.
DOUBLE_AFTER = timedelta(seconds=30)
#: After so long at the limit without a refusal, a known limit is tried a tenth higher.
TRY_HIGHER_AFTER = timedelta(hours=1)
#: Two refusals for another reason than images, this close together, hold the whole account.
_BUSY_TOGETHER = timedelta(seconds=10)


class LimitSource(StrEnum):
    """Where an account's limit comes from."""

    #: Nobody has said it yet.
    ASSUMED = "assumed"
    #: A person entered it.
    ENTERED = "entered"
    #: The provider named it.
    LEARNED = "learned"


@dataclass(frozen=True, slots=True)
class Bucket:
    """An account's allowance of images at one moment."""

    images_per_minute: int
    #: Images that may be asked for now; below zero after a refusal.
    tokens: float
    updated_at: datetime
    source: LimitSource = LimitSource.ENTERED
    #: Since when more was wanted than the limit allows; None while there is enough for all.
    limited_since: datetime | None = None
    #: The last refusal for another reason than images.
    busy_at: datetime | None = None
    #: Nothing may be asked for before this moment.
    held_until: datetime | None = None

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
        """The same bucket later, refilled; a clock that went back refills and holds nothing."""
        elapsed_s = (now - self.updated_at).total_seconds()
        if elapsed_s < 0:
            return replace(self, updated_at=now, limited_since=None, held_until=None)
        tokens = min(self.capacity, self.tokens + elapsed_s * self.images_per_second)
        limited_since = None if tokens == self.capacity else self.limited_since
        return replace(self, tokens=tokens, updated_at=now, limited_since=limited_since)

    def admits(self, images: int) -> bool:
        """Whether this many images may be asked for now."""
        return self.tokens >= images and not self._hold_s()

    def take(self, images: float) -> "Bucket":
        """The bucket after asking for this many images; the caller has seen that they are there."""
        return replace(self, tokens=self.tokens - images)

    @property
    def taken(self) -> float:
        """Images it misses to be full."""
        return self.capacity - self.tokens

    def wait_s(self, images: int) -> float:
        """Seconds until this many images may be asked for."""
        return max(self._hold_s(), (images - self.tokens) / self.images_per_second, 0.0)

    def _hold_s(self) -> float:
        if self.held_until is None:
            return 0.0
        return max(0.0, (self.held_until - self.updated_at).total_seconds())

    def limited(self) -> "Bucket":
        """The bucket when more is wanted than it has now.

        A limit that was fully used for long enough without a refusal may be too low and is raised:
        an assumed one is doubled, a known one tried a tenth higher. Its refusal, if there is one,
        costs nothing and names the true limit.
        """
        now = self.updated_at
        if self.limited_since is None:
            return replace(self, limited_since=now)
        limit = self.images_per_minute
        assumed = self.source is LimitSource.ASSUMED
        if now - self.limited_since < (DOUBLE_AFTER if assumed else TRY_HIGHER_AFTER):
            return self
        higher = limit * 2 if assumed else max(limit + 1, limit * 11 // 10)
        return replace(self, images_per_minute=higher, limited_since=now)

    def corrected(
        self, *, images: int, retry_after_s: float | None, limit: int | None, now: datetime
    ) -> "Bucket":
        """What a refusal says: the true limit, and that `images` are there in `retry_after_s`."""
        known = replace(self.at(now), limited_since=now)
        if limit:
            known = replace(known, images_per_minute=limit, source=LimitSource.LEARNED)
        if retry_after_s is None:
            return replace(known, tokens=min(known.tokens, 0.0))
        wait_s = retry_after_s + _WAIT_MARGIN_S
        return replace(known, tokens=min(known.capacity, images - wait_s * known.images_per_second))

    def busy(self, wait_s: float, now: datetime) -> "Bucket":
        """What a refusal for another reason than images does: a second one soon holds all calls."""
        known = replace(self.at(now), limited_since=None, busy_at=now)
        if self.busy_at is None or now - self.busy_at > _BUSY_TOGETHER:
            return known
        until = now + timedelta(seconds=wait_s)
        return replace(known, held_until=max(until, self.held_until or until))

    def with_limit(
        self, limit: int, now: datetime, source: LimitSource = LimitSource.ENTERED
    ) -> "Bucket":
        """The same account with another limit; the share of a minute that is left stays."""
        known = self.at(now)
        changed = replace(known, images_per_minute=limit, source=source, limited_since=None)
        tokens = known.tokens * limit / known.images_per_minute
        return replace(changed, tokens=min(changed.capacity, tokens))


def full_bucket(
    images_per_minute: int, now: datetime, source: LimitSource = LimitSource.ENTERED
) -> Bucket:
    """A bucket that nobody has taken from in the last minute."""
    empty = Bucket(images_per_minute, 0.0, now - timedelta(seconds=60), source)
    return empty.at(now)


def expected_s(bucket: Bucket, images: int, median_latency_s: float) -> float:
    """Seconds until the last of `images` is there, if nobody else uses the account."""
    return bucket.wait_s(images) + median_latency_s
