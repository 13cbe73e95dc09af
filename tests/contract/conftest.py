from collections.abc import Iterator
from pathlib import Path

import pytest

from bulkgen.bootstrap import Installation
from bulkgen.records.store import SqlStore
from tests.fakes.demo_server import RunningServer, running_server
from tests.fakes.installations import running_installation


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    """An empty store, on each kind of database."""
    store = SqlStore(database_url)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """A server that answers at once, with prepared pictures."""
    with running_server(images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000) as server:
        yield server


@pytest.fixture
def installation(
    tmp_path: Path, server: RunningServer, database_url: str
) -> Iterator[Installation]:
    """An installation whose engine runs, on each kind of database."""
    with running_installation(tmp_path / "data", server, database_url=database_url) as installation:
        yield installation
