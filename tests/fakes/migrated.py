"""A database whose schema is made once for a whole run, and copied."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect

from bulkgen.records.database import Database
from bulkgen.records.upgrade import upgrade


class MigratedCopies:
    """Brings an empty SQLite database up to date by a copy, and any other by its migrations."""

    def __init__(self, folder: Path) -> None:
        self._made = folder / "migrated.db"

    def upgrade(self, database: Database) -> None:
        """What `bulkgen.records.upgrade.upgrade` does."""
        path = database.engine.url.database
        is_sqlite = database.engine.dialect.name == "sqlite"
        if not is_sqlite or path is None or inspect(database.engine).get_table_names():
            upgrade(database)
            return
        if not self._made.exists():
            with closing(Database(f"sqlite:///{self._made}")) as first:
                upgrade(first)
        with closing(sqlite3.connect(self._made)) as made, closing(sqlite3.connect(path)) as empty:
            made.backup(empty)
