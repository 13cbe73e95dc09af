from dataclasses import replace
from pathlib import Path

import pytest

from bulkgen.domain.prompt_files import LIMITS
from bulkgen.domain.prompts import Column
from bulkgen.ui.upload import Meanings, Upload, read_upload
from tests.fakes.spreadsheets import xlsx

LISTS = Path(__file__).parents[2] / "lists"
UNKNOWN = b"look,mood\na fox,calm\na wolf,wild\n"


def read(data: bytes, name: str = "list.csv", **memory: Meanings) -> Upload:
    """An upload of a person who remembers columns by the first name of their header."""
    return read_upload(name, data, lambda header: memory.get(header[0], {}), LIMITS)


def texts(upload: Upload) -> list[str]:
    return [row.text for row in upload.sheet.rows]


@pytest.mark.parametrize(
    ("name", "clear"),
    [
        ("prompts_50.csv", True),
        ("PartiPrompts.tsv", True),
        ("structured_prompts.json", True),
        ("nasty_cp1252.csv", True),
        ("nasty_plain_lines.txt", True),
        ("nasty_header_only.csv", False),
        ("nasty_semicolon.csv", True),
        ("nasty_tab.tsv", True),
        ("nasty_utf8.csv", False),
    ],
)
def test_a_list_is_clear_when_every_row_but_blank_ones_can_be_used(name, clear):
    upload = read((LISTS / name).read_bytes(), name)

    assert upload.clear is clear
    assert not upload.asks_header


def test_a_single_column_is_clear_and_its_first_row_is_asked_about():
    upload = read(b"a fox\na wolf\n")

    assert (upload.clear, upload.asks_header, upload.waits_for_header) == (True, True, False)
    assert texts(upload.answered(has_header=True, columns={})) == ["a wolf"]


def test_several_columns_wait_for_the_header_and_then_for_the_prompts():
    asked = read(UNKNOWN)
    answered = asked.answered(has_header=False, columns={})
    chosen = answered.with_columns({1: Column.PROMPT})

    assert (asked.waits_for_header, asked.clear) == (True, False)
    assert (answered.waits_for_header, answered.asks_header) == (False, True)
    assert (answered.prompt_number, answered.clear) == (None, False)
    assert texts(chosen) == ["look", "a fox", "a wolf"]
    assert chosen.prompt_number == 1


def test_a_column_takes_a_meaning_from_the_one_that_had_it():
    upload = read(b"prompt,caption,name\na,b,c\n").with_columns({2: Column.PROMPT})

    assert texts(upload) == ["b"]
    assert upload.sheet.columns == {"prompt": None, "caption": Column.PROMPT, "name": Column.TITLE}
    assert upload.sheet.rows[0].variables == (("prompt", "a"),)


def test_a_column_that_becomes_a_variable_gives_its_meaning_to_no_other():
    upload = read(b"prompt,name,headline\na,b,c\n").with_columns({2: None})

    assert list(upload.sheet.columns.values()) == [Column.PROMPT, None, None]


def test_changed_columns_of_a_header_are_to_be_remembered():
    known = read(b"prompt,caption\na,b\n")
    unknown = read(UNKNOWN)

    assert known.to_remember == {}
    assert known.with_columns({2: Column.TITLE}).to_remember == {
        "prompt": Column.PROMPT,
        "caption": Column.TITLE,
    }
    for has_header, remembered in ((True, {"look": Column.PROMPT, "mood": None}), (False, {})):
        answered = unknown.answered(has_header=has_header, columns={})
        assert answered.with_columns({1: Column.PROMPT}).to_remember == remembered


def test_a_remembered_header_needs_no_answer():
    upload = read(b"\n" + UNKNOWN, look={1: None, 2: Column.PROMPT})

    assert texts(upload) == ["calm", "wild"]
    assert (upload.clear, upload.remembered, upload.has_header) == (True, True, True)
    assert upload.to_remember == {}
    assert not replace(upload).with_columns({1: Column.PROMPT}).remembered


def test_a_remembered_meaning_wins_over_a_known_name():
    upload = read(b"Prompt,Caption\na,b\n", Prompt={1: None, 2: Column.PROMPT})

    assert (texts(upload), upload.remembered, upload.asks_header) == (["b"], True, False)


def test_another_sheet_is_read_with_its_own_columns():
    data = xlsx({"A": [["prompt"], ["a fox"]], "B": [["calm", "a wolf"], ["wild", "an owl"]]})

    upload = read_upload("list.xlsx", data, lambda _: {}, LIMITS, "B")
    upload = upload.answered(has_header=False, columns={}).with_columns({2: Column.PROMPT})

    assert texts(upload) == ["a wolf", "an owl"]
    assert (upload.sheet.worksheet, upload.sheet.worksheets) == ("B", ("A", "B"))
