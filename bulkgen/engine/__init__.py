"""The engine: what runs behind the screens, whether anyone looks or not."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from bulkgen.domain.dispatch import Lease
from bulkgen.engine.dispatcher import LEASE_S, POLL_S, Dispatcher
from bulkgen.engine.executors import ThreadExecutor
from bulkgen.engine.recovery import recover
from bulkgen.engine.steps import Steps
from bulkgen.ports import EngineLock, Step

_HEARTBEAT_S = 10.0
_SWEEP_S = 5.0

_log = structlog.get_logger()


class Engine:
    """Dispatches for its database whenever no other process does."""

    def __init__(self, steps: Steps, lock: EngineLock) -> None:
        self._steps = steps
        self._lock = lock
        self._process_id = uuid4()
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._executor = ThreadExecutor(steps.run, on_crash=steps.crashed, on_done=self._wake.set)
        self._dispatcher = Dispatcher(
            store=steps.store,
            spool=steps.spool,
            vault=steps.vault,
            catalogue=steps.catalogue,
            executor=self._executor,
            clock=steps.clock,
            process_id=self._process_id,
        )
        self._threads = [
            threading.Thread(target=self._dispatch, name="bulkgen-dispatcher", daemon=True),
            threading.Thread(
                target=self._repeat,
                args=(self._beat, self._stopping.wait),
                name="bulkgen-heartbeat",
                daemon=True,
            ),
        ]
        #: None until what dead processes left is settled.
        self._sweep_at: datetime | None = None

    def start(self) -> None:
        """Begin to dispatch as soon as no other process does."""
        for thread in self._threads:
            thread.start()

    @property
    def dispatches(self) -> bool:
        """Whether this process is the one that sends calls."""
        return self._sweep_at is not None and not self._stopping.is_set()

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def stop(self, timeout_s: float) -> None:
        """Start no more calls and let open ones end, at most this long."""
        self._stopping.set()
        self._wake.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join()
        if self._executor.stop(timeout_s):
            self._lock.release()

    def _dispatch(self) -> None:
        while not self._stopping.is_set() and not self._lock.acquire():
            self._stopping.wait(POLL_S)
        self._repeat(self._look, self._rest)

    def _look(self) -> float:
        """Recover once, sweep every few seconds, tick; returns the seconds to wait."""
        now = self._steps.clock.now()
        if self._sweep_at is None:
            recover(self._steps.store, self._steps.spool, self._steps.clock, self._process_id)
            self._sweep_at = now
        if now >= self._sweep_at:
            self._sweep_at = now + timedelta(seconds=_SWEEP_S)
            for attempt_id in self._steps.spool.attempts():
                self._executor.start(Step.SETTLE, attempt_id)
        return self._dispatcher.tick()

    def _beat(self) -> float:
        """Keep the leases of this process."""
        until = self._steps.clock.now() + timedelta(seconds=LEASE_S)
        self._steps.store.engine.renew_leases(Lease(owner=self._process_id, until=until))
        return _HEARTBEAT_S

    def _rest(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

    def _repeat(self, work: Callable[[], float], rest: Callable[[float], object]) -> None:
        """Work until the engine stops; a fault costs one round, not the engine."""
        while not self._stopping.is_set():
            try:
                wait_s = work()
            except Exception:  # noqa: BLE001 - whatever it was, the next round tries again
                _log.exception("engine_round_failed", work=work.__name__)
                wait_s = POLL_S
            rest(wait_s)
