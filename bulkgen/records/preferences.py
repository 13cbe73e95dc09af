"""Choices of the installation, and the limits of its accounts."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update
from typing_extensions import override

from bulkgen.domain.rates import Bucket
from bulkgen.ports import BucketStore, PreferenceStore
from bulkgen.records import dispatching
from bulkgen.records.database import Database, insert_if_new, upsert
from bulkgen.records.locks import hold_buckets
from bulkgen.records.tables import buckets, preferences


class SqlPreferences(PreferenceStore):
    """Preferences in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def get(self, key: str) -> Any:
        with self._database.read() as connection:
            return connection.scalar(select(preferences.c.value).where(preferences.c.key == key))

    @override
    def set(self, key: str, value: Any) -> None:
        with self._database.write() as connection:
            upsert(connection, preferences, {"key": key}, {"value": value})


class SqlBuckets(BucketStore):
    """Buckets in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def find(self, account: str) -> tuple[str, Bucket] | None:
        with self._database.read() as connection:
            name = dispatching.bucket_name(connection, account)
            bucket = dispatching.bucket(connection, name)
        return None if bucket is None else (name, bucket)

    @override
    def get(self, account: str) -> Bucket | None:
        found = self.find(account)
        return found[1] if found else None

    @override
    def all(self) -> dict[str, tuple[str, Bucket]]:
        with self._database.read() as connection:
            return dispatching.all_buckets(connection)

    @override
    def join(self, account: str, organization: str, now: datetime) -> None:
        with self._database.write() as connection:
            hold_buckets(connection, [account, organization])
            mine = dispatching.bucket(connection, account)
            theirs = dispatching.bucket(connection, organization)
            joined = {account, dispatching.bucket_name(connection, account)}
            if mine is None or organization in joined:
                return
            shared = mine if theirs is None else theirs.at(now).take(mine.at(now).taken)
            dispatching.save_bucket(connection, organization, shared)
            connection.execute(
                update(buckets).where(buckets.c.account == account).values(same_as=organization)
            )

    @override
    def entered_limit(self, account: str) -> int | None:
        with self._database.read() as connection:
            return connection.scalar(
                select(buckets.c.entered_images_per_minute).where(buckets.c.account == account)
            )

    @override
    def add(self, account: str, bucket: Bucket) -> None:
        with self._database.write() as connection:
            insert_if_new(connection, buckets, {"account": account}, asdict(bucket))

    @override
    def enter(self, account: str, limit: int, new: Bucket) -> None:
        with self._database.write() as connection:
            name = _hold(connection, account)
            known = dispatching.bucket(connection, name) or new
            changed = known.with_limit(limit, new.updated_at)
            dispatching.save_bucket(connection, name, changed)
            connection.execute(
                update(buckets)
                .where(buckets.c.account.in_({account, name}))
                .values(entered_images_per_minute=limit)
            )

    @override
    def change(self, account: str, change: Callable[[Bucket], Bucket]) -> None:
        with self._database.write() as connection:
            name = _hold(connection, account)
            bucket = dispatching.bucket(connection, name)
            if bucket is not None:
                dispatching.save_bucket(connection, name, change(bucket))


def _hold(connection: Connection, account: str) -> str:
    """The account whose bucket counts; nobody else changes it from now on."""
    name = dispatching.bucket_name(connection, account)
    hold_buckets(connection, {account, name})
    return name
