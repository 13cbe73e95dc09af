"""Budgets across jobs: what days and months have cost, and the caps on them."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from bulkgen.domain.budgets import Caps, Spending
from bulkgen.domain.errors import InputError
from bulkgen.domain.jobs import PauseReason
from bulkgen.domain.people import Actor
from bulkgen.ports import Clock, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendingNow:
    """What is spent, and what may be."""

    caps: Caps
    #: This person's day.
    today: Spending
    #: Everyone's month.
    month: Spending


class Budgets:
    """Budgets across jobs."""

    def __init__(self, store: Store, clock: Clock, wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake

    def now(self, actor: Actor) -> SpendingNow:
        """The person's day and everyone's month so far."""
        now = self._clock.now()
        spending = self._store.spending
        return SpendingNow(
            caps=spending.caps(),
            today=spending.of_day(actor.id, now),
            month=spending.of_month(now),
        )

    def set_caps(self, actor: Actor, caps: Caps) -> None:
        """Replace the caps; jobs that wait for money go on. Raises InputError."""
        actor.must_be_admin()
        for usd in (caps.person_day_usd, caps.month_usd, caps.page_text_day_usd):
            if usd is not None and usd <= Decimal(0):
                raise InputError("A budget must be more than $0. Leave it empty for none.")
        self._store.spending.set_caps(caps)
        self._store.jobs.resume_paused(PauseReason.BUDGET, self._clock.now())
        self._wake()
