"""The store: its parts over one database."""

from datetime import UTC, datetime, tzinfo

from typing_extensions import override

from bulkgen.domain.health import StoreHealth
from bulkgen.ports import Store
from bulkgen.records.database import Database
from bulkgen.records.discards import SqlDiscards
from bulkgen.records.engine import SqlEngineStore
from bulkgen.records.health import store_health
from bulkgen.records.images import SqlImages
from bulkgen.records.jobs import SqlJobs
from bulkgen.records.migrate import migrate
from bulkgen.records.pages import SqlPages
from bulkgen.records.preferences import SqlBuckets, SqlPreferences
from bulkgen.records.presets import SqlPresets
from bulkgen.records.review import SqlReview
from bulkgen.records.sheets import SqlSheets
from bulkgen.records.site import SqlSite
from bulkgen.records.spending import SqlSpending


class SqlStore(Store):
    """Everything bulkgen remembers, in one SQL database."""

    def __init__(self, url: str, zone: tzinfo = UTC) -> None:
        self.database = Database(url)
        self.jobs = SqlJobs(self.database)
        self.images = SqlImages(self.database)
        self.review = SqlReview(self.database)
        self.pages = SqlPages(self.database)
        self.discards = SqlDiscards(self.database)
        self.site = SqlSite(self.database)
        self.sheets = SqlSheets(self.database)
        self.presets = SqlPresets(self.database)
        self.buckets = SqlBuckets(self.database)
        self.spending = SqlSpending(self.database, zone)
        self.preferences = SqlPreferences(self.database)
        self.engine = SqlEngineStore(self.database, zone)

    @override
    def migrate(self) -> None:
        migrate(self.database)

    @override
    def health(self, now: datetime) -> StoreHealth:
        with self.database.read() as connection:
            return store_health(connection, now)

    @override
    def close(self) -> None:
        self.database.close()
