"""The table on Generate: its columns, its tools, and the rows with problems."""

from collections.abc import Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.people import LOCAL_ADMIN
from tests.fakes.app_process import ROOT
from tests.fakes.screens import OpenPage, click

LIST = b"prompt,size\na boat,\na tree,huge\na fox,1024x1024\na wolf,tiny\n"


@pytest.fixture
def generate(installation: Installation, open_page: OpenPage) -> AppTest:
    """Four prompts, of which the second and the fourth have a size that no model makes."""
    app = open_page("generate")
    app.file_uploader[0].set_value(("list.csv", LIST, ""))
    return app.run()


def _edit(app: AppTest, edited: Mapping[int, Mapping[str, Any]], *added: Mapping[str, Any]) -> None:
    """What the editor tells about rows by their place from 0, with the next run."""
    app.session_state[f"generate.editor.{app.session_state['generate.edition']}"] = {
        "edited_rows": edited,
        "added_rows": list(added),
        "deleted_rows": [],
    }


def _labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def _saved(installation: Installation) -> list[str]:
    return [row.text for row in installation.studio.sheets.open(LOCAL_ADMIN).rows]


def _prompts(app: AppTest) -> list[str]:
    return [record["text"] for record in app.session_state["generate.base"] if record["text"]]


def _shown(app: AppTest) -> Any:
    return app.data_editor[0].value


def test_the_tools_rest_until_a_row_is_ticked(generate: AppTest) -> None:
    tools = {"Duplicate", "Move up", "Move down", "Delete", "Tick none"}
    resting = {button.label: button.help for button in generate.button if button.disabled}
    assert tools <= resting.keys()
    assert {resting[label] for label in tools} == {"Tick rows in the table first."}

    _edit(generate, {0: {"tick": True}})
    generate.run()

    assert not tools & {button.label for button in generate.button if button.disabled}
    assert "1 row ticked" in [caption.value for caption in generate.caption]


@pytest.mark.parametrize(
    ("tool", "prompts"),
    [
        ("Duplicate", ["a boat", "a tree", "a tree", "a red fox", "a wolf"]),
        ("Move up", ["a tree", "a boat", "a red fox", "a wolf"]),
        ("Move down", ["a boat", "a red fox", "a tree", "a wolf"]),
        ("Delete", ["a boat", "a red fox", "a wolf"]),
    ],
)
def test_a_tool_keeps_what_was_typed_and_is_undone(
    installation: Installation, generate: AppTest, tool: str, prompts: list[str]
) -> None:
    _edit(generate, {1: {"tick": True}})
    generate.run()
    _edit(generate, {1: {"tick": True}, 2: {"text": "a red fox"}})
    app = click(generate, tool)

    assert _prompts(app) == _saved(installation) == prompts

    app = click(app, next(label for label in _labels(app) if label.startswith("Undo ")))

    assert _prompts(app) == _saved(installation) == ["a boat", "a tree", "a red fox", "a wolf"]
    assert not [label for label in _labels(app) if label.startswith("Undo ")]


def test_what_was_typed_after_a_tool_is_not_undone(generate: AppTest) -> None:
    _edit(generate, {1: {"tick": True}})
    app = click(generate.run(), "Delete")
    assert [label for label in _labels(app) if label.startswith("Undo ")] == ["Undo deleting 1 row"]

    _edit(app, {0: {"tick": True}})
    assert "Undo deleting 1 row" in _labels(app.run())
    _edit(app, {0: {"text": "a ship"}})

    assert "Undo deleting 1 row" not in _labels(app.run())


def test_ticked_rows_are_filled_at_once(generate: AppTest) -> None:
    _edit(generate, {1: {"tick": True}, 3: {"tick": True}})
    generate.run()
    next(box for box in generate.selectbox if box.label == "Column").set_value("size").run()
    value = next(box for box in generate.selectbox if box.label == "Value")
    assert "1536x1024" in value.options
    value.set_value("1536x1024")

    app = click(generate, "Fill 2 rows")

    assert list(_shown(app)["size"])[1:4] == ["1536x1024", "1024x1024", "1536x1024"]
    assert not app.error


def test_ticks_are_not_part_of_the_list(installation: Installation, generate: AppTest) -> None:
    before = installation.studio.sheets.open(LOCAL_ADMIN)

    app = click(generate, "Tick all")

    assert list(_shown(app)["tick"])[:4] == [True] * 4
    assert installation.studio.sheets.open(LOCAL_ADMIN) == before


def test_a_list_cannot_be_duplicated_past_the_most(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("generate")
    lines = "\n".join(f"boat {number}" for number in range(2_501))
    app.file_uploader[0].set_value(("list.txt", lines.encode(), ""))
    app.run()

    app = click(click(app, "Tick all"), "Duplicate")

    assert "The table would hold 5,002 prompts" in app.error[0].value.replace("\\", "")
    assert len(_prompts(app)) == 2_501


def test_columns_that_are_not_used_are_shown_on_demand(generate: AppTest) -> None:
    assert list(_shown(generate).columns) == ["tick", "text", "size"]
    pills = generate.pills[0]
    assert pills.value == ["size"]
    _edit(generate, {0: {"text": "a ship"}})

    pills.set_value(["quality", "page_status"])
    app = generate.run()

    assert list(_shown(app).columns) == ["tick", "text", "size", "quality", "page_status"]
    assert _prompts(app)[0] == "a ship"


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"images": "90"}, "Row 1: The count must be a number from 1 to 10."),
        ({"images": "two"}, "Row 1: The count must be a number from 1 to 10."),
        ({"quality": "hihg"}, "Row 1: gpt-image-2.5-flare has no quality 'hihg'."),
        ({"page_status": "ready"}, "Row 1: The status must be draft or published."),
        ({"text": "x" * 32_001}, "Row 1: The prompt has 32,001 characters"),
    ],
)
def test_what_a_cell_may_not_hold_is_told(
    generate: AppTest, cells: Mapping[str, str], told: str
) -> None:
    generate.pills[0].set_value(["size", *(cells.keys() - {"text"})])
    generate.run()
    _edit(generate, {0: cells})

    app = generate.run()

    assert told in app.error[0].value.replace("\\", "")


def test_a_text_is_replaced_and_counted_before(
    installation: Installation, generate: AppTest
) -> None:
    texts = {box.label: box for box in generate.text_input}
    texts["Find in the prompts"].set_value("A ")
    texts["Replace with"].set_value("one ")
    generate.run()
    assert "4 matches in 4 rows" in [caption.value for caption in generate.caption]
    _edit(generate, {0: {"text": "a ship"}})

    app = click(generate, "Replace 4 matches")

    assert _saved(installation) == ["one ship", "one tree", "one fox", "one wolf"]
    assert "Undo replacing" in _labels(app)


def test_rows_with_problems_alone_are_shown_and_mended(
    installation: Installation, generate: AppTest
) -> None:
    app = click(generate, "Only rows with problems")
    assert list(_shown(app).index) == [2, 4]
    assert list(_shown(app)["text"]) == ["a tree", "a wolf"]
    assert "huge" in _shown(app)["problem"][2]

    _edit(app, {0: {"size": "1024x1024", "text": "a green tree"}})
    app.run()
    assert list(_shown(app).index) == [2, 4]
    assert "Row 4: The size" in app.error[0].value.replace("\\", "")
    assert _saved(installation) == ["a boat", "a green tree", "a fox", "a wolf"]

    app = click(app, "Look again")
    assert list(_shown(app)["text"]) == ["a wolf"]

    app = click(app, "Show all rows")
    assert list(_shown(app)["text"])[:4] == ["a boat", "a green tree", "a fox", "a wolf"]


def test_the_whole_table_comes_back_when_nothing_is_left_to_mend(generate: AppTest) -> None:
    app = click(click(click(generate, "Only rows with problems"), "Tick all"), "Delete")

    assert _prompts(app) == ["a boat", "a fox"]
    assert len(_shown(app)) == 20
    assert "Only rows with problems" in _labels(app)


def test_what_was_typed_is_there_after_a_visit_to_another_page(
    installation: Installation, generate: AppTest
) -> None:
    _edit(generate, {0: {"text": "a ship"}}, {"text": "a sheep"})
    generate.run()

    app = generate.switch_page(str(ROOT / "pages" / "jobs.py")).run()
    app = app.switch_page(str(ROOT / "pages" / "generate.py")).run()

    assert _saved(installation) == ["a ship", "a tree", "a fox", "a wolf", "a sheep"]
    assert next(iter(_shown(app)["text"])) == "a ship"
