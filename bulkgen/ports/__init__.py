"""What the studio and the engine need, as protocols.

Adapters subclass them, so that a missing method is an error when the adapter is made.
"""

from bulkgen.ports.discards import DiscardStore
from bulkgen.ports.outside import (
    Arrival,
    Cdn,
    Clock,
    EngineLock,
    Executor,
    ImageProvider,
    ImageSink,
    Moderator,
    PageWriter,
    Pictures,
    Publisher,
    Spool,
    Step,
    Storage,
    Vault,
)
from bulkgen.ports.site import SiteStore
from bulkgen.ports.store import (
    BucketStore,
    EngineStore,
    ImageStore,
    JobStore,
    PageStore,
    PreferenceStore,
    PresetStore,
    ReviewStore,
    SheetStore,
    SpendingStore,
    Store,
)

__all__ = [
    "Arrival",
    "BucketStore",
    "Cdn",
    "Clock",
    "DiscardStore",
    "EngineLock",
    "EngineStore",
    "Executor",
    "ImageProvider",
    "ImageSink",
    "ImageStore",
    "JobStore",
    "Moderator",
    "PageStore",
    "PageWriter",
    "Pictures",
    "PreferenceStore",
    "PresetStore",
    "Publisher",
    "ReviewStore",
    "SheetStore",
    "SiteStore",
    "SpendingStore",
    "Spool",
    "Step",
    "Storage",
    "Store",
    "Vault",
]
