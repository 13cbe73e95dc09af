"""What is found out about pictures when they arrive, on every kind of database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bulkgen.bootstrap import Installation
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.looks import Mark
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.twins import HashedImage, HashedPage
from tests.fakes.demo_server import RunningServer, running_server
from tests.fakes.installations import (
    a_choice,
    job_of,
    running_installation,
    submit,
    wait_for_job,
    wait_for_pages,
)


@pytest.fixture
def server() -> Iterator[RunningServer]:
    """One that paints, so that pictures differ."""
    with running_server(images_per_minute=6000, latency_s=0.05) as server:
        yield server


def _made(
    installation: Installation, *prompts: str, **chosen: Any
) -> tuple[UUID, list[GeneratedImage]]:
    job_id = submit(installation, list(prompts), **chosen)
    wait_for_job(installation, job_id)
    return job_id, installation.studio.gallery.images(LOCAL_ADMIN, job_id)


def test_a_picture_arrives_with_its_score_and_without_a_mark(installation: Installation) -> None:
    _, (one, other) = _made(installation, "a boat", "a rose", quality="low")

    assert one.marks == other.marks == ()
    assert one.score is not None
    assert other.score is not None
    assert 0 < one.score != other.score < 100
    assert one.hash != other.hash


def test_a_picture_of_other_pixels_than_asked_for_is_marked(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "wrong_size", "next": 1})

    _, images = _made(installation, "a boat", quality="low")
    _, any_size = _made(installation, "a tree", quality="low", size="auto")

    assert [image.marks for image in images] == [(Mark.WRONG_SIZE,)]
    assert any_size[0].marks == ()


def test_a_picture_that_is_taken_over_keeps_what_was_found_out(installation: Installation) -> None:
    _, (first,) = _made(installation, "a boat", quality="low")

    job_id = installation.studio.jobs.submit(
        LOCAL_ADMIN,
        [PromptRow(text="a boat")],
        a_choice(installation, quality="low"),
        name="",
        use_earlier=True,
    )

    (again,) = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    assert (again.hash, again.score, again.marks) == (first.hash, first.score, first.marks)


def test_almost_the_same_pictures_of_a_job_and_of_published_pages_are_named(
    tmp_path: Path, database_url: str
) -> None:
    """The server sends one picture for every prompt."""
    with (
        running_server(latency_s=0.05, prepared_bytes=30_000) as server,
        running_installation(tmp_path / "data", server, database_url=database_url) as installation,
    ):
        gallery, pages = installation.studio.gallery, installation.studio.pages
        job_id, (boat, rose) = _made(installation, "a boat", "a rose")

        in_job = gallery.twins(LOCAL_ADMIN, job_of(installation, job_id))
        gallery.select(LOCAL_ADMIN, [rose.id], selected=False)
        pages.create(LOCAL_ADMIN, job_id)
        wait_for_pages(installation, job_id)
        with_draft = gallery.twins(LOCAL_ADMIN, job_of(installation, job_id))
        (page,) = pages.all(LOCAL_ADMIN)
        pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.PUBLISHED)
        with_page = gallery.twins(LOCAL_ADMIN, job_of(installation, job_id))
        later_id, (later,) = _made(installation, "a tree", output_format="png")
        in_later = gallery.twins(LOCAL_ADMIN, job_of(installation, later_id))

    assert boat.hash is not None
    first = HashedImage(id=boat.id, prompt_number=1, number=1, hash=boat.hash)
    on_page = HashedPage(image_id=boat.id, slug=page.slug, title=page.text.title, hash=boat.hash)
    assert in_job == with_draft == {rose.id: first}
    assert with_page == {rose.id: on_page}
    assert in_later == {later.id: on_page}
