"""Connections and transactions: SQLite made safe, Postgres shared."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import ROUND_CEILING, Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    exc,
    or_,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url

from bulkgen.domain.errors import SetupError, StoreError
from bulkgen.records.file_systems import network_file_system

#: SQLite builds before this one can corrupt a WAL when two connections checkpoint together.
WAL_SAFE_SINCE = (3, 51, 3)
_BUSY_TIMEOUT_MS = 30_000
_POOL_SIZE = 8
_MICRO = Decimal(1_000_000)
_AT_ONCE = 500

_Wanted = TypeVar("_Wanted")


def to_micro_usd(usd: Decimal) -> int:
    """Whole micro-USD; a fraction counts as one more."""
    return int((usd * _MICRO).to_integral_value(ROUND_CEILING))


def to_usd(micro_usd: int) -> Decimal:
    """The sum as a person reads it."""
    return Decimal(micro_usd) / _MICRO


def journal_mode() -> str:
    """The journal that is safe with the SQLite of this Python."""
    return "WAL" if sqlite3.sqlite_version_info >= WAL_SAFE_SINCE else "TRUNCATE"


def is_one_of(column: ColumnElement[str], values: Iterable[str]) -> ColumnElement[bool]:
    """IN for statements that are built once; a list after IN is written anew at every call."""
    return or_(*(column == value for value in values))


def in_parts(wanted: Sequence[_Wanted]) -> Iterator[Sequence[_Wanted]]:
    """As many at a time as one question can name."""
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]


def upsert(
    connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    """Write a row, over the one that has this key."""
    connection.execute(
        _insert(connection, table)
        .values(**key, **values)
        .on_conflict_do_update(index_elements=list(key), set_=dict(values))
    )


def insert_if_new(
    connection: Connection, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]
) -> bool:
    """Write a row unless there is one with this key; whether it did."""
    written = connection.execute(
        _insert(connection, table)
        .values(**key, **values)
        .on_conflict_do_nothing(index_elements=list(key))
        .returning(*(table.c[name] for name in key))
    )
    return written.first() is not None


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], counted_by: str
) -> set[Any]:
    """Write the rows whose keys are new; returns what stands in this column of them."""
    statement = (
        _insert(connection, table)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(table.c[counted_by])
    )
    return set(connection.scalars(statement))


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


class Database:
    """One database and its two kinds of transaction.

    Writers of this process stand in one line. On SQLite they begin with BEGIN IMMEDIATE, and every
    commit is synchronous: one writer at a time is what the file allows, and waiting in line costs
    less than failing. On Postgres a process that freezes then keeps others waiting with one
    transaction at most; `locks` says who waits for whom.
    """

    def __init__(self, url: str) -> None:
        parsed = parse_url(url)
        #: The file of a SQLite database; None for Postgres.
        self.path: str | None = None
        self._write_lock = threading.Lock()
        if parsed.get_backend_name() == "sqlite":
            self.path = parsed.database
            _check_file_system(self.path)
            self.engine = _sqlite_engine(parsed)
            self._readers: Engine = self.engine
            self._writers: Engine = self.engine.execution_options(bulkgen_write=True)
            self._advice = "Check its disk and its rights."
        else:
            # Imported here: its driver takes 9 MB that nobody with SQLite needs.
            self.engine = import_module("bulkgen.records.postgres").open_postgres(parsed)
            self._readers = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._writers = self.engine
            self._advice = "Check that Postgres runs and that its address is right."

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short transaction that only reads and sees one moment; fetch all and leave."""
        with self.plain_errors(), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end, or rolled back by an exception."""
        with (
            self.plain_errors(),
            self._write_lock,
            self._writers.connect() as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def plain_errors(self) -> Iterator[None]:
        """Turn what the driver raises into a StoreError."""
        try:
            yield
        except (exc.OperationalError, exc.InternalError) as error:
            reason = str(error.orig).partition("\n")[0]
            raise StoreError(f"The database cannot be used ({reason}). {self._advice}") from None
        except exc.TimeoutError:
            raise StoreError(
                "The database cannot be used (every connection is busy). Try again in a moment."
            ) from None


def parse_url(url: str) -> URL:
    """The address of a database bulkgen can use; raises SetupError, without its password."""
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise SetupError(
            "This is not the address of a database. BULKGEN_DATABASE_URL takes one such as "
            "sqlite:////var/lib/bulkgen/bulkgen.db or postgresql://user:password@host/bulkgen."
        ) from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return parsed
    if kind in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise SetupError(
        f"bulkgen cannot use a {kind} database. "
        "Give BULKGEN_DATABASE_URL an address with sqlite:/// or postgresql://."
    )


def _check_file_system(path: str | None) -> None:
    kind = network_file_system(Path(path)) if path else None
    if kind is not None:
        raise SetupError(
            f"{path} lies on a network file system ({kind}), where SQLite loses data. Keep the "
            "database on a local disk, or set BULKGEN_DATABASE_URL to a Postgres address."
        )


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()


def _sqlite_engine(url: URL) -> Engine:
    # The connection used last still holds the pages it wrote; any other has to read them again.
    engine = create_engine(
        url, pool_size=_POOL_SIZE, max_overflow=-1, pool_use_lifo=True, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a raw DBAPI object
        connection.isolation_level = None  # the begin listener below writes BEGIN itself
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        cursor.execute(f"PRAGMA journal_mode = {journal_mode()}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()
        # SQLite's own knows no letters but those of ASCII.
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("bulkgen_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
