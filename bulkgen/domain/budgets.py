"""Budgets: the most is reserved before a call, and the exact cost settled after it."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Money of a job at one moment, in USD."""

    budget_usd: Decimal
    spent_usd: Decimal
    #: Held for open calls, and for calls that may have been charged.
    reserved_usd: Decimal

    def has_room_for(self, most_usd: Decimal) -> bool:
        """Whether a call that may cost this much can be started."""
        return self.spent_usd + self.reserved_usd + most_usd <= self.budget_usd

    def reached_message(self, most_usd: Decimal) -> str:
        """The sentence of a job that stops at its budget."""
        return (
            f"The budget of {_shown(self.budget_usd)} is reached: {_shown(self.spent_usd)} spent, "
            f"{_shown(self.reserved_usd)} held for calls that may be charged, and the next call "
            f"may cost ${most_usd:.4f}. Raise the budget to go on."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Budgets across jobs; None where there is none."""

    #: What each person may spend in a day.
    person_day_usd: Decimal | None = None
    #: What the whole installation may spend in a month.
    month_usd: Decimal | None = None
    #: What page text may cost everyone in a day.
    page_text_day_usd: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Money of a person's day or of the installation's month, in USD."""

    spent_usd: Decimal
    #: Held for open calls, and for calls that may have been charged.
    reserved_usd: Decimal

    def holding(self, usd: Decimal) -> "Spending":
        """The same with more held."""
        return replace(self, reserved_usd=self.reserved_usd + usd)

    def left_usd(self, cap_usd: Decimal) -> Decimal:
        """What a cap leaves; below zero where it was lowered."""
        return cap_usd - self.spent_usd - self.reserved_usd

    def has_room_for(self, most_usd: Decimal, cap_usd: Decimal) -> bool:
        """Whether a call that may cost this much can be started under a cap."""
        return most_usd <= self.left_usd(cap_usd)

    def day_message(self, cap_usd: Decimal, most_usd: Decimal) -> str:
        """The sentence of a job that stops at its person's day."""
        return (
            f"Today's budget of {_shown(cap_usd)} a person is reached: "
            f"{self._state(most_usd)} Raise it in Settings, or resume tomorrow."
        )

    def month_message(self, cap_usd: Decimal, most_usd: Decimal) -> str:
        """The sentence of a job that stops at the installation's month."""
        return (
            f"This month's budget of {_shown(cap_usd)} for everyone is reached: "
            f"{self._state(most_usd)} Raise it in Settings, or resume next month."
        )

    def _state(self, most_usd: Decimal) -> str:
        return (
            f"{_shown(self.spent_usd)} spent, {_shown(self.reserved_usd)} held for calls that may "
            f"be charged, and the next call may cost ${most_usd:.4f}."
        )


def _shown(usd: Decimal) -> str:
    """Cents, or more digits where cents would not say it."""
    return f"${usd:.2f}" if usd == usd.quantize(_CENT) else f"${usd:.4f}"


def starting_budget(most_usd: Decimal) -> Decimal:
    """The budget of a job whose person set none, in whole cents.

    It is twice the most its calls cost, since a call that may have been charged and brought
    nothing is repeated once without asking.
    """
    return (2 * most_usd).quantize(_CENT, ROUND_CEILING)
