"""Finals on the screens: ordered from the gallery, chosen beside their drafts."""

from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.image_filters import Choice
from bulkgen.domain.people import LOCAL_ADMIN
from tests.fakes.installations import job_of, submit, wait_for_job
from tests.fakes.screens import OpenPage, click, open_menu, said


@pytest.fixture
def draft_job(installation: Installation) -> UUID:
    """Six drafts of low quality, two of them selected."""
    installation.engine.start()
    prompts = [f"a boat, number {number}" for number in range(6)]
    job_id = submit(installation, prompts, quality="low")
    wait_for_job(installation, job_id)
    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    left = [image.id for image in images[2:]]
    installation.studio.gallery.select(LOCAL_ADMIN, left, selected=False)
    return job_id


def _texts(app: AppTest) -> str:
    return said(app.markdown, app.caption, app.warning)


def test_finals_are_priced_and_made_and_taken(
    installation: Installation, open_page: OpenPage, draft_job: UUID
) -> None:
    app = open_page("gallery")
    click(open_menu(app, f"creation.more.{draft_job}"), "Make finals")
    next(box for box in app.selectbox if box.label == "Quality").set_value("high")
    app.run()
    assert "2 finals: about $" in _texts(app)
    assert "All 6 pictures like this would have cost about $" in _texts(app)
    assert "is saved" in _texts(app)

    click(app, "Make 2 finals")
    newest = installation.studio.jobs.all(LOCAL_ADMIN)[0]
    wait_for_job(installation, newest.id)
    app.run()
    click(app, "Compare 1 with its draft")
    assert "Draft: gpt-image-2.5-flare, low" in _texts(app)
    assert "Final: gpt-image-2.5-flare, high" in _texts(app)
    click(app, "Take the final")

    assert app.query_params["job"] == str(newest.id)
    assert job_of(installation, newest.id).selected == 1
    assert job_of(installation, draft_job).selected == 1


def test_without_a_selection_no_finals_can_be_made(
    installation: Installation, open_page: OpenPage, draft_job: UUID
) -> None:
    installation.studio.gallery.choose(LOCAL_ADMIN, draft_job, Choice.NONE)

    app = open_page("gallery")

    (menu,) = [
        one for one in app.get("popover") if one.proto.popover.label == "Finals and downloads"
    ]
    assert menu.proto.popover.disabled
