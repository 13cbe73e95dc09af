"""Waiting for a database or a storage that is away for a moment."""

import time
from collections.abc import Callable
from typing import TypeVar

from bulkgen.domain.errors import BulkgenError, StorageError, StoreError

_TRIES: dict[type[BulkgenError], int] = {StoreError: 30, StorageError: 120}
_REST_S = 1.0

Result = TypeVar("Result")


def patiently(act: Callable[[], Result], away: type[BulkgenError] = StoreError) -> Result:
    """Act until the database is there, or what else `away` speaks of.

    After half a minute, for a storage after two, its error goes on. For what is known here and
    nowhere else, such as how a call ended.
    """
    for _ in range(_TRIES[away]):
        try:
            return act()
        except away:
            time.sleep(_REST_S)
    return act()
