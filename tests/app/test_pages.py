"""Each screen as a script: what it shows and what its widgets do."""

from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.studio.choices import Pace
from tests.fakes.app_process import ROOT
from tests.fakes.installations import submit
from tests.fakes.screens import OpenPage, said

_PAGES = sorted(page.stem for page in (ROOT / "pages").glob("*.py"))


def _texts(app: AppTest) -> str:
    return said(app.markdown, app.caption, app.error, app.warning, app.info, app.success)


def _button(app: AppTest, label: str) -> object:
    return next(button for button in app.button if button.label == label)


def _paste(app: AppTest, *prompts: str) -> AppTest:
    box = next(area for area in app.text_area if area.label.startswith("Paste many"))
    box.set_value("\n".join(prompts))
    next(button for button in app.button if button.label == "Add to the table").click()
    return app.run()


@pytest.mark.parametrize("name", _PAGES)
def test_every_screen_opens_on_an_empty_installation(
    installation: Installation, open_page: OpenPage, name: str
) -> None:
    app = open_page(name)

    assert "nothing is charged" in _texts(app)


@pytest.mark.parametrize("name", _PAGES)
def test_a_page_reached_past_the_shell_stops(installation: Installation, name: str) -> None:
    app = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=30).run()

    assert "opens inside bulkgen only" in app.error[0].value
    assert not app.title


def test_the_table_opens_with_twenty_numbered_rows(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("generate")

    frame = app.session_state["generate.base"]
    assert len(frame) == 20
    _button(app, "Add More Prompts").click()  # type: ignore[attr-defined]  # a Button
    app.run()
    assert len(app.session_state["generate.base"]) == 30


def test_pasted_prompts_are_counted_timed_and_priced(
    installation: Installation, open_page: OpenPage
) -> None:
    app = _paste(open_page("generate"), "a boat", "", "a tree", "   ")

    assert "2 prompts x 1 = 2 images | about 2 s | about $0.026" in _texts(app)


def test_each_choice_says_what_it_is_for_and_its_price(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("generate")

    boxes = {box.label: box.options for box in app.selectbox}
    assert "medium, general use, about $0.013" in boxes["Quality"]
    assert "Square 1024x1024, about $0.013" in boxes["Size"]
    assert "Landscape 1536x1024, about $0.010" in boxes["Size"]
    assert boxes["Model"][0] == "GPT Image 2.5 Flare, fast and cheap, for most pages, about $0.013"
    assert boxes["Model"][4].endswith("about $0.053")


def test_a_quality_the_model_lacks_gives_way(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("generate")
    next(box for box in app.selectbox if box.label == "Quality").set_value("max")
    app.run()

    next(box for box in app.selectbox if box.label == "Model").set_value("gpt-image-2")
    app.run()

    assert not app.exception
    assert app.session_state["generate.quality"] == "medium"


def test_up_to_ten_images_are_chosen_under_more_settings(
    installation: Installation, open_page: OpenPage
) -> None:
    app = _paste(open_page("generate"), "a boat")

    next(box for box in app.number_input if "up to 10" in box.label).set_value(7)
    app.run()

    assert "1 prompt x 7 = 7 images" in _texts(app)


def test_a_transparent_jpeg_is_refused_in_one_sentence(
    installation: Installation, open_page: OpenPage
) -> None:
    app = _paste(open_page("generate"), "a boat")

    next(box for box in app.selectbox if box.label == "Output format").set_value("jpeg")
    next(box for box in app.selectbox if box.label == "Background").set_value("transparent")
    app.run()

    assert "A jpeg cannot be transparent" in _texts(app)


def test_a_row_that_cannot_be_sent_is_named_by_its_number(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("generate")
    edition = app.session_state["generate.edition"]
    app.session_state[f"generate.editor.{edition}"] = {
        "edited_rows": {4: {"text": "x" * 32_001}},
        "added_rows": [],
        "deleted_rows": [],
    }
    app.run()

    assert "Row 5: The prompt has 32,001 characters" in _texts(app)


def test_start_makes_a_job_and_opens_its_gallery(
    installation: Installation, open_page: OpenPage
) -> None:
    app = _paste(open_page("generate"), "a boat", "a tree")

    _button(app, "Start Generation").click()  # type: ignore[attr-defined]  # a Button
    app.run()

    jobs = installation.studio.jobs.all(LOCAL_ADMIN)
    assert [job.prompts for job in jobs] == [2]
    assert app.header[0].value == "Generating Images"
    assert "0 of 2 complete" in _texts(app)


def test_a_large_sum_has_to_be_confirmed(
    paying_installation: Installation, open_page: OpenPage
) -> None:
    paying_installation.studio.choices.set_confirm_above_usd(LOCAL_ADMIN, Decimal("0.01"))
    app = _paste(open_page("generate"), "a boat", "a tree")
    start = next(button for button in app.button if button.label == "Start Generation")
    assert start.disabled

    next(box for box in app.checkbox if "may cost up to" in box.label).check()
    app.run()

    start = next(button for button in app.button if button.label == "Start Generation")
    assert not start.disabled


def test_an_address_that_leads_nowhere_is_told(
    installation: Installation, open_page: OpenPage
) -> None:
    app = AppTest.from_file(str(ROOT / "bulkgen" / "ui" / "shell.py"), default_timeout=30).run()
    app.query_params["job"] = "no-such-job"
    app.switch_page(str(ROOT / "pages" / "gallery.py")).run()

    assert "There is no such job." in _texts(app)


def test_a_paused_job_says_why_and_can_be_resumed(
    installation: Installation, open_page: OpenPage
) -> None:
    job_id = submit(installation, 3)
    installation.studio.jobs.pause(LOCAL_ADMIN, job_id)
    app = open_page("gallery")
    assert app.header[0].value == "Generation Paused"

    _button(app, "Generate all images").click()  # type: ignore[attr-defined]  # a Button
    app.run()

    assert app.header[0].value == "Generating Images"


def test_jobs_can_be_paused_and_cancelled_from_the_list(
    installation: Installation, open_page: OpenPage
) -> None:
    submit(installation, 3)
    app = open_page("jobs")

    _button(app, "Pause").click()  # type: ignore[attr-defined]  # a Button
    app.run()
    assert "paused" in _texts(app)
    _button(app, "Cancel").click()  # type: ignore[attr-defined]  # a Button
    app.run()

    assert "cancelled" in _texts(app)


def test_the_pace_of_the_demo_is_a_choice(installation: Installation, open_page: OpenPage) -> None:
    app = open_page("settings")

    app.radio[0].set_value("Real: 20 images a minute, 12 s a picture")
    app.run()

    assert installation.studio.choices.pace() == Pace(20, 12.0)
    assert installation.studio.choices.images_per_minute(LOCAL_ADMIN) == 20


def test_the_limit_is_entered_with_a_key(
    paying_installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("settings")
    assert "May 2026" in app.get("button_group")[0].proto.label

    next(box for box in app.number_input if "exact limit" in box.label).set_value(77)
    _button(app, "Save the limit").click()  # type: ignore[attr-defined]  # a Button
    app.run()

    assert paying_installation.studio.choices.images_per_minute(LOCAL_ADMIN) == 77


def test_categories_are_a_list_an_admin_edits(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("settings")
    assert app.text_area[0].value == "ChatGPT"

    app.text_area[0].set_value("ChatGPT\n\n  Midjourney \nChatGPT")
    _button(app, "Save the categories").click()  # type: ignore[attr-defined]  # a Button
    app.run()

    assert installation.studio.choices.categories() == ["ChatGPT", "Midjourney"]


def test_the_guide_computes_its_prices(installation: Installation, open_page: OpenPage) -> None:
    app = open_page("guide")

    next(box for box in app.number_input if box.label == "Images").set_value(1000)
    next(box for box in app.selectbox if box.label == "Quality").set_value("high")
    app.run()

    assert "1,000 images: about $52.68" in _texts(app)
    for heading in ("Composition", "Exclusions", "World knowledge", "Preventing drift"):
        assert heading in _texts(app)


def test_a_label_with_an_older_price_still_names_its_choice(
    installation: Installation, open_page: OpenPage
) -> None:
    app = _paste(open_page("generate"), "a boat")
    boxes = {box.label: box for box in app.selectbox}
    for label, drawn_earlier in (
        ("Quality", "high, hero images, about $9.99"),
        ("Model", "GPT Image 2.5 Sunburst, finer detail at the same price, about $9.99"),
    ):
        boxes[label].options.append(drawn_earlier)
        boxes[label].set_value(drawn_earlier)

    next(button for button in app.button if button.label == "Start Generation").click()
    app.run()

    (job,) = installation.studio.jobs.all(LOCAL_ADMIN)
    assert (job.settings.model, job.settings.quality) == ("gpt-image-2.5-sunburst", "high")


def test_a_paste_is_counted_before_it_is_added_and_the_cut_can_be_changed(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("generate")
    box = next(area for area in app.text_area if area.label.startswith("Paste many"))
    box.set_value("a boat\nat sea\n\na tree")
    app.run()
    assert "2 prompts" in _texts(app)

    next(box for box in app.selectbox if box.label == "Where a new prompt begins").set_value(
        "lines"
    )
    app.run()
    assert "3 prompts" in _texts(app)
    _button(app, "Add to the table").click()  # type: ignore[attr-defined]  # a Button
    app.run()

    assert "3 prompts x 1 = 3 images" in _texts(app)


def test_an_option_list_becomes_its_prompts_and_a_missing_value_is_told(
    installation: Installation, open_page: OpenPage
) -> None:
    app = _paste(open_page("generate"), "a {{colour|red,blue}} boat", "a {{size}} tree")

    assert "2 prompts x 1 = 2 images" in _texts(app)
    assert "Row 2: There is no value for “size”" in _texts(app)


def test_repeated_prompts_are_remarked(installation: Installation, open_page: OpenPage) -> None:
    app = _paste(open_page("generate"), "a boat", "A  boat")

    assert "1 prompt says the same as another" in _texts(app)
