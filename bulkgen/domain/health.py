"""How the installation is: what waits, what is under way, what failed, and what to do about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bulkgen.domain.rates import Bucket

#: Less room than this on the disk of the data folder is worth a word.
LOW_DISK_BYTES = 1024**3
#: Answers that stay in the spool cannot be booked or saved.
_MANY_SPOOLED = 20
_STALE_LEASE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreHealth:
    """What the database says."""

    #: Such as "SQLite 3.40.1, journal TRUNCATE, synchronous 2".
    database: str
    images_pending: int
    calls_open: int
    #: When the oldest lease of an open call ends.
    oldest_lease_until: datetime | None
    pages_waiting: int
    #: Account -> what it may ask for.
    buckets: Mapping[str, Bucket]
    #: Kind of failure -> calls of the last hour that ended so.
    failures: Mapping[str, int]


class EngineState(StrEnum):
    """Which process sends calls."""

    HERE = "runs in this process"
    ELSEWHERE = "runs in another process"
    NOT_RUNNING = "not running"


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The whole installation at one moment."""

    at: datetime
    engine: EngineState
    store: StoreHealth
    #: Answers that are on disk and not booked or saved yet.
    spooled: int
    free_bytes: int

    def facts(self) -> Iterator[tuple[str, str]]:
        """Every figure with its name."""
        store = self.store
        yield "database", store.database
        yield "engine", self.engine
        yield "images waiting", f"{store.images_pending:,}"
        yield "pages waiting", f"{store.pages_waiting:,}"
        yield "calls open", f"{store.calls_open:,}"
        if store.oldest_lease_until is not None:
            left_s = (store.oldest_lease_until - self.at).total_seconds()
            yield "oldest lease", f"ends in {left_s:.0f} s" if left_s >= 0 else "has ended"
        yield "spool", f"{self.spooled:,} answers, {self.free_bytes // 1024**2:,} MB free"
        for account, bucket in sorted(store.buckets.items()):
            now = bucket.at(self.at)
            held = ", held" if now.wait_s(0) else ""
            limit = f"{now.images_per_minute} images a minute ({now.source})"
            level = f"{max(0, int(now.tokens))} may be asked for now{held}"
            yield f"limit of {account}", f"{limit}, {level}"
        failures = ", ".join(f"{count} {kind}" for kind, count in sorted(store.failures.items()))
        yield "failed calls", f"{failures or 'none'} in the last hour"

    def advice(self) -> Sequence[str]:
        """What a person should look at, one sentence each."""
        found = []
        if self.free_bytes < LOW_DISK_BYTES:
            found.append("Little room is left on the disk of the data folder. Free some.")
        if self.spooled > _MANY_SPOOLED and not self.store.calls_open:
            found.append("Paid answers wait in the spool. See that database and storage work.")
        if self.engine is EngineState.NOT_RUNNING and self.store.images_pending:
            found.append("Images wait and nothing sends calls. Open the app.")
        lease = self.store.oldest_lease_until
        if lease is not None and (self.at - lease).total_seconds() > _STALE_LEASE_S:
            found.append("A call is open whose process is gone. Start bulkgen again.")
        return found
