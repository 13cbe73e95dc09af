"""What a person does to images and jobs on the screens, and what the health page says."""

from decimal import Decimal
from uuid import UUID

import pytest
from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.budgets import Caps
from bulkgen.domain.people import LOCAL_ADMIN
from tests.fakes.finished_jobs import submit_finished
from tests.fakes.installations import submit, wait_for_job
from tests.fakes.screens import OpenPage, click, said


@pytest.fixture
def job_id(installation: Installation) -> UUID:
    """A job of two prompts, the second of which was refused."""
    installation.engine.start()
    job_id = submit(installation, ["a boat", "a [blocked] thing"])
    wait_for_job(installation, job_id)
    installation.engine.stop(10)
    return job_id


def _texts(app: AppTest) -> str:
    return said(app.markdown, app.caption, app.warning, app.table)


def test_a_refused_tile_says_why_and_is_not_offered_unchanged(
    installation: Installation, open_page: OpenPage, job_id: UUID
) -> None:
    app = open_page("gallery")

    assert "safety system refused" in _texts(app)
    assert not [button for button in app.button if button.label == "Retry 2"]


def test_a_failed_tile_says_why_and_is_retried(
    installation: Installation, open_page: OpenPage
) -> None:
    job_id = submit_finished(installation, 2, failed=[1])
    app = open_page("gallery")
    assert "It failed. Retry it." in _texts(app)

    click(app, "Retry 2")

    assert installation.studio.jobs.get(LOCAL_ADMIN, job_id).images.pending == 1


def test_a_refused_prompt_is_edited_and_asked_for_again(
    installation: Installation, open_page: OpenPage, job_id: UUID
) -> None:
    app = open_page("gallery")
    click(app, "Edit prompt 2")
    assert "Another picture costs about $0.013." in _texts(app)

    next(area for area in app.text_area if area.label == "Prompt").set_value("a kind thing")
    click(app, "Make it again")

    image = installation.studio.gallery.images(LOCAL_ADMIN, job_id)[1]
    assert (image.status, image.prompt) == ("pending", "a kind thing")


def test_a_picture_is_made_again_beside_the_old_one(
    installation: Installation, open_page: OpenPage, job_id: UUID
) -> None:
    app = open_page("gallery")
    click(app, "Preview 1")
    assert "This picture stays." in _texts(app)

    click(app, "Make it again")

    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    assert [image.status for image in images] == ["completed", "pending", "failed"]


@pytest.mark.parametrize("page", ["gallery", "jobs"])
def test_a_job_shows_its_receipt_and_takes_another_budget_and_priority(
    installation: Installation, open_page: OpenPage, job_id: UUID, page: str
) -> None:
    app = open_page(page)
    click(app, "Budget and receipt")
    assert "1 for $0.013" in _texts(app)
    assert "1 call, $0.014 at most" in _texts(app)

    next(box for box in app.number_input if box.label.startswith("The most this")).set_value(3.5)
    next(box for box in app.number_input if box.label == "Priority").set_value(2)
    click(app, "Save")

    job = installation.studio.jobs.get(LOCAL_ADMIN, job_id)
    assert (job.budget_usd, job.priority) == (Decimal("3.5"), 2)


def test_budgets_of_days_and_months_are_set(
    installation: Installation, open_page: OpenPage, job_id: UUID
) -> None:
    app = open_page("settings")
    assert "Today you have spent $0.013 and $0.014 is held" in _texts(app)

    next(box for box in app.number_input if "in a day" in box.label).set_value(5.0)
    click(app, "Save the budgets")

    caps = installation.studio.budgets.now(LOCAL_ADMIN).caps
    assert caps == Caps(person_day_usd=Decimal(5), month_usd=None)


def test_a_job_that_meets_the_day_is_not_offered_a_larger_budget_of_its_own(
    installation: Installation, open_page: OpenPage
) -> None:
    installation.studio.budgets.set_caps(LOCAL_ADMIN, Caps(person_day_usd=Decimal("0.01")))
    installation.engine.start()
    wait_for_job(installation, submit(installation, 2))

    app = open_page("gallery")

    assert "Today's budget of $0.01 a person is reached" in _texts(app)
    assert not [button for button in app.button if "Raise the budget" in button.label]


def test_the_admin_page_shows_the_health_of_every_part(
    installation: Installation, open_page: OpenPage, job_id: UUID
) -> None:
    app = open_page("admin")

    assert "Nothing needs attention" in _texts(app)
    for words in (
        "SQLite",
        "synchronous 2",
        "250 images a minute",
        "1 moderation in the last hour",
    ):
        assert words in _texts(app)
