"""What processes that have ended left behind, and what is done about it."""

from datetime import datetime

import structlog

from bulkgen.domain.attempts import AttemptKind, Failure, FailureKind, Outcome
from bulkgen.domain.dispatch import OpenAttempt
from bulkgen.ports import Clock, Executor, Spool, Store

_log = structlog.get_logger()

_INTERRUPTED = Failure(
    kind=FailureKind.INTERRUPTED,
    message="bulkgen was stopped during the call. It may have been charged.",
)
#: An answer that has not grown for so long belongs to no call; the longest takes ten minutes.
_ABANDONED_S = 3600.0


def recover(
    store: Store, spool: Spool, executor: Executor, clock: Clock, expired_at: datetime | None
) -> None:
    """Settle calls and give back pages that nobody works on any more.

    Those are not under way here, and their lease was over at `expired_at`; None says that every
    other process has ended, whatever its leases say. Calls whose answer is in the spool are left
    for the sweeper, which books them as bought.
    """
    spool.remove_unfinished(0.0 if expired_at is None else _ABANDONED_S)
    attempts = store.engine.open_attempts(expired_at)
    under_way = executor.under_way()
    known = under_way | set(spool.attempts())
    store.engine.free_page_tasks(under_way, expired_at)
    for attempt in attempts:
        if attempt.id not in known:
            _settle(store, attempt, clock.now())


def _settle(store: Store, attempt: OpenAttempt, now: datetime) -> None:
    _log.info("attempt_interrupted", attempt_id=str(attempt.id))
    if attempt.kind is AttemptKind.IMAGES:
        store.engine.settle_failed(attempt.id, _INTERRUPTED, 0.0, now)
    else:
        store.engine.settle_page_text(attempt.id, Outcome.UNKNOWN, now, failure=_INTERRUPTED)
