from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.prompts import PromptRow
from bulkgen.ui.table_records import (
    PROBLEM,
    TICK,
    Record,
    Search,
    applied,
    duplicated,
    moved_down,
    moved_up,
    record_of,
    row_of,
    ticked,
    with_problems,
    with_ticks,
    with_value,
    without_ticked,
)

BASE = [{"text": "one"}, {"text": "two", "title": "Two"}, {"text": ""}]


def edits(
    edited: dict[int, dict[str, Any]] | None = None,
    added: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """The state of the editor as Streamlit keeps it."""
    return {
        "edited_rows": edited or {},
        "added_rows": added or [],
        "deleted_rows": [],
    }


def test_a_table_nobody_touched_is_its_base():
    assert applied(BASE, {}) == BASE
    assert applied(BASE, edits()) == BASE


def test_what_was_typed_stands_on_top_of_the_base():
    records = applied(BASE, edits({0: {"text": "ONE"}, 2: {"text": "three", "images": "2"}}))

    assert records == [
        {"text": "ONE"},
        {"text": "two", "title": "Two"},
        {"text": "three", "images": "2"},
    ]


def test_a_cell_that_was_emptied_is_empty():
    records = applied(BASE, edits({1: {"title": None}}))

    assert records[1] == {"text": "two", "title": None}


def test_added_rows_come_last():
    records = applied(BASE, edits(added=[{"text": "four"}, {}]))

    assert records == [*BASE, {"text": "four"}, {}]


def test_neither_the_base_nor_the_editor_is_changed():
    base = [{"text": "one"}]
    state = edits({0: {"text": "ONE"}}, added=[{"text": "two"}])

    applied(base, state)

    assert base == [{"text": "one"}]
    assert state == edits({0: {"text": "ONE"}}, added=[{"text": "two"}])


@given(
    count=st.integers(0, 8),
    edited=st.dictionaries(st.integers(0, 7), st.text(), max_size=5),
    added=st.integers(0, 4),
)
def test_every_row_is_there_once_with_its_edits(count, edited, added):
    base = [{"text": f"row {number}"} for number in range(count)]
    state = edits(
        {number: {"text": text} for number, text in edited.items()},
        [{"text": f"added {number}"} for number in range(added)],
    )

    texts = [record["text"] for record in applied(base, state)]

    assert texts == [edited.get(number, f"row {number}") for number in range(count)] + [
        f"added {number}" for number in range(added)
    ]


def test_a_record_that_holds_a_prompt_is_a_row():
    record = {
        "text": "  two  ",
        "model": " gpt-image-2 ",
        "size": "1536x1024",
        "quality": "high",
        "images": "3",
        "title": "Two",
        "description": "Second.",
        "tags": "sky, , travel,",
        "alt": "A two",
        "output_format": "png",
        "background": "opaque",
        "category": "Numbers",
        "page_status": "draft",
        "variables": (("mood", "calm"),),
    }

    assert row_of(record) == PromptRow(
        text="  two  ",
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
    )


@pytest.mark.parametrize("text", ["", "   ", "\n\t", None, float("nan")])
def test_empty_rows_count_for_nothing(text):
    assert row_of({"text": text, "title": "A title alone"}) is None


@pytest.mark.parametrize("value", ["", "  ", None, float("nan")])
@pytest.mark.parametrize("name", ["model", "size", "quality", "title", "description", "alt"])
def test_an_empty_cell_leaves_the_choice_to_the_job(name, value):
    assert row_of({"text": "one", name: value}) == PromptRow(text="one")


@pytest.mark.parametrize(
    ("cell", "images"),
    [(None, None), ("", None), ("  ", None), ("2", 2), (" 2.0 ", 2), ("90", 90), ("-1", -1)],
)
def test_a_count_is_the_number_in_the_cell(cell, images):
    assert row_of({"text": "one", "images": cell}) == PromptRow(text="one", images=images)


@pytest.mark.parametrize("cell", ["two", "2.5", "2 images", "nan", "inf", "1e999"])
def test_a_count_that_is_no_number_is_not_taken_for_an_empty_cell(cell):
    assert row_of({"text": "one", "images": cell}) == PromptRow(text="one", images=0)


_ROWS = st.builds(
    PromptRow,
    text=st.text(min_size=1).filter(str.strip),
    images=st.none() | st.integers(1, 10),
    title=st.none() | st.text(min_size=1).map(str.strip).filter(bool),
    tags=st.sampled_from([(), ("sky",), ("sky", "sea")]),
    variables=st.sampled_from([(), (("mood", "calm"),)]),
)


@given(row=_ROWS)
def test_a_row_shown_in_the_table_is_the_same_row(row):
    assert row_of(record_of(row)) == row


#: What every tool for ticked rows does to the names of a list; capitals are ticked.
_TOOLS: list[tuple[Callable[[Sequence[Record]], Sequence[Record]], str, str]] = [
    (duplicated, "aBc", "abBc"),
    (without_ticked, "aBcD", "ac"),
    (moved_up, "abC", "aCb"),
    (moved_up, "aBC", "BCa"),
    (moved_up, "ABc", "ABc"),
    (moved_up, "AbC", "ACb"),
    (moved_up, "aBcD", "BaDc"),
    (moved_down, "Abc", "bAc"),
    (moved_down, "ABc", "cAB"),
    (moved_down, "aBC", "aBC"),
    (moved_down, "AbC", "bAC"),
]


def _records(names: str) -> list[Record]:
    return [{"text": name.lower(), TICK: name.isupper()} for name in names]


def _names(records: Sequence[Record]) -> str:
    return "".join(
        record["text"].upper() if ticked(record) else record["text"] for record in records
    )


@pytest.mark.parametrize(("tool", "before", "after"), _TOOLS)
def test_the_tools_change_the_ticked_rows(tool, before, after):
    assert _names(tool(_records(before))) == after


@pytest.mark.parametrize("tool", [moved_up, moved_down, duplicated, without_ticked])
@given(ticks=st.lists(st.booleans(), max_size=12))
def test_the_tools_keep_every_other_row_and_the_order_of_each_kind(tool, ticks):
    records = [{"text": str(number), TICK: tick} for number, tick in enumerate(ticks)]

    changed = tool(records)

    others = [record["text"] for record in changed if not ticked(record)]
    chosen = [record["text"] for record in changed if ticked(record)]
    both = sorted(map(int, (record["text"] for record in changed)))
    kept = [record["text"] for record in records if not ticked(record)]
    wanted = [record["text"] for record in records if ticked(record)]
    if tool is duplicated:
        assert chosen == wanted
        assert both == sorted([*range(len(ticks)), *map(int, wanted)])
    else:
        assert others == kept
        assert chosen == ([] if tool is without_ticked else wanted)


@given(ticks=st.lists(st.booleans(), min_size=1, max_size=12))
def test_ticked_rows_reach_the_edge_and_stay_there(ticks):
    records: Sequence[Record] = [
        {"text": str(number), TICK: one} for number, one in enumerate(ticks)
    ]

    for _ in ticks:
        records = moved_up(records)

    assert [ticked(record) for record in records] == sorted(ticks, reverse=True)


def test_a_value_goes_to_the_ticked_rows_alone():
    records = with_value(_records("aBC"), "size", "1024x1024")

    assert [record.get("size") for record in records] == [None, "1024x1024", "1024x1024"]


def test_all_or_none_are_ticked():
    assert _names(with_ticks(_records("aBc"), on=True)) == "ABC"
    assert _names(with_ticks(_records("aBc"), on=False)) == "abc"


def test_only_rows_that_are_shown_are_ticked():
    records = with_problems(_records("abc"), {1: "Too long."})

    assert _names(with_ticks(records, on=True)) == "aBc"


def test_rows_with_problems_are_shown_alone_and_none_is_ticked():
    records = with_problems(_records("aBc"), {2: "Too long."})

    assert _names(records) == "abc"
    assert [record.get(PROBLEM) for record in records] == [None, None, "Too long."]


def test_ticks_stay_when_all_rows_are_shown_again():
    records = with_problems(_records("abc"), {2: "Too long."})

    assert _names(with_problems(with_ticks(records, on=True), {})) == "abC"
    assert not [record for record in with_problems(records, {}) if PROBLEM in record]


@given(data=st.data(), count=st.integers(1, 10))
def test_edits_among_rows_with_problems_reach_those_rows(data, count):
    places = sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1)))
    edited = data.draw(st.dictionaries(st.integers(0, len(places) - 1), st.text(), max_size=5))
    base = with_problems(
        [{"text": f"row {number}"} for number in range(count)], dict.fromkeys(places, "Why.")
    )

    records = applied(base, edits({number: {"text": text} for number, text in edited.items()}))

    mended = {places[number]: text for number, text in edited.items()}
    assert [record["text"] for record in records] == [
        mended.get(number, f"row {number}") for number in range(count)
    ]


@pytest.mark.parametrize(
    ("search", "found", "after"),
    [
        (Search("cat", match_case=False, ticked_only=False), (3, 2), ["a fox, a fox", "the fox"]),
        (Search("cat", match_case=True, ticked_only=False), (2, 2), ["a fox, a Cat", "the fox"]),
        (Search("cat", match_case=True, ticked_only=True), (1, 1), ["a cat, a Cat", "the fox"]),
        (Search(".", match_case=False, ticked_only=False), (0, 0), ["a cat, a Cat", "the cat"]),
    ],
)
def test_a_text_is_found_and_replaced(search, found, after):
    records = [{"text": "a cat, a Cat"}, {"text": "the cat", TICK: True}, {"text": None}, {}]

    assert search.matches(records) == found
    replaced = search.replaced(records, "fox")
    assert [record["text"] for record in replaced[:2]] == after
    assert replaced[2:] == [{"text": None}, {}]


def test_what_is_put_in_place_is_plain_text_too():
    search = Search("a", match_case=True, ticked_only=False)

    assert search.replaced([{"text": "a"}], r"\g<0>\1") == [{"text": r"\g<0>\1"}]


def test_only_rows_that_are_shown_are_searched():
    records = with_problems([{"text": "a cat"}, {"text": "a cat"}], {1: "Why."})
    search = Search("cat", match_case=False, ticked_only=False)

    assert search.matches(records) == (1, 1)
    assert [record["text"] for record in search.replaced(records, "fox")] == ["a cat", "a fox"]
