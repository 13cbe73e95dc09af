"""Connections and transactions: SQLite made safe, Postgres as it is."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import ROUND_CEILING, Decimal
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from bulkgen.domain.errors import SetupError, StoreError

#: SQLite builds before this one can corrupt a WAL when two connections checkpoint together.
WAL_SAFE_SINCE = (3, 51, 3)
_BUSY_TIMEOUT_MS = 30_000
_POOL_SIZE = 8
_MICRO = Decimal(1_000_000)


def to_micro_usd(usd: Decimal) -> int:
    """Whole micro-USD; a fraction counts as one more."""
    return int((usd * _MICRO).to_integral_value(ROUND_CEILING))


def to_usd(micro_usd: int) -> Decimal:
    """The sum as a person reads it."""
    return Decimal(micro_usd) / _MICRO


def journal_mode() -> str:
    """The journal that is safe with the SQLite of this Python."""
    return "WAL" if sqlite3.sqlite_version_info >= WAL_SAFE_SINCE else "TRUNCATE"


class Database:
    """One database and its two kinds of transaction.

    On SQLite, writers of this process stand in one line and begin with BEGIN IMMEDIATE, and every
    commit is synchronous: one writer at a time is what the file allows, and waiting in line costs
    less than failing.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise SetupError(
                "BULKGEN_DATABASE_URL is not a database address. "
                "An example is sqlite:////var/lib/bulkgen/bulkgen.db."
            ) from None
        if parsed.get_backend_name() != "sqlite":
            raise SetupError(
                f"bulkgen cannot use a {parsed.get_backend_name()} database yet. "
                "Set BULKGEN_DATABASE_URL to a sqlite:/// address."
            )
        self.path = parsed.database
        self._write_lock = threading.Lock()
        self.engine = _sqlite_engine(url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short transaction that only reads; fetch all and leave."""
        with _plain_errors(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or rolled back by an exception."""
        with (
            _plain_errors(),
            self._write_lock,
            self.engine.connect().execution_options(bulkgen_write=True) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StoreError(
            f"The database cannot be used ({error.orig}). Check its disk and its rights."
        ) from None


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, pool_size=_POOL_SIZE, max_overflow=-1, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a raw DBAPI object
        connection.isolation_level = None  # the begin listener below writes BEGIN itself
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        cursor.execute(f"PRAGMA journal_mode = {journal_mode()}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("bulkgen_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
