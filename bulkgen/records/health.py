"""What the database says of itself and of the work that is in it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, text

from bulkgen.domain.health import StoreHealth
from bulkgen.domain.images import ImageStatus
from bulkgen.domain.jobs import RUNNING
from bulkgen.domain.pages import PageTaskStatus
from bulkgen.records import dispatching
from bulkgen.records.tables import attempts, buckets, images, jobs, page_tasks

_FAILURES_SINCE = timedelta(hours=1)


def store_health(connection: Connection, now: datetime) -> StoreHealth:
    """Figures of this moment."""
    calls_open, lease = connection.execute(
        select(func.count(), func.min(attempts.c.lease_until)).where(attempts.c.outcome.is_(None))
    ).one()
    pending = (
        select(func.count())
        .join(jobs, jobs.c.id == images.c.job_id)
        .where(images.c.status == ImageStatus.PENDING, jobs.c.status.in_(RUNNING))
    )
    pages_waiting = select(func.count()).where(page_tasks.c.status == PageTaskStatus.PENDING)
    failures = (
        select(attempts.c.failure_kind, func.count())
        .where(attempts.c.failure_kind.is_not(None), attempts.c.settled_at > now - _FAILURES_SINCE)
        .group_by(attempts.c.failure_kind)
    )
    own_buckets = select(buckets).where(buckets.c.same_as.is_(None))
    return StoreHealth(
        database=_describe(connection),
        images_pending=connection.scalar(pending) or 0,
        calls_open=calls_open,
        oldest_lease_until=lease,
        pages_waiting=connection.scalar(pages_waiting) or 0,
        buckets={
            row["account"]: dispatching.bucket_from(row)
            for row in connection.execute(own_buckets).mappings()
        },
        failures=dict(connection.execute(failures).all()),
    )


def _describe(connection: Connection) -> str:
    if connection.dialect.name != "sqlite":
        return f"Postgres {connection.scalar(text('SHOW server_version'))}"
    version = connection.scalar(text("SELECT sqlite_version()"))
    journal = connection.scalar(text("PRAGMA journal_mode"))
    synchronous = connection.scalar(text("PRAGMA synchronous"))
    return f"SQLite {version}, journal {str(journal).upper()}, synchronous {synchronous}"
