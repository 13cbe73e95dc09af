import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bulkgen.domain.errors import InputError
from bulkgen.domain.pasted import Cut, cut, guess, without_numbers
from tests.fakes.prompt_lists import PARTI, STRUCTURED

PHRASES = [phrase.strip() for phrase in PARTI]
ON_ONE_LINE = [prompt for prompt in STRUCTURED if "\n" not in prompt]
ON_SEVERAL = [prompt for prompt in STRUCTURED if "\n" in prompt]
WITHOUT_BLANK_LINES = [prompt for prompt in ON_SEVERAL if "\n\n" not in prompt]
WITHOUT_DASHES = [prompt for prompt in STRUCTURED if "\n---\n" not in prompt]
ENDS = pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])

LINES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])).filter(
    lambda line: line.strip() and not re.fullmatch(r"\s*-{3,}\s*", line)
)
PARAGRAPHS = st.lists(LINES, min_size=1, max_size=4).map("\n".join).map(str.strip)


def in_json_object(prompt: str) -> str:
    return json.dumps({"size": "1024x1024", "Prompt": prompt}, ensure_ascii=False)


@ENDS
@pytest.mark.parametrize("prompts", [PHRASES, PHRASES[:2], ON_ONE_LINE])
def test_one_prompt_on_each_line(prompts, end):
    text = end.join(prompts)

    assert guess(text) is Cut.LINES
    assert cut(text, Cut.LINES) == prompts


@ENDS
@pytest.mark.parametrize(
    "prompts", [PHRASES, ON_ONE_LINE, WITHOUT_BLANK_LINES, WITHOUT_BLANK_LINES + PHRASES[:3]]
)
@pytest.mark.parametrize("between", ["\n\n", "\n \t\n", "\n\n\n\n"])
def test_prompts_of_several_lines_between_blank_lines(prompts, between, end):
    text = between.join(prompts).replace("\n", end)

    assert guess(text) is Cut.BLANK_LINES
    assert cut(text, Cut.BLANK_LINES) == [prompt.replace("\n", end) for prompt in prompts]


@ENDS
@pytest.mark.parametrize("prompts", [PHRASES, WITHOUT_DASHES])
@pytest.mark.parametrize("between", ["\n---\n", "\n\n-----  \n\n", "\n---\n---\n"])
def test_prompts_of_several_lines_between_dashes(prompts, between, end):
    text = between.join(prompts).replace("\n", end)

    assert guess(text) is Cut.DASHES
    assert cut(text, Cut.DASHES) == [prompt.replace("\n", end) for prompt in prompts]


@ENDS
@pytest.mark.parametrize("written", [json.dumps, in_json_object])
@pytest.mark.parametrize("prompts", [PARTI, STRUCTURED, STRUCTURED[:1], [" a\r\n b "]])
def test_json_lines(prompts, written, end):
    text = end.join(map(written, prompts)) + end + end

    assert guess(text) is Cut.JSON_LINES
    assert cut(text, Cut.JSON_LINES) == list(prompts)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("prompts", [PARTI, STRUCTURED, STRUCTURED[:1]])
def test_a_json_list(prompts, indent):
    values = [{"prompt": prompt} if number % 2 else prompt for number, prompt in enumerate(prompts)]
    text = f"\n{json.dumps(values, indent=indent)}\n"

    assert guess(text) is Cut.JSON_LIST
    assert cut(text, Cut.JSON_LIST) == list(prompts)


@pytest.mark.parametrize("prompt", [p for p in ON_SEVERAL if not p.startswith("An editorial")])
def test_one_prompt_of_several_lines_stays_whole(prompt):
    assert guess(prompt) is Cut.WHOLE
    assert cut(f"\n{prompt}\n", Cut.WHOLE) == [prompt]


@pytest.mark.parametrize("prompt", ["a boat", "7 dogs", "42", '"The end" on a wall', "[x]", "{}"])
def test_one_line_is_one_prompt(prompt):
    assert guess(prompt) is Cut.LINES
    assert cut(prompt, Cut.LINES) == [prompt]


@pytest.mark.parametrize(
    ("text", "prompts"),
    [
        ("1. a boat\n2. a car\n10. a dog", ["1. a boat", "2. a car", "10. a dog"]),
        ("- a boat\n- a car", ["- a boat", "- a car"]),
        ("Prompt 1: a boat\nPrompt 2: a car", ["Prompt 1: a boat", "Prompt 2: a car"]),
        ("# A boat\nat sea\n\n# A car\nat home", ["# A boat\nat sea", "# A car\nat home"]),
        ("**One**\na boat\n\n**Two**\na car", ["**One**\na boat", "**Two**\na car"]),
        (
            "A boat on the sea at noon:\nlow light\n\nA car in the town at night:\nrain",
            ["A boat on the sea at noon:\nlow light", "A car in the town at night:\nrain"],
        ),
        ("[Scene 1]\na boat\n\n[Scene 2]\na car", ["[Scene 1]\na boat", "[Scene 2]\na car"]),
    ],
)
def test_prompts_that_all_open_alike_are_a_list(text, prompts):
    assert cut(text, guess(text)) == prompts


@pytest.mark.parametrize(
    "text",
    [
        "A boat at sea.\n# Light\nlow",
        "A boat at sea.\n- no people\n- no birds",
        "A boat at sea.\n\n[Light]\nlow",
        "A boat at sea.\n\n**Light**\nlow",
        "Subject: a boat\nLight: low\nMood: calm",
        "SUBJECT & POSE:\na boat at rest\n\nLIGHT:\nlow",
        "A boat.\n\nWhat stands round the boat (all small):\na mast",
        "**Subject:** a boat\n**Light:** low",
        "主题：一条船\n风格：水彩",  # noqa: RUF001
        "A woman at sea.\n\nShe is looking back.",
        "a boat,\na car,\na dog",
        "A boat with these things:\n\na mast\n\na sail",
        '{\n"a": "boat"\n\n}',
        "A boat.\n\n---\n\n## Light\n\nlow",
    ],
)
def test_pieces_that_lean_on_each_other_are_one_prompt(text):
    assert guess(text) is Cut.WHOLE


def test_what_is_longer_than_a_prompt_can_be_is_a_list():
    lines = ["Subject: a boat", "Light: low"] * 2000

    assert guess("\n".join(lines)) is Cut.LINES


def test_one_odd_line_in_a_long_list_does_not_make_it_one_prompt():
    text = "\n".join([*PHRASES[:10], "Style: low light", *PHRASES[10:20]])

    assert guess(text) is Cut.LINES


@pytest.mark.parametrize("kind", [Cut.WHOLE, Cut.LINES, Cut.BLANK_LINES, Cut.DASHES])
@pytest.mark.parametrize("text", ["", " \n\t\r\n ", "\n\n\n"])
def test_a_blank_text_has_no_prompts(text, kind):
    assert cut(text, kind) == []
    assert guess(text) is Cut.LINES


def test_blank_strings_of_json_are_no_prompts():
    assert cut('["a", "", {"prompt": " "}]', Cut.JSON_LIST) == ["a"]
    assert guess('["", " "]') is Cut.LINES


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (
            '"a"\n\na boat',
            Cut.JSON_LINES,
            "Line 3 is no JSON.",
        ),
        ("[" * 100_000, Cut.JSON_LIST, "The text is no JSON."),
        ('"a"', Cut.JSON_LIST, "The text is no JSON list."),
        (
            '["a", {"title": "b"}]',
            Cut.JSON_LIST,
            "Entry 2 is neither a text nor an object with a prompt.",
        ),
        (
            '"a"\n{"prompt": 42}',
            Cut.JSON_LINES,
            "Line 2 is neither a text nor an object with a prompt.",
        ),
    ],
)
def test_json_that_does_not_fit_is_told_and_never_guessed(text, kind, message):
    with pytest.raises(InputError) as refused:
        cut(text, kind)

    assert str(refused.value) == f"{message} Mend it or cut the text another way."
    assert guess(text) is not kind


@pytest.mark.parametrize(
    ("prompts", "without"),
    [
        (["1. a boat", "2. a car"], ["a boat", "a car"]),
        (
            ["1) a boat", "(2) a car", "- a dog", "• 3. a cat"],
            ["a boat", "a car", "a dog", "3. a cat"],
        ),
        (["1、一条船", "2．一辆车"], ["一条船", "一辆车"]),  # noqa: RUF001
        (["* a boat\n* at sea"], ["a boat\n* at sea"]),
    ],
)
def test_a_number_or_bullet_before_every_prompt_can_go(prompts, without):
    assert without_numbers(prompts) == without


@pytest.mark.parametrize(
    "prompts",
    [
        [],
        ["1. a boat", "a car"],
        ["7 dogs", "300", "101", "U.S. 101"],
        ["1.5 litres", "-5 degrees", "--no people", "1."],
        list(PARTI),
        list(STRUCTURED),
    ],
)
def test_what_is_no_numbered_list_is_left_alone(prompts):
    assert without_numbers(prompts) is None


@given(st.lists(LINES.map(str.strip), min_size=1), st.integers(1, 99))
def test_numbers_go_as_they_came(prompts, first):
    numbered = [f"{number}. {prompt}" for number, prompt in enumerate(prompts, first)]

    assert without_numbers(numbered) == prompts


@given(st.lists(PARAGRAPHS, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n", "\r"]))
def test_prompts_of_any_lines_are_cut_as_they_were_joined(prompts, end):
    prompts = [prompt.replace("\n", end) for prompt in prompts]

    assert cut(f"{end}{end}".join(prompts), Cut.BLANK_LINES) == prompts
    assert cut(f"{end}---{end}".join(prompts), Cut.DASHES) == prompts


@given(st.lists(st.text().filter(str.strip), min_size=1, max_size=5))
@example(["\ud800"])
def test_prompts_of_any_characters_survive_json(prompts):
    assert cut("\n".join(map(json.dumps, prompts)), Cut.JSON_LINES) == prompts
    assert cut(json.dumps(prompts), Cut.JSON_LIST) == prompts


TEXTS = st.lists(
    st.sampled_from([*'\n\r -#*[]{}":,1a', "---", '"a"', '{"prompt": "a"}', "\r\n", "Style: b"]),
    max_size=14,
).map("".join)


@given(TEXTS | st.text())
def test_the_guess_can_always_be_cut(text):
    prompts = cut(text, guess(text))

    assert all(prompt.strip() for prompt in prompts)
    assert prompts or not re.search(r"\w", text)


@given(TEXTS | st.text(), st.sampled_from([Cut.WHOLE, Cut.LINES, Cut.BLANK_LINES]))
def test_no_word_is_lost_in_cutting(text, kind):
    assert " ".join(cut(text, kind)).split() == text.split()
