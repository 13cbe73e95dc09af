"""A job's budget: the most is reserved before a call, and the exact cost settled after it."""

from dataclasses import dataclass
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


def _shown(usd: Decimal) -> str:
    """Cents, or more digits where cents would not say it."""
    return f"${usd:.2f}" if usd == usd.quantize(_CENT) else f"${usd:.4f}"


def starting_budget(most_usd: Decimal) -> Decimal:
    """The budget of a job whose person set none, in whole cents.

    It is twice the most its calls cost, since a call that may have been charged and brought
    nothing is repeated once without asking.
    """
    return (2 * most_usd).quantize(_CENT, ROUND_CEILING)
