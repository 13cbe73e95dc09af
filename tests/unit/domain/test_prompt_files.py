import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.prompt_files import MAX_FILE_BYTES, read_pasted, read_prompt_file
from bulkgen.domain.prompts import PromptRow, PromptSheet

NO_PROMPT = "The row has no prompt. Write one or delete the row."
BLANK = "The row is blank."
BAD_COUNT = "The count must be a number from 1 to 10."


def read(text: str, name: str = "prompts.csv") -> PromptSheet:
    return read_prompt_file(name, text.encode())


def texts(sheet: PromptSheet) -> list[str]:
    return [row.text for row in sheet.rows]


def reasons(sheet: PromptSheet) -> list[tuple[int, str]]:
    return [(problem.line, problem.reason) for problem in sheet.rejected]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "cp1252")],
)
def test_a_list_is_read_in_the_encoding_it_was_saved_in(encoding, told):
    sheet = read_prompt_file("list.csv", "prompt\ncafé – crème\n".encode(encoding))  # noqa: RUF001

    assert texts(sheet) == ["café – crème"]  # noqa: RUF001
    assert sheet.encoding == told


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_both_orders_of_utf_16_are_read(order):
    sheet = read_prompt_file("list.csv", "\ufeffprompt\n日本の猫\n".encode(order))

    assert texts(sheet) == ["日本の猫"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xef\xbb\xbfprompt\ncaf\xe9\n", "utf-8"),
        ("\ufeffprompt\ncaf".encode("utf-16-le") + b"e", "utf-16"),
        ("\ufeffprompt\n".encode("utf-16-be") + b"\xd8\x3c", "utf-16"),
    ],
)
def test_a_file_that_lies_about_its_encoding_is_refused(data, told):
    with pytest.raises(PromptFileError) as refused:
        read_prompt_file("list.csv", data)

    assert str(refused.value) == f"The file says it is {told} and is not. Save it again as UTF-8."


def test_bytes_that_mean_nothing_are_marked():
    sheet = read_prompt_file("list.csv", b"prompt\ncaf\xe9 \x81\n")

    assert texts(sheet) == ["café \ufffd"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_tells_how_cells_are_divided(delimiter):
    others = ",;\t|".replace(delimiter, "")

    sheet = read(f"prompt{delimiter}title\na{others}b{delimiter}T\n")

    assert sheet.delimiter == delimiter
    assert [(row.text, row.title) for row in sheet.rows] == [(f"a{others}b", "T")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_editor_ends_them(end):
    sheet = read(end.join(["prompt,title", "one,A", "two,B", ""]))

    assert texts(sheet) == ["one", "two"]
    assert sheet.lines == (2, 3)
    assert not sheet.rejected


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_quoted_prompt_may_hold_lines(end):
    sheet = read(f'prompt{end}"one{end}more"{end}two{end}')

    assert texts(sheet) == [f"one{end}more", "two"]
    assert sheet.lines == (2, 3)


def test_quotation_marks_inside_a_quoted_prompt_are_doubled():
    assert texts(read('prompt\n"a sign that says ""open"""\n')) == ['a sign that says "open"']


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c", "\x1e"])
@pytest.mark.parametrize("name", ["list.csv", "list.txt"])
def test_the_rarer_line_ends_of_unicode_may_stand_inside_a_prompt(name, sign):
    sheet = read(f"prompt\none{sign}more\n", name)

    assert texts(sheet)[-1] == f"one{sign}more"
    assert len(sheet.rows) == (1 if name == "list.csv" else 2)


def test_blank_rows_are_rejected_one_by_one():
    sheet = read("prompt,title\none,A\n\n  ,\t\n,\ntwo,B\n")

    assert texts(sheet) == ["one", "two"]
    assert reasons(sheet) == [(3, BLANK), (4, BLANK), (5, BLANK)]
    assert sheet.lines == (2, 6)


def test_blank_lines_before_the_header_count_for_nothing():
    sheet = read("\r\n\r\nprompt\none\n")

    assert (texts(sheet), sheet.lines) == (["one"], (2,))


def test_a_row_without_a_prompt_is_rejected():
    assert reasons(read("prompt,title\n,A\n   ,B\n")) == [(2, NO_PROMPT), (3, NO_PROMPT)]


def test_a_short_row_leaves_the_rest_to_the_job():
    (row,) = read("prompt,title,tags,model\na hot air balloon\n").rows

    assert row == PromptRow(text="a hot air balloon")


def test_a_row_with_more_cells_than_the_header_is_rejected():
    sheet = read("prompt\na red apple, on a table\n")

    assert not sheet.rows
    assert reasons(sheet) == [
        (2, "The row has 2 cells and the header 1. Put quotation marks round the prompt.")
    ]


def test_every_column_reaches_its_place():
    sheet = read(
        "Prompt; MODEL ;size;quality;count;title;description;tags;alt\n"
        "a hot air balloon;gpt-image-2;1536x1024;high;4;Balloon;It flies.;sky, travel,, ;A ball\n"
    )

    assert sheet.rows == (
        PromptRow(
            text="a hot air balloon",
            model="gpt-image-2",
            size="1536x1024",
            quality="high",
            images=4,
            title="Balloon",
            description="It flies.",
            tags=("sky", "travel"),
            alt="A ball",
        ),
    )


def test_an_unknown_column_is_kept_and_ignored():
    sheet = read("prompt,Category,Notes\none,Animals,mine\n")

    assert sheet.rows == (PromptRow(text="one"),)
    assert sheet.columns == {"prompt": "prompt", "Category": None, "Notes": None}


def test_the_first_of_two_prompt_columns_counts():
    sheet = read("prompt,PROMPT\none,two\n")

    assert texts(sheet) == ["one"]


@pytest.mark.parametrize(
    ("cell", "images"),
    [("2", 2), ("2.0", 2), (" 3 ", 3), ("10", 10), ("1e0", 1), ("", None), ("  ", None)],
)
def test_a_count_is_a_whole_number_as_spreadsheets_write_it(cell, images):
    assert read(f"prompt,count\none,{cell}\n").rows[0].images == images


@pytest.mark.parametrize("cell", ["0", "11", "-1", "2.5", "two", "nan", "inf", "1,5", "2 3"])
def test_a_count_that_is_none_rejects_the_row(cell):
    sheet = read(f'prompt,count\none,"{cell}"\n')

    assert not sheet.rows
    assert reasons(sheet) == [(2, BAD_COUNT)]


@pytest.mark.parametrize("word", ["null", "NA", "N/A", "nan", "None", "TRUE", "0", "42", "#REF!"])
def test_words_that_programs_take_for_nothing_are_prompts(word):
    assert texts(read(f"prompt\n{word}\n")) == [word]
    assert texts(read(f"{word}\n", "list.txt")) == [word]


def test_a_nul_becomes_a_sign_that_can_be_stored_and_is_told():
    sheet = read("prompt,title\na\0b,c\0d\n")

    assert sheet.rows == (PromptRow(text="a\ufffdb", title="c\ufffdd"),)
    assert [(warning.line, warning.reason) for warning in sheet.warnings] == [
        (2, "Characters that cannot be stored became \ufffd.")
    ]


@pytest.mark.parametrize("name", ["list.csv", "list.txt"])
def test_a_prompt_may_have_thirty_two_thousand_characters_and_no_more(name):
    header = "prompt\n" if name == "list.csv" else ""
    line = 3 if header else 2

    sheet = read(f"{header}{'x' * 32_000}\n{'y' * 32_001}\n", name)

    assert texts(sheet) == ["x" * 32_000]
    assert reasons(sheet) == [
        (line, "The prompt has 32,001 characters; 32,000 is the most. Shorten it.")
    ]


def test_characters_are_counted_and_not_bytes():
    assert len(read(f"prompt\n{'🎈' * 32_000}\n").rows) == 1


def test_a_header_alone_is_a_list_of_nothing():
    sheet = read("prompt,title\n")

    assert (sheet.rows, sheet.rejected) == ((), ())


@pytest.mark.parametrize("data", [b"", b"\n\r\n", b"   \t\n", b"\xef\xbb\xbf", b"\xff\xfe"])
@pytest.mark.parametrize("name", ["list.csv", "list.txt"])
def test_an_empty_file_is_refused(name, data):
    with pytest.raises(PromptFileError) as refused:
        read_prompt_file(name, data)

    assert str(refused.value) == "The file is empty. Put one prompt in each row."


@pytest.mark.parametrize("header", ["text", "prompts", "title;tags", "a red apple, on a table"])
def test_a_table_without_a_prompt_column_is_refused(header):
    with pytest.raises(PromptFileError) as refused:
        read(f"{header}\none\n")

    assert str(refused.value) == (
        "The file has no column named prompt. Name the column that holds the prompts “prompt”, or "
        "paste the prompts one in each line."
    )


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('prompt\none\n"two\nthree\n', 4, "unexpected end of data"),
        ('prompt\none\n"two" three\n', 3, "',' expected after '\"'"),
    ],
)
def test_a_quotation_mark_that_is_not_closed_is_found(text, line, problem):
    with pytest.raises(PromptFileError) as refused:
        read(text)

    assert str(refused.value) == (
        f"The file cannot be read after line {line}: {problem}. Check the quotation marks there."
    )


@pytest.mark.parametrize("name", ["list.csv", "list.txt"])
def test_five_thousand_prompts_are_the_most(name):
    header = "prompt\n" if name == "list.csv" else ""

    assert len(read(header + "x\n" * 5000, name).rows) == 5000
    with pytest.raises(PromptFileError) as refused:
        read(header + "x\n" * 5001, name)
    assert str(refused.value) == "The file has 5,001 prompts; 5,000 is the most. Split it."


def test_rows_that_cannot_be_used_do_not_count_for_the_most():
    sheet = read("prompt\n" + "x\n" * 2500 + '""\n' * 10 + "x\n" * 2500)

    assert (len(sheet.rows), len(sheet.rejected)) == (5000, 10)


def test_ten_megabytes_are_the_most():
    largest = b"x" * MAX_FILE_BYTES

    assert len(read_prompt_file("list.txt", largest).rejected) == 1
    with pytest.raises(PromptFileError) as refused:
        read_prompt_file("list.txt", largest + b"x")
    assert str(refused.value) == "The file is larger than 10 MB. Split it."


@pytest.mark.parametrize("name", ["list.csv", "list.txt"])
def test_a_file_of_blank_lines_is_refused_before_it_takes_the_memory(name):
    with pytest.raises(PromptFileError) as refused:
        read(f"prompt\n{chr(10) * 150_000}last\n", name)

    assert str(refused.value) == (
        "The file has more than 100,000 rows. Delete the blank ones, or split it."
    )


def test_a_text_file_has_one_prompt_in_each_line():
    sheet = read('  one \nprompt\n"two", three\n\nfour\n\n\n', "Prompts.TXT")

    assert texts(sheet) == ["one", "prompt", '"two", three', "four"]
    assert sheet.lines == (1, 2, 3, 5)
    assert reasons(sheet) == [(4, NO_PROMPT)]
    assert sheet.delimiter is None


def test_pasted_lines_are_prompts():
    assert read_pasted(" one \r\n\n\ttwo\r three, and more\u2028x\n") == (
        PromptRow(text="one"),
        PromptRow(text="two"),
        PromptRow(text="three, and more\u2028x"),
    )


def test_nothing_pasted_is_no_prompt():
    assert read_pasted(" \n\r\n") == ()


def test_what_cannot_be_stored_of_a_pasted_line_is_replaced():
    assert read_pasted("a\0b") == (PromptRow(text="a\ufffdb"),)


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=100, deadline=None)
@given(
    records=st.lists(st.tuples(CELLS, CELLS), max_size=15),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@example([("", ""), (" ", "x")], ",", "\n", "utf-8")
def test_every_row_of_a_table_is_accepted_or_rejected(records, delimiter, end, encoding):
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("prompt", "title"), *records])

    sheet = read_prompt_file("list.csv", file.getvalue().encode(encoding))

    prompts = [prompt for prompt, _ in records if prompt.strip()]
    assert texts(sheet) == [prompt.replace("\0", "\ufffd") for prompt in prompts]
    assert len(sheet.rows) + len(sheet.rejected) == len(records)
    assert sorted([*sheet.lines, *(problem.line for problem in sheet.rejected)]) == list(
        range(2, len(records) + 2)
    )
    assert sheet.delimiter == delimiter


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))))
def test_every_line_of_a_text_file_is_accepted_or_rejected(lines):
    text = "\n".join([*lines, "the last one"])

    sheet = read(text, "list.txt")

    assert len(sheet.rows) + len(sheet.rejected) == len(lines) + 1
    assert len(sheet.rows) == len(sheet.lines)
    assert all(row.text for row in sheet.rows)


@settings(max_examples=150, deadline=None)
@given(name=st.sampled_from(["list.csv", "list.txt", "", "prompt"]), data=st.binary(max_size=200))
@example("list.csv", b'"')
@example("list.csv", b"\xff\xfe\x00")
@example("list.csv", b"prompt\n\xff\xfe\xfd")
def test_any_bytes_are_a_sheet_or_one_sentence(name, data):
    try:
        sheet = read_prompt_file(name, data)
    except PromptFileError as refused:
        sentence = str(refused)
    else:
        sentence = "It was read."
        assert len(sheet.rows) == len(sheet.lines)

    assert sentence[0].isupper()
    assert sentence.endswith(".")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_any_text_behind_a_header_is_accounted_for_or_refused_as_a_whole(text):
    try:
        sheet = read(f"prompt,title\n{text}")
    except PromptFileError:
        return
    for row in sheet.rows:
        assert row.text.strip()
        assert "\0" not in row.text
        row.text.encode()
