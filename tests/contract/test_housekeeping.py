"""What is cleared away, and what never is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.errors import NotFoundError, StateError
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.storage_keys import PAGE_FILES
from bulkgen.ports import Step
from bulkgen.records.tables import pages
from tests.fakes.demo_server import RunningServer
from tests.fakes.disks import FlakyStorage
from tests.fakes.finished_jobs import make_pages
from tests.fakes.installations import settings_for


@pytest.fixture
def installation(tmp_path, server: RunningServer, database_url: str) -> Iterator[Installation]:
    """An installation whose engine is at rest, on each kind of database."""
    settings = settings_for(tmp_path / "data", server, database_url=database_url)
    installation = open_installation(settings)
    yield installation
    installation.close(timeout_s=0)


def _tidy(installation: Installation) -> None:
    installation.engine._steps.run(Step.TIDY, LOCAL_ADMIN.id)


def _deleted_before(installation: Installation, hours: float) -> None:
    with installation.store.database.write() as connection:
        at = datetime.now(UTC) - timedelta(hours=hours)
        connection.execute(
            update(pages).where(pages.c.status == PageStatus.TRASHED).values(trashed_at=at)
        )


def _names(installation: Installation) -> set[str]:
    return {file.key.removeprefix(PAGE_FILES) for file in installation.storage.files(PAGE_FILES)}


def test_a_deleted_page_is_gone_with_its_files_after_72_hours_and_no_other(installation):
    job_id = make_pages(installation, ["a fox", "a hare"])
    studio = installation.studio.pages
    gone, stays = studio.all(LOCAL_ADMIN)
    studio.set_status(LOCAL_ADMIN, [gone.id], PageStatus.TRASHED)

    _deleted_before(installation, 71.9)
    _tidy(installation)
    assert studio.get(LOCAL_ADMIN, gone.id).status is PageStatus.TRASHED
    _deleted_before(installation, 72.1)
    with pytest.raises(StateError, match="too long ago"):
        studio.restore(LOCAL_ADMIN, [gone.id])
    _tidy(installation)

    with pytest.raises(NotFoundError):
        studio.get(LOCAL_ADMIN, gone.id)
    assert _names(installation) == {variant.name for variant in stays.variants}
    assert studio.broken(LOCAL_ADMIN) == []
    assert studio.to_create(LOCAL_ADMIN, job_id) == 1


def test_a_deletion_is_taken_back_to_the_status_it_had(installation):
    make_pages(installation, ["a fox", "a [violence] scene"])
    studio = installation.studio.pages
    before = {page.id: page.status for page in studio.all(LOCAL_ADMIN)}
    studio.change(LOCAL_ADMIN, list(before), PageStatus.TRASHED)
    assert studio.counts(LOCAL_ADMIN) == {PageStatus.TRASHED: 2}

    studio.restore(LOCAL_ADMIN, list(before))

    assert {page.id: page.status for page in studio.all(LOCAL_ADMIN)} == before


def test_a_blocked_page_that_is_gone_still_keeps_its_picture_from_another_page(installation):
    job_id = make_pages(installation, ["a [violence] scene"])
    studio = installation.studio.pages
    (page,) = studio.all(LOCAL_ADMIN)
    studio.set_status(LOCAL_ADMIN, [page.id], PageStatus.TRASHED)
    _deleted_before(installation, 73)

    _tidy(installation)
    _tidy(installation)

    assert _names(installation) == set()
    assert studio.to_create(LOCAL_ADMIN, job_id) == 0
    assert studio.counts(LOCAL_ADMIN) == {}
    with pytest.raises(StateError):
        studio.restore(LOCAL_ADMIN, [page.id])


def test_while_storage_is_away_nothing_is_forgotten(installation):
    make_pages(installation, ["a fox"])
    studio = installation.studio.pages
    (page,) = studio.all(LOCAL_ADMIN)
    studio.set_status(LOCAL_ADMIN, [page.id], PageStatus.TRASHED)
    _deleted_before(installation, 73)
    housekeeping = installation.engine._steps.housekeeping

    storage = FlakyStorage(installation.storage)
    storage.away = True
    replace(housekeeping, storage=storage).tidy()
    assert studio.get(LOCAL_ADMIN, page.id).variants
    _tidy(installation)

    assert _names(installation) == set()
