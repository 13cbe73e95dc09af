"""What must hold of a job whose engine was killed, once it has gone on to its end."""

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bulkgen.domain.images import ImageStatus
from bulkgen.domain.jobs import JobStatus
from bulkgen.records.store import SqlStore
from tests.fakes.attempts import attempts_of, check_money
from tests.fakes.demo_server import RunningServer

_WAIT_S = 30


@contextmanager
def store_of(data_dir: Path) -> Iterator[SqlStore]:
    """The store of an installation, whether its engine runs or not."""
    store = SqlStore(f"sqlite:///{data_dir}/bulkgen.db")
    try:
        yield store
    finally:
        store.close()


def after_a_kill(data_dir: Path, job_id: UUID) -> int:
    """Check the database a killed engine left behind; how many calls it had open."""
    with store_of(data_dir) as store:
        with store.database.read() as connection:
            assert connection.scalar(text("PRAGMA integrity_check")) == "ok"
        return sum(row.outcome is None for row in attempts_of(store, job_id))


def settled_ledger(server: RunningServer, first: int) -> list[dict[str, Any]]:
    """The calls from number `first` on, once the server has made all it sold."""
    ends_at = time.monotonic() + _WAIT_S
    while True:
        ledger = server.ledger()[first:]
        if all(entry["outcome"] != "open" for entry in ledger):
            return ledger
        assert time.monotonic() < ends_at
        time.sleep(0.01)


def check_end(
    data_dir: Path,
    job_id: UUID,
    ledger: list[dict[str, Any]],
    *,
    open_at_kills: int,
    lost_answers: int = 0,
) -> None:
    """Every image is there as it was sold, and what was paid more than once is accounted for.

    `lost_answers` are those the server itself was told to lose.
    """
    with store_of(data_dir) as store:
        job = store.jobs.get(job_id)
        images = store.images.of_job(job_id)
        assert job.status is JobStatus.COMPLETED
        assert {image.status for image in images} == {ImageStatus.COMPLETED}
        sold = {sha256 for entry in ledger for sha256 in entry["sha256"]}
        assert {image.sha256 for image in images} <= sold
        assert len({image.sha256 for image in images}) == len(images)
        for image in images:
            stored = data_dir / "storage" / (image.storage_key or "")
            assert hashlib.sha256(stored.read_bytes()).hexdigest() == image.sha256
        bought = sum(entry["outcome"] == "bought" for entry in ledger)
        assert bought <= job.prompts + open_at_kills + lost_answers
        assert job.attempts.open == 0
        assert job.attempts.unknown <= open_at_kills + lost_answers
        check_money(store, job, ledger)
    assert list((data_dir / "spool").iterdir()) == []
