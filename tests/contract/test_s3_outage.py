"""An S3 service that is away in the middle: nothing that is paid is lost or bought twice."""

import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from bulkgen import engine
from bulkgen.bootstrap import Installation
from bulkgen.domain.jobs import Job, JobStatus
from bulkgen.domain.pages import PageProgress
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.storage_keys import variant_key
from bulkgen.engine import patience
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import (
    job_of,
    running_installation,
    submit,
    wait_for_job,
    wait_for_pages,
)
from tests.fakes.s3 import RunningS3
from tests.fakes.storage_checks import check_in_two_days

_WAIT_S = 60
#: So many requests find nobody before the service is back.
_MISSED = 60


@pytest.fixture(autouse=True)
def _soon_again(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every pause between two tries is short."""
    monkeypatch.setattr(engine, "_SWEEP_S", 0.3)
    monkeypatch.setattr(patience, "_REST_S", 0.5)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", _at_once)
    with capture_logs():
        yield


def _at_once(*_: object) -> float:
    return 0.05


@pytest.fixture
def installation(tmp_path: Path, server: RunningServer, bucket_url: str) -> Iterator[Installation]:
    with running_installation(tmp_path / "data", server, storage_url=bucket_url) as installation:
        yield installation


def _wait_until(reached: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + _WAIT_S
    while not reached():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


def _be_away(s3: RunningS3) -> None:
    """Stay away until many requests have found nobody."""
    s3.missed, s3.shut = 0, True
    _wait_until(lambda: s3.missed >= _MISSED)


def _check_everything_is_there(
    installation: Installation, server: RunningServer, job_id: UUID, images: int
) -> None:
    """Each image is stored as it was sold, once, and the spool is empty."""
    found = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    stored = [
        sha256(installation.studio.gallery.original(LOCAL_ADMIN, image.id).read()).hexdigest()
        for image in found
    ]
    sold = {digest for entry in server.ledger() for digest in entry["sha256"]}
    assert len(server.ledger()) == images
    assert stored == [image.sha256 for image in found]
    assert set(stored) == sold
    assert installation.studio.health.look(LOCAL_ADMIN).spooled == 0
    assert check_in_two_days(installation).look(LOCAL_ADMIN).in_order


def test_a_job_that_starts_while_s3_is_away_ends_when_it_is_back(
    installation: Installation, server: RunningServer, s3: RunningS3
) -> None:
    s3.shut = True
    job_id = submit(installation, 10)
    _be_away(s3)
    away = job_of(installation, job_id)
    s3.shut = False
    job = wait_for_job(installation, job_id, _over)

    assert (away.images.completed, job.images.completed) == (0, 10)
    _wait_until(lambda: not installation.studio.health.look(LOCAL_ADMIN).spooled)
    _check_everything_is_there(installation, server, job_id, 10)


def test_s3_that_goes_away_in_the_middle_of_a_job_loses_nothing(
    installation: Installation, server: RunningServer, s3: RunningS3
) -> None:
    job_id = submit(installation, 30)
    wait_for_job(installation, job_id, lambda job: job.images.completed >= 3)
    s3.shut = True
    wait_for_job(installation, job_id, _nothing_to_send)
    _be_away(s3)
    away = job_of(installation, job_id)
    s3.shut = False
    _wait_until(lambda: _go_on(installation, job_id))
    job = job_of(installation, job_id)

    assert 3 <= away.images.completed < 30
    assert (job.status, job.images.completed) == (JobStatus.COMPLETED, 30)
    _wait_until(lambda: not installation.studio.health.look(LOCAL_ADMIN).spooled)
    _check_everything_is_there(installation, server, job_id, 30)


def _nothing_to_send(job: Job) -> bool:
    return job.status is JobStatus.PAUSED or job.images.pending == 0


def _over(job: Job) -> bool:
    return job.status is JobStatus.COMPLETED


def _go_on(installation: Installation, job_id: UUID) -> bool:
    """Resume the job as often as it was paused; True when it is over."""
    job = job_of(installation, job_id)
    if job.status is JobStatus.PAUSED:
        installation.studio.jobs.resume(LOCAL_ADMIN, job_id)
    return _over(job)


def test_s3_that_goes_away_while_pages_are_made_loses_none_and_buys_no_text_twice(
    installation: Installation, server: RunningServer, s3: RunningS3
) -> None:
    job_id = submit(installation, 30)
    wait_for_job(installation, job_id)
    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    _wait_until(lambda: _progress(installation, job_id).completed >= 2)
    s3.missed, s3.shut = 0, True
    _wait_until(lambda: s3.missed >= 8)
    away = _progress(installation, job_id)
    s3.shut = False
    progress = wait_for_pages(installation, job_id)

    pages = installation.studio.pages.all(LOCAL_ADMIN)
    stored = {file.key for file in installation.storage.files("pages/")}
    assert 2 <= away.completed < 30
    assert (progress.completed, progress.failures) == (30, ())
    assert len(server.ledger("responses")) == len(pages) == 30
    assert stored == {variant_key(variant.name) for page in pages for variant in page.variants}
    assert check_in_two_days(installation).look(LOCAL_ADMIN).in_order


def _progress(installation: Installation, job_id: UUID) -> PageProgress:
    progress = installation.studio.pages.progress(LOCAL_ADMIN, job_id)
    assert progress is not None
    return progress
