"""An engine lock that a test gives and takes away."""

import time

from typing_extensions import override

from bulkgen.ports import EngineLock

_WAIT_S = 30


class SwitchedLock(EngineLock):
    """Held when the test says so; one of several processes may have it."""

    proves_others_ended = False

    def __init__(self, *, held: bool) -> None:
        self.held = held
        self._asked = 0

    @override
    def hold(self) -> bool:
        self._asked += 1
        return self.held

    @override
    def release(self) -> None:
        self.held = False

    @override
    def held_elsewhere(self) -> bool:
        return not self.held

    def wait_for_looks(self, looks: int) -> None:
        """Return when the engine has looked so often again."""
        ends_at = time.monotonic() + _WAIT_S
        reached = self._asked + looks
        while self._asked < reached:
            assert time.monotonic() < ends_at
            time.sleep(0.02)
