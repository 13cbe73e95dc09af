"""From selected images to pages, against a server that moderates and writes."""

from uuid import UUID

import pytest
from sqlalchemy import select

from bulkgen.bootstrap import Installation
from bulkgen.domain.errors import NotFoundError, StateError
from bulkgen.domain.image_filters import Choice
from bulkgen.domain.pages import PageProgress, PageStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.records.tables import attempts
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import (
    submit,
    wait_for_job,
    wait_for_pages,
)


def _create(installation: Installation, job_id: UUID) -> PageProgress:
    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    return wait_for_pages(installation, job_id)


def test_each_selected_image_becomes_one_page_with_pictures_in_storage(
    installation: Installation,
) -> None:
    job_id = submit(installation, ["a red fox in the snow", "a harbour at dawn"])
    wait_for_job(installation, job_id)

    progress = _create(installation, job_id)

    pages = installation.studio.pages.all(LOCAL_ADMIN)
    assert (progress.completed, progress.drafts) == (2, 2)
    assert {page.prompt for page in pages} == {"a red fox in the snow", "a harbour at dawn"}
    for page in pages:
        for variant in page.variants:
            picture = installation.studio.pages.picture(LOCAL_ADMIN, variant.name)
            data = picture.read()
            assert picture.mime_type == variant.mime_type
            assert data[:4] in (b"RIFF", b"\xff\xd8\xff\xe0")
            assert variant.name.startswith(page.slug)


def test_creating_again_makes_no_second_page(installation: Installation) -> None:
    job_id = submit(installation, 2)
    wait_for_job(installation, job_id)
    _create(installation, job_id)

    with pytest.raises(StateError, match="its page already"):
        installation.studio.pages.create(LOCAL_ADMIN, job_id)

    assert len(installation.studio.pages.all(LOCAL_ADMIN)) == 2


def test_two_pictures_of_one_prompt_become_two_pages_with_different_titles(
    installation: Installation,
) -> None:
    job_id = submit(installation, ["a hot air balloon over a valley"], images_per_prompt=3)
    wait_for_job(installation, job_id)
    selected_at_first = installation.studio.jobs.get(LOCAL_ADMIN, job_id).selected
    installation.studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.ALL)

    _create(installation, job_id)

    pages = installation.studio.pages.all(LOCAL_ADMIN)
    assert selected_at_first == 0
    assert len({page.text.title for page in pages}) == 3
    assert len({page.slug for page in pages}) == 3


def test_a_flagged_picture_is_blocked_and_never_public(installation: Installation) -> None:
    job_id = submit(installation, ["a [violence] scene"], page_status="published")
    wait_for_job(installation, job_id)

    progress = _create(installation, job_id)

    page = installation.studio.pages.all(LOCAL_ADMIN)[0]
    assert progress.held_back == 1
    assert page.status is PageStatus.BLOCKED
    with pytest.raises(StateError):
        installation.studio.pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.PUBLISHED)
    with pytest.raises(NotFoundError):
        installation.studio.pages.public_page(page.slug)


def test_a_page_that_could_not_be_judged_stays_a_draft(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "server_error", "endpoint": "moderations"})
    job_id = submit(installation, 1, page_status="published")
    wait_for_job(installation, job_id)

    progress = _create(installation, job_id)

    assert (progress.drafts, progress.published) == (1, 0)


def test_without_an_answer_of_the_text_model_the_rules_write(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "server_error", "endpoint": "responses"})
    job_id = submit(installation, ["a photo of a lighthouse on a cliff, stormy sea"])
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    page = installation.studio.pages.all(LOCAL_ADMIN)[0]
    assert page.text.title == "Lighthouse on a cliff, stormy sea"
    assert "lighthouse" in page.text.tags


def test_what_a_row_sets_for_its_picture_and_its_page_wins_over_the_job(
    installation: Installation, server: RunningServer
) -> None:
    row = PromptRow(
        text="a boat",
        output_format="png",
        background="transparent",
        category="Boats",
        page_status="published",
    )
    job_id = submit(installation, [row, "a tree"], output_format="jpeg", category="Trees")
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    assert [image.output_format for image in images] == ["png", "jpeg"]
    pages = installation.studio.pages.all(LOCAL_ADMIN)
    assert sorted((page.prompt, page.category, page.status) for page in pages) == [
        ("a boat", "Boats", PageStatus.PUBLISHED),
        ("a tree", "Trees", PageStatus.DRAFT),
    ]


def test_the_columns_of_the_sheet_win(installation: Installation, server: RunningServer) -> None:
    row = PromptRow(
        text="a boat",
        title="The boat of my uncle",
        description="He built it himself in the winter of 1962.",
        tags=("boats", "family"),
        alt="A small blue boat on a beach",
    )
    job_id = submit(installation, [row])
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    text = installation.studio.pages.all(LOCAL_ADMIN)[0].text
    assert text.title == row.title
    assert text.description == row.description
    assert text.tags == row.tags
    assert text.alt == row.alt
    assert server.ledger("responses") == []


def test_cancelling_the_creation_keeps_the_pages_that_are_made(
    installation: Installation,
) -> None:
    job_id = submit(installation, 40)
    wait_for_job(installation, job_id)
    installation.studio.pages.create(LOCAL_ADMIN, job_id)

    installation.studio.pages.cancel_creation(LOCAL_ADMIN, job_id)

    progress = wait_for_pages(installation, job_id)
    assert progress.cancelled > 0
    assert progress.completed + progress.cancelled == 40
    assert len(installation.studio.pages.all(LOCAL_ADMIN)) == progress.completed


def test_page_text_is_an_attempt_with_its_cost(installation: Installation) -> None:
    job_id = submit(installation, 1)
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    with installation.store.database.read() as connection:
        rows = connection.execute(select(attempts).where(attempts.c.kind == "page_text")).all()
    assert [row.outcome for row in rows] == ["bought"]
    assert 0 < rows[0].cost_micro_usd <= rows[0].reserved_micro_usd
