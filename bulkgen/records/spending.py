"""What people and the whole installation have spent, by day and by month."""

from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, Exists, and_, bindparam, exists, select, text, update
from typing_extensions import override

from bulkgen.domain.budgets import Caps, Spending
from bulkgen.ports import SpendingStore
from bulkgen.records.database import Database, to_micro_usd, to_usd, upsert
from bulkgen.records.tables import attempts, preferences, spending

#: Name of the preference that holds the caps.
_CAPS = "caps"
_IS_OPEN = exists().where(attempts.c.outcome.is_(None))
#: Both databases understand it; SQLAlchemy's own form differs between them.
_NEW_PERIOD = text(
    "INSERT INTO spending (scope, period, spent_micro_usd, reserved_micro_usd) "
    "VALUES (:of_scope, :of_period, 0, 0) ON CONFLICT DO NOTHING"
)
_HOLD = text(
    "INSERT INTO spending (scope, period, spent_micro_usd, reserved_micro_usd) "
    "VALUES (:of_scope, :of_period, 0, :held) ON CONFLICT (scope, period) DO UPDATE "
    "SET reserved_micro_usd = spending.reserved_micro_usd + excluded.reserved_micro_usd"
)
_IS_PERIOD = and_(
    spending.c.scope == bindparam("of_scope"), spending.c.period == bindparam("of_period")
)
_SPENDING = select(spending.c.spent_micro_usd, spending.c.reserved_micro_usd).where(_IS_PERIOD)
_BOOK = (
    update(spending)
    .where(_IS_PERIOD)
    .values(
        spent_micro_usd=spending.c.spent_micro_usd + bindparam("spent"),
        reserved_micro_usd=spending.c.reserved_micro_usd + bindparam("reserved"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FullCap:
    """A cap that has no room for a call."""

    message: str
    #: Whether calls are open whose settling may make room.
    may_empty: bool


class Holds:
    """Money held for new calls of one day; written by `save`, before its transaction ends.

    The row of the month is locked first, here and wherever money is booked, so that nobody waits in
    a circle.
    """

    def __init__(self, connection: Connection, day: str) -> None:
        self._connection = connection
        self._day = day
        self._caps = read_caps(connection)
        self._held_micro_usd: dict[UUID, int] = {}
        if self._caps != Caps():
            self._spending(_month(day))

    def full_cap(self, owner_id: UUID, most_usd: Decimal) -> FullCap | None:
        """The cap that has no room for a call that may cost this much, if there is one."""
        day_usd, month_usd = self._caps.person_day_usd, self._caps.month_usd
        if day_usd is not None:
            held = self._held_micro_usd.get(owner_id, 0)
            spent = self._spending(_day(owner_id, self._day)).holding(to_usd(held))
            if not spent.has_room_for(most_usd, day_usd):
                mine_is_open = _IS_OPEN.where(attempts.c.owner_id == owner_id)
                return self._full(spent.day_message(day_usd, most_usd), mine_is_open)
        if month_usd is not None:
            held = sum(self._held_micro_usd.values())
            spent = self._spending(_month(self._day)).holding(to_usd(held))
            if not spent.has_room_for(most_usd, month_usd):
                return self._full(spent.month_message(month_usd, most_usd), _IS_OPEN)
        return None

    def has_room_for_page_text(self, most_usd: Decimal) -> bool:
        """Whether the day's page text leaves room for a call that may cost this much."""
        cap_usd = self._caps.page_text_day_usd
        if cap_usd is None:
            return True
        return self._spending(_page_text(self._day)).has_room_for(most_usd, cap_usd)

    def hold(self, owner_id: UUID, most_usd: Decimal) -> None:
        """Count a call that is about to start."""
        held = self._held_micro_usd.get(owner_id, 0)
        self._held_micro_usd[owner_id] = held + to_micro_usd(most_usd)

    def save(self) -> None:
        """Write what was held."""
        held = sorted(self._held_micro_usd.items())
        if held:
            month = {**_month(self._day), "held": sum(micro_usd for _, micro_usd in held)}
            days = [{**_day(owner_id, self._day), "held": each} for owner_id, each in held]
            self._connection.execute(_HOLD, [month, *days])

    def _spending(self, period: dict[str, str]) -> Spending:
        self._connection.execute(_NEW_PERIOD, period)
        return _read(self._connection, period, lock=True)

    def _full(self, message: str, is_open: Exists) -> FullCap:
        may_empty = bool(self._held_micro_usd) or bool(self._connection.scalar(select(is_open)))
        return FullCap(message=message, may_empty=may_empty)


def day_of(moment: datetime, zone: tzinfo) -> str:
    """The day of a moment where the installation counts its days."""
    return moment.astimezone(zone).date().isoformat()


def read_caps(connection: Connection) -> Caps:
    """The budgets across jobs that are set."""
    stored = connection.scalar(select(preferences.c.value).where(preferences.c.key == _CAPS)) or {}
    return Caps(**{name: Decimal(usd) for name, usd in stored.items()})


def book(
    connection: Connection, owner_id: UUID, day: str | None, *, spent: int, reserved: int
) -> None:
    """Add micro-USD to the day and to the month a call counts for."""
    if day is None:
        return
    booked = {"spent": spent, "reserved": reserved}
    periods = [_month(day) | booked, _day(owner_id, day) | booked]
    connection.execute(_BOOK, periods)


def book_page_text(connection: Connection, day: str, *, spent: int, reserved: int) -> None:
    """Add micro-USD to the page text of a day."""
    period = _page_text(day)
    connection.execute(_NEW_PERIOD, period)
    connection.execute(_BOOK, period | {"spent": spent, "reserved": reserved})


def _read(connection: Connection, period: dict[str, str], *, lock: bool = False) -> Spending:
    query = _SPENDING.with_for_update() if lock else _SPENDING
    row = connection.execute(query, period).first()
    spent, reserved = row or (0, 0)
    return Spending(spent_usd=to_usd(spent), reserved_usd=to_usd(reserved))


def _day(owner_id: UUID, day: str) -> dict[str, str]:
    return {"of_scope": f"person:{owner_id}", "of_period": day}


def _page_text(day: str) -> dict[str, str]:
    return {"of_scope": "page text", "of_period": day}


def _month(day: str) -> dict[str, str]:
    return {"of_scope": "everyone", "of_period": day[:7]}


class SqlSpending(SpendingStore):
    """Spending in SQL."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        self._database = database
        self._zone = zone

    @override
    def caps(self) -> Caps:
        with self._database.read() as connection:
            return read_caps(connection)

    @override
    def set_caps(self, caps: Caps) -> None:
        value = {name: str(usd) for name, usd in asdict(caps).items() if usd is not None}
        with self._database.write() as connection:
            upsert(connection, preferences, {"key": _CAPS}, {"value": value})

    @override
    def of_day(self, owner_id: UUID, now: datetime) -> Spending:
        with self._database.read() as connection:
            return _read(connection, _day(owner_id, day_of(now, self._zone)))

    @override
    def of_month(self, now: datetime) -> Spending:
        with self._database.read() as connection:
            return _read(connection, _month(day_of(now, self._zone)))
