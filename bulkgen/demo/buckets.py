"""The provider's side of the images-per-minute limit: a bucket that refills all the time."""

import math
from dataclasses import dataclass

#: Rounding errors of repeated refills stay far below this part of an image.
_TOLERANCE = 1e-6


@dataclass(slots=True)
class ImageBucket:
    """What one key may still ask for; it holds a minute's worth and starts full."""

    limit: int
    tokens: float
    updated_s: float

    @property
    def used(self) -> int:
        """Images of the minute that are taken."""
        return self.limit - math.floor(self.tokens + _TOLERANCE)

    def take(self, images: int, now_s: float) -> float:
        """Take this many images; the seconds to wait when they are not there, else 0."""
        self._refill(now_s)
        missing = images - self.tokens
        if missing > _TOLERANCE:
            return missing * 60 / self.limit
        self.tokens -= images
        return 0.0

    def set_limit(self, limit: int, now_s: float) -> None:
        """Another limit from now on; what is left carries over."""
        self._refill(now_s)
        self.limit = limit
        self.tokens = min(self.tokens, limit)

    def _refill(self, now_s: float) -> None:
        refilled = self.tokens + (now_s - self.updated_s) * self.limit / 60
        self.tokens = min(float(self.limit), refilled)
        self.updated_s = now_s
