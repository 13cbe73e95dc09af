"""Waiting for a database that is away for a moment."""

import time
from collections.abc import Callable
from typing import TypeVar

from bulkgen.domain.errors import StoreError

_TRIES = 30
_REST_S = 1.0

Result = TypeVar("Result")


def patiently(act: Callable[[], Result]) -> Result:
    """Act until the database is there; after half a minute its error goes on.

    For what is known here and nowhere else, such as how a call ended.
    """
    for _ in range(_TRIES):
        try:
            return act()
        except StoreError:
            time.sleep(_REST_S)
    return act()
