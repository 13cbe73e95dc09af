"""Where steps run: threads of this process."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from uuid import UUID

import structlog
from typing_extensions import override

from bulkgen.domain.errors import BulkgenError
from bulkgen.ports import Executor, Step

#: Threads of one process; a thread waits for the provider nearly all its life.
MAX_THREADS = 256

_log = structlog.get_logger()


class ThreadExecutor(Executor):
    """A thread pool that never runs two steps on one subject at a time."""

    def __init__(
        self,
        run: Callable[[Step, UUID], None],
        *,
        on_crash: Callable[[Step, UUID], None],
        on_done: Callable[[], None],
    ) -> None:
        self._run = run
        self._on_crash = on_crash
        self._on_done = on_done
        self._pool = ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="bulkgen")
        self._lock = threading.Lock()
        self._running: dict[UUID, tuple[Step, Future[None]]] = {}
        self._stopping = False

    @override
    def free_slots(self) -> int:
        with self._lock:
            return 0 if self._stopping else MAX_THREADS - len(self._running)

    @override
    def start(self, step: Step, subject_id: UUID) -> None:
        with self._lock:
            if not self._stopping and subject_id not in self._running:
                future = self._pool.submit(self._work, step, subject_id)
                self._running[subject_id] = (step, future)

    @override
    def running(self, step: Step) -> int:
        with self._lock:
            return sum(running is step for running, _ in self._running.values())

    @override
    def under_way(self) -> set[UUID]:
        with self._lock:
            return set(self._running)

    @override
    def stop(self, timeout_s: float) -> bool:
        with self._lock:
            self._stopping = True
            futures = [future for _, future in self._running.values()]
        _, late = wait(futures, timeout_s)
        self._pool.shutdown(wait=False, cancel_futures=True)
        return not late

    def _work(self, step: Step, subject_id: UUID) -> None:
        try:
            self._run(step, subject_id)
        except Exception as error:  # noqa: BLE001 - the worker loop: a fault ends the step, not the pool
            self._book_crash(step, subject_id, error)
        finally:
            with self._lock:
                del self._running[subject_id]
            self._on_done()

    def _book_crash(self, step: Step, subject_id: UUID, error: Exception) -> None:
        log = _log.bind(step=step, subject_id=str(subject_id))
        if isinstance(error, BulkgenError):
            log.warning("step_failed", reason=str(error))
        else:
            log.error("step_crashed", exc_info=error)
        try:
            self._on_crash(step, subject_id)
        except Exception:
            log.exception("step_not_booked")
