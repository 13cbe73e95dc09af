"""What a restart finds, and what it does about it."""

from uuid import UUID

import structlog

from bulkgen.domain.attempts import AttemptKind, Failure, FailureKind, Outcome
from bulkgen.ports import Clock, Spool, Store

_log = structlog.get_logger()

_INTERRUPTED = Failure(
    kind=FailureKind.INTERRUPTED,
    message="bulkgen was stopped during the call. It may have been charged.",
)


def recover(store: Store, spool: Spool, clock: Clock, mine: UUID) -> None:
    """Settle what dead processes left open; the engine lock is held, so every other one is dead.

    Calls whose answer is in the spool are left for the sweeper, which books them as bought.
    """
    spool.remove_unfinished()
    store.engine.free_page_tasks(mine, clock.now(), all_others_are_dead=True)
    arrived = set(spool.attempts())
    for attempt in store.engine.open_attempts():
        if attempt.lease.owner == mine or attempt.id in arrived:
            continue
        _log.info("attempt_interrupted", attempt_id=str(attempt.id))
        if attempt.kind is AttemptKind.IMAGES:
            store.engine.settle_failed(attempt.id, _INTERRUPTED, 0.0, clock.now())
        else:
            store.engine.settle_page_text(
                attempt.id, Outcome.UNKNOWN, clock.now(), failure=_INTERRUPTED
            )
