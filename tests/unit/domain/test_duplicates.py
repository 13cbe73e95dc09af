import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.duplicates import comparable, duplicates
from tests.fakes.prompt_lists import PARTI, STRUCTURED


def test_each_group_is_told_by_its_indexes():
    prompts = ["a boat", "a car", "A  Boat", "a dog", "a car ", "a\r\nboat"]

    assert duplicates(prompts) == ((0, 2, 5), (1, 4))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("café", "cafe\N{COMBINING ACUTE ACCENT}"),
        ("\N{LATIN SMALL LETTER J WITH CARON}", "J\N{COMBINING CARON}"),
        ("a\N{NO-BREAK SPACE}boat", "\ta\N{IDEOGRAPHIC SPACE} boat\n"),
    ],
)
def test_case_spaces_and_composition_do_not_count(one, other):
    assert duplicates([one, other]) == ((0, 1),)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a boat", "aboat"), ("a boat", "a boat."), ("resume", "résumé"), ("①", "1"), ("", " ")],
)
def test_everything_else_counts(one, other):
    assert duplicates([one, other]) == ()


def test_no_real_list_says_the_same_twice():
    assert duplicates(STRUCTURED) == ()
    assert duplicates(PARTI) == ()


def test_a_list_three_times_over_is_groups_of_three():
    rows = len(PARTI)

    assert duplicates(PARTI * 3) == tuple((row, row + rows, row + 2 * rows) for row in range(rows))


@given(st.lists(st.text("aAbß \t\n", max_size=4), max_size=12))
def test_two_prompts_share_a_group_when_they_compare_alike(prompts):
    together = {pair for group in duplicates(prompts) for pair in itertools.combinations(group, 2)}

    assert together == {
        (one, other)
        for one, other in itertools.combinations(range(len(prompts)), 2)
        if comparable(prompts[one]) and comparable(prompts[one]) == comparable(prompts[other])
    }


@given(st.text())
def test_comparing_a_second_time_changes_nothing(prompt):
    assert comparable(comparable(prompt)) == comparable(prompt)
