"""Health: what an admin looks at when something is slow or stands still."""

from collections.abc import Callable

from bulkgen.domain.health import EngineState, Health
from bulkgen.domain.people import Actor
from bulkgen.ports import Clock, EngineLock, Spool, Store


class HealthCheck:
    """Looks at every part."""

    def __init__(
        self,
        *,
        store: Store,
        spool: Spool,
        clock: Clock,
        engine_lock: EngineLock,
        dispatches: Callable[[], bool],
    ) -> None:
        self._store = store
        self._spool = spool
        self._clock = clock
        self._engine_lock = engine_lock
        self._dispatches = dispatches

    def look(self, actor: Actor) -> Health:
        """How everything is now; raises NotAllowedError, StoreError, StorageError."""
        actor.must_be_admin()
        now = self._clock.now()
        engine = EngineState.NOT_RUNNING
        if self._dispatches():
            engine = EngineState.HERE
        elif self._engine_lock.held_elsewhere():
            engine = EngineState.ELSEWHERE
        return Health(
            at=now,
            engine=engine,
            store=self._store.health(now),
            spooled=len(self._spool.attempts()),
            free_bytes=self._spool.free_bytes(),
        )
