import csv
import io
import json
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.images import ImageStatus
from bulkgen.domain.manifest import as_csv, as_jsonl, entry, file_name
from tests.fakes.factories import an_image

#: A spreadsheet takes a cell for a formula, or for a command, that begins with one of these.
SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%"]
COLUMNS = [
    "file",
    "prompt_number",
    "image_number",
    "prompt",
    "sent_prompt",
    "model",
    "size",
    "quality",
    "width_px",
    "height_px",
    "size_bytes",
    "sha256",
    "cost_usd",
    "request_id",
    "completed_at",
    "selected",
]


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_an_image_is_named_after_its_place_and_its_words():
    assert file_name(an_image()) == "0007-2-a-hot-air-balloon.webp"
    assert (
        file_name(an_image(output_format="jpeg", prompt_number=5000, prompt="A Tree!"))
        == "5000-2-a-tree.jpg"
    )
    assert file_name(an_image(output_format="png", number=10, prompt="猫")) == (
        "0007-10-image-00000000.png"
    )


@given(prompt=st.text(), number=st.integers(1, 99))
def test_whatever_the_prompt_a_file_name_is_plain_and_its_own(prompt, number):
    name = file_name(an_image(prompt=prompt, number=number))

    assert re.fullmatch(rf"0007-{number}-[a-z0-9-]+\.webp", name)
    assert len(name) < 90


def test_the_names_of_a_job_sort_as_its_prompts_do():
    names = [file_name(an_image(prompt_number=number)) for number in (1, 2, 10, 999, 5000)]

    assert names == sorted(names)


def test_an_entry_holds_what_is_known_of_an_image():
    assert entry(an_image()) == {
        "file": "images/0007-2-a-hot-air-balloon.webp",
        "prompt_number": 7,
        "image_number": 2,
        "prompt": "a hot air balloon",
        "sent_prompt": "Oil painting. a hot air balloon",
        "model": "gpt-image-2.5-flare",
        "size": "1024x1024",
        "quality": "medium",
        "width_px": 1024,
        "height_px": 1024,
        "size_bytes": 98_765,
        "sha256": "ab" * 32,
        "cost_usd": "0.013195",
        "request_id": "req_1",
        "completed_at": "2026-11-22T18:05:00+00:00",
        "selected": True,
    }


def test_an_entry_of_an_image_that_is_not_there_leaves_out_what_is_not_known():
    image = an_image(
        status=ImageStatus.FAILED, cost_usd=None, completed_at=None, output_format=None, sha256=None
    )

    known = entry(image)

    assert (known["cost_usd"], known["completed_at"], known["sha256"]) == (None, None, None)


def test_the_cost_of_an_image_is_written_to_the_micro_dollar():
    assert entry(an_image(cost_usd=Decimal("0.000001")))["cost_usd"] == "0.000001"
    assert entry(an_image(cost_usd=Decimal(0)))["cost_usd"] == "0"


def test_the_list_has_a_header_and_a_row_for_each_image():
    rows = read(as_csv([entry(an_image()), entry(an_image(number=3))]))

    assert list(rows[0]) == COLUMNS
    assert [row["image_number"] for row in rows] == ["2", "3"]


def test_no_images_make_an_empty_list():
    assert as_csv([]) == ""
    assert as_jsonl([]) == ""


@pytest.mark.parametrize("before", ["", " ", "'", '"', "  '\" "])
@pytest.mark.parametrize("sign", SIGNS)
def test_what_a_spreadsheet_would_take_for_a_formula_is_made_plain_text(sign, before):
    prompt = f"{before}{sign}HYPERLINK(1)"

    (row,) = read(as_csv([entry(an_image(prompt=prompt))]))

    assert row["prompt"] == f"'{prompt}"


@pytest.mark.parametrize(
    "prompt", ["a - b", "1 + 1 = 2", "mail@example.com", "50% grey", "'quoted'", "", "é", "猫"]
)
def test_what_is_no_formula_stays_as_it_is(prompt):
    (row,) = read(as_csv([entry(an_image(prompt=prompt))]))

    assert row["prompt"] == prompt


def test_every_text_of_an_entry_is_guarded():
    image = an_image(sent_prompt="=1", request_id="=2", model="=3")

    (row,) = read(as_csv([entry(image)]))

    assert (row["sent_prompt"], row["request_id"], row["model"]) == ("'=1", "'=2", "'=3")


PROMPTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(st.lists(PROMPTS, min_size=1, max_size=6))
def test_the_csv_gives_back_every_prompt(prompts):
    rows = read(as_csv([entry(an_image(prompt=prompt)) for prompt in prompts]))

    assert len(rows) == len(prompts)
    for row, prompt in zip(rows, prompts, strict=True):
        assert row["prompt"] in {prompt, f"'{prompt}"}
        assert not row["prompt"].lstrip(" \"'").startswith(tuple(SIGNS)) or row[
            "prompt"
        ].startswith("'")


@given(st.lists(PROMPTS, max_size=6))
def test_the_json_lines_give_back_every_entry(prompts):
    entries = [entry(an_image(prompt=prompt)) for prompt in prompts]

    lines = as_jsonl(entries).split("\n")

    assert lines.pop() == ""
    assert [json.loads(line) for line in lines] == entries


def test_json_lines_are_written_in_their_own_letters_and_unguarded():
    line = as_jsonl([entry(an_image(prompt="=猫\u2028"))])

    assert '"prompt": "=猫\u2028"' in line
