"""Lists of prompts that are not jobs yet."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Update,
    and_,
    delete,
    insert,
    not_,
    select,
    update,
)
from typing_extensions import override

from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.sheets import Sheet, SheetSummary, first_words
from bulkgen.ports import SheetStore
from bulkgen.records.convert import row_from_json, settings_from_json
from bulkgen.records.database import Database
from bulkgen.records.locks import hold_name
from bulkgen.records.tables import sheets

_SUMMARY = tuple(SheetSummary.__dataclass_fields__)
_EMPTY = and_(sheets.c.prompts == 0, sheets.c.name == "")


class SqlSheets(SheetStore):
    """Sheets in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def open(self, owner_id: UUID, now: datetime, sheet_id: UUID | None = None) -> Sheet:
        with self._database.write() as connection:
            if sheet_id is not None:
                return _made_latest(connection, owner_id, sheet_id, now)
            hold_name(connection, f"sheets of {owner_id}")
            latest = (
                connection.execute(
                    select(sheets)
                    .where(sheets.c.owner_id == owner_id)
                    .order_by(sheets.c.updated_at.desc())
                )
                .mappings()
                .first()
            )
            return _sheet_from(latest) if latest else _added(connection, owner_id, now)

    @override
    def all(self, owner_id: UUID) -> list[SheetSummary]:
        with self._database.read() as connection:
            found = connection.execute(
                select(*(sheets.c[name] for name in _SUMMARY))
                .where(sheets.c.owner_id == owner_id, not_(_EMPTY))
                .order_by(sheets.c.updated_at.desc())
            )
            return [SheetSummary(**row) for row in found.mappings()]

    @override
    def new(self, owner_id: UUID, now: datetime) -> Sheet:
        with self._database.write() as connection:
            hold_name(connection, f"sheets of {owner_id}")
            empty_id = connection.scalar(
                update(sheets)
                .where(sheets.c.owner_id == owner_id, _EMPTY)
                .values(settings=None)
                .returning(sheets.c.id)
            )
            if empty_id is None:
                return _added(connection, owner_id, now)
            return _made_latest(connection, owner_id, empty_id, now)

    @override
    def save(self, owner_id: UUID, sheet: Sheet, now: datetime) -> Sheet | None:
        with self._database.write() as connection:
            written = connection.execute(_written(owner_id, sheet, now))
        return replace(sheet, revision=sheet.revision + 1) if written.rowcount else None

    @override
    def keep_only(
        self, owner_id: UUID, sheet: Sheet, rows: Sequence[PromptRow], now: datetime
    ) -> None:
        with self._database.write() as connection:
            if rows:
                connection.execute(_written(owner_id, replace(sheet, rows=tuple(rows)), now))
            else:
                connection.execute(delete(sheets).where(*_revision(owner_id, sheet)))

    @override
    def remove(self, owner_id: UUID, sheet_id: UUID) -> None:
        with self._database.write() as connection:
            connection.execute(
                delete(sheets).where(sheets.c.id == sheet_id, sheets.c.owner_id == owner_id)
            )


def _revision(owner_id: UUID, sheet: Sheet) -> tuple[ColumnElement[bool], ...]:
    return (
        sheets.c.id == sheet.id,
        sheets.c.owner_id == owner_id,
        sheets.c.revision == sheet.revision,
    )


def _written(owner_id: UUID, sheet: Sheet, now: datetime) -> Update:
    return (
        update(sheets)
        .where(*_revision(owner_id, sheet))
        .values(
            revision=sheet.revision + 1,
            name=sheet.name,
            first_words=first_words(sheet.rows),
            prompts=len(sheet.rows),
            rows=[row.chosen() for row in sheet.rows],
            settings=asdict(sheet.settings) if sheet.settings else None,
            updated_at=now,
        )
    )


def _made_latest(connection: Connection, owner_id: UUID, sheet_id: UUID, now: datetime) -> Sheet:
    row = (
        connection.execute(
            update(sheets)
            .where(sheets.c.id == sheet_id, sheets.c.owner_id == owner_id)
            .values(updated_at=now)
            .returning(sheets)
        )
        .mappings()
        .first()
    )
    if row is None:
        raise NotFoundError("There is no such list.")
    return _sheet_from(row)


def _added(connection: Connection, owner_id: UUID, now: datetime) -> Sheet:
    sheet = Sheet(id=uuid4(), revision=0, name="", rows=(), settings=None)
    connection.execute(
        insert(sheets).values(
            id=sheet.id,
            owner_id=owner_id,
            revision=0,
            name="",
            first_words="",
            prompts=0,
            rows=[],
            updated_at=now,
        )
    )
    return sheet


def _sheet_from(row: RowMapping) -> Sheet:
    return Sheet(
        id=row["id"],
        revision=row["revision"],
        name=row["name"],
        rows=tuple(row_from_json(data) for data in row["rows"]),
        settings=settings_from_json(row["settings"]) if row["settings"] else None,
    )
