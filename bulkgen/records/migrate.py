"""Bringing the schema up to date, by alembic, from code."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bulkgen.records.database import Database
from bulkgen.records.locks import hold_name

_SCRIPTS = Path(__file__).parent / "migrations"


def alembic_config() -> Config:
    """Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def migrate(database: Database) -> None:
    """Apply what is missing, in one transaction that keeps every other process out."""
    config = alembic_config()
    newest = ScriptDirectory.from_config(config).get_current_head()
    with database.read() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with database.write() as connection:
        hold_name(connection, "migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
