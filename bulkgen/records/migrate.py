"""Whether the schema is up to date; what brings it there is loaded only when it is not.

Alembic takes 11 MB and a quarter of a second (1.20), and most starts need none of it.
"""

from importlib import import_module
from pathlib import Path

from sqlalchemy import Column, MetaData, Table, Text, inspect, select

from bulkgen.records.database import Database

SCRIPTS = Path(__file__).parent / "migrations"

#: Alembic's own table.
_version = Table("alembic_version", MetaData(), Column("version_num", Text))


def migrate(database: Database) -> None:
    """Apply what is missing of the migrations."""
    if _revision(database) != _newest():
        import_module("bulkgen.records.upgrade").upgrade(database)


def _newest() -> str:
    return max(script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*.py"))


def _revision(database: Database) -> str | None:
    with database.read() as connection:
        if not inspect(connection).has_table(_version.name):
            return None
        return connection.scalar(select(_version.c.version_num))
