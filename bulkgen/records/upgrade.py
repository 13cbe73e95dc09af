"""Bringing the schema up to date, by alembic, from code."""

from alembic import command
from alembic.config import Config

from bulkgen.records.database import Database
from bulkgen.records.locks import hold_name
from bulkgen.records.migrate import SCRIPTS


def alembic_config() -> Config:
    """Alembic's configuration; there is no ini file."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(database: Database) -> None:
    """Apply what is missing, in one transaction that keeps every other process out."""
    config = alembic_config()
    with database.write() as connection:
        hold_name(connection, "migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
