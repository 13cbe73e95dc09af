"""Unselected images, as the gallery offers them."""

from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.people import LOCAL_ADMIN
from tests.fakes.finished_jobs import bring_pictures, run_page_task
from tests.fakes.installations import job_of, submit
from tests.fakes.screens import OpenPage, said
from tests.unit.storage.pictures import a_picture


def _press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception
    return app


def test_unselected_images_are_discarded_and_taken_back(
    installation: Installation, open_page: OpenPage
) -> None:
    job_id = submit(installation, 2, images_per_prompt=2)
    bring_pictures(installation, job_id, a_picture(output_format="WEBP"))
    images = installation.store.images.of_job(job_id)
    installation.store.images.select([image.id for image in images[1:]], selected=False)
    app = open_page("gallery")
    assert "unselected" not in said(app.caption)

    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    run_page_task(installation, images[0].id)
    app = open_page("gallery")
    _press(app, "Discard them")
    assert "3 images discarded" in said(app.caption)
    assert job_of(installation, job_id).images.discarded == 3
    _press(app, "Take it back")

    assert job_of(installation, job_id).images.discarded == 0
