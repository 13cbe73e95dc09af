"""Who waits for whom where several processes write; SQLite has one writer and needs none of it.

Locks are taken in this order, so that nobody waits in a circle: a name, buckets, jobs, and last
what belongs to a job. All are held until the transaction ends.
"""

from collections.abc import Collection
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, func, select

from bulkgen.records.tables import buckets, jobs


def advisory_key(name: str) -> int:
    """The number by which Postgres knows a lock of this name."""
    return int.from_bytes(sha256(f"bulkgen {name}".encode()).digest()[:8], signed=True)


def hold_name(connection: Connection, name: str) -> None:
    """Be the only one who does what this name stands for."""
    if _has_several_writers(connection):
        connection.execute(select(func.pg_advisory_xact_lock(advisory_key(name))))


def hold_buckets(connection: Connection, accounts: Collection[str]) -> None:
    """Let nobody else change these buckets."""
    if _has_several_writers(connection):
        connection.execute(
            select(buckets.c.account)
            .where(buckets.c.account.in_(accounts))
            .order_by(buckets.c.account)
            .with_for_update()
        )


def hold_jobs(connection: Connection, condition: ColumnElement[bool]) -> None:
    """Let nobody else change these jobs, nor their prompts, images and calls."""
    if _has_several_writers(connection):
        connection.execute(
            select(jobs.c.id).where(condition).order_by(jobs.c.id).with_for_update(key_share=True)
        )


def hold_job_of(connection: Connection, table: Table, row_id: UUID) -> None:
    """Let nobody else change the job that a call or an image belongs to."""
    if _has_several_writers(connection):
        job_id = select(table.c.job_id).where(table.c.id == row_id).scalar_subquery()
        hold_jobs(connection, jobs.c.id == job_id)


def _has_several_writers(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
