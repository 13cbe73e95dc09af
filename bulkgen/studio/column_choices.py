"""What a person took the columns of a list for, so that the next such list is read the same way."""

from collections.abc import Mapping, Sequence

from bulkgen.domain.columns import header_fingerprint
from bulkgen.domain.people import Actor
from bulkgen.domain.prompts import Column
from bulkgen.ports import Store


class ColumnChoices:
    """One choice for each person and header."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remembered(self, actor: Actor, header: Sequence[str]) -> Mapping[str | int, Column | None]:
        """The number of each column and what it was taken for; empty when nothing is known."""
        stored = self._store.preferences.get(_key(actor, header)) or []
        return {
            number: Column(name) if name else None for number, name in enumerate(stored, start=1)
        }

    def remember(self, actor: Actor, columns: Mapping[str, Column | None]) -> None:
        """Keep what each name of a header was taken for, the names in their order."""
        self._store.preferences.set(_key(actor, tuple(columns)), list(columns.values()))


def _key(actor: Actor, header: Sequence[str]) -> str:
    return f"columns.{actor.id}.{header_fingerprint(header)}"
