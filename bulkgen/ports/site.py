"""What visitors may see of the store; every method is one transaction."""

from abc import abstractmethod
from typing import Protocol

from bulkgen.domain.pages import PromptPage
from bulkgen.domain.site import Listing, PageView, Term, TermKind


class SiteStore(Protocol):
    """Published pages, the newest first."""

    @abstractmethod
    def view(self, slug: str) -> PageView:
        """The published page at an address; raises NotFoundError for drafts too."""

    @abstractmethod
    def listing(self, number: int, kind: TermKind | None = None, slug: str = "") -> Listing:
        """One page of the list of all pages or of a term; raises NotFoundError.

        The first page of all is there even when nothing is published.
        """

    @abstractmethod
    def newest(self, *, offset: int = 0, limit: int | None = None) -> list[PromptPage]:
        """Some of the pages, or all."""

    @abstractmethod
    def terms(self) -> list[Term]:
        """Every category, then every tag, by their slugs."""
