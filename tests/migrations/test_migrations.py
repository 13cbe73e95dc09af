import subprocess
import sys

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import column, insert, inspect, table, text

from bulkgen.records.database import Database
from bulkgen.records.migrate import migrate
from bulkgen.records.tables import metadata
from bulkgen.records.upgrade import alembic_config
from tests.fakes.app_process import ROOT
from tests.fakes.factories import NOW, a_uuid

SCHEMA = {
    "sqlite": "SELECT name, sql FROM sqlite_master ORDER BY name",
    "postgresql": """
        SELECT table_name || '.' || column_name,
            '(' || concat_ws(' ', data_type, is_nullable, column_default) || ')'
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL SELECT conname, '(' || pg_get_constraintdef(oid) || ')' FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
        ORDER BY 1, 2
    """,
}


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


def schema(database: Database) -> list[tuple[str, str]]:
    """Every table, index and check, as the database wrote it down."""
    with database.read() as connection:
        rows = connection.execute(text(SCHEMA[connection.dialect.name]))
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


def test_the_migrations_make_the_checks_and_indexes_the_program_knows(database):
    """Alembic's own check looks at no CHECK and no partial index."""
    with database.write() as connection:
        metadata.create_all(connection)
    known = plain_schema(database)
    with database.write() as connection:
        metadata.drop_all(connection)

    migrate(database)

    assert plain_schema(database) == known
    assert len(known) > len(metadata.tables)


def plain_schema(database: Database) -> dict[str, list[str]]:
    """What the database wrote down of bulkgen's own tables."""
    return {name: _plain(sql) for name, sql in schema(database) if "alembic" not in name}


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


def test_what_is_in_the_database_stays_when_it_is_opened_again(database, database_url):
    migrate(database)
    with database.write() as connection:
        connection.execute(text("INSERT INTO preferences VALUES ('categories', '[\"ChatGPT\"]')"))
    database.close()

    reopened = Database(database_url)
    migrate(reopened)

    with reopened.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM preferences")) == 1
    reopened.close()


def test_a_list_from_before_lists_had_names_is_counted(database):
    with database.write() as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        older = ("id", "owner_id", "revision", "rows", "updated_at")
        sheets = table(
            "sheets", *(column(name, metadata.tables["sheets"].c[name].type) for name in older)
        )
        values = (a_uuid(1), a_uuid(2), 3, [{"text": "a boat"}], NOW)
        connection.execute(insert(sheets).values(values))

    migrate(database)

    with database.read() as connection:
        row = connection.execute(text("SELECT name, prompts, revision FROM sheets")).one()
    assert tuple(row) == ("", 1, 3)


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


def test_two_processes_that_migrate_at_once_both_succeed(database, database_url):
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE, database_url],
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
