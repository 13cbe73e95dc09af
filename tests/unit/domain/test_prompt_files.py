import csv
import io
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bulkgen.domain.columns import header_fingerprint
from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.pasted import Cut
from bulkgen.domain.prompt_files import read_pasted, read_prompt_file
from bulkgen.domain.prompts import Column, HeaderQuestion, ListLimits, PromptRow, PromptSheet

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
        ("\ufeffprompt\n".encode("utf-16-be") + b"\x3c", "utf-16"),
    ],
)
def test_a_file_that_lies_about_its_encoding_is_refused(data, told):
    with pytest.raises(PromptFileError) as refused:
        read_prompt_file("list.csv", data)

    assert str(refused.value) == f"The file says it is {told} and is not. Save it again as UTF-8."


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_a_mark_at_its_beginning(order):
    sheet = read_prompt_file("list.csv", "prompt\n日本の猫\n".encode(order))

    assert (texts(sheet), sheet.encoding) == (["日本の猫"], "utf-16")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"prompt\ncaf\xe9 \x81\n", "café \ufffd"),
        (b"prompt\na \xed\xa0\xbd b\n", "a \ufffd b"),
        ("\ufeffprompt\na ".encode("utf-16-be") + b"\xd8\x3c", "a \ufffd"),
        (b"prompt\na\0b\n", "a\ufffdb"),
    ],
    ids=["bytes without meaning", "half a character", "half a character in utf-16", "NUL"],
)
def test_what_cannot_be_stored_is_marked_and_told(data, text):
    sheet = read_prompt_file("list.csv", data)

    assert texts(sheet) == [text]
    assert [(warning.line, warning.reason) for warning in sheet.warnings] == [
        (2, "Characters that cannot be stored became \ufffd.")
    ]


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
        "Prompt; MODEL ;size;quality;count;format;background;title;description;tags;alt;category;"
        "status\n"
        "a hot air balloon;gpt-image-2;1536x1024;high;4; .JPG;opaque;Balloon;It flies.;"
        "sky, travel,, ;A ball; Sky ;Published\n"
    )

    assert sheet.rows == (
        PromptRow(
            text="a hot air balloon",
            model="gpt-image-2",
            size="1536x1024",
            quality="high",
            images=4,
            output_format="jpeg",
            background="opaque",
            title="Balloon",
            description="It flies.",
            tags=("sky", "travel"),
            alt="A ball",
            category="Sky",
            page_status="published",
        ),
    )


def test_an_unknown_column_stays_with_its_rows():
    sheet = read("prompt,Challenge,Notes\none,Basic, \ntwo\n")

    assert sheet.rows == (
        PromptRow(text="one", variables=(("Challenge", "Basic"),)),
        PromptRow(text="two"),
    )
    assert sheet.columns == {"prompt": "prompt", "Challenge": None, "Notes": None}


def test_of_columns_with_one_name_the_first_counts_and_the_others_are_kept():
    sheet = read("Prompt,PROMPT,note,prompt_2, ,note\none,two,a,three,b,c\n")

    assert sheet.columns == {
        "Prompt": "prompt",
        "PROMPT_3": None,
        "note": None,
        "prompt_2": None,
        "column_5": None,
        "note_2": None,
    }
    assert sheet.rows[0].text == "one"
    assert sheet.rows[0].variables[0] == ("PROMPT_3", "two")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Prompts", "prompt"),
        ("Image Prompt", "prompt"),
        ("prompt_text", "prompt"),
        ("caption", "prompt"),
        ("image-size", "size"),
        ("Image Quality", "quality"),
        ("Model ID", "model"),
        ("num_images", "count"),
        ("Output Format", "format"),
        ("page_status", "status"),
        ("Name", "title"),
        ("Meta Description", "description"),
        ("Keywords", "tags"),
        ("Alt Text", "alt"),
        ("ALT-TEXT:", "alt"),
    ],
)
def test_columns_are_known_by_the_names_exports_give_them(header, column):
    sheet = read(f"{header},other\na,b\n")

    assert sheet.columns[header] == column


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("a,Done\nb,DRAFT\nc\n", "One row has a status"),
        ("a,Done\nb,to do\nc,published\n", "2 rows have a status"),
    ],
)
def test_a_status_about_something_else_is_left_out_and_told(rows, sentence):
    sheet = read(f"prompt,status\n{rows}")

    assert sheet.rows[0].page_status is None
    assert {row.page_status for row in sheet.rows} & {"draft", "published"}
    assert [(warning.line, warning.reason) for warning in sheet.warnings] == [
        (0, f"{sentence} other than draft or published; the job's is used.")
    ]


@pytest.mark.parametrize("header", ["text,prompt", "prompt,text", "caption,prompts"])
def test_the_likelier_name_wins_wherever_it_stands(header):
    sheet = read(f"{header}\na,b\n")

    (name,) = (name for name, column in sheet.columns.items() if column == "prompt")
    assert name.startswith("prompt")


def test_a_column_can_be_taken_for_something_else():
    data = b"prompt,idea,mood,name\na,b,c,d\n"

    sheet = read_prompt_file(
        "list.csv", data, columns={"idea": Column.PROMPT, 3: Column.TITLE, "name": None}
    )

    assert sheet.rows == (
        PromptRow(text="b", title="c", variables=(("prompt", "a"), ("name", "d"))),
    )
    assert sheet.columns == {"prompt": None, "idea": "prompt", "mood": "title", "name": None}


@pytest.mark.parametrize("column", ["mood", 0, 3, -1])
def test_a_column_that_is_not_there_is_refused(column):
    with pytest.raises(PromptFileError) as refused:
        read_prompt_file("list.csv", b"a,b\n1,2\n", columns={column: Column.PROMPT})

    assert str(refused.value) == f"The file has no column {column}. It has: a, b."


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


def test_a_table_without_a_known_name_asks_which_column_holds_the_prompts():
    sheet = read("\nlook,mood\na fox,calm\n")

    assert (sheet.rows, sheet.rejected) == ((), ())
    assert sheet.question == HeaderQuestion(columns=("column_1", "column_2"), has_header=None)
    assert sheet.first_rows == (("look", "mood"), ("a fox", "calm"))
    assert str(sheet.question) == (
        "The file has no column named prompt, and no other name tells which holds the prompts. "
        "Its columns: column_1, column_2."
    )


def test_a_header_with_other_known_names_is_a_header():
    question = read("title;tags\na;b\n").question

    assert question is not None
    assert (question.columns, question.has_header) == (("title", "tags"), True)


def test_the_answer_may_be_that_the_first_row_is_a_prompt():
    data = b"calm,a fox\nwild,a wolf\n"

    sheet = read_prompt_file("list.csv", data, has_header=False, columns={2: Column.PROMPT})

    assert texts(sheet) == ["a fox", "a wolf"]
    assert sheet.lines == (1, 2)
    assert sheet.rows[0].variables == (("column_1", "calm"),)
    assert sheet.question is None


def test_the_first_five_rows_under_the_header_are_kept_as_they_stand():
    sheet = read("prompt,count\na,x\n,\nb\nc,1,2\nd,1\ne,1\n")

    assert sheet.first_rows == (("a", "x"), ("", ""), ("b",), ("c", "1", "2"), ("d", "1"))


@pytest.mark.parametrize(
    "columns", [{1: Column.TITLE, 2: Column.TITLE}, dict.fromkeys("ab", Column.TITLE)]
)
def test_two_columns_are_not_given_one_meaning(columns):
    with pytest.raises(PromptFileError) as refused:
        read_prompt_file("list.csv", b"a,b,prompt\n1,2,3\n", columns=columns)

    assert str(refused.value) == "The columns a and b cannot both be the title. Choose one of them."


def test_headers_are_the_same_whatever_their_capitals_and_not_in_another_order():
    same = header_fingerprint(["Look", "Mood"])

    assert header_fingerprint(["look ", "MOOD"]) == same
    assert header_fingerprint(["Mood", "Look"]) != same
    assert header_fingerprint(["Look Mood"]) != same
    assert header_fingerprint(["\ud800"]) != same


@pytest.mark.parametrize("column", ["look", 2])
def test_the_answer_may_be_the_column_alone(column):
    data = b"mood,look\ncalm,a fox\n"

    sheet = read_prompt_file("list.csv", data, columns={column: Column.PROMPT})

    assert (texts(sheet), sheet.lines) == (["a fox"], (2,))


def test_one_column_without_a_known_name_is_all_prompts():
    sheet = read('a red fox\n"a, ""b"""\na bowl, of ramen\n"OPEN" on a door\n\n')

    assert texts(sheet) == ["a red fox", 'a, "b"', "a bowl, of ramen", '"OPEN" on a door']
    assert reasons(sheet) == [(5, BLANK)]
    assert sheet.lines == (1, 2, 3, 4)
    assert sheet.question is not None
    assert sheet.question.has_header is None


def test_the_first_row_may_be_a_prompt_though_it_is_a_known_name():
    sheet = read_prompt_file("list.csv", b"Text\nmore, text\n", has_header=False)

    assert texts(sheet) == ["Text", "more, text"]


def test_a_single_column_holds_the_prompts_whatever_its_header():
    assert texts(read_prompt_file("list.csv", b"Idee\none\n", has_header=True)) == ["one"]


BAD_QUOTES = (
    "A quotation mark opens a cell and does not close at its end. "
    "Close it, and double those inside the prompt."
)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("lines", "good", "bad"),
    [
        (['"two,B', "three,C"], ["one", "three"], [3]),
        (['two,"B', 'three,"C"'], ["one", "three"], [3]),
        (['"two" too,B', "three,C"], ["one", "three"], [3]),
        (['"two, "2",B', '"three",C', '"'], ["one", "three"], [3, 5]),
        (['"two', 'still",B', '"three,C'], ["one", "two{end}still"], [4]),
        (['"x","', 'y","', 'z","'], ["one"], [3, 4, 5]),
    ],
)
def test_a_bad_quotation_mark_costs_its_row_alone(lines, good, bad, end):
    sheet = read(end.join(["prompt,title", "one,A", *lines, ""]))

    assert texts(sheet) == [text.format(end=end) for text in good]
    assert reasons(sheet) == [(line, BAD_QUOTES) for line in bad]


def test_a_row_with_a_bad_quotation_mark_is_kept_as_it_is():
    (row,) = read('prompt,title\n"one,A\n').rejected

    assert (row.cells, row.joined) == (('"one,A',), None)


def test_a_header_with_a_bad_quotation_mark_is_refused():
    with pytest.raises(PromptFileError) as refused:
        read('prompt,"title\none,A\n')

    assert str(refused.value) == f"The first row cannot be read. {BAD_QUOTES}"


def test_between_tabs_a_prompt_may_begin_with_a_word_in_quotation_marks():
    sheet = read('prompt\ttitle\n"OPEN" on a door\tDoor\n"a\tb"\tTab\n"c\tC\n"d\ne" f\tD\n')

    assert texts(sheet) == ['"OPEN" on a door', "a\tb", 'e" f']
    assert reasons(sheet) == [(4, BAD_QUOTES), (5, BAD_QUOTES)]


def test_many_bad_quotation_marks_take_no_more_time_than_a_few():
    sheet = read("prompt,title\n" + 'x","\n' * 99_000)

    assert len(sheet.rows) + len(sheet.rejected) == 99_000


def test_the_cells_of_a_long_row_can_be_joined():
    sheet = read('size;prompt;title\n1024x1024;a fox; in the snow; at dawn;Fox\n"";;;;\nx;y;z;1\n')

    assert not sheet.rows
    assert [(row.line, row.joined) for row in sheet.rejected] == [
        (2, PromptRow(text="a fox; in the snow; at dawn", size="1024x1024", title="Fox")),
        (3, None),
        (4, PromptRow(text="y;z", size="x", title="1")),
    ]


def test_cells_are_joined_only_where_the_row_can_be_used_then():
    (row,) = (
        read("prompt,count\na fox, in the snow\n").rejected
        + read("prompt,count\na,b,c\n").rejected[1:]
    )

    assert row.joined is None


@pytest.mark.parametrize("hint", ["sep=|", '"sep=|"', "SEP=|"])
def test_a_first_line_for_excel_tells_the_delimiter(hint):
    sheet = read(f"{hint}\r\nprompt|title\r\na, b|A; B, C\r\n")

    assert [(row.text, row.title) for row in sheet.rows] == [("a, b", "A; B, C")]
    assert sheet.lines == (2,)


def test_known_names_tell_the_delimiter_before_its_frequency():
    assert read("prompt;notes (mood, place, time)\na;b\n").delimiter == ";"
    assert read('"prompt";"a,b,c,d"\na;b\n').delimiter == ";"


def test_a_file_of_too_many_columns_is_refused():
    with pytest.raises(PromptFileError) as refused:
        read(",".join(["prompt"] * 501))

    assert str(refused.value) == "The file has more than 500 columns."


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
    largest = b"x" * 10 * 1024 * 1024

    assert len(read_prompt_file("list.txt", largest).rejected) == 1
    with pytest.raises(PromptFileError) as refused:
        read_prompt_file("list.txt", largest + b"x")
    assert str(refused.value) == "The file is larger than 10 MB. Split it."


def test_an_installation_may_set_other_limits():
    limits = ListLimits(rows=2, megabytes=1)

    assert len(read_prompt_file("list.csv", b"prompt\na\nb\n", limits=limits).rows) == 2
    with pytest.raises(PromptFileError) as refused:
        read_prompt_file("list.csv", b"prompt\na\nb\nc\n", limits=limits)
    assert str(refused.value) == "The file has 3 prompts; 2 is the most. Split it."
    with pytest.raises(PromptFileError) as refused:
        read_prompt_file("list.csv", b"x" * 1024 * 1024 + b"x", limits=limits)
    assert str(refused.value) == "The file is larger than 1 MB. Split it."


@pytest.mark.parametrize("name", ["list.csv", "list.txt"])
def test_a_file_of_blank_lines_is_refused_before_it_takes_the_memory(name):
    with pytest.raises(PromptFileError) as refused:
        read(f"prompt\n{chr(10) * 150_000}last\n", name)

    assert str(refused.value) == (
        "The file has more than 100,000 rows. Delete the blank ones, or split it."
    )


def test_a_text_file_has_one_prompt_in_each_line():
    sheet = read('  one \nprompt\n"two", three\n\nfour\n\n\n', "Prompts.TXT")

    assert texts(sheet) == ["  one ", "prompt", '"two", three', "four"]
    assert sheet.lines == (1, 2, 3, 5)
    assert reasons(sheet) == [(4, BLANK), (6, BLANK), (7, BLANK)]
    assert sheet.delimiter is None


def test_pasted_lines_are_prompts():
    assert read_pasted(" one \r\n\n\ttwo\r three, and more\u2028x\n", Cut.LINES) == (
        PromptRow(text="one"),
        PromptRow(text="two"),
        PromptRow(text="three, and more\u2028x"),
    )


def test_nothing_pasted_is_no_prompt():
    assert read_pasted(" \n\r\n", Cut.LINES) == ()


def test_what_cannot_be_stored_of_a_pasted_line_is_replaced():
    assert read_pasted("a\0b", Cut.LINES) == (PromptRow(text="a\ufffdb"),)


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


def rows_in(text: str, delimiter: str) -> list[tuple[str, ...] | None]:
    """The rows of a table, found the slow way: None for a line that is no row of strict CSV."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
    rows: list[tuple[str, ...] | None] = []
    while lines:
        row, taken = next(
            (
                (row, count)
                for count in range(1, len(lines) + 1)
                if (row := strict_row("".join(lines[:count]), delimiter)) is not None
            ),
            (None, 1),
        )
        rows.append(row)
        del lines[:taken]
    return rows


def strict_row(text: str, delimiter: str) -> tuple[str, ...] | None:
    try:
        (row,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        return None
    return tuple(row) or ("",)


HOSTILE = st.lists(
    st.sampled_from(
        ['"', '"', '""', ",", ";", "\n", "\r", "\r\n", "x", " ", "'", "=1+1", "2.0", "é"]
    )
).map("".join)


@settings(max_examples=500, deadline=None)
@given(body=HOSTILE, delimiter=st.sampled_from(",;"), columns=st.integers(1, 3))
def test_every_row_of_a_hostile_file_is_accepted_or_rejected(body, delimiter, columns):
    header = delimiter.join(["prompt", "title", "note"][:columns])

    sheet = read(f"sep={delimiter}\n{header}\n{body}")

    rows = rows_in(body, delimiter)
    assert sorted([*sheet.lines, *(row.line for row in sheet.rejected)]) == list(
        range(2, len(rows) + 2)
    )
    for line, row in zip(sheet.lines, sheet.rows, strict=True):
        assert (rows[line - 2] or ())[0] == row.text
    for rejected in sheet.rejected:
        assert rows[rejected.line - 2] in {None, rejected.cells}


@settings(max_examples=100, deadline=None)
@given(
    data=st.binary(max_size=100) | HOSTILE.map(str.encode),
    ending=st.sampled_from(["csv", "tsv", "txt", "json", "jsonl"]),
    has_header=st.sampled_from([None, True, False]),
    column=st.sampled_from([None, 1, 2]),
)
def test_any_file_is_accounted_for_or_refused_as_a_whole(data, ending, has_header, column):
    columns: dict[str | int, Column | None] = {column: Column.PROMPT} if column else {}
    try:
        sheet = read_prompt_file(f"list.{ending}", data, has_header=has_header, columns=columns)
    except PromptFileError:
        return
    lines = sorted([*sheet.lines, *(row.line for row in sheet.rejected)])
    first = lines[0] if lines else 1
    assert lines == list(range(first, first + len(lines)))
    for row in sheet.rows:
        assert row.text.strip()
        assert "\0" not in row.text
        row.text.encode()
