"""A list uploaded on Generate: what is asked, what goes in, what is said of the rest."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ElementList

from bulkgen import bootstrap
from bulkgen.bootstrap import Installation
from bulkgen.domain.errors import InputError
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import Column, PromptRow
from tests.fakes.app_process import ROOT
from tests.fakes.screens import OpenPage, click, paste
from tests.fakes.spreadsheets import xlsx

HARD = b'prompt,count,mood\n  a boat  ,2,calm\na fox, in the snow,1,wild\n"a wolf,1\na\0b,,\n'
UNKNOWN = b"look,mood\na fox,calm\na wolf,wild\n"
KNOWN = b"prompt,caption\na fox,calm\na wolf,wild\n"


def _upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.file_uploader[0].set_value((name, data, ""))
    return app.run()


def _prompts(app: AppTest) -> list[str]:
    return [record["text"] for record in app.session_state["generate.base"] if record["text"]]


def _labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def _choose(app: AppTest, label: str, value: object) -> AppTest:
    next(box for box in (*app.selectbox, *app.radio) if box.label == label).set_value(value)
    return app.run()


def _said(elements: ElementList[Any]) -> str:
    return "\n".join(element.value for element in elements).replace("\\", "")


def test_a_clear_list_goes_in_at_once(generate: AppTest) -> None:
    app = _upload(generate, "list.csv", b"prompt;mood\na boat;calm\n")

    assert _prompts(app) == ["a boat"]
    assert "1 prompt added from list.csv (read as UTF-8, semicolons between the cells)." in (
        _said(app.success)
    )


def test_the_encoding_is_told_by_the_name_people_know(generate: AppTest) -> None:
    app = _upload(generate, "list.txt", "a café".encode("cp1252"))

    assert _prompts(app) == ["a café"]
    assert "(read as Windows-1252)" in _said(app.success)


def test_rows_that_cannot_be_used_are_told_before_the_others_are_added(generate: AppTest) -> None:
    app = _upload(generate, "hard.csv", HARD)

    assert _prompts(app) == []
    assert "2 prompts to add. 2 rows cannot be used." in _said(app.markdown)
    told = [text.value for text in app.text]
    assert told[0].startswith("Row 3: The row has 4 cells and the header 3.")
    assert told[1].startswith("Row 4: A quotation mark")
    assert told[2] == "Row 5: Characters that cannot be stored became \ufffd."

    app = click(app, "Add 2 prompts")

    assert _prompts(app) == ["  a boat  ", "a\ufffdb"]
    assert "2 prompts added from hard.csv" in _said(app.warning)
    assert "2 rows could not be used." in _said(app.warning)


def test_an_upload_that_is_not_wanted_is_closed(generate: AppTest) -> None:
    app = click(_upload(generate, "hard.csv", HARD), "Cancel")

    assert _prompts(app) == []
    assert "Add 2 prompts" not in _labels(app)


def test_long_rows_are_joined_when_the_person_says_so(generate: AppTest) -> None:
    app = click(_upload(generate, "hard.csv", HARD), "Add 2 prompts")

    app = click(app, "Join the cells of 1 long row and add them")

    assert _prompts(app)[-1] == "a fox, in the snow"
    assert app.session_state["generate.base"][2]["variables"] == (("mood", "wild"),)
    assert not [label for label in _labels(app) if label.startswith("Join")]
    assert "1 row could not be used" in _said(app.warning)


def test_the_columns_are_shown_with_their_first_cells(generate: AppTest) -> None:
    app = _upload(generate, "hard.csv", HARD)

    shown = app.data_editor[0].value
    assert list(shown["Column"]) == ["prompt", "count", "mood"]
    assert list(shown["Taken for"]) == ["prompt", "count", "variable"]
    assert list(shown["Second row"]) == ["a fox", " in the snow", "1"]
    assert list(shown["Third row"]) == ['"a wolf,1', "", ""]


def test_another_column_of_prompts_replaces_what_was_added(generate: AppTest) -> None:
    app = _upload(paste(generate, "a hill"), "list.csv", KNOWN)
    app = paste(app, "a lake")
    assert _prompts(app) == ["a hill", "a fox", "a wolf", "a lake"]

    app = _choose(click(app, "Change the columns"), "Column with the prompts", 2)
    assert list(app.data_editor[0].value["Taken for"]) == ["variable", "prompt"]
    app = click(app, "Replace 2 prompts with 2")

    assert _prompts(app) == ["a hill", "calm", "wild", "a lake"]
    assert "2 prompts added from list.csv" in _said(app.success)


def test_rows_that_were_changed_since_stay(generate: AppTest) -> None:
    app = _upload(generate, "list.csv", KNOWN)
    edition = app.session_state["generate.edition"]
    app.session_state[f"generate.editor.{edition}"] = {"edited_rows": {0: {"text": "a red fox"}}}

    app = _choose(click(app, "Change the columns"), "Column with the prompts", 2)
    assert "The rows added before were changed since" in _said(app.caption)
    app = click(app, "Add 2 prompts")

    assert _prompts(app) == ["a red fox", "a wolf", "calm", "wild"]


def test_cancelling_a_change_leaves_everything_as_it_was(generate: AppTest) -> None:
    app = click(_upload(generate, "list.csv", KNOWN), "Change the columns")
    app = click(_choose(app, "Column with the prompts", 2), "Cancel")

    assert _prompts(app) == ["a fox", "a wolf"]
    assert "2 prompts added from list.csv" in _said(app.success)


def test_changed_columns_are_remembered_for_the_same_header(
    installation: Installation, open_page: OpenPage
) -> None:
    app = click(_upload(open_page("generate"), "list.csv", KNOWN), "Change the columns")
    click(_choose(app, "Column with the prompts", 2), "Replace 2 prompts with 2")

    app = _upload(open_page("generate"), "other.csv", b"PROMPT,Caption\na cat,asleep\n")

    assert _prompts(app)[-1] == "asleep"
    assert "Columns as you chose them last time." in _said(app.success)


def test_columns_are_remembered_for_each_person(installation: Installation) -> None:
    choices = installation.studio.column_choices
    other = replace(LOCAL_ADMIN, id=uuid4())

    choices.remember(LOCAL_ADMIN, {"look": Column.PROMPT, "mood": None})

    assert choices.remembered(LOCAL_ADMIN, ["Look", "Mood"]) == {1: Column.PROMPT, 2: None}
    assert choices.remembered(LOCAL_ADMIN, ["mood", "look"]) == {}
    assert choices.remembered(other, ["look", "mood"]) == {}


@pytest.mark.parametrize(
    ("answer", "prompts"),
    [("No, it names the columns", ["a fox", "a wolf"]), ("Yes", ["look", "a fox", "a wolf"])],
)
def test_a_header_without_a_known_name_is_asked_about(
    generate: AppTest, answer: str, prompts: list[str]
) -> None:
    app = _upload(generate, "list.csv", UNKNOWN)
    assert list(app.data_editor[0].value["First row"]) == ["look", "mood"]
    assert [button.disabled for button in app.button if button.label == "Add to the table"] == [
        False,
        True,
    ]

    app = _choose(app, "Is the first row a prompt?", answer == "No, it names the columns")
    app = _choose(app, "Column with the prompts", 1)
    app = click(app, f"Add {len(prompts)} prompts")

    assert _prompts(app) == prompts


def test_the_first_row_of_one_column_is_a_prompt_until_it_is_called_a_heading(
    generate: AppTest,
) -> None:
    app = _upload(generate, "list.csv", b"my pictures\na boat\na tree, in spring\n")
    assert _prompts(app) == ["my pictures", "a boat", "a tree, in spring"]
    assert "Its first row was taken for a prompt" in _said(app.success)

    app = click(app, "It is a heading")

    assert _prompts(app) == ["a boat", "a tree, in spring"]
    assert "2 prompts added from list.csv" in _said(app.success)
    assert "It is a heading" not in _labels(app)


def test_a_spreadsheet_says_which_sheet_was_read_and_offers_the_others(generate: AppTest) -> None:
    data = xlsx({"Liste": [["prompt"], ["a boat"]], "Zwei": [["prompt"], ["a tree"]], "Leer": []})
    app = _upload(generate, "list.xlsx", data)
    assert _prompts(app) == ["a boat"]
    assert "added from list.xlsx (sheet Liste)" in _said(app.success)

    app = _choose(click(app, "Change the sheet or the columns"), "Sheet", "Zwei")
    app = _choose(app, "Sheet", "Leer")
    assert "The file is empty" in _said(app.error)
    assert next(box.value for box in app.selectbox if box.label == "Sheet") == "Zwei"
    app = click(app, "Replace 1 prompt with 1")

    assert _prompts(app) == ["a tree"]
    assert "added from list.xlsx (sheet Zwei)" in _said(app.success)


def test_more_prompts_than_the_table_may_hold_stay_in_the_upload(generate: AppTest) -> None:
    app = paste(generate, "a hill")

    app = _upload(app, "list.csv", b"prompt\n" + b"a boat\n" * 5_000)

    assert "The table would hold 5,001 prompts; 5,000 is the most." in _said(app.error)
    assert _prompts(app) == ["a hill"]
    assert "Add 5,000 prompts" in _labels(app)


def test_an_installation_may_allow_fewer_prompts(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, open_page: OpenPage
) -> None:
    monkeypatch.setenv("BULKGEN_MAX_ROWS", "2")
    request.getfixturevalue("installation")
    app = _upload(open_page("generate"), "list.csv", b"prompt\na\nb\nc\n")
    assert "The file has 3 prompts; 2 is the most. Split it." in _said(app.error)

    app = paste(app, "a\nb\nc")

    assert "The table would hold 3 prompts; 2 is the most." in _said(app.error)
    studio = bootstrap.installation().studio
    with pytest.raises(InputError) as refused:
        studio.jobs.submit(
            LOCAL_ADMIN, [PromptRow(text="a")] * 3, studio.choices.default_settings(), name=""
        )
    assert str(refused.value) == "The list has 3 prompts; 2 is the most. Split it."


def test_a_file_that_cannot_be_read_is_told_and_changes_nothing(generate: AppTest) -> None:
    app = _upload(_upload(generate, "list.csv", KNOWN), "empty.csv", b"")

    assert "The file is empty" in _said(app.error)
    assert _prompts(app) == ["a fox", "a wolf"]


@pytest.mark.parametrize(
    ("name", "label", "prompts"),
    [
        ("nasty_cp1252.csv", None, 1),
        ("nasty_header_only.csv", "Add to the table", 0),
        ("nasty_plain_lines.txt", None, 3),
        ("nasty_semicolon.csv", None, 31),
        ("nasty_tab.tsv", None, 31),
        ("nasty_utf8.csv", "Add 31 prompts", 0),
    ],
)
def test_hard_files_go_in_or_are_asked_about(
    generate: AppTest, name: str, label: str | None, prompts: int
) -> None:
    app = _upload(generate, name, (ROOT / "tests" / "lists" / name).read_bytes())

    assert not app.exception
    assert len(_prompts(app)) == prompts
    assert label is None or label in _labels(app)


def test_the_numbers_of_a_pasted_list_are_left_out_unless_they_are_wanted(
    generate: AppTest,
) -> None:
    app = paste(generate, "1. a boat", "2. a car")
    assert _prompts(app) == ["a boat", "a car"]

    app.text_area[0].set_value("1. an owl\n2. a fox").run()
    box = next(box for box in app.checkbox if box.label == "Leave out the number before each")
    box.set_value(False).run()

    assert _prompts(click(app, "Add to the table"))[2:] == ["1. an owl", "2. a fox"]
