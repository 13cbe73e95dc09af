"""Commands for the database as a whole."""

import sys
from argparse import Namespace
from contextlib import closing

from bulkgen.domain.errors import InputError, StateError
from bulkgen.records.copying import copy
from bulkgen.records.database import parse_url
from bulkgen.records.engine_lock import engine_lock_of
from bulkgen.records.store import SqlStore
from bulkgen.settings import Settings


def copy_database(settings: Settings, options: Namespace) -> int:
    """Copy everything from SQLite to an empty Postgres, while nothing runs."""
    source_url = settings.effective_database_url
    _check_kind(source_url, "sqlite", "BULKGEN_DATABASE_URL has to name the SQLite database")
    _check_kind(options.to, "postgresql", "--to has to name a Postgres database")
    with closing(SqlStore(source_url)) as source, closing(SqlStore(options.to)) as target:
        source.migrate()
        target.migrate()
        lock = engine_lock_of(source.database)
        try:
            if not lock.hold() or engine_lock_of(target.database).held_elsewhere():
                raise StateError("bulkgen is running. Stop the app and every command, then copy.")
            counts = copy(source.database, target.database)
        finally:
            lock.release()
    for name, rows in counts.items():
        sys.stdout.write(f"{name:<12} {rows}\n")
    sys.stdout.write("Set BULKGEN_DATABASE_URL to the new database; the data folder stays.\n")
    return 0


def _check_kind(url: str, kind: str, demand: str) -> None:
    if parse_url(url).get_backend_name() != kind:
        raise InputError(f"The copy goes from SQLite to Postgres: {demand}.")
