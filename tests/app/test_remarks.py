"""What the gallery says of pictures that are broken or repeat others."""

from uuid import UUID

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.image_filters import ImageFilter, ImageOrder, Shown
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.records.tables import images as images_table
from tests.fakes.installations import submit, wait_for_job, wait_for_pages
from tests.fakes.screens import OpenPage


@pytest.fixture
def job_id(installation: Installation) -> UUID:
    """A job of two pictures."""
    installation.engine.start()
    job_id = submit(installation, ["a boat", "a rose"], quality="low")
    wait_for_job(installation, job_id)
    return job_id


def _images(installation: Installation, job_id: UUID) -> list[GeneratedImage]:
    return installation.studio.gallery.images(LOCAL_ADMIN, job_id)


def _write(installation: Installation, image: GeneratedImage, **values: object) -> None:
    with installation.store.database.write() as connection:
        connection.execute(
            update(images_table).where(images_table.c.id == image.id).values(**values)
        )


def _captions(app: AppTest) -> str:
    return "\n".join(str(caption.value) for caption in app.caption).replace("\\", "")


def test_a_marked_picture_says_what_is_wrong_with_it(
    installation: Installation, open_page: OpenPage, job_id: UUID
) -> None:
    _write(installation, _images(installation, job_id)[0], marks=["flat", "wrong_size"], width_px=9)

    captions = _captions(open_page("gallery"))

    assert "One colour from edge to edge" in captions
    assert "9 x 1024 pixels, not 1024 x 1024" in captions


def test_a_picture_that_repeats_another_leads_to_it(
    installation: Installation, open_page: OpenPage, job_id: UUID
) -> None:
    for image in _images(installation, job_id):
        _write(installation, image, hash="0" * 16)
    app = open_page("gallery")

    button = next(one for one in app.button if one.label == "Almost the same as prompt 1")
    button.click()
    app.run()

    assert not app.exception
    assert len([one for one in app.button if one.label.startswith("Almost")]) == 1
    assert app.session_state["gallery.preview"] == _images(installation, job_id)[0].id


def test_a_picture_that_repeats_a_published_page_links_to_it(
    installation: Installation, open_page: OpenPage, job_id: UUID
) -> None:
    first, second = _images(installation, job_id)
    for image in (first, second):
        _write(installation, image, hash="0" * 16)
    installation.studio.gallery.select(LOCAL_ADMIN, [second.id], selected=False)
    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    wait_for_pages(installation, job_id)
    (page,) = installation.studio.pages.all(LOCAL_ADMIN)
    installation.studio.pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.PUBLISHED)

    (link,) = open_page("gallery").get("link_button")[:1]

    assert link.proto.label.replace("\\", "") == f"Almost the same as the page {page.text.title}"
    assert link.proto.url == f"/p/{page.slug}"


def test_a_preview_says_what_its_tile_says(
    installation: Installation, open_page: OpenPage, job_id: UUID
) -> None:
    for image in _images(installation, job_id):
        _write(installation, image, hash="0" * 16)
    app = open_page("gallery")

    [one for one in app.button if one.label.startswith("Preview ")][1].click()
    app.run()

    assert not app.exception
    assert len([one for one in app.button if one.label.startswith("Almost")]) == 2


def test_only_pictures_that_repeat_others_are_shown_on_request(
    installation: Installation, open_page: OpenPage, job_id: UUID
) -> None:
    first, second = _images(installation, job_id)
    _write(installation, first, hash="0" * 16)
    _write(installation, second, hash="0" * 16)
    gallery = installation.studio.gallery

    found = gallery.find(
        LOCAL_ADMIN, job_id, ImageFilter(shown=Shown.NEAR_DUPLICATES), ImageOrder.PROMPT
    )

    assert found.ids == (second.id,)
