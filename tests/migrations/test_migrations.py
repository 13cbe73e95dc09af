import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bulkgen.records.database import Database
from bulkgen.records.migrate import alembic_config, migrate
from bulkgen.records.tables import metadata
from tests.fakes.app_process import ROOT


def open_database(folder: Path) -> Database:
    return Database(f"sqlite:///{folder / 'bulkgen.db'}")


@pytest.fixture
def database(tmp_path):
    database = open_database(tmp_path)
    yield database
    database.close()


def schema(database: Database) -> list[tuple[str, str]]:
    """Every table, index and check, as the database wrote it down."""
    with database.read() as connection:
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master ORDER BY name"))
        return [(name, sql) for name, sql in rows]


def test_a_fresh_database_gets_every_table(database):
    migrate(database)

    assert set(inspect(database.engine).get_table_names()) == {
        *metadata.tables,
        "alembic_version",
    }


def test_a_fresh_database_stands_at_the_newest_version(database):
    migrate(database)

    with database.read() as connection:
        version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert version == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_the_migrations_make_the_tables_the_program_knows(database):
    """A column that is changed in one of the two places only is found here."""
    migrate(database)

    with database.write() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.check(config)


def test_the_migrations_make_the_checks_and_indexes_the_program_knows(database, tmp_path):
    """Alembic's own check looks at no CHECK and no partial index."""
    migrate(database)
    (tmp_path / "other").mkdir()
    other = open_database(tmp_path / "other")
    with other.write() as connection:
        metadata.create_all(connection)

    made = {name: _plain(sql) for name, sql in schema(database) if name != "alembic_version"}

    assert {name: clauses for name, clauses in made.items() if "alembic" not in name} == {
        name: _plain(sql) for name, sql in schema(other)
    }
    other.close()


def _plain(sql: str | None) -> list[str]:
    """The clauses of a CREATE statement, whatever their order and their blanks."""
    words = " ".join((sql or "").split()).replace(" ,", ",")
    inside = words.partition("(")[2].rpartition(")")[0]
    return sorted(clause.strip() for clause in inside.split(", "))


def test_migrating_twice_changes_nothing(database):
    migrate(database)
    first = schema(database)

    migrate(database)

    assert schema(database) == first


def test_what_is_in_the_database_stays_when_it_is_opened_again(database, tmp_path):
    migrate(database)
    with database.write() as connection:
        connection.execute(text("INSERT INTO preferences VALUES ('categories', '[\"ChatGPT\"]')"))
    database.close()

    reopened = open_database(tmp_path)
    migrate(reopened)

    with reopened.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM preferences")) == 1
    reopened.close()


MIGRATE = """
import sys
from bulkgen.records.database import Database
from bulkgen.records.migrate import migrate
print("ready", flush=True)
sys.stdin.readline()
database = Database(sys.argv[1])
migrate(database)
database.close()
print("migrated")
"""


def test_two_processes_that_migrate_at_once_both_succeed(database, tmp_path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, f"sqlite:///{tmp_path / 'bulkgen.db'}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()

    ends = [process.communicate(timeout=60) for process in processes]

    assert ends == [("migrated\n", "")] * 2
    with database.write() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.check(config)
