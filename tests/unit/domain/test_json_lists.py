import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.prompt_files import read_prompt_file
from bulkgen.domain.prompts import PromptRow, PromptSheet

NO_JSON = "The line is no JSON."
NO_ROW = "The row must be a text or an object."


def read(text: str, name: str) -> PromptSheet:
    return read_prompt_file(name, text.encode())


def outcome(sheet: PromptSheet) -> list[tuple[int, str]]:
    """Every row by its line: the prompt, or why it was rejected."""
    accepted = zip(sheet.lines, (row.text for row in sheet.rows), strict=True)
    return sorted([*accepted, *((row.line, row.reason) for row in sheet.rejected)])


def test_a_list_of_texts_is_a_list_of_prompts():
    sheet = read('["a fox", " two\\nlines ", "null", ""]', "list.json")

    assert outcome(sheet) == [
        (1, "a fox"),
        (2, " two\nlines "),
        (3, "null"),
        (4, "The row is blank."),
    ]
    assert (sheet.encoding, sheet.delimiter, sheet.columns) == (
        "utf-8",
        None,
        {"prompt": "prompt"},
    )


def test_objects_bring_their_columns():
    (row,) = read(
        json.dumps(
            [
                {
                    "Image Prompt": "a fox",
                    "count": 2.0,
                    "tags": ["animal", "snow"],
                    "title": None,
                    "seed": 42,
                    "lights": {"warm": True},
                }
            ]
        ),
        "list.JSON",
    ).rows

    assert row == PromptRow(
        text="a fox",
        images=2,
        tags=("animal", "snow"),
        variables=(("seed", "42"), ("lights", '{"warm": true}')),
    )


def test_numbers_stay_as_they_were_written():
    sheet = read('[{"prompt": 1e5, "version": 1.50}, {"prompt": 12345678901234567890}]', "a.json")

    assert [row.text for row in sheet.rows] == ["1e5", "12345678901234567890"]
    assert sheet.rows[0].variables == (("version", "1.50"),)


def test_a_prompt_may_be_an_object():
    sheet = read('[{"prompt": {"type": "poster", "text": "成都"}}]', "list.json")

    assert sheet.rows[0].text == '{"type": "poster", "text": "成都"}'


def test_texts_and_objects_may_stand_in_one_list():
    sheet = read('["one", {"title": "T", "prompt": "two"}, 3, [4], null, true]', "list.json")

    assert outcome(sheet) == [
        (1, "one"),
        (2, "two"),
        (3, "3"),
        (4, NO_ROW),
        (5, NO_ROW),
        (6, NO_ROW),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_line_is_one_prompt(end):
    lines = ['{"text": "one", "n": 2}', '"two\u2028more"', "", "{broken", '{"n": 1}', "[1]"]

    sheet = read(end.join([*lines, ""]), "list.jsonl")

    assert outcome(sheet) == [
        (1, "one"),
        (2, "two\u2028more"),
        (3, "The row is blank."),
        (4, NO_JSON),
        (5, "The row has no prompt. Write one or delete the row."),
        (6, NO_ROW),
    ]
    assert sheet.rows[0].images == 2
    assert [row.cells for row in sheet.rejected if row.reason == NO_JSON] == [("{broken",)]


def test_half_a_character_is_marked_and_told():
    sheet = read('["a \\ud83d b", "c\\u0000"]', "list.json")

    assert [row.text for row in sheet.rows] == ["a \ufffd b", "c\ufffd"]
    assert [warning.line for warning in sheet.warnings] == [1, 2]


def test_objects_without_a_prompt_ask_which_column_holds_it():
    question = read('[{"look": "a fox", "mood": "calm"}]', "list.json").question

    assert question is not None
    assert (question.columns, question.has_header) == (("look", "mood"), True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"prompt": "one"}', "The JSON must be a list of prompts, or of objects with a prompt."),
        (
            '["one",\n two]',
            "The file is no JSON: Expecting value in line 2, column 2.",
        ),
        ("[" * 100_000, "The file is no JSON: it is nested too deeply."),
        (
            "[" + ", ".join(f'{{"name {number}": 1}}' for number in range(501)) + "]",
            "The file has more than 500 columns.",
        ),
        (
            json.dumps([""] * 100_001),
            "The file has more than 100,000 rows. Delete the blank ones, or split it.",
        ),
    ],
    ids=["no list", "a mistake", "nested", "columns", "rows"],
)
def test_json_that_cannot_be_used_is_refused(text, says):
    with pytest.raises(PromptFileError) as refused:
        read(text, "list.json")

    assert str(refused.value) == says


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.lists(JSON, min_size=1, max_size=15), st.sampled_from(["list.json", "list.jsonl"]))
def test_every_item_is_accepted_or_rejected(items, name):
    whole = json.dumps(items) if name == "list.json" else "\n".join(map(json.dumps, items))

    sheet = read(whole, name)

    if sheet.question is None or sheet.rows:
        assert [line for line, _ in outcome(sheet)] == list(range(1, len(items) + 1))


def test_objects_with_one_value_hold_the_prompt_in_it():
    sheet = read('{"look": "a fox"}\n{"look": "a wolf"}', "list.jsonl")

    assert [row.text for row in sheet.rows] == ["a fox", "a wolf"]
    assert sheet.question is None
