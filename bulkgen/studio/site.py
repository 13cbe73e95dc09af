"""The public site: its settings, and what every visitor sees of it."""

from dataclasses import asdict

from bulkgen.domain.pages import PromptPage
from bulkgen.domain.people import Actor
from bulkgen.domain.published import PublishedPages
from bulkgen.domain.site import Listing, PageView, Site, Term, TermKind, checked_site
from bulkgen.domain.storage_keys import variant_key
from bulkgen.ports import Storage, Store


class PublicSite:
    """What is asked without an Actor is there for everyone."""

    def __init__(self, store: Store, storage: Storage) -> None:
        self._store = store
        self._storage = storage

    def settings(self) -> Site:
        """How the site looks and what it says of itself."""
        return Site(**self._store.preferences.get("site") or {})

    def set_settings(self, actor: Actor, site: Site) -> None:
        """Replace them; raises InputError for what cannot be shown."""
        actor.must_be_admin()
        self._store.preferences.set("site", asdict(checked_site(site)))

    def view(self, slug: str) -> PageView:
        """The published page at an address with its neighbours; raises NotFoundError."""
        return self._store.site.view(slug)

    def listing(self, number: int, kind: TermKind | None = None, slug: str = "") -> Listing:
        """One page of the list of all pages or of a term; raises NotFoundError."""
        return self._store.site.listing(number, kind, slug)

    def newest(self, *, offset: int = 0, limit: int | None = None) -> list[PromptPage]:
        """Published pages, the newest first."""
        return self._store.site.newest(offset=offset, limit=limit)

    def terms(self) -> list[Term]:
        """The categories and tags that have a list."""
        return self._store.site.terms()

    def everything(self) -> PublishedPages:
        """All published pages at once, for an export."""
        return PublishedPages(self._store.site.newest())

    def picture_bytes(self, name: str) -> bytes:
        """A picture of one of these pages, by its name; raises NotFoundError, StorageError."""
        return self._storage.get(variant_key(name))
