"""The check of storage as it will be in two days, when new files are old."""

from datetime import UTC, datetime, timedelta

from typing_extensions import override

from bulkgen.bootstrap import Installation
from bulkgen.ports import Clock
from bulkgen.storage import variants
from bulkgen.studio.storage import StorageCheck


class _InTwoDays(Clock):
    @override
    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=2)


def check_in_two_days(installation: Installation) -> StorageCheck:
    """For which every file that belongs to nothing is an orphan."""
    return StorageCheck(
        store=installation.store,
        storage=installation.storage,
        cdn=installation.studio.pages._cdn,
        pictures=variants,
        clock=_InTwoDays(),
    )
