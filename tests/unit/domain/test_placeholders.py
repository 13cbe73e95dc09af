import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.placeholders import Field, fields, fill
from tests.fakes.prompt_lists import PARTI, STRUCTURED

PIECES = st.lists(
    st.sampled_from(
        [
            *'{}[]"\\\n :a',
            "[A B]",
            "{argument ",
            'name="a"',
            "name='b'",
            r"name=\"c\"",
            ' default="x"',
        ]
    ),
    max_size=12,
).map("".join)


def offered(prompt: str) -> dict[str, str | None]:
    return {field.name: field.default for field in fields(prompt)}


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "written",
    [
        '{argument name="pet" default="a big dog"}',
        "{argument name='pet' default='a big dog'}",
        r"{argument name=\"pet\" default=\"a big dog\"}",
        '{argument default="a big dog" name="pet"}',
        '{argument  name="pet"\n  default="a big dog" }',
        "{argument name=\"pet\" default='a big dog'}",
        '{argument name="pet" options="a, b" default="a big dog" type="text"}',
    ],
)
def test_an_argument_is_a_field_with_its_default(written):
    prompt = f"a photo of {written}, smiling"

    place = (11, 11 + len(written))
    assert fields(prompt) == (Field("pet", "a big dog", (place,)),)
    assert fill(prompt, {}) == "a photo of a big dog, smiling"
    assert fill(prompt, {"pet": "two cats"}) == "a photo of two cats, smiling"


@pytest.mark.parametrize(
    "default",
    ["", "'Up and Away'", "“tiny” ones", 'say "hi" to me', "[type here]", "{x}", "a\nb", "成都 🚀"],
)
def test_a_default_may_hold_other_marks(default):
    prompt = f'<{{argument name="a" default="{default}"}}>'

    assert offered(prompt) == {"a": default}
    assert fill(prompt, {}) == f"<{default}>"


def test_a_blank_without_a_default_stays_until_it_is_filled():
    prompt = 'a {argument name="pet"} in [CITY NAME], [CITY NAME]!'

    assert offered(prompt) == {"pet": None, "CITY NAME": None}
    assert fill(prompt, {}) == prompt
    assert fill(prompt, {"pet": "dog", "CITY NAME": "Rome"}) == "a dog in Rome, Rome!"


def test_a_name_used_twice_is_one_field_and_each_keeps_its_default():
    prompt = '{argument name="a" default="x"} {argument name="a" default="y"} {argument name="a"}'

    assert [(field.name, field.default, len(field.places)) for field in fields(prompt)] == [
        ("a", "x", 3)
    ]
    assert fill(prompt, {}) == 'x y {argument name="a"}'
    assert fill(prompt, {"a": "x"}) == "x x x"


def test_a_value_may_be_nothing_and_may_look_like_a_blank():
    prompt = '<{argument name="a" default="x"}><[PET]>'

    assert fill(prompt, {"a": "", "PET": '{argument name="a" default="x"} [PET]'}) == (
        '<><{argument name="a" default="x"} [PET]>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "{argument}",
        "{arguments name='a'}",
        "{argument default='a'}",
        "{argument name=a default=b}",
        "{argument name='' default='b'}",
        "{argument name='a' default='b'",
        "{argument name='a' default=\"b'}",
        "{argument name='a' other=b}",
    ],
)
def test_what_is_no_argument_is_left_alone(text):
    assert fields(text) == ()
    assert fill(text, {"a": "WRONG"}) == text


def test_a_broken_argument_does_not_swallow_the_next_one():
    prompt = '{argument name="a" default="x and {argument name="b" default="y"}'

    assert fill(prompt, {}) == '{argument name="a" default="x and y'


@pytest.mark.parametrize(
    "prompt",
    [
        "a portrait of [SUBJECT] in [city name], [colour 2]",
        "[subject] standing in the rain",
        "Style: [ART STYLE], mood: [Mood]",
        'a sign that reads "[Your Name]"',
        "一个[主体]在[地点]里",
        "For [COUNTRY], with the title “[COUNTRY NAME]” and “THE SOUL OF [THE COUNTRY]”",
        "[SUBJECT]'s hat, [color]-coloured",
        "[EXPRESSION - calm/stern], shot with [CAMERA — 85mm, f/2.0], lit by [LIGHT: lamp, sun]",
    ],
)
def test_words_in_square_brackets_are_offered(prompt):
    names = offered(prompt)

    assert len(names) == prompt.count("[")
    for name in names:
        assert fill(prompt, {name: "X"}) == prompt.replace(f"[{name}]", "X")


@pytest.mark.parametrize(
    "text",
    [
        "[Layout]\nThree columns",
        "Text.\n\n## [Overall Setting] ##\nTheme: none",
        "[Style] Oil on canvas. [Light]: low",
        'chat: "[World] Ada42: hello", line 2: [World] Pike: hi',
        '{"a":["one","two"],"b":[1,2],"c":[true],"d":[]}',
        "words[index] [text](https://example.org) ![alt](a.png) [1] [0, 1] [2x2] [[nested]] [ ]",
        "[red, blue] [red|blue] [red:blue:0.5] [b]bold[/b] [more than five words are prose]",
        "put [Bow, Turn, and Leap] there, then [Bow - and turn, or leap], [00:05 - 00:10, slow]",
        r"\[formula\] [x](y) [x][y]",
    ],
)
def test_brackets_that_are_no_blanks_are_left_alone(text):
    assert offered(text) == {}
    assert fill(text, {"World": "WRONG", "Layout": "WRONG"}) == text


def test_no_phrase_of_a_plain_list_is_taken_for_a_blank():
    assert [prompt for prompt in PARTI if fields(prompt)] == []


def test_the_blanks_of_structured_prompts_are_found():
    arguments = sum(prompt.count("{argument ") for prompt in STRUCTURED)
    places = [
        prompt[slice(*place)]
        for prompt in STRUCTURED
        for field in fields(prompt)
        for place in field.places
    ]

    assert arguments == 25
    assert sum(place.startswith("{argument ") for place in places) == arguments
    assert [place for place in places if place.startswith("[")] == [
        "[ACCESSORY 1]",
        "[ACCESSORY 2]",
        "[SPARE HEAD]",
        "[LIMITED EDITION PART]",
    ]


@pytest.mark.parametrize("prompt", STRUCTURED)
def test_giving_each_field_its_default_is_leaving_it_alone(prompt):
    defaults = {name: default for name, default in offered(prompt).items() if default is not None}

    assert fill(prompt, defaults) == fill(prompt, {})
    assert "{argument" not in fill(prompt, {})


@given(st.sampled_from([prompt for prompt in STRUCTURED if is_json(prompt)]), st.text())
def test_a_json_prompt_stays_json_whatever_is_put_in(prompt, value):
    filled = json.loads(fill(prompt, dict.fromkeys(offered(prompt), value)))

    plain = json.loads(fill(prompt, dict.fromkeys(offered(prompt), "VALUE")))
    assert filled == json.loads(json.dumps(plain).replace("VALUE", json.dumps(value)[1:-1]))


def test_a_json_string_inside_a_prompt_stays_one():
    prompt = r'Draw this: {"sign": "{argument name=\"text\" default=\"say \"no\"\"}"}'

    assert offered(prompt) == {"text": 'say "no"'}
    assert fill(prompt, {}) == r'Draw this: {"sign": "say \"no\""}'
    assert fill(prompt, {"text": 'say "hi"'}) == r'Draw this: {"sign": "say \"hi\""}'


@given(st.text(), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_an_argument_in_json_shows_what_its_default_means(default, name):
    inner = json.dumps(f'{{argument name="{name}" default="{default}"}}')

    found = offered(f'{{"a": {inner}}}')

    if '"' not in name + default and "\\" not in name + default and name.strip():
        assert found == {name: default}


@given(PIECES | st.text())
def test_nothing_outside_the_blanks_changes(prompt):
    places = sorted(place for field in fields(prompt) for place in field.places)
    values = {field.name: "\N{SNOWMAN}" for field in fields(prompt)}

    pieces, end = [], 0
    for start, stop in places:
        pieces.append(prompt[end:start])
        end = stop
    pieces.append(prompt[end:])
    assert fill(prompt, values) == "\N{SNOWMAN}".join(pieces)
