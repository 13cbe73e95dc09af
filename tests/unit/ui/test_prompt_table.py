from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.prompts import PromptRow
from bulkgen.ui.prompt_table import applied, rows_of

BASE = [{"text": "one"}, {"text": "two", "title": "Two"}, {"text": ""}]


def edits(
    edited: dict[int, dict[str, Any]] | None = None,
    added: list[dict[str, Any]] | None = None,
    deleted: list[int] | None = None,
) -> dict[str, Any]:
    """The state of the editor as Streamlit keeps it."""
    return {
        "edited_rows": edited or {},
        "added_rows": added or [],
        "deleted_rows": deleted or [],
    }


def test_a_table_nobody_touched_is_its_base():
    assert applied(BASE, {}) == BASE
    assert applied(BASE, edits()) == BASE


def test_what_was_typed_stands_on_top_of_the_base():
    records = applied(BASE, edits({0: {"text": "ONE"}, 2: {"text": "three", "images": 2}}))

    assert records == [
        {"text": "ONE"},
        {"text": "two", "title": "Two"},
        {"text": "three", "images": 2},
    ]


def test_a_cell_that_was_emptied_is_empty():
    records = applied(BASE, edits({1: {"title": None}}))

    assert records[1] == {"text": "two", "title": None}


def test_deleted_rows_are_gone_and_the_rest_keeps_its_edits():
    records = applied(BASE, edits({0: {"text": "X"}, 2: {"text": "three"}}, deleted=[0, 1]))

    assert records == [{"text": "three"}]


def test_added_rows_come_last():
    records = applied(BASE, edits(added=[{"text": "four"}, {}]))

    assert records == [*BASE, {"text": "four"}, {}]


def test_neither_the_base_nor_the_editor_is_changed():
    base = [{"text": "one"}]
    state = edits({0: {"text": "ONE"}}, added=[{"text": "two"}])

    records = applied(base, state)
    for record in records:
        record["text"] = "changed"

    assert base == [{"text": "one"}]
    assert state == edits({0: {"text": "ONE"}}, added=[{"text": "two"}])


@given(
    count=st.integers(0, 8),
    deleted=st.sets(st.integers(0, 7)),
    edited=st.dictionaries(st.integers(0, 7), st.text(), max_size=5),
    added=st.integers(0, 4),
)
def test_every_row_that_was_not_deleted_is_there_once(count, deleted, edited, added):
    base = [{"text": f"row {number}"} for number in range(count)]
    state = edits(
        {number: {"text": text} for number, text in edited.items()},
        [{"text": f"added {number}"} for number in range(added)],
        sorted(deleted),
    )

    texts = [record["text"] for record in applied(base, state)]

    kept = [number for number in range(count) if number not in deleted]
    assert texts == [edited.get(number, f"row {number}") for number in kept] + [
        f"added {number}" for number in range(added)
    ]


def test_records_that_hold_a_prompt_are_rows():
    rows = rows_of(
        [
            {"text": "  one  "},
            {
                "text": "two",
                "model": " gpt-image-2 ",
                "size": "1536x1024",
                "quality": "high",
                "images": 3,
                "title": "Two",
                "description": "Second.",
                "tags": "sky, , travel,",
                "alt": "A two",
                "output_format": "png",
                "background": "opaque",
                "category": "Numbers",
                "page_status": "draft",
                "variables": (("mood", "calm"),),
            },
        ]
    )

    assert rows == (
        PromptRow(text="  one  "),
        PromptRow(
            text="two",
            model="gpt-image-2",
            size="1536x1024",
            quality="high",
            images=3,
            title="Two",
            description="Second.",
            tags=("sky", "travel"),
            alt="A two",
            output_format="png",
            background="opaque",
            category="Numbers",
            page_status="draft",
            variables=(("mood", "calm"),),
        ),
    )


@pytest.mark.parametrize("text", ["", "   ", "\n\t", None, float("nan")])
def test_empty_rows_count_for_nothing(text):
    assert rows_of([{"text": text, "title": "A title alone"}, {}]) == ()


@pytest.mark.parametrize("value", ["", "  ", None, float("nan")])
@pytest.mark.parametrize("name", ["model", "size", "quality", "title", "description", "alt"])
def test_an_empty_cell_leaves_the_choice_to_the_job(name, value):
    assert rows_of([{"text": "one", name: value}]) == (PromptRow(text="one"),)


@pytest.mark.parametrize(
    ("value", "images"), [(None, None), (float("nan"), None), (2, 2), (2.0, 2), ("2", None)]
)
def test_a_count_is_what_the_editor_sends_for_a_number(value, images):
    assert rows_of([{"text": "one", "images": value}])[0].images == images


def test_rows_keep_their_order():
    rows = rows_of([{"text": "b"}, {"text": ""}, {"text": "a"}, {"text": "b"}])

    assert [row.text for row in rows] == ["b", "a", "b"]
