import itertools
import re
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bulkgen.domain.errors import InputError
from bulkgen.domain.templates import Expansion, Tag, parse
from tests.fakes.prompt_lists import PARTI, STRUCTURED

ALL, EACH = Expansion.COMBINATIONS, Expansion.ONE_EACH

#: Much like the grammar, and often not quite.
PIECES = st.lists(
    st.sampled_from([*'{}|,\\()ab _\né."', "{{", "}}", "{{a}}", "{{a|b,c}}", "{{{", "[a]"]),
    max_size=14,
).map("".join)
NAMES = st.text(st.sampled_from("aBç日 _-7"), min_size=1).filter(lambda t: re.search("[aBç日7]", t))
VALUES = st.text().filter(str.strip)
OPTIONS = st.lists(
    st.text(st.characters(exclude_characters="{}|,\r\n()", exclude_categories=["Cs"])).filter(
        str.strip
    ),
    min_size=2,
    max_size=4,
)


def filled(text: str, variables: Mapping[str, str] | None = None, row: int = 0) -> str:
    return next(parse(text).expand(variables or {}, EACH, row))


def all_of(text: str, variables: Mapping[str, str] | None = None) -> list[str]:
    return list(parse(text).expand(variables or {}, ALL, 0))


def test_a_variable_takes_the_value_of_its_column():
    assert filled("a {{colour}} boat", {"colour": "red"}) == "a red boat"


@pytest.mark.parametrize(
    ("tag", "column"),
    [
        ("{{Art_Style}}", "art style"),
        ("{{ art style }}", "Art_Style"),
        ("{{art  _ style}}", "ART STYLE"),
        ("{{art\N{NO-BREAK SPACE}style}}", "art style"),
        ("{{STRASSE}}", "straße"),
        ("{{Gro\N{COMBINING DIAERESIS}ße}}", "größe"),
        ("{{रंग}}", "रंग"),
        ("{{2nd-colour}}", "2nd-colour"),
    ],
)
def test_names_are_compared_without_case_and_kind_of_space(tag, column):
    assert filled(f"<{tag}>", {column: "x"}) == "<x>"


def test_a_hyphen_is_not_a_space():
    with pytest.raises(InputError, match="no value for “art-style”"):
        parse("{{art-style}}").expand({"art style": "ink"}, ALL, 0)


def test_of_two_columns_with_one_name_the_first_that_is_not_blank_stands():
    assert filled("{{a}}", {"A": " ", "a": "first", " a": "second"}) == "first"


def test_a_value_is_put_in_as_it_is():
    value = " {{b}} \\{{c}} {{d|e,f}} {x}\r\n"

    assert filled("<{{a}}>", {"a": value, "b": "never"}) == f"<{value}>"


@pytest.mark.parametrize("blank", [{}, {"Colour": ""}, {"colour": " \t"}])
def test_a_variable_without_a_value_is_named_and_never_filled(blank):
    template = parse("{{size}} {{Colour}} boat, {{ colour }} sail, {{wood}} mast")

    with pytest.raises(InputError) as refused:
        template.expand({**blank, "size": "big"}, ALL, 0)
    assert (
        str(refused.value)
        == "There is no value for “Colour”, “wood”. Give one or take the variable out."
    )


def test_an_option_list_gives_each_option_in_order():
    assert all_of("{{ colour | red, dark blue ,green}} boat") == [
        "red boat",
        "dark blue boat",
        "green boat",
    ]


def test_the_last_of_several_lists_changes_fastest():
    assert all_of("{{a|1,2}}{{b|x,y,z}}") == ["1x", "1y", "1z", "2x", "2y", "2z"]


def test_one_of_each_goes_round_with_the_rows():
    text = "{{a|1,2}}{{b|x,y,z}}"

    assert [filled(text, row=row) for row in range(7)] == ["1x", "2y", "1z", "2x", "1y", "2z", "1x"]


def test_a_list_used_twice_takes_one_option():
    text = "{{Colour|red,blue}} boat, {{colour|red, blue}} sail, {{COLOUR}} mast"

    assert all_of(text) == [
        "red boat, red sail, red mast",
        "blue boat, blue sail, blue mast",
    ]


def test_a_list_goes_before_a_column_of_its_name():
    assert all_of("{{a}}{{a|1,2}}", {"a": "column"}) == ["11", "22"]


def test_two_lists_of_one_name_with_different_options_are_refused():
    with pytest.raises(InputError) as refused:
        parse("{{colour|red,blue}} {{Colour|red,green}}")

    assert (
        str(refused.value) == "The list “Colour” stands twice with different options. "
        "Give one of them another name."
    )


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (r"\{{colour}}", "{{colour}}"),
        (r"\\{{colour}}", r"\{{colour}}"),
        (r"{{colour}}\{{colour}}{{colour}}", "red{{colour}}red"),
        (r"\{{colour|red,blue}}", "{{colour|red,blue}}"),
        (r"\{{a.b}} \n \\", r"\{{a.b}} \n \\"),
        (r"\ {{colour}}", r"\ red"),
    ],
)
def test_a_backslash_before_a_tag_makes_it_text(text, sent):
    assert filled(text, {"colour": "red"}) == sent


@pytest.mark.parametrize(
    "text",
    [
        "{colour} [colour] (colour) <colour> ${colour} %colour% {{colour} {colour}}",
        "{{{colour}}} {{{{colour}}}} {{ {colour} }}",
        "{{}} {{ }} {{_}} {{--}} {{\n}}",
        "{{colour\n}} {{\tcolour}} {{colour.name}} {{colour[0]}} {{colour:red,blue}} {{'colour'}}",
        "{{colour|}} {{colour|red}} {{colour|red,}} {{colour|red,,blue}} {{|red,blue}}",
        "{{colour|red|blue,green}} {{colour|{red},blue}} {{colour|red,\nblue}}",
        '{{ colour|upper }} {{ colour|join(", ") }} {{ colour|default("a, b") }}',
        "{% if colour %}{# colour #}{% endif %} {{#if colour}} {{/if}} {{> colour}} {{! colour}}",
        'print(f"{{colour.a}} {colour}")  \\frac{{a,b}}{{c+d}}',
        '{"a":{"b":{"c":1}},"d":[{"e":{}}]}',
        '{{"a": {{"b": "{colour}"}}, "c": "{{colour}}"}}',
        "{{a {{colour}} b}} {{a|{{colour}},{{colour}}}}",
    ],
)
def test_what_is_not_the_grammar_stays_as_it_is(text):
    assert filled(text, {"colour": "WRONG", "a": "WRONG"}) == text


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ('{"number":{{n}}}', '{"number":7}'),
        ('{"a":{"b":{"n":{{n}}}}}', '{"a":{"b":{"n":7}}}'),
        ("{{n}}}}", "7}}"),
        ("}}{{n}}", "}}7"),
        ("{{ is open, {{n}} is not", "{{ is open, 7 is not"),
        ("{{x.y}}{{n}}", "{{x.y}}7"),
    ],
)
def test_a_tag_among_other_braces_is_filled(text, sent):
    assert filled(text, {"n": "7", "a": "WRONG"}) == sent


def test_what_looks_like_a_tag_and_is_none_is_told():
    template = parse("{{colour}} {{colour:red}} {x} {{size|big}} \\{{a}} {{b {{c}}}}")

    assert template.look_alikes == ("{{colour:red}}", "{{size|big}}", "{{b {{c}}}}")


@pytest.mark.parametrize("prompts", [PARTI, STRUCTURED])
def test_real_prompts_are_never_touched(prompts):
    for prompt in prompts:
        assert parse(prompt).parts == (prompt,)


@pytest.mark.parametrize("prompt", STRUCTURED)
def test_a_real_prompt_may_hold_a_tag(prompt):
    for place in (0, len(prompt) // 2, len(prompt)):
        before, after = prompt[:place], prompt[place:]

        assert filled(f"{before} {{{{n}}}} {after}", {"n": "7"}) == f"{before} 7 {after}"


def test_the_first_prompts_of_endless_combinations_come_at_once():
    endless = parse("".join(f"{{{{list {number}|a,b}}}}" for number in range(2000)))

    first = list(itertools.islice(endless.expand({}, ALL, 0), 2))

    assert first == ["a" * 2000, "a" * 1999 + "b"]


def written(parts: tuple[str | Tag, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield re.escape(part)
        else:
            name, options = re.escape(part.name), r" *,\s*".join(map(re.escape, part.options))
            yield rf"\{{\{{\s*{name}\s*" + (rf"\|\s*{options}\s*" if options else "") + r"\}\}"


@given(PIECES)
@example(r"\{{a}}\\{{a|b,c}}{{a|b,c}}")
def test_the_parts_are_the_whole_text(text):
    parts = parse(text).parts

    pattern = "".join(written(parts)).replace(r"\{\{", r"\\?\{\{")
    assert re.fullmatch(pattern, text), parts


@given(st.lists(st.text("ab,|(\\\n é"), min_size=1), st.sampled_from(["{{ a}}", "{{a|b,c}}"]))
def test_any_text_with_tags_in_it_can_be_sent(texts, tag):
    assert filled(f"\\{tag}".join(texts), {"a": "WRONG"}) == tag.join(texts)


@given(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=4), st.text("ab {}\n"))
def test_a_value_comes_out_as_it_went_in(columns, between):
    between = between.replace("{{", "{ {").replace("}}", "} }").strip("{}")
    variables = dict(columns)
    keys = [re.sub("[ _]+", " ", name.casefold()).strip() for name in variables]
    text = between.join(f"{{{{{name}}}}}" for name in variables)

    if len(set(keys)) == len(keys):
        assert filled(text, variables) == between.join(variables.values())


@given(st.dictionaries(st.sampled_from("abcd"), OPTIONS, max_size=4))
def test_the_count_is_the_number_of_different_ways(lists):
    text = "/".join(f"{{{{{name}|{','.join(options)}}}}}" for name, options in lists.items())
    template = parse(text)

    made = list(template.expand({}, ALL, 0))

    assert len(made) == template.count(ALL)
    trimmed = [[option.strip() for option in options] for options in lists.values()]
    assert made == ["/".join(options) for options in itertools.product(*trimmed)]


@given(st.lists(OPTIONS, min_size=1, max_size=3), st.integers(0, 10_000))
def test_one_of_each_is_one_of_the_combinations(lists, row):
    text = "".join(f"{{{{{number}|{','.join(options)}}}}}" for number, options in enumerate(lists))

    assert filled(text, row=row) in all_of(text)
