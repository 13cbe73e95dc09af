"""The list a person is writing."""

from bulkgen.domain.people import Actor
from bulkgen.domain.sheets import Sheet
from bulkgen.ports import Clock, Store


class Sheets:
    """One open sheet for each person, saved at every change."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def open(self, actor: Actor) -> Sheet:
        """The person's sheet; an empty one when there is none."""
        return self._store.sheets.open(actor.id, self._clock.now())

    def save(self, actor: Actor, sheet: Sheet) -> Sheet | None:
        """Write the sheet; None when a newer revision is there, which stays untouched."""
        return self._store.sheets.save(actor.id, sheet, self._clock.now())
