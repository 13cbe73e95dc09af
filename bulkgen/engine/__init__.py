"""The engine: what runs behind the screens, whether anyone looks or not."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog

from bulkgen.domain.dispatch import Lease
from bulkgen.domain.errors import StorageError, StoreError
from bulkgen.engine.dispatcher import LEASE_S, POLL_S, Dispatcher
from bulkgen.engine.executors import ThreadExecutor
from bulkgen.engine.heaps import share_heaps
from bulkgen.engine.recovery import recover
from bulkgen.engine.steps import Steps
from bulkgen.ports import EngineLock, Step

_HEARTBEAT_S = 10.0
_SWEEP_S = 5.0
_TIDY_S = 600.0
#: Between two tries to reach a database that is away.
_AWAY_S = 1.0

_log = structlog.get_logger()


class Engine:
    """Dispatches for its database whenever no other process does."""

    def __init__(self, steps: Steps, lock: EngineLock) -> None:
        self._steps = steps
        self._lock = lock
        self._process_id = uuid4()
        self._stopping = threading.Event()
        self._stopped = threading.Event()
        self._wake = threading.Event()
        self._executor = ThreadExecutor(steps.run, on_crash=steps.crashed, on_done=self._step_ended)
        self._dispatcher = Dispatcher(
            store=steps.store,
            spool=steps.spool,
            vault=steps.vault,
            catalogue=steps.catalogue,
            executor=self._executor,
            clock=steps.clock,
            process_id=self._process_id,
        )
        self._dispatching = threading.Thread(
            target=self._repeat,
            args=(self._look, self._rest, self._stopping),
            name="bulkgen-dispatcher",
            daemon=True,
        )
        self._beating = threading.Thread(
            target=self._repeat,
            args=(self._beat, self._stopped.wait, self._stopped),
            name="bulkgen-heartbeat",
            daemon=True,
        )
        #: Since when this process dispatches; None while it does not.
        self._held_since: datetime | None = None
        self._sweep_at = datetime.min.replace(tzinfo=UTC)
        self._tidy_at = self._sweep_at

    def start(self) -> None:
        """Begin to dispatch as soon as no other process does."""
        share_heaps()
        self._dispatching.start()
        self._beating.start()

    @property
    def dispatches(self) -> bool:
        """Whether this process is the one that sends calls."""
        return self._held_since is not None and not self._stopping.is_set()

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def stop(self, timeout_s: float) -> None:
        """Start no more calls and let open ones end, at most this long."""
        self._stopping.set()
        self._wake.set()
        if self._dispatching.is_alive():
            self._dispatching.join()
        if self._executor.stop(timeout_s):
            self._lock.release()
        self._stopped.set()
        if self._beating.is_alive():
            self._beating.join()

    def _look(self) -> float:
        """Keep the lock, sweep and recover every few seconds, tick; returns the seconds to wait."""
        now = self._steps.clock.now()
        holding = self._hold(now)
        if now >= self._sweep_at:
            self._sweep_at = now + timedelta(seconds=_SWEEP_S)
            if holding or not self._lock.proves_others_ended:
                self._sweep()
            # While the database was away nobody could renew a lease; now everyone has had time to.
            if self._held_since and now >= self._held_since + timedelta(seconds=_HEARTBEAT_S):
                self._recover(now)
        if holding:
            if now >= self._tidy_at:
                self._tidy_at = now + timedelta(seconds=_TIDY_S)
                self._executor.start(Step.TIDY, self._process_id)
            self._dispatcher.tick()
        return POLL_S

    def _step_ended(self) -> None:
        if self._dispatcher.waits_for_end:
            self._wake.set()

    def _hold(self, now: datetime) -> bool:
        """Take or keep the lock; what others left is recovered before anything is started."""
        held_since, self._held_since = self._held_since, None
        if not self._lock.hold():
            return False
        if held_since is None:
            _log.info("dispatching", process_id=str(self._process_id))
            if self._lock.proves_others_ended:
                self._recover(None)
        self._held_since = held_since or now
        return True

    def _sweep(self) -> None:
        """Settle the answers that lie in the spool."""
        for attempt_id in self._steps.spool.attempts():
            self._executor.start(Step.SETTLE, attempt_id)

    def _recover(self, expired_at: datetime | None) -> None:
        steps = self._steps
        recover(steps.store, steps.spool, self._executor, steps.clock, expired_at)

    def _beat(self) -> float:
        """Keep the leases of what runs here, and of nothing else."""
        under_way = self._executor.under_way()
        if under_way:
            until = self._steps.clock.now() + timedelta(seconds=LEASE_S)
            lease = Lease(owner=self._process_id, until=until)
            self._steps.store.engine.renew_leases(lease, under_way)
        return _HEARTBEAT_S

    def _rest(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

    def _repeat(
        self,
        work: Callable[[], float],
        rest: Callable[[float], object],
        ended: threading.Event,
    ) -> None:
        """Work until the end; a fault costs one round, not the engine."""
        while not ended.is_set():
            try:
                wait_s = work()
            except StoreError as error:
                _log.warning("database_away", work=work.__name__, reason=str(error))
                wait_s = _AWAY_S
            except StorageError as error:
                self._dispatcher.pause_for_disk(error)
                wait_s = _AWAY_S
            except Exception:  # noqa: BLE001 - whatever it was, the next round tries again
                _log.exception("engine_round_failed", work=work.__name__)
                wait_s = POLL_S
            rest(wait_s)
