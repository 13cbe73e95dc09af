"""The gallery: what is shown, in which order, and what many selections at once do."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.image_filters import Choice
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.records.tables import images
from tests.fakes.app_process import ROOT
from tests.fakes.finished_jobs import submit_finished
from tests.fakes.screens import OpenPage, said

PROMPTS = ["a red boat", "a blue boat", "a green tree", "a tall tree"]


@pytest.fixture
def job_id(installation: Installation) -> UUID:
    """Four prompts with two images each, the last of which failed; none is selected."""
    return submit_finished(installation, PROMPTS, failed=[7], images_per_prompt=2)


def _click(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label.startswith(label)).click()
    app.run()
    assert not app.exception


def _choose(app: AppTest, label: str, *, value: object) -> None:
    boxes = [*app.selectbox, *app.text_input, *app.number_input, *app.toggle]
    next(box for box in boxes if box.label == label).set_value(value)
    app.run()
    assert not app.exception


def _tiles(app: AppTest) -> list[str]:
    """The images in view, as their checkboxes name them."""
    return [box.label for box in app.checkbox]


def _selected(app: AppTest) -> list[str]:
    return [box.label for box in app.checkbox if box.value]


def _texts(app: AppTest) -> str:
    return said(app.markdown, app.caption, app.warning, app.text)


def test_a_search_and_a_filter_show_what_they_hold_for(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("gallery")
    assert len(_tiles(app)) == 7

    _choose(app, "Search the prompts", value="BOAT")
    assert _tiles(app) == ["Image 1.1", "Image 1.2", "Image 2.1", "Image 2.2"]

    _choose(app, "Search the prompts", value="")
    _choose(app, "Show", value="failed")
    assert _tiles(app) == []
    assert "It failed. Retry it." in _texts(app)


def test_where_nothing_is_found_one_click_shows_all(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("gallery")
    _choose(app, "Search the prompts", value="whale")
    assert "No image is like this." in _texts(app)

    _click(app, "Show all images")

    assert len(_tiles(app)) == 7


def test_an_address_brings_its_filter_and_order_back(
    job_id: UUID, installation: Installation
) -> None:
    app = AppTest.from_file(str(ROOT / "bulkgen" / "ui" / "shell.py"), default_timeout=30).run()
    app.query_params["job"] = str(job_id)
    app.query_params["q"] = "tree"
    app.query_params["sort"] = "Newest first"

    app.switch_page(str(ROOT / "pages" / "gallery.py")).run()

    assert _tiles(app) == ["Prompt 4.1", "Prompt 3.2", "Prompt 3.1"]


def test_variations_are_shown_one_after_another_when_a_person_wants(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("gallery")

    _choose(app, "Variations of a prompt together", value=False)

    assert _tiles(app)[:2] == ["Prompt 1.1", "Prompt 1.2"]


def test_a_choice_on_a_filter_is_made_there_only_and_undone(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("gallery")
    _choose(app, "Search the prompts", value="boat")

    _click(app, "Select All")
    _choose(app, "Search the prompts", value="")
    assert _selected(app) == ["Image 1.1", "Image 1.2", "Image 2.1", "Image 2.2"]

    _click(app, "Undo (4 images)")
    assert _selected(app) == []


def test_a_choice_reaches_everything_when_a_person_says_so(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("gallery")
    _choose(app, "Search the prompts", value="boat")
    _choose(app, "Images outside the filter too", value=True)

    _click(app, "Select All")

    assert installation.studio.jobs.get(LOCAL_ADMIN, job_id).selected == 7


def test_what_another_screen_selected_is_shown(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("gallery")

    installation.studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.FIRST)
    app.run()

    assert _selected(app) == ["Image 1.1", "Image 2.1", "Image 3.1", "Image 4.1"]


def test_a_selection_made_elsewhere_comes_as_a_new_widget(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    """A browser that has not heard of it sends the old value back, which must not be a click."""
    app = open_page("gallery")
    before = [box.key for box in app.checkbox]

    installation.studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.FIRST)
    app.run()

    changed = [box.key not in before for box in app.checkbox]
    assert changed == [box.value for box in app.checkbox]


def test_an_awaited_image_has_another_checkbox_than_the_one_that_arrives(
    installation: Installation, open_page: OpenPage
) -> None:
    submit_finished(installation, 2, arrived=1)
    app = open_page("gallery")
    before = {box.key for box in app.checkbox}
    assert _selected(app) == ["Prompt 1"]

    _complete_rest(installation)
    app.run()

    assert _selected(app) == ["Prompt 1", "Prompt 2"]
    assert len({box.key for box in app.checkbox} - before) == 1


def test_a_click_stays_where_it_was_made_though_it_leaves_the_filter(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    installation.studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.ALL)
    app = open_page("gallery")
    _choose(app, "Show", value="selected")

    app.checkbox[2].uncheck()
    app.run()
    # The click drew the counters only.
    app.run()

    assert len(_tiles(app)) == 7
    assert installation.studio.jobs.get(LOCAL_ADMIN, job_id).selected == 6


def test_every_control_of_a_page_has_a_name_of_its_own(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("gallery")

    names = Counter(box.label for box in [*app.button, *app.checkbox])

    assert [name for name, count in names.items() if count > 1] == []


def test_images_that_arrive_on_other_pages_wait_behind_a_button(
    installation: Installation, open_page: OpenPage
) -> None:
    submit_finished(installation, 60, arrived=50)
    app = open_page("gallery")
    assert _tiles(app)[-1] == "Prompt 48"
    new = next(button for button in app.button if button.label == "No new images elsewhere")
    assert new.disabled

    _complete_rest(installation)
    app.run()
    _click(app, "Show 10 new images")

    assert _tiles(app)[0] == "Prompt 49"


def _complete_rest(installation: Installation) -> None:
    """The images that are missing arrive."""
    with installation.store.database.write() as connection:
        connection.execute(
            update(images)
            .where(images.c.status == "pending")
            .values(
                status="completed",
                completed_at=datetime.now(UTC) + timedelta(minutes=1),
                storage_key="images/2026/11/none.webp",
            )
        )


def test_the_preview_steps_through_what_the_gallery_shows(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("gallery")
    _choose(app, "Search the prompts", value="tree")
    _click(app, "Preview 3.1")
    assert "Prompt 3, image 1** (1 of 4)" in _texts(app)

    _click(app, "Next")
    assert "Prompt 3, image 2** (2 of 4)" in _texts(app)
    _click(app, "Image 1")

    assert "Prompt 3, image 1** (1 of 4)" in _texts(app)


def test_a_note_a_star_and_a_selection_are_written_in_the_preview(
    job_id: UUID, installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("gallery")
    _click(app, "Preview 2.1")

    next(area for area in app.text_area if area.label == "Note").set_value("  too dark ")
    for label in ("Selected", "Starred"):
        next(box for box in app.checkbox if box.label == label).check()
    app.run()

    image = installation.studio.gallery.images(LOCAL_ADMIN, job_id)[2]
    assert (image.note, image.selected, image.starred) == ("too dark", True, True)
    app = open_page("gallery")
    _choose(app, "Show", value="starred")
    assert _tiles(app) == ["Image 2.1"]
