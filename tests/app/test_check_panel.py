"""What Generate says of a list before it is started, and what a person can do about it."""

from decimal import Decimal

from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.budgets import Caps
from bulkgen.domain.people import LOCAL_ADMIN
from tests.fakes.installations import submit, wait_for_job
from tests.fakes.screens import OpenPage, click, paste


def _tick(app: AppTest, beginning: str) -> AppTest:
    next(box for box in app.checkbox if box.label.replace("\\", "").startswith(beginning)).check()
    app.run()
    assert not app.exception
    return app


def _said(app: AppTest) -> str:
    elements = [*app.markdown, *app.caption, *app.warning, *app.error, *app.success, *app.text]
    labels = [*app.expander, *app.checkbox]
    said = [str(element.value) for element in elements] + [element.label for element in labels]
    return "\n".join(said).replace("\\", "")


def test_rows_that_cannot_be_sent_are_left_when_the_person_says_so(
    installation: Installation, generate: AppTest
) -> None:
    app = paste(generate, "a {{colour}} boat", "a tree")
    start = next(button for button in app.button if button.label == "Start Generation")
    assert start.disabled
    assert "Row 1: There is no value for “colour”." in _said(app)

    app = _tick(app, "Start without 1 row")
    click(app, "Start Generation")

    (job,) = installation.studio.jobs.all(LOCAL_ADMIN)
    assert job.prompts == 1
    assert [row.text for row in installation.studio.sheets.open(LOCAL_ADMIN).rows] == [
        "a {{colour}} boat"
    ]


def test_pictures_that_are_there_are_used_when_the_person_says_so(
    installation: Installation, open_page: OpenPage
) -> None:
    installation.engine.start()
    wait_for_job(installation, submit(installation, ["a boat", "a tree"]))
    installation.engine.stop(10)

    app = paste(open_page("generate"), "a boat", "a hill")
    assert "1 prompt was made before with the same settings, last on" in _said(app)
    assert "2 prompts x 1 = 2 images" in _said(app)
    app = _tick(app, "1 prompt was made before")
    assert "1 prompt x 1 = 1 image |" in _said(app)
    click(app, "Start Generation")

    job = installation.studio.jobs.all(LOCAL_ADMIN)[0]
    assert (job.images.completed, job.images.pending) == (1, 1)


def test_option_lists_make_all_combinations_or_one_for_each_row(generate: AppTest) -> None:
    app = paste(generate, "a {{colour|red,blue}} boat", "a {{colour|red,blue}} tree")
    assert "4 prompts x 1" in _said(app)

    choice = next(group for group in app.button_group if group.label == "Option lists make")
    choice.set_value(choice.options[1])
    app.run()

    assert not app.exception
    assert "2 prompts x 1" in _said(app)


def test_blanks_are_filled_in_for_every_row_that_has_them(generate: AppTest) -> None:
    app = paste(
        generate,
        'a {argument name="pet" default="cat"} in [PLACE]',
        "a boat near [PLACE]",
    )
    places = next(field for field in app.text_input if field.label.startswith("PLACE"))
    assert "(2 rows)" in places.label.replace("\\", "")

    places.set_value("Lisbon")
    click(app, "Fill in")

    texts = [record["text"] for record in app.session_state["generate.base"] if record["text"]]
    assert texts == ['a {argument name="pet" default="cat"} in Lisbon', "a boat near Lisbon"]
    click(app, "See what is sent")
    sent = list(app.dataframe[-1].value["Prompt"])
    assert sent == ["a cat in Lisbon", "a boat near Lisbon"]


def test_the_moderation_is_asked_about_the_texts_on_request(generate: AppTest) -> None:
    app = paste(generate, "a boat", "a [violence] boat")

    app = click(app, "Check the texts")
    assert "The moderation objects to 1 row" in _said(app)
    assert "Row 2: The moderation would block it: violence, 97%." in _said(app)

    app = paste(app, "a tree")
    assert "1 prompt not checked by the moderation." in _said(app)


def test_the_summary_says_what_the_budgets_leave(
    installation: Installation, open_page: OpenPage
) -> None:
    installation.studio.budgets.set_caps(LOCAL_ADMIN, Caps(month_usd=Decimal(5)))

    app = paste(open_page("generate"), "a boat")

    assert "about $0.013 of $5.00 left" in _said(app)


def test_a_price_that_the_model_decides_is_said_to_be_unknown(generate: AppTest) -> None:
    app = paste(generate, "a boat")

    quality = next(box for box in app.selectbox if box.label == "Quality")
    quality.set_value(next(option for option in quality.options if option.startswith("auto")))
    app.run()

    assert not app.exception
    assert "1 image | about 2 s | price unknown, at most $0.2" in _said(app)
