"""What every screen starts from: the studio and the person."""

from bulkgen import bootstrap
from bulkgen.domain.people import LOCAL_ADMIN, Actor
from bulkgen.settings import Settings
from bulkgen.studio import Studio


def studio() -> Studio:
    """The studio of this process."""
    return bootstrap.installation().studio


def settings() -> Settings:
    """The settings of this process."""
    return bootstrap.installation().settings


def actor() -> Actor:
    """The person at the browser; until there is sign-in, the local admin."""
    return LOCAL_ADMIN
