import csv
import io
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bulkgen.domain.columns import SYNONYMS
from bulkgen.domain.estimates import row_problem
from bulkgen.domain.formulas import guarded, unguarded
from bulkgen.domain.prompt_exports import (
    FULL_TEMPLATE,
    SIMPLE_TEMPLATE,
    rejected_csv,
    rows_csv,
    template_csv,
)
from bulkgen.domain.prompt_files import read_prompt_file
from bulkgen.domain.prompts import Column, PromptRow
from tests.fakes.factories import TODAY, a_catalogue, some_settings

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
HOSTILE = TEXT | st.sampled_from(
    [
        "=1+1",
        "'=1+1",
        "''=1+1",
        " -5 degrees",
        '"@home"',
        "+1 dog",
        "%",
        "|",
        "\t x",
        "a\r\nb",
        "\r",
    ]
)
WORD = HOSTILE.map(str.strip).filter(bool)
NAME = st.sampled_from(["mood", "=1+1", "Prompt_2", "Text", "Name", "@x"])
ROWS = st.lists(
    st.builds(
        PromptRow,
        text=HOSTILE.filter(str.strip),
        model=st.none() | WORD,
        size=st.none() | WORD,
        quality=st.none() | WORD,
        images=st.none() | st.integers(1, 10),
        output_format=st.sampled_from([None, "png", "jpeg", "webp"]),
        background=st.none() | WORD,
        title=st.none() | WORD,
        description=st.none() | WORD,
        tags=st.lists(st.sampled_from(["fox", "=1+1", "'a", "two words"]), max_size=3).map(tuple),
        alt=st.none() | WORD,
        category=st.none() | WORD,
        page_status=st.sampled_from([None, "draft", "published"]),
        variables=st.dictionaries(NAME, HOSTILE.filter(str.strip), max_size=3).map(
            lambda named: tuple(sorted(named.items()))
        ),
    ),
    min_size=1,
    max_size=5,
)


def cells_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


@given(HOSTILE)
@example("=1+1")
@example("''=1+1")
def test_a_guard_comes_off_as_it_was_put_on(cell):
    assert unguarded(guarded(cell)) == cell
    assert not guarded(cell).lstrip(' "').startswith(("=", "+", "-", "@", "\t", "\r", "|", "%"))


@pytest.mark.parametrize("cell", ["'a word' in quotes", "'", "''", "it's", " '=1"])
def test_an_apostrophe_that_is_no_guard_stays(cell):
    assert unguarded(cell) == cell


@settings(max_examples=200, deadline=None)
@given(ROWS)
def test_an_exported_list_comes_back_as_the_same_rows(rows):
    sheet = read_prompt_file("prompts.csv", rows_csv(rows).encode())

    assert sheet.rejected == ()
    assert [
        (row, sorted(variables))
        for row, variables in ((without_variables(row), row.variables) for row in sheet.rows)
    ] == [(without_variables(row), sorted(row.variables)) for row in rows]


def without_variables(row: PromptRow) -> PromptRow:
    return replace(row, variables=())


def test_no_cell_of_an_export_is_a_formula():
    row = PromptRow(text="=1+1", title="-1", tags=("@a",), variables=(("=x", "+1"),))

    header, cells = cells_of(rows_csv([row]))

    assert header[0] == "bulkgen_row"
    assert header[-1] == "'=x"
    assert cells[:2] == ["1", "'=1+1"]
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_only_our_own_exports_lose_apostrophes():
    assert read_prompt_file("list.csv", b"prompt\n'=1+1\n").rows[0].text == "'=1+1"


def test_rejected_rows_go_out_as_they_were_and_can_be_mended():
    sheet = read_prompt_file(
        "list.csv",
        b'mood,idea,n\n=calm,a fox,11\nwild,one, two,3\nx,"a wolf,1\n,,\nok,a hare,2\n',
        columns={"idea": Column.PROMPT},
    )

    out = rejected_csv(sheet)

    assert cells_of(out) == [
        ["bulkgen_row", "bulkgen_reason", "mood", "prompt", "count"],
        ["2", "The count must be a number from 1 to 10.", "'=calm", "a fox", "11"],
        ["3", sheet.rejected[1].reason, "wild", "one", " two", "3"],
        ["4", sheet.rejected[2].reason, 'x,"a wolf,1'],
        ["5", "The row is blank.", "", "", ""],
    ]
    again = read_prompt_file("mended.csv", out.replace("a fox,11", "a fox,1").encode())
    assert again.rows == (PromptRow(text="a fox", images=1, variables=(("mood", "=calm"),)),)
    assert again.rejected[0].joined == PromptRow(
        text="one, two", images=3, variables=(("mood", "wild"),)
    )


@pytest.mark.parametrize("columns", [SIMPLE_TEMPLATE, FULL_TEMPLATE])
def test_a_template_is_a_list_that_can_be_started(columns):
    sheet = read_prompt_file("template.csv", template_csv(columns).encode())

    assert sheet.columns == {str(column): column for column in columns}
    assert (len(sheet.rows), sheet.rejected, sheet.warnings) == (1, (), ())
    assert row_problem(sheet.rows[0], some_settings(), a_catalogue(), TODAY) is None


def test_the_full_template_has_every_column_and_nothing_else():
    assert set(FULL_TEMPLATE) == set(Column) == set(SYNONYMS)
