"""Unselected images: what they take up, how they go, and how they come back."""

from uuid import UUID

from bulkgen.domain.discarding import Discards
from bulkgen.domain.errors import StateError
from bulkgen.domain.people import Actor
from bulkgen.ports import Clock, Store


class DiscardedImages:
    """What a person does with the images of a job that became no page."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def of_job(self, actor: Actor, job_id: UUID) -> Discards:
        """The unwanted images of a job."""
        actor.check_may_see(self._store.jobs.owner(job_id), "job")
        return self._store.discards.of_job(job_id)

    def of_all(self, actor: Actor) -> Discards:
        """Those of every job this person sees."""
        return self._store.discards.of_all(actor.owner_filter)

    def discard(self, actor: Actor, job_id: UUID) -> int:
        """Discard the unwanted images of a job; raises StateError when there is none."""
        actor.check_may_see(self._store.jobs.owner(job_id), "job")
        count = self._store.discards.discard(job_id, self._clock.now())
        if not count:
            raise StateError("There is no image to discard. Make the pages of the job first.")
        return count

    def restore(self, actor: Actor, job_id: UUID) -> int:
        """Take it back; raises StateError when it is too late."""
        actor.check_may_see(self._store.jobs.owner(job_id), "job")
        count = self._store.discards.restore(job_id, self._clock.now())
        if not count:
            raise StateError("It is too late to take this back: the files are gone.")
        return count
