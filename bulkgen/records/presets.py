"""Styles and presets of each person."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from typing_extensions import override

from bulkgen.domain.presets import PresetKind
from bulkgen.ports import PresetStore
from bulkgen.records.database import Database, insert_if_new, upsert
from bulkgen.records.tables import presets


class SqlPresets(PresetStore):
    """Presets in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def all(self, owner_id: UUID, kind: PresetKind) -> dict[str, Any]:
        with self._database.read() as connection:
            found = connection.execute(
                select(presets.c.name, presets.c.value)
                .where(presets.c.owner_id == owner_id, presets.c.kind == str(kind))
                .order_by(presets.c.name)
            ).all()
        return {row.name: row.value for row in found}

    @override
    def save(
        self,
        owner_id: UUID,
        kind: PresetKind,
        name: str,
        value: Mapping[str, Any],
        *,
        replace: bool,
    ) -> bool:
        key = {"owner_id": owner_id, "kind": str(kind), "name": name}
        with self._database.write() as connection:
            if not replace:
                return insert_if_new(connection, presets, key, {"value": dict(value)})
            upsert(connection, presets, key, {"value": dict(value)})
        return True

    @override
    def remove(self, owner_id: UUID, kind: PresetKind, name: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                delete(presets).where(
                    presets.c.owner_id == owner_id,
                    presets.c.kind == str(kind),
                    presets.c.name == name,
                )
            )
