"""Everything a page, the command line or a test may ask for; the only door.

Every call takes an Actor. A thing that is not the actor's looks exactly like one that is missing.
"""

from bulkgen.studio.budgets import Budgets
from bulkgen.studio.checks import Checks
from bulkgen.studio.choices import Choices
from bulkgen.studio.column_choices import ColumnChoices
from bulkgen.studio.discards import DiscardedImages
from bulkgen.studio.exports import Exports
from bulkgen.studio.finals import Finals
from bulkgen.studio.gallery import Gallery
from bulkgen.studio.health import HealthCheck
from bulkgen.studio.jobs import Jobs
from bulkgen.studio.pages import Pages
from bulkgen.studio.presets import Presets
from bulkgen.studio.review import Reviews
from bulkgen.studio.sheets import Sheets
from bulkgen.studio.site import PublicSite
from bulkgen.studio.storage import StorageCheck


class Studio:
    """The studio's services."""

    def __init__(
        self,
        *,
        choices: Choices,
        column_choices: ColumnChoices,
        sheets: Sheets,
        checks: Checks,
        presets: Presets,
        jobs: Jobs,
        gallery: Gallery,
        reviews: Reviews,
        finals: Finals,
        exports: Exports,
        pages: Pages,
        storage: StorageCheck,
        discards: DiscardedImages,
        site: PublicSite,
        budgets: Budgets,
        health: HealthCheck,
    ) -> None:
        self.choices = choices
        self.column_choices = column_choices
        self.sheets = sheets
        self.checks = checks
        self.presets = presets
        self.jobs = jobs
        self.gallery = gallery
        self.reviews = reviews
        self.finals = finals
        self.exports = exports
        self.pages = pages
        self.storage = storage
        self.discards = discards
        self.site = site
        self.budgets = budgets
        self.health = health
