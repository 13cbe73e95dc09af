import io
import zipfile

import pytest

from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.prompts import Column, PromptRow
from bulkgen.readers import read_list
from tests.fakes.spreadsheets import Sheets, ods, xlsx, zipped

SHEETS: Sheets = {
    "Liste": [
        [None, None, None],
        ["Image Prompt", "count", "note"],
        ["a fox\nin the snow", 2.0, "=1+1"],
        [42.0, None, True],
        ["  spaces  ", 3, 0.5],
        [None, None, None],
        ["é 🦊 成都", 1, "#REF!"],
        ["null", 11, None],
    ],
    "Zwei": [["prompt"], ["another"]],
}
TOO_LARGE = "The spreadsheet is too large or damaged. Save the sheet as CSV and upload that."
WRITERS = pytest.mark.parametrize("write", [xlsx, ods])


@WRITERS
@pytest.mark.parametrize("name", ["list.xlsx", "list.ods", "renamed.csv"])
def test_the_first_sheet_is_read_as_a_person_sees_it(write, name):
    sheet = read_list(name, write(SHEETS))

    assert sheet.rows == (
        PromptRow(text="a fox\nin the snow", images=2, variables=(("note", "=1+1"),)),
        PromptRow(text="42", variables=(("note", "TRUE"),)),
        PromptRow(text="  spaces  ", images=3, variables=(("note", "0.5"),)),
        PromptRow(text="é 🦊 成都", images=1, variables=(("note", "#REF!"),)),
    )
    assert sheet.lines == (2, 3, 4, 6)
    assert [(row.line, row.reason) for row in sheet.rejected] == [
        (5, "The row is blank."),
        (7, "The count must be a number from 1 to 10."),
    ]
    assert (sheet.worksheet, sheet.encoding, sheet.delimiter) == ("Liste", None, None)


@WRITERS
def test_another_sheet_can_be_chosen(write):
    sheet = read_list("list.xlsx", write(SHEETS), worksheet="Zwei")

    assert ([row.text for row in sheet.rows], sheet.worksheet) == (["another"], "Zwei")


@WRITERS
def test_the_names_of_all_sheets_are_told_and_an_empty_first_one_is_passed_over(write):
    data = write({"Cover": [], "Blank": [[None, None]], "Liste": [["prompt"], ["a fox"]]})

    sheet = read_list("list.xlsx", data)

    assert sheet.worksheets == ("Cover", "Blank", "Liste")
    assert (sheet.worksheet, [row.text for row in sheet.rows]) == ("Liste", ["a fox"])
    with pytest.raises(PromptFileError) as refused:
        read_list("list.xlsx", data, worksheet="Cover")
    assert str(refused.value) == "The file is empty. Put one prompt in each row."


@WRITERS
def test_a_sheet_that_is_not_there_is_refused_with_those_that_are(write):
    with pytest.raises(PromptFileError) as refused:
        read_list("list.xlsx", write(SHEETS), worksheet="Drei")

    assert str(refused.value) == "The spreadsheet has no sheet Drei. It has: Liste, Zwei."


def test_only_a_spreadsheet_has_sheets():
    with pytest.raises(PromptFileError) as refused:
        read_list("list.csv", b"prompt\none\n", worksheet="Zwei")

    assert str(refused.value) == "Only a spreadsheet has sheets to choose from."


@WRITERS
def test_a_spreadsheet_without_a_known_name_asks_as_a_table_does(write):
    data = write({"A": [["calm", "a fox"], ["wild", "a wolf"]]})

    assert read_list("a.xlsx", data).question is not None
    sheet = read_list("a.xlsx", data, has_header=False, columns={2: Column.PROMPT})
    assert [row.text for row in sheet.rows] == ["a fox", "a wolf"]


@WRITERS
def test_an_empty_sheet_is_refused(write):
    with pytest.raises(PromptFileError) as refused:
        read_list("list.xlsx", write({"A": []}))

    assert str(refused.value) == "The file is empty. Put one prompt in each row."


@pytest.mark.parametrize(
    "data",
    [b"", b"prompt\none\n", b"PK\x03\x04 no archive", zipped({"a": "b"})],
    ids=["nothing", "a csv", "a broken archive", "another archive"],
)
def test_what_is_no_spreadsheet_is_refused(data):
    with pytest.raises(PromptFileError) as refused:
        read_list("list.xlsx", data)

    assert str(refused.value).startswith("The spreadsheet cannot be read")


def changed(data: bytes, name: str, old: str, new: str) -> bytes:
    """The archive with another text in one of its files."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {member: archive.read(member).decode() for member in archive.namelist()}
    assert old in files[name]
    return zipped({**files, name: files[name].replace(old, new, 1)})


def test_a_cell_a_billion_places_away_costs_the_reader_alone():
    end = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = changed(xlsx(SHEETS), "xl/worksheets/sheet1.xml", "</sheetData>", end)

    with pytest.raises(PromptFileError) as refused:
        read_list("list.xlsx", data)

    assert str(refused.value) == TOO_LARGE
    assert read_list("list.xlsx", xlsx(SHEETS)).rows


def test_a_small_file_that_unfolds_to_many_rows_is_refused():
    row = "<row><c><v>1</v></c></row>"
    begin = "<sheetData>"
    data = changed(xlsx({"A": []}), "xl/worksheets/sheet1.xml", begin, begin + row * 1_000_000)

    assert len(data) < 200_000
    with pytest.raises(PromptFileError) as refused:
        read_list("list.xlsx", data)

    assert str(refused.value) == (
        "The file has more than 100,000 rows. Delete the blank ones, or split it."
    )


def test_ten_megabytes_are_the_most():
    with pytest.raises(PromptFileError) as refused:
        read_list("list.xlsx", b"PK\x03\x04" + bytes(10 * 1024 * 1024))

    assert str(refused.value) == "The file is larger than 10 MB. Split it."
