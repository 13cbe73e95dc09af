"""What the studio and the engine remember of images that nobody selected."""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bulkgen.domain.discarding import Discards


class DiscardStore(Protocol):
    """Images that nobody selected, once pages of their job are made.

    One that is starred, has a page or is the draft of a final is wanted, too.
    """

    @abstractmethod
    def of_job(self, job_id: UUID) -> Discards:
        """The unwanted images of a job."""

    @abstractmethod
    def of_all(self, owner_id: UUID | None) -> Discards:
        """Those of a person, or of everyone."""

    @abstractmethod
    def discard(self, job_id: UUID, now: datetime) -> int:
        """Discard the unwanted images of a job; returns how many."""

    @abstractmethod
    def restore(self, job_id: UUID, now: datetime) -> int:
        """Take back what was discarded of a job and still can be; returns how many.

        Nothing of this job is discarded by itself any more.
        """

    @abstractmethod
    def due(self, made_before: datetime) -> list[UUID]:
        """Jobs with unwanted images whose latest page was made before a moment."""

    @abstractmethod
    def to_remove(self, now: datetime) -> list[str]:
        """Storage keys of discarded images that nobody can take back and nothing else uses."""

    @abstractmethod
    def removed(self, storage_keys: Sequence[str]) -> None:
        """The files under these keys are gone."""
