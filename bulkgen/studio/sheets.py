"""The lists a person is writing."""

from dataclasses import replace
from uuid import UUID

from bulkgen.domain.people import Actor
from bulkgen.domain.sheets import Sheet, SheetSummary, plain_name
from bulkgen.ports import Clock, Store


class Sheets:
    """The lists of each person, saved at every change until they are jobs."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def open(self, actor: Actor, sheet_id: UUID | None = None) -> Sheet:
        """The list worked on last, an empty one when there is none.

        The list of an id is from then on the last; raises NotFoundError.
        """
        return self._store.sheets.open(actor.id, self._clock.now(), sheet_id)

    def all(self, actor: Actor) -> list[SheetSummary]:
        """The person's lists, the last first; one that holds nothing is left out."""
        return self._store.sheets.all(actor.id)

    def new(self, actor: Actor) -> Sheet:
        """An empty list."""
        return self._store.sheets.new(actor.id, self._clock.now())

    def save(self, actor: Actor, sheet: Sheet) -> Sheet | None:
        """Write the list; None when a newer revision is there, which stays untouched."""
        named = replace(sheet, name=plain_name(sheet.name))
        return self._store.sheets.save(actor.id, named, self._clock.now())

    def remove(self, actor: Actor, sheet_id: UUID) -> None:
        """Delete a list; one that is not there, or another's, changes nothing."""
        self._store.sheets.remove(actor.id, sheet_id)
