from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.fakes")

from tests.fakes.migrated import MigratedCopies  # noqa: E402 - see below
from tests.fakes.postgres import (  # noqa: E402 - rewriting begins before the first import
    RunningPostgres,
    running_postgres,
)
from tests.fakes.s3 import RunningS3, running_s3  # noqa: E402 - see above


@pytest.fixture(scope="session")
def migrated_copies(tmp_path_factory: pytest.TempPathFactory) -> MigratedCopies:
    """One schema for all tests."""
    return MigratedCopies(tmp_path_factory.mktemp("migrated"))


@pytest.fixture(autouse=True)
def quick_migrations(migrated_copies: MigratedCopies, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fresh SQLite database costs a fifth of a second, and nearly every test has one."""
    monkeypatch.setattr("bulkgen.records.upgrade.upgrade", migrated_copies.upgrade)


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


@pytest.fixture(scope="session")
def s3_service() -> Iterator[RunningS3]:
    """One S3 service for all tests."""
    with running_s3() as service:
        yield service


@pytest.fixture
def s3(s3_service: RunningS3) -> Iterator[RunningS3]:
    """The S3 service; what B2 would refuse is a fault of ours."""
    yield s3_service
    s3_service.shut, s3_service.cuts, s3_service.losses = False, 0, 0
    s3_service.errors.clear()
    s3_service.requests.clear()
    refused, s3_service.refused = s3_service.refused, []
    assert refused == []


@pytest.fixture
def bucket_url(s3: RunningS3) -> str:
    """An empty bucket as BULKGEN_STORAGE_URL names it."""
    return s3.url(s3.new_bucket())


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/bulkgen.db"
    url: str = request.getfixturevalue("postgres_url")
    return url
