"""Review: one prompt at a time, its decisions written as they come."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.people import Actor
from bulkgen.domain.review import Review, ReviewDecision
from bulkgen.ports import Clock, Store


class Reviews:
    """What a person does in review."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def get(self, actor: Actor, job_id: UUID) -> Review:
        """How far the review of a job is; raises NotFoundError."""
        self._check_job(actor, job_id)
        return self._store.review.get(job_id)

    def images(self, actor: Actor, job_id: UUID, first: int, last: int) -> list[GeneratedImage]:
        """The images of the prompts with these numbers; raises NotFoundError."""
        self._check_job(actor, job_id)
        return self._store.images.of_prompts(job_id, first, last)

    def decide(
        self,
        actor: Actor,
        job_id: UUID,
        mount_id: UUID,
        decisions: Sequence[ReviewDecision],
        position: int | None,
    ) -> None:
        """Write what a screen decided; sending it again changes nothing. Raises NotFoundError.

        A decision from the future, by a clock that is ahead, counts as one of this moment.
        """
        self._check_job(actor, job_id)
        now = self._clock.now()
        past = [replace(decision, at=min(decision.at, now)) for decision in decisions]
        self._store.review.decide(job_id, mount_id, past, position)

    def _check_job(self, actor: Actor, job_id: UUID) -> None:
        actor.check_may_see(self._store.jobs.owner(job_id), "job")
