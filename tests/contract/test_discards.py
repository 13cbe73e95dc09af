"""Images that nobody selected: discarded, taken back, and gone without hurting anything else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from bulkgen.bootstrap import Installation
from bulkgen.domain.errors import StateError
from bulkgen.domain.image_filters import Choice
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.page_rules import PageRules
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.storage_keys import thumbnail_key
from bulkgen.ports import Step
from bulkgen.records.tables import images, pages
from tests.fakes.installations import job_of, submit, wait_for_job, wait_for_pages


def _published_job(installation: Installation) -> UUID:
    """Two prompts with three images each; the first of each has a page."""
    job_id = submit(installation, 2, images_per_prompt=3)
    wait_for_job(installation, job_id)
    installation.studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.FIRST)
    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    wait_for_pages(installation, job_id)
    return job_id


def _tidy(installation: Installation) -> None:
    installation.engine._steps.run(Step.TIDY, LOCAL_ADMIN.id)


def _let_pass(installation: Installation, hours: float) -> None:
    """The discarding and the pages are so much older."""
    with installation.store.database.write() as connection:
        at = datetime.now(UTC) - timedelta(hours=hours)
        connection.execute(
            update(images).where(images.c.status == ImageStatus.DISCARDED).values(discarded_at=at)
        )
        connection.execute(update(pages).values(created_at=at))


def _images(installation: Installation, job_id: UUID) -> list[GeneratedImage]:
    return installation.store.images.of_job(job_id)


def _there(installation: Installation, image: GeneratedImage) -> bool:
    assert image.storage_key is not None
    storage = installation.storage
    return storage.has(image.storage_key) and storage.has(thumbnail_key(image.id))


def test_unselected_images_go_after_72_hours_and_the_receipt_stays(
    installation: Installation,
) -> None:
    job_id = _published_job(installation)
    before = _images(installation, job_id)
    receipt = installation.studio.jobs.receipt(LOCAL_ADMIN, job_id)
    unwanted = [image for image in before if not image.selected]
    size_bytes = sum(image.size_bytes or 0 for image in unwanted)
    discards = installation.studio.discards
    assert discards.of_job(LOCAL_ADMIN, job_id).images == len(unwanted) == 4
    assert discards.of_job(LOCAL_ADMIN, job_id).size_bytes == size_bytes

    assert discards.discard(LOCAL_ADMIN, job_id) == 4
    _let_pass(installation, 71)
    _tidy(installation)
    assert all(_there(installation, image) for image in before)
    _let_pass(installation, 73)
    _tidy(installation)

    assert [image for image in before if not _there(installation, image)] == unwanted
    found = discards.of_job(LOCAL_ADMIN, job_id)
    assert (found.discarded, found.freed, found.freed_bytes) == (0, 4, size_bytes)
    assert installation.studio.pages.broken(LOCAL_ADMIN) == []
    assert installation.studio.jobs.receipt(LOCAL_ADMIN, job_id) == receipt
    with pytest.raises(StateError, match="too late"):
        discards.restore(LOCAL_ADMIN, job_id)


def test_a_discarding_is_taken_back_and_does_not_happen_again_by_itself(
    installation: Installation,
) -> None:
    installation.studio.choices.set_page_rules(LOCAL_ADMIN, PageRules(discard_after_days=0))
    job_id = _published_job(installation)
    _let_pass(installation, 1)
    _tidy(installation)
    assert job_of(installation, job_id).images.discarded == 4

    assert installation.studio.discards.restore(LOCAL_ADMIN, job_id) == 4
    _tidy(installation)

    assert job_of(installation, job_id).images.completed == 6


@pytest.mark.parametrize(("days", "gone"), [(2, 4), (4, 0), (None, 0)])
def test_images_are_discarded_so_many_days_after_the_pages(
    installation: Installation, days: int | None, gone: int
) -> None:
    installation.studio.choices.set_page_rules(LOCAL_ADMIN, PageRules(discard_after_days=days))
    job_id = _published_job(installation)
    _let_pass(installation, 3 * 24)

    _tidy(installation)

    assert job_of(installation, job_id).images.discarded == gone


def test_before_pages_are_made_nothing_is_unwanted(installation: Installation) -> None:
    job_id = submit(installation, 1, images_per_prompt=2)
    wait_for_job(installation, job_id)

    with pytest.raises(StateError, match="Make the pages"):
        installation.studio.discards.discard(LOCAL_ADMIN, job_id)


def test_what_is_starred_stays(installation: Installation) -> None:
    job_id = _published_job(installation)
    unwanted = [image for image in _images(installation, job_id) if not image.selected]
    installation.store.images.star(unwanted[0].id, datetime.now(UTC))

    assert installation.studio.discards.discard(LOCAL_ADMIN, job_id) == 3


def test_a_file_that_another_job_took_over_stays(installation: Installation) -> None:
    job_id = _published_job(installation)
    unwanted = [image for image in _images(installation, job_id) if not image.selected]
    other_id = submit(installation, ["something else"])
    wait_for_job(installation, other_id)
    with installation.store.database.write() as connection:
        connection.execute(
            update(images)
            .where(images.c.job_id == other_id)
            .values(storage_key=unwanted[0].storage_key)
        )
    installation.studio.discards.discard(LOCAL_ADMIN, job_id)
    _let_pass(installation, 73)

    _tidy(installation)

    assert [image for image in unwanted if _there(installation, image)] == unwanted[:1]
