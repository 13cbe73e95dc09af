"""Moving an installation from one database to another."""

from sqlalchemy import Connection, func, insert, select

from bulkgen.domain.errors import StateError, StoreError
from bulkgen.records.database import Database
from bulkgen.records.tables import metadata

_BATCH = 500


def copy(source: Database, target: Database) -> dict[str, int]:
    """Bring every row into an empty database of the same schema, all or none.

    Returns the rows of each table. Raises StateError when the target holds something.
    """
    with source.read() as reading, target.write() as writing:
        for name, rows in _counts(writing).items():
            if rows:
                raise StateError(
                    f"The target is not empty: its table {name} has {rows:,} rows. "
                    "Name an empty database."
                )
        _copy_rows(reading, writing)
        counts = _counts(writing)
        if counts != _counts(reading):
            raise StoreError("The copy does not hold as many rows as the source. Copy again.")
    return counts


def _copy_rows(reading: Connection, writing: Connection) -> None:
    """Tables go in the order of their foreign keys."""
    streaming = reading.execution_options(yield_per=_BATCH)
    for table in metadata.sorted_tables:
        for batch in streaming.execute(select(table)).mappings().partitions():
            writing.execute(insert(table), [dict(row) for row in batch])


def _counts(connection: Connection) -> dict[str, int]:
    return {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in metadata.sorted_tables
    }
