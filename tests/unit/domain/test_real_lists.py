"""Every list of tests/lists goes in as its README says."""

from collections import Counter
from pathlib import Path

import pytest

from bulkgen.domain.errors import PromptFileError
from bulkgen.domain.prompt_files import read_prompt_file
from bulkgen.domain.prompts import PromptSheet

DATA = Path(__file__).parents[2] / "lists"
NO_COUNT = "The count must be a number from 1 to 10."


def read(name: str, before: bytes = b"") -> PromptSheet:
    return read_prompt_file(name, before + (DATA / name).read_bytes())


def texts(sheet: PromptSheet) -> list[str]:
    return [row.text for row in sheet.rows]


def test_prompts_50():
    sheet = read("prompts_50.csv")

    assert (len(sheet.rows), sheet.rejected, sheet.warnings) == (50, (), ())
    assert {(row.size, row.quality, row.images) for row in sheet.rows} == {("1024x1024", "low", 1)}
    assert texts(sheet)[9] == "A small watercolor of harbour number 10, soft light"


def test_parti_prompts():
    sheet = read("PartiPrompts.tsv")

    lines = (DATA / "PartiPrompts.tsv").read_text(encoding="utf-8").splitlines()[1:]
    assert texts(sheet) == [line.split("\t")[0] for line in lines]
    assert (len(sheet.rows), sheet.rejected, sheet.delimiter) == (1_632, (), "\t")
    assert {"0", "42", "300", "101"} < set(texts(sheet))
    assert [text[:13] for text in texts(sheet) if text.startswith('"')] == ['"G I G G L E"']


def test_prompts_of_lines_and_json_with_arguments():
    prompt = (
        '{\n  "type": "海报",\n  "subject": '
        '"{argument name=\\"product\\" default=\\"Meta Quest 3\\"}",\n  "n": 8\n}'
    )
    quoted = prompt.replace('"', '""')
    data = f'no,title,prompt,author,source\n1,VR 头显,"{quoted}",@wory,https://x.com/1\n'

    (row,) = read_prompt_file("list.csv", data.encode()).rows

    assert (row.text, row.title) == (prompt, "VR 头显")
    assert row.variables == (("no", "1"), ("author", "@wory"), ("source", "https://x.com/1"))


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf"], ids=["utf-8", "utf-8 with a BOM"])
def test_nasty_utf8(before):
    sheet = read("nasty_utf8.csv", before)

    assert sheet.encoding == "utf-8"
    assert list(sheet.columns) == ["Prompt", "Size", "Quality", "Count", "Title", "Tags", "Alt"]
    assert None not in sheet.columns.values()
    assert (len(sheet.rows), len(sheet.rejected)) == (31, 6)
    assert Counter(row.reason for row in sheet.rejected) == {
        "The row is blank.": 2,
        "The prompt has 32,001 characters; 32,000 is the most. Shorten it.": 1,
        NO_COUNT: 3,
    }
    assert sheet.rows[0].tags == ("animal", "snow")
    assert sheet.rows[2].text == "First line\nsecond line\n---\nfourth line after three hyphens"
    assert texts(sheet)[3:6] == [
        "日本の庭、桜と提灯",
        "حديقة يابانية هادئة مع أزهار الكرز",
        "👩🏽‍🚀 riding a 🦄 over 🏔️",
    ]
    assert (sheet.rows[6].text, sheet.rows[6].title) == (
        '=HYPERLINK("http://evil.example","click")',
        "=1+1",
    )
    assert {"null", "NA", "None", "42", "007", "1e5", "TRUE"} < set(texts(sheet))
    assert "  leading and trailing spaces  " in texts(sheet)
    assert "non\xa0breaking \u200bzero\u200dwidth \ufeffbom inside" in texts(sheet)
    assert "Cafe\u0301 de Flore vs Café de Flore" in texts(sheet)
    assert "bell\x07 control \x1b[31m ansi" in texts(sheet)
    assert sheet.rows[-1].images == 2


@pytest.mark.parametrize(
    ("name", "delimiter"), [("nasty_semicolon.csv", ";"), ("nasty_tab.tsv", "\t")]
)
def test_nasty_semicolon_and_tab(name, delimiter):
    sheet = read(name)

    assert (sheet.delimiter, len(sheet.rows), len(sheet.rejected)) == (delimiter, 31, 2)
    assert {row.reason for row in sheet.rejected} == {"The row is blank."}
    assert "tab\there | pipe; semi" in texts(sheet)
    assert (
        '{"type":"poster","subject":"{argument name=\\"product\\" default=\\"Quest\\"}","n":3}'
        in (texts(sheet))
    )


def test_nasty_cp1252():
    sheet = read("nasty_cp1252.csv")

    assert (texts(sheet), sheet.encoding) == (["Café “smart quotes” \u2013 naïve €5"], "cp1252")


def test_nasty_plain_lines():
    sheet = read("nasty_plain_lines.txt")

    assert texts(sheet) == ["A lighthouse", "# a comment?", "A bowl, of ramen"]
    assert [(row.line, row.reason) for row in sheet.rejected] == [(2, "The row is blank.")]


def test_nasty_header_only():
    sheet = read("nasty_header_only.csv")

    assert (sheet.rows, sheet.rejected) == ((), ())
    assert sheet.columns == {"Prompt": "prompt", "Size": "size"}


def test_nasty_empty():
    with pytest.raises(PromptFileError) as refused:
        read_prompt_file("nasty_empty.csv", b"")

    assert str(refused.value) == "The file is empty. Put one prompt in each row."
