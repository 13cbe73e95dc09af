"""Who asks: every call of the studio carries an Actor."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bulkgen.domain.errors import NotAllowedError, NotFoundError


class Role(StrEnum):
    """What a person may do."""

    ADMIN = "admin"
    EDITOR = "editor"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind a call."""

    id: UUID
    role: Role

    def check_may_see(self, owner_id: UUID, what: str) -> None:
        """Raise the NotFoundError of a missing thing unless it is theirs, or they are admin."""
        if self.role is not Role.ADMIN and self.id != owner_id:
            raise NotFoundError(f"There is no such {what}.")

    def must_be_admin(self) -> None:
        """Raise NotAllowedError for everyone else."""
        if self.role is not Role.ADMIN:
            raise NotAllowedError("Only an admin may change this. Ask one.")

    @property
    def owner_filter(self) -> UUID | None:
        """Whose things they see in lists; None for everyone's."""
        return None if self.role is Role.ADMIN else self.id


#: The one person of an installation without sign-in, and of the command line.
LOCAL_ADMIN = Actor(id=UUID("00000000-0000-4000-8000-000000000001"), role=Role.ADMIN)
