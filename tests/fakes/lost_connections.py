"""A database that goes away at a chosen moment."""

import threading
from collections.abc import Callable
from typing import Any

from bulkgen.domain.errors import StoreError
from bulkgen.records.store import SqlStore


def lose_connection(
    store: SqlStore, method: str, *, times: int, committed: bool
) -> Callable[[], int]:
    """Make so many calls of a method of the engine's store fail, before or after their commit.

    Returns what tells how many of them are still to come.
    """
    real = getattr(store.engine, method)
    lock = threading.Lock()
    left = times

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal left
        with lock:
            lost, left = left > 0, max(0, left - 1)
        if not lost:
            return real(*arguments, **named)
        if committed:
            real(*arguments, **named)
        raise StoreError("The database cannot be used (the connection is lost).")

    setattr(store.engine, method, call)
    return lambda: left
