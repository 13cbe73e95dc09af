"""The lists of a person on Generate: names, earlier ones, two tabs."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.sheets import Sheet
from tests.fakes.screens import OpenPage, click, paste, said


def _name(app: AppTest, name: str) -> AppTest:
    next(box for box in app.text_input if box.label.startswith("List name")).set_value(name)
    return app.run()


def _open_lists(app: AppTest) -> AppTest:
    app.session_state["generate.lists"] = True
    return app.run()


def _prompts(app: AppTest) -> list[str]:
    return [record["text"] for record in app.session_state["generate.base"] if record["text"]]


def _texts(app: AppTest) -> str:
    return said(app.markdown, app.caption, app.warning)


def _write_elsewhere(installation: Installation, **changes: object) -> Sheet:
    """What another tab does to the list."""
    sheets = installation.studio.sheets
    changed = replace(sheets.open(LOCAL_ADMIN), **changes)  # type: ignore[arg-type]  # any field
    saved = sheets.save(LOCAL_ADMIN, changed)
    assert saved is not None
    return saved


def test_the_name_of_a_list_is_saved_and_becomes_the_name_of_its_job(
    installation: Installation, generate: AppTest
) -> None:
    app = _name(paste(generate, "a boat"), "  Boats \t at sea ")
    assert installation.studio.sheets.open(LOCAL_ADMIN).name == "Boats at sea"

    click(app, "Start Generation")

    assert [job.name for job in installation.studio.jobs.all(LOCAL_ADMIN)] == ["Boats at sea"]
    assert installation.studio.sheets.all(LOCAL_ADMIN) == []


def test_a_list_without_a_name_gives_its_job_the_first_words(
    installation: Installation, generate: AppTest
) -> None:
    click(paste(generate, "a boat", "a tree"), "Start Generation")

    assert [job.name for job in installation.studio.jobs.all(LOCAL_ADMIN)] == ["a boat"]


def test_a_new_list_is_empty_and_the_earlier_one_can_be_opened_again(
    installation: Installation, generate: AppTest
) -> None:
    app = _name(paste(generate, "a boat", "a ship"), "Boats")
    next(box for box in app.text_input if "before every" in box.label).set_value("A sketch of")
    app.run()

    app = click(app, "New list")
    assert _prompts(app) == []
    assert app.session_state["generate.list_name"] == ""
    assert app.session_state["generate.prefix"] == ""
    app = _open_lists(paste(app, "a tree"))
    assert "**Boats**\n" in _texts(app)
    assert "2 prompts, " in _texts(app)
    assert "a tree" not in _texts(app)
    app = click(app, "Open")

    assert _prompts(app) == ["a boat", "a ship"]
    assert app.session_state["generate.list_name"] == "Boats"
    assert app.session_state["generate.prefix"] == "A sketch of"
    assert [sheet.first_words for sheet in installation.studio.sheets.all(LOCAL_ADMIN)] == [
        "a boat",
        "a tree",
    ]


def test_a_list_opened_again_is_the_one_of_the_next_visit(
    installation: Installation, generate: AppTest, open_page: OpenPage
) -> None:
    app = click(paste(generate, "a boat"), "New list")
    click(_open_lists(paste(app, "a tree")), "Open")

    assert _prompts(open_page("generate")) == ["a boat"]


def test_what_is_typed_at_the_moment_of_the_click_is_kept(
    installation: Installation, generate: AppTest
) -> None:
    app = paste(generate, "a boat")
    edition = app.session_state["generate.edition"]
    app.session_state[f"generate.editor.{edition}"] = {
        "edited_rows": {1: {"text": "a ship"}},
        "added_rows": [],
        "deleted_rows": [],
    }

    click(app, "New list")

    assert [sheet.prompts for sheet in installation.studio.sheets.all(LOCAL_ADMIN)] == [2]


def test_a_new_list_in_place_of_an_empty_one_is_the_same(
    installation: Installation, generate: AppTest
) -> None:
    before = installation.studio.sheets.open(LOCAL_ADMIN).id

    click(click(generate, "New list"), "New list")

    assert installation.studio.sheets.open(LOCAL_ADMIN).id == before


def test_after_start_an_empty_list_is_open_whatever_lists_there_are(
    installation: Installation, generate: AppTest, open_page: OpenPage
) -> None:
    app = click(paste(generate, "a boat"), "New list")
    click(paste(app, "a tree"), "Start Generation")

    app = open_page("generate")

    assert _prompts(app) == []
    assert "a boat" in _texts(_open_lists(app))


def test_a_list_is_deleted_after_a_question_that_names_it(
    installation: Installation, generate: AppTest
) -> None:
    app = _name(paste(generate, "a *boat*"), "My *boats*")
    app = _open_lists(click(app, "New list"))

    app = click(app, "Delete")
    assert "Delete **My *boats*** with 1 prompt?" in _texts(app)
    app = click(app, "Keep it")
    assert len(installation.studio.sheets.all(LOCAL_ADMIN)) == 1
    app = click(click(app, "Delete"), "Delete it")

    assert installation.studio.sheets.all(LOCAL_ADMIN) == []
    assert "There is no other list." in _texts(app)


def test_what_another_tab_wrote_is_not_overwritten_and_mine_can_be_kept(
    installation: Installation, generate: AppTest
) -> None:
    app = _name(paste(generate, "a boat"), "Boats")
    newer = _write_elsewhere(installation, rows=(PromptRow(text="a ship"),))

    app = paste(app, "a raft")
    assert "not saved" in _texts(app)
    assert installation.studio.sheets.open(LOCAL_ADMIN) == newer
    app = click(app, "Keep mine as a new list")

    assert "not saved" not in _texts(app)
    assert _prompts(app) == ["a boat", "a raft"]
    mine = installation.studio.sheets.open(LOCAL_ADMIN)
    assert mine.id != newer.id
    assert (mine.name, [row.text for row in mine.rows]) == ("Boats", ["a boat", "a raft"])
    assert installation.studio.sheets.open(LOCAL_ADMIN, newer.id) == newer


def test_the_newer_list_can_be_opened_instead(
    installation: Installation, generate: AppTest
) -> None:
    app = paste(generate, "a boat")
    _write_elsewhere(installation, rows=(PromptRow(text="a ship"),), name="Ships")

    app = click(paste(app, "a raft"), "Open the newer list")

    assert _prompts(app) == ["a ship"]
    assert app.session_state["generate.list_name"] == "Ships"


def test_a_list_that_was_deleted_elsewhere_can_still_be_kept(
    installation: Installation, generate: AppTest
) -> None:
    app = paste(generate, "a boat")
    installation.studio.sheets.remove(LOCAL_ADMIN, installation.studio.sheets.open(LOCAL_ADMIN).id)

    app = click(paste(app, "a raft"), "Keep mine as a new list")

    assert [sheet.prompts for sheet in installation.studio.sheets.all(LOCAL_ADMIN)] == [2]


def test_opening_another_list_loses_nothing_of_a_tab_that_is_behind(
    installation: Installation, generate: AppTest
) -> None:
    app = click(paste(generate, "a tree"), "New list")
    app = paste(app, "a boat")
    newer = _write_elsewhere(installation, rows=(PromptRow(text="a ship"),))

    app = click(_open_lists(paste(app, "a raft")), "Open")

    assert _prompts(app) == ["a tree"]
    lists = installation.studio.sheets.all(LOCAL_ADMIN)
    assert {sheet.first_words: sheet.prompts for sheet in lists} == {
        "a tree": 1,
        "a boat": 2,
        "a ship": 1,
    }
    assert newer.id in {sheet.id for sheet in lists}


def test_a_start_from_a_tab_that_is_behind_leaves_the_newer_list(
    installation: Installation, generate: AppTest
) -> None:
    app = paste(generate, "a boat")
    newer = _write_elsewhere(installation, rows=(PromptRow(text="a ship"),))

    click(app, "Start Generation")

    assert [job.name for job in installation.studio.jobs.all(LOCAL_ADMIN)] == ["a boat"]
    assert [sheet.id for sheet in installation.studio.sheets.all(LOCAL_ADMIN)] == [newer.id]
