"""Lists of prompts that are not jobs yet."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import and_, delete, insert, select, update
from typing_extensions import override

from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.sheets import Sheet
from bulkgen.ports import SheetStore
from bulkgen.records.convert import row_from_json, settings_from_json
from bulkgen.records.database import Database
from bulkgen.records.locks import hold_name
from bulkgen.records.tables import sheets


class SqlSheets(SheetStore):
    """Sheets in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def open(self, owner_id: UUID, now: datetime) -> Sheet:
        with self._database.write() as connection:
            hold_name(connection, f"sheets of {owner_id}")
            row = (
                connection.execute(
                    select(sheets)
                    .where(sheets.c.owner_id == owner_id)
                    .order_by(sheets.c.updated_at.desc())
                )
                .mappings()
                .first()
            )
            if row is None:
                sheet = Sheet(id=uuid4(), revision=0, rows=(), settings=None)
                connection.execute(
                    insert(sheets).values(
                        id=sheet.id, owner_id=owner_id, revision=0, rows=[], updated_at=now
                    )
                )
                return sheet
            return Sheet(
                id=row["id"],
                revision=row["revision"],
                rows=tuple(row_from_json(data) for data in row["rows"]),
                settings=settings_from_json(row["settings"]) if row["settings"] else None,
            )

    @override
    def save(self, owner_id: UUID, sheet: Sheet, now: datetime) -> Sheet | None:
        with self._database.write() as connection:
            changed = connection.execute(
                update(sheets)
                .where(
                    sheets.c.id == sheet.id,
                    sheets.c.owner_id == owner_id,
                    sheets.c.revision == sheet.revision,
                )
                .values(
                    revision=sheet.revision + 1,
                    rows=[row.chosen() for row in sheet.rows],
                    settings=asdict(sheet.settings) if sheet.settings else None,
                    updated_at=now,
                )
            )
        return replace(sheet, revision=sheet.revision + 1) if changed.rowcount else None

    @override
    def keep_only(
        self, owner_id: UUID, sheet_id: UUID, rows: Sequence[PromptRow], now: datetime
    ) -> None:
        this = and_(sheets.c.id == sheet_id, sheets.c.owner_id == owner_id)
        with self._database.write() as connection:
            if not rows:
                connection.execute(delete(sheets).where(this))
                return
            connection.execute(
                update(sheets)
                .where(this)
                .values(
                    revision=sheets.c.revision + 1,
                    rows=[row.chosen() for row in rows],
                    updated_at=now,
                )
            )
