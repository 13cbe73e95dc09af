"""Empty stores, made fast: the schema is migrated once and copied."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from bulkgen.records.store import SqlStore


def empty_store(folder: Path) -> SqlStore:
    """A store of its own in this folder."""
    path = folder / "bulkgen.db"
    shutil.copy(_template(), path)
    return SqlStore(f"sqlite:///{path}")


@cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp()) / "template.db"
    store = SqlStore(f"sqlite:///{path}")
    store.migrate()
    store.close()
    return path
