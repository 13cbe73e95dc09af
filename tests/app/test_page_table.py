"""The screen of prompt pages: found, edited in a table, moved, deleted and taken back."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.pages import PageEdit, PageStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.storage_keys import variant_key
from tests.fakes.finished_jobs import make_pages, run_page_task
from tests.fakes.screens import OpenPage, said

PROMPTS = ["a red fox in the snow", "a harbour at dawn", "an old lighthouse"]


def _texts(app: AppTest) -> str:
    return said(app.markdown, app.caption, app.error, app.toast).replace("\\", "")


def _press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception
    return app


def _open_table(open_page: OpenPage) -> AppTest:
    app = open_page("prompt_pages")
    app.session_state["pages.view"] = "Table"
    return app.run()


def _type(app: AppTest, row: int, **cells: Any) -> AppTest:
    """What a hand types into one row, above what it typed before."""
    key = f"pages.table.{app.session_state['pages.table.edition']}"
    names = {"title": "Title", "tags": "Tags", "choose": "Choose", "category": "Category"}
    typed = {row: {names[name]: value for name, value in cells.items()}}
    app.session_state[key] = {"edited_rows": typed, "added_rows": [], "deleted_rows": []}
    return app.run()


def _prompt_of_row(app: AppTest, installation: Installation, row: int) -> str:
    page_id = UUID(app.session_state["pages.table.base"].index[row])
    return installation.studio.pages.get(LOCAL_ADMIN, page_id).prompt


def _titles(installation: Installation) -> dict[str, str]:
    return {page.prompt: page.text.title for page in installation.studio.pages.all(LOCAL_ADMIN)}


def test_many_pages_are_saved_by_one_button(
    installation: Installation, open_page: OpenPage
) -> None:
    make_pages(installation, PROMPTS)
    app = _open_table(open_page)
    prompt = _prompt_of_row(app, installation, 1)

    _type(app, 1, title="Another title", tags="Sea, big  waves")
    _press(app, "Save 1 changed page")

    (page,) = [p for p in installation.studio.pages.all(LOCAL_ADMIN) if p.prompt == prompt]
    assert page.text.title == "Another title"
    assert page.text.tags == ("sea", "big waves")
    assert next(b for b in app.button if b.label == "Save").disabled


def test_a_wrong_cell_is_told_in_one_sentence_and_nothing_is_lost(
    installation: Installation, open_page: OpenPage
) -> None:
    make_pages(installation, PROMPTS)
    before = _titles(installation)
    app = _open_table(open_page)
    taken = before[_prompt_of_row(app, installation, 0)]

    _type(app, 2, title=taken)
    _press(app, "Save 1 changed page")

    assert "Another page has the title" in _texts(app)
    assert _titles(installation) == before
    assert [row["Title"] for row in app.session_state["pages.table.unsaved"].values()] == [taken]


def test_what_is_typed_survives_another_filter(
    installation: Installation, open_page: OpenPage
) -> None:
    make_pages(installation, PROMPTS)
    app = _open_table(open_page)
    prompt = _prompt_of_row(app, installation, 0)
    _type(app, 0, title="Typed and not saved")

    for words in ("nothing has this", ""):
        next(box for box in app.text_input if box.label == "Search").set_value(words)
        app.run()
        assert ("No page is here" in _texts(app)) == bool(words)
    _press(app, "Save 1 changed page")

    assert _titles(installation)[prompt] == "Typed and not saved"


def test_words_that_change_meanwhile_are_shown_and_what_is_typed_stays(
    installation: Installation, open_page: OpenPage
) -> None:
    make_pages(installation, PROMPTS)
    app = _open_table(open_page)
    _type(app, 0, title="Typed and not saved")
    other = UUID(app.session_state["pages.table.base"].index[2])
    page = installation.studio.pages.get(LOCAL_ADMIN, other)
    text = replace(page.text, title="Written meanwhile")
    edit = PageEdit(page_id=other, text=text, category=page.category)
    installation.studio.pages.edit(LOCAL_ADMIN, [edit])

    app.run()

    titles = list(app.session_state["pages.table.base"]["Title"])
    assert (titles[0], titles[2]) == ("Typed and not saved", "Written meanwhile")
    assert len(app.session_state["pages.table.unsaved"]) == 1


def test_a_click_that_ends_the_table_takes_along_what_was_typed_with_it(
    installation: Installation, open_page: OpenPage
) -> None:
    make_pages(installation, PROMPTS)
    app = _open_table(open_page)
    next(box for box in app.text_input if box.label == "Search").set_value("fox")

    _type(app, 1, title="Typed with the search")

    assert [row["Title"] for row in app.session_state["pages.table.unsaved"].values()] == [
        "Typed with the search"
    ]


def test_chosen_pages_are_published_and_what_was_typed_is_saved_first(
    installation: Installation, open_page: OpenPage
) -> None:
    make_pages(installation, PROMPTS)
    app = _open_table(open_page)
    prompt = _prompt_of_row(app, installation, 0)

    _type(app, 0, choose=True, title="Published with this title")
    _press(app, "Publish")

    (page,) = installation.studio.pages.all(LOCAL_ADMIN, PageStatus.PUBLISHED)
    assert (page.prompt, page.text.title) == (prompt, "Published with this title")


def test_all_shown_are_deleted_and_taken_back(
    installation: Installation, open_page: OpenPage
) -> None:
    make_pages(installation, PROMPTS)
    app = _open_table(open_page)

    _press(app, "Choose all shown")
    assert "3 chosen" in _texts(app)
    _press(app, "Delete")
    assert installation.studio.pages.counts(LOCAL_ADMIN) == {PageStatus.TRASHED: 3}
    assert "72 hours" in _texts(app)
    app.session_state["pages.status"] = PageStatus.TRASHED
    app.run()
    _press(app, "Choose all shown")
    _press(app, "Restore")

    assert installation.studio.pages.counts(LOCAL_ADMIN) == {PageStatus.DRAFT: 3}


def test_words_and_filters_find_pages(installation: Installation, open_page: OpenPage) -> None:
    make_pages(installation, PROMPTS)
    app = open_page("prompt_pages")

    next(box for box in app.text_input if box.label == "Search").set_value("FOX snow")
    app.run()

    assert "Publish 1 draft" in [button.label for button in app.button]


def test_missing_pictures_are_found_and_made_again(
    installation: Installation, open_page: OpenPage
) -> None:
    make_pages(installation, PROMPTS)
    page = installation.studio.pages.all(LOCAL_ADMIN)[1]
    installation.storage.remove(variant_key(page.variants[0].name))
    app = open_page("prompt_pages")

    _press(app, "Find missing pictures")
    _press(app, "Make the pictures of 1 page again")

    assert "Working on pages" in str([bar.proto.text for bar in app.get("progress")])
    run_page_task(installation, page.image_id)
    assert installation.studio.pages.broken(LOCAL_ADMIN) == []


def test_what_the_moderation_said_stands_on_the_card(
    installation: Installation, open_page: OpenPage
) -> None:
    make_pages(installation, ["a [sexual?] scene"])

    app = open_page("prompt_pages")
    assert "Moderation in doubt: sexual, 35%" in _texts(app)
    _press(app, "Accept")

    (page,) = installation.studio.pages.all(LOCAL_ADMIN, PageStatus.DRAFT)
    assert page.decided_by == LOCAL_ADMIN.id
    assert "accepted by a person" in _texts(app)


def test_a_page_can_be_looked_at_before_it_is_public(
    installation: Installation, open_page: OpenPage
) -> None:
    make_pages(installation, PROMPTS[:1])
    app = open_page("prompt_pages")

    _press(app, "Preview")

    assert "AI-generated image" in _texts(app)
    assert app.code[0].value == PROMPTS[0]
