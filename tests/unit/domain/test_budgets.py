from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.budgets import Balance, starting_budget

SUMS = st.decimals(0, 1000, places=6, allow_nan=False)


def a_balance(
    budget: str | Decimal, spent: str | Decimal = "0", reserved: str | Decimal = "0"
) -> Balance:
    return Balance(
        budget_usd=Decimal(budget), spent_usd=Decimal(spent), reserved_usd=Decimal(reserved)
    )


@pytest.mark.parametrize(
    ("most", "has_room"),
    [("0.300000", True), ("0.299999", True), ("0.300001", False), ("1", False), ("0", True)],
)
def test_a_budget_may_be_used_up_and_not_passed(most, has_room):
    balance = a_balance("1.00", spent="0.50", reserved="0.20")

    assert balance.has_room_for(Decimal(most)) is has_room


def test_the_sum_that_is_checked_is_exact():
    balance = a_balance("0.3", spent="0.1", reserved="0.1")

    assert balance.has_room_for(Decimal("0.1"))


@given(budget=SUMS, calls=st.lists(st.tuples(SUMS, st.decimals(0, 1, places=6)), max_size=15))
def test_calls_that_cost_no_more_than_their_reserve_never_pass_the_budget(budget, calls):
    spent = Decimal(0)
    for most, share in calls:
        if a_balance(budget, spent=spent).has_room_for(most):
            spent += most * share

    assert spent <= budget


@given(budget=SUMS, calls=st.lists(SUMS, max_size=15))
def test_calls_that_are_open_at_once_never_pass_the_budget(budget, calls):
    reserved = Decimal(0)
    for most in calls:
        if a_balance(budget, reserved=reserved).has_room_for(most):
            reserved += most

    assert reserved <= budget


def test_a_job_that_stops_at_its_budget_says_where_the_money_is():
    balance = a_balance("1.00", spent="0.62", reserved="0.37")

    assert balance.reached_message(Decimal("0.01344")) == (
        "The budget of $1.00 is reached: $0.62 spent, $0.37 held for calls that may be charged, "
        "and the next call may cost $0.0134. Raise the budget to go on."
    )


def test_a_budget_below_a_cent_is_not_said_to_be_nothing():
    balance = a_balance("0.0150", spent="0.013195")

    assert balance.reached_message(Decimal("0.0136")) == (
        "The budget of $0.0150 is reached: $0.0132 spent, $0.00 held for calls that may be "
        "charged, and the next call may cost $0.0136. Raise the budget to go on."
    )


@pytest.mark.parametrize(
    ("most", "budget"),
    [("0", "0.00"), ("0.0001", "0.01"), ("0.48", "0.96"), ("0.4851", "0.98"), ("100", "200.00")],
)
def test_a_budget_nobody_set_is_twice_the_most_in_whole_cents(most, budget):
    assert str(starting_budget(Decimal(most))) == budget


@given(SUMS)
def test_a_budget_nobody_set_holds_every_call_and_one_repeat_of_it(most):
    assert a_balance(starting_budget(most), reserved=most).has_room_for(most)
