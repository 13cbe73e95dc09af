"""What answers say of the account that pays: whose it is, and what it may ask for."""

from bulkgen.domain.attempts import Failure, FailureKind
from bulkgen.domain.dispatch import OpenAttempt
from bulkgen.domain.images import ProviderAnswer
from bulkgen.domain.rates import LimitSource
from bulkgen.ports import Clock, Store

#: How long a server that asks to slow down is left alone when it names no time.
_BUSY_S = 15.0


class Accounts:
    """Corrects buckets by what the provider says; writes only what is news."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._buckets = store.buckets
        self._clock = clock
        #: What each account was last said to be: its organization and its limit.
        self._said: dict[str, tuple[str | None, int | None]] = {}

    def answered(self, account: str, answer: ProviderAnswer) -> None:
        """A call was served."""
        said = (answer.account, answer.images_per_minute)
        if said == (None, None) or self._said.get(account) == said:
            return
        now = self._clock.now()
        limit = answer.images_per_minute
        if answer.account is not None:
            self._buckets.join(account, f"organization:{answer.account}", now)
        if limit is not None:
            self._buckets.change(
                account,
                lambda bucket: (
                    bucket
                    if bucket.images_per_minute == limit
                    else bucket.with_limit(limit, now, LimitSource.LEARNED)
                ),
            )
        self._said[account] = said

    def refused(self, attempt: OpenAttempt, failure: Failure) -> None:
        """A call was refused for the account's limits, or for another reason."""
        now = self._clock.now()
        request = attempt.request
        if failure.kind is FailureKind.IMAGE_LIMIT and request is not None:
            self._buckets.change(
                attempt.account,
                lambda bucket: bucket.corrected(
                    images=request.images,
                    retry_after_s=failure.retry_after_s,
                    limit=failure.images_per_minute,
                    now=now,
                ),
            )
        elif failure.kind is FailureKind.BUSY:
            wait_s = _BUSY_S if failure.retry_after_s is None else failure.retry_after_s
            self._buckets.change(attempt.account, lambda bucket: bucket.busy(wait_s, now))
