"""A clock that stands still until it is told to go."""

from datetime import UTC, datetime, timedelta

from typing_extensions import override

from bulkgen.ports import Clock


class StandingClock(Clock):
    """The present moment, moved by hand."""

    def __init__(self) -> None:
        self._now = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

    @override
    def now(self) -> datetime:
        return self._now

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)
