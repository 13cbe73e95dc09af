import pytest

from bulkgen.domain.errors import InputError
from bulkgen.domain.filling import Blank, blanks, filled, has_option_lists, remarks
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.templates import Expansion

ALL = Expansion.COMBINATIONS


def texts(row: PromptRow, most: int = 5_000) -> list[str]:
    return [made.text for made in filled(row, most, ALL, 0)]


def test_a_variable_takes_the_cell_of_its_column() -> None:
    row = PromptRow(text="a {{colour}} boat", variables=(("Colour", "red"),), title="Boat")

    (made,) = filled(row, 10, ALL, 0)

    assert (made.text, made.title) == ("a red boat", "Boat")


def test_an_option_list_makes_one_prompt_for_each_option() -> None:
    row = PromptRow(text="a {{colour|red,blue}} {{what|boat,tree}}")

    assert texts(row) == ["a red boat", "a red tree", "a blue boat", "a blue tree"]


def test_a_variable_without_a_value_is_a_problem_of_its_row() -> None:
    with pytest.raises(InputError, match="colour"):
        filled(PromptRow(text="a {{colour}} boat"), 10, ALL, 0)


def test_more_prompts_than_a_list_may_have_are_refused_before_they_are_made() -> None:
    row = PromptRow(text="{{a|1,2,3}}" * 1 + "{{b|1,2,3}}{{c|1,2,3}}")

    with pytest.raises(InputError, match="27 prompts, and 26 are left"):
        filled(row, 26, ALL, 0)


@pytest.mark.parametrize("text", ['{"scene": "a boat"}', "a [Placeholder]", "{{a.b}} {c}"])
def test_what_is_no_variable_stays_as_it_is(text: str) -> None:
    assert texts(PromptRow(text=text)) == [text]


def test_repeated_prompts_and_braces_that_are_sent_are_remarked() -> None:
    rows = [PromptRow(text=text) for text in ("A  boat", "a boat", "a {{b.c}} tree", "a BOAT")]

    assert list(remarks(rows, rows)) == [
        "2 prompts say the same as another of the list. Each is made and paid.",
        "This is no variable and is sent as it is: “{{b.c}}”.",
    ]


def test_one_option_for_each_row_goes_through_the_lists_in_turn() -> None:
    row = PromptRow(text="a {{colour|red,blue}} {{what|boat,tree,hill}}")

    made = [filled(row, 10, Expansion.ONE_EACH, index)[0].text for index in range(4)]

    assert made == ["a red boat", "a blue tree", "a red hill", "a blue boat"]


def test_a_blank_that_is_left_alone_takes_its_default() -> None:
    text = 'a {argument name="pet" default="cat"} by a [PLACE] {{colour|red,blue}}'

    assert texts(PromptRow(text=text)) == [
        "a cat by a [PLACE] red",
        "a cat by a [PLACE] blue",
    ]


def test_blanks_are_found_once_for_all_rows_with_how_many_have_them() -> None:
    rows = [
        PromptRow(text='{argument name="pet" default="cat"} in [PLACE]'),
        PromptRow(text="a boat near [PLACE]"),
        PromptRow(text="a tree"),
    ]

    assert blanks(rows) == {
        "pet": Blank(default="cat", rows=1),
        "PLACE": Blank(default=None, rows=2),
    }


def test_only_option_lists_make_the_expansion_matter() -> None:
    texts = ("{{a|1,2}}", "{{a}}", "a boat", "{{a|1,2}} {{a|1,3}}")

    assert [text for text in texts if has_option_lists(PromptRow(text=text))] == ["{{a|1,2}}"]
