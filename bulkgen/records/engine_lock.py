"""One dispatcher for a database: a lock file beside SQLite, an advisory lock in Postgres."""

import fcntl
import os
from pathlib import Path

from sqlalchemy import Connection, func, select, text
from typing_extensions import override

from bulkgen.domain.errors import StoreError
from bulkgen.ports import EngineLock
from bulkgen.records.database import Database
from bulkgen.records.locks import advisory_key

#: Postgres ends the session of a holder it has not heard of for so long; a holder asks four times a
#: second, and in the worst press of answers every few seconds.
_FROZEN_S = 10
_KEY = advisory_key("engine")


def engine_lock_of(database: Database) -> EngineLock:
    """The lock that fits the database."""
    if database.path is None:
        return PostgresEngineLock(database)
    return FileEngineLock(Path(f"{database.path}.engine-lock"))


class FileEngineLock(EngineLock):
    """An flock, which the kernel drops when its process ends in whatever way."""

    proves_others_ended = True

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @override
    def hold(self) -> bool:
        if self._descriptor is None:
            self._descriptor = self._take()
        return self._descriptor is not None

    @override
    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @override
    def held_elsewhere(self) -> bool:
        if self._descriptor is not None:
            return False
        descriptor = self._take()
        if descriptor is None:
            return True
        os.close(descriptor)
        return False

    def _take(self) -> int | None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor


class PostgresEngineLock(EngineLock):
    """An advisory lock of a session of its own, which is lost with the session.

    A process that lost it may still be finishing calls.
    """

    proves_others_ended = False

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session: Connection | None = None
        self._held = False

    @override
    def hold(self) -> bool:
        try:
            with self._database.plain_errors():
                self._held = self._ask()
        except StoreError:
            self.release()
            raise
        return self._held

    @override
    def release(self) -> None:
        session, self._session, self._held = self._session, None, False
        if session is not None:
            session.close()

    @override
    def held_elsewhere(self) -> bool:
        if self._held:
            return False
        with self._database.write() as connection:
            return not connection.scalar(select(func.pg_try_advisory_xact_lock(_KEY)))

    def _ask(self) -> bool:
        if self._session is None:
            self._session = self._open()
        if self._held:
            return bool(self._session.scalar(text("SELECT true")))
        return bool(self._session.scalar(select(func.pg_try_advisory_lock(_KEY))))

    def _open(self) -> Connection:
        """A connection that is not the pool's, so that its end is the end of the session."""
        session = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        session.detach()
        session.execute(text(f"SET idle_session_timeout = '{_FROZEN_S}s'"))
        return session
