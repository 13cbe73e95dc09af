"""A list uploaded on Generate: what goes into the table and what is said of the rest."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from tests.fakes.spreadsheets import xlsx

OpenPage = Callable[[str], AppTest]
HARD = b'prompt,count,mood\n  a boat  ,2,calm\na fox, in the snow,1,wild\n"a wolf,1\na\0b,,\n'


@pytest.fixture
def generate(installation: Installation, open_page: OpenPage) -> AppTest:
    return open_page("generate")


def _upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, data, ""))
    return app.run()


def _prompts(app: AppTest) -> list[str]:
    return [record["text"] for record in app.session_state["generate.base"] if record["text"]]


def test_rows_that_can_be_used_are_added_and_the_others_told(generate: AppTest) -> None:
    app = _upload(generate, "hard.csv", HARD)

    assert _prompts(app) == ["  a boat  ", "a\ufffdb"]
    assert "2 prompts added from hard.csv (read as utf-8). 2 rows could not be used." in (
        app.warning[0].value.replace("\\", "")
    )
    told = [text.value for text in app.text]
    assert told[0].startswith("Row 3: The row has 4 cells and the header 3.")
    assert told[1].startswith("Row 4: A quotation mark")
    assert told[2] == "Row 5: Characters that cannot be stored became \ufffd."


def test_long_rows_are_joined_when_the_person_says_so(generate: AppTest) -> None:
    app = _upload(generate, "hard.csv", HARD)

    offer = next(button for button in app.button if button.label.startswith("Join the cells of 1"))
    app = offer.click().run()

    assert _prompts(app)[-1] == "a fox, in the snow"
    assert app.session_state["generate.base"][2]["variables"] == (("mood", "wild"),)
    assert not [button for button in app.button if button.label.startswith("Join")]
    assert "1 row could not be used" in app.warning[0].value


def test_a_spreadsheet_says_which_sheet_was_read(generate: AppTest) -> None:
    app = _upload(generate, "list.xlsx", xlsx({"Liste": [["prompt"], ["a boat"]]}))

    assert _prompts(app) == ["a boat"]
    assert "added from list.xlsx (sheet Liste)" in app.success[0].value.replace("\\", "")


def test_a_table_without_a_known_name_is_not_added(generate: AppTest) -> None:
    app = _upload(generate, "list.csv", b"look,mood\na boat,calm\n")

    assert _prompts(app) == []
    assert "no column named prompt" in app.error[0].value


def test_the_first_row_of_one_column_is_a_prompt_and_that_is_said(generate: AppTest) -> None:
    app = _upload(generate, "list.csv", b"a boat\na tree, in spring\n")

    assert _prompts(app) == ["a boat", "a tree, in spring"]
    assert "Its first row was taken for a prompt" in app.success[0].value
