"""Moving an installation from SQLite to Postgres, by the command line in this process."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from bulkgen.bootstrap import open_installation
from bulkgen.cli.arguments import main
from bulkgen.domain.image_filters import Choice
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.presets import Style
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.review import ReviewDecision
from bulkgen.records.store import SqlStore
from bulkgen.records.tables import metadata
from tests.fakes.demo_server import KEY, RunningServer, running_server
from tests.fakes.factories import NOW
from tests.fakes.installations import (
    job_of,
    running_installation,
    settings_for,
    submit,
    wait_for_job,
    wait_for_pages,
)

DECISION = ReviewDecision(
    number=1, at=NOW, prompt_number=1, decided=True, shown=(1, 2), selected=(1, 2), starred=(2,)
)


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with running_server(images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000) as server:
        yield server


@pytest.fixture
def data_dir(tmp_path: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of an installation where everything has happened once."""
    data_dir = tmp_path / "data"
    monkeypatch.setenv("BULKGEN_DATA_DIR", str(data_dir))
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    with running_installation(data_dir, server) as installation:
        prompts: list[str | PromptRow] = [
            "a boat \U0001f6a4 at dusk",
            PromptRow(text="a tree", tags=("green",)),
            "c [blocked]",
        ]
        job_id = submit(installation, prompts, images_per_prompt=2)
        wait_for_job(installation, job_id)
        installation.studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.ALL)
        installation.studio.reviews.decide(LOCAL_ADMIN, job_id, uuid4(), [DECISION], 2)
        installation.studio.pages.create(LOCAL_ADMIN, job_id)
        wait_for_pages(installation, job_id)
        sheet = installation.studio.sheets.open(LOCAL_ADMIN)
        installation.studio.sheets.save(LOCAL_ADMIN, replace(sheet, name="Boats \U0001f6a4"))
        installation.studio.presets.save_style(
            LOCAL_ADMIN, "Oil", Style("Oil painting:", ""), replace=False
        )
    return data_dir


def rows(url: str) -> dict[str, list[dict[str, object]]]:
    """Everything in a database, as Python sees it."""
    store = SqlStore(url)
    with store.database.read() as connection:
        found = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in metadata.sorted_tables
        }
    store.close()
    return {name: sorted(table, key=str) for name, table in found.items()}


def test_everything_arrives_as_it_was(
    data_dir: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["database", "copy", "--to", postgres_url])

    there = rows(postgres_url)
    said = capsys.readouterr().out
    assert code == 0
    assert there == rows(f"sqlite:///{data_dir}/bulkgen.db")
    assert [name for name, table in there.items() if not table] == []
    for name, table in there.items():
        assert f"{name:<12} {len(table)}\n" in said


def test_a_job_that_was_under_way_goes_on_at_the_new_place(
    data_dir: Path, postgres_url: str, server: RunningServer
) -> None:
    resting = open_installation(settings_for(data_dir, server))
    job_id = submit(resting, 3)
    resting.close(timeout_s=0)

    main(["database", "copy", "--to", postgres_url])

    with running_installation(data_dir, server, database_url=postgres_url) as installation:
        job = wait_for_job(installation, job_id)
        images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
        picture = installation.studio.gallery.original(LOCAL_ADMIN, images[0].id).read()
    assert job.images.completed == 3
    assert len(picture) == images[0].size_bytes


def test_a_target_that_holds_something_is_refused(
    data_dir: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["database", "copy", "--to", postgres_url])
    before = rows(postgres_url)

    code = main(["database", "copy", "--to", postgres_url])

    assert code == 2
    assert "The target is not empty" in capsys.readouterr().err
    assert rows(postgres_url) == before


def test_nothing_is_copied_while_bulkgen_runs(
    data_dir: Path, postgres_url: str, server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    with running_installation(data_dir, server) as app:
        job_id = submit(app, 1)
        wait_for_job(app, job_id)

        code = main(["database", "copy", "--to", postgres_url])

        assert job_of(app, job_id).images.completed == 1
    assert code == 2
    assert "Stop the app" in capsys.readouterr().err
    assert not any(rows(postgres_url).values())


def test_a_copy_that_fails_half_way_leaves_the_target_empty(
    data_dir: Path, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    store = SqlStore(postgres_url)
    store.migrate()
    with store.database.write() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE disk_full USING MESSAGE = 'no space left'; END $$"
            )
        )
        connection.execute(
            text("CREATE TRIGGER refusal BEFORE INSERT ON pages EXECUTE FUNCTION refuse()")
        )
    store.close()

    code = main(["database", "copy", "--to", postgres_url])

    assert code == 2
    assert "no space left" in capsys.readouterr().err
    assert not any(rows(postgres_url).values())


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        (None, "sqlite:////tmp/other.db", "--to has to name a Postgres database"),
        (None, "mysql://admin:hunter22@host/x", "cannot use a mysql database"),
        (None, "postgresql://admin:hunter22@127.0.0.1:9/x", "Connection refused"),
        ("postgresql://admin:hunter22@host/x", "postgresql://host/y", "has to name the SQLite"),
    ],
)
def test_what_cannot_be_copied_is_said_without_a_password(
    data_dir: Path,
    source: str | None,
    target: str,
    says: str,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if source is not None:
        monkeypatch.setenv("BULKGEN_DATABASE_URL", source)

    code = main(["database", "copy", "--to", target])

    said = capsys.readouterr().err
    assert code == 2
    assert says in said
    assert "hunter22" not in said
