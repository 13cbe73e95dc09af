from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.fakes")

from tests.fakes.postgres import (  # noqa: E402 - rewriting begins before the first import
    RunningPostgres,
    running_postgres,
)


@pytest.fixture(scope="session")
def postgres() -> Iterator[RunningPostgres]:
    """One Postgres for all tests."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: RunningPostgres) -> Iterator[str]:
    """An empty Postgres database."""
    with postgres.fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/bulkgen.db"
    url: str = request.getfixturevalue("postgres_url")
    return url
