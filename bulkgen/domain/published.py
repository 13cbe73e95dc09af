"""All published pages in memory, for what goes out as a whole; the app asks the store instead."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from bulkgen.domain.pages import PageStatus, PromptPage
from bulkgen.domain.site import (
    LISTED,
    RELATED,
    Listing,
    PageView,
    Term,
    category_terms,
    choose_related,
    frequent_tags,
    page_numbers,
    tag_terms,
)


class PublishedPages:
    """The lists that pages stand in, and each page with its neighbours in them."""

    def __init__(self, pages: Sequence[PromptPage]) -> None:
        published = [page for page in pages if page.status is PageStatus.PUBLISHED]
        #: The newest first.
        self.newest = sorted(published, key=_newness, reverse=True)
        self._terms: dict[str, Term] = {}
        self._lists: dict[str, list[PromptPage]] = defaultdict(list)
        #: Where a page stands in each list it is in.
        self._places: dict[tuple[str, str], int] = {}
        for page in self.newest:
            for term in _terms_of(page):
                location = term.location
                known = self._terms.setdefault(location, term)
                if term.name < known.name:
                    self._terms[location] = term
                listed = self._lists[location]
                self._places[location, page.slug] = len(listed)
                listed.append(page)

    def terms(self) -> list[Term]:
        """Every category, then every tag, by their slugs."""
        return [self._terms[location] for location in sorted(self._terms)]

    def views(self) -> Iterator[PageView]:
        """Every page, the newest first."""
        for place, page in enumerate(self.newest):
            yield PageView(
                page=page,
                newer=self.newest[place - 1] if place else None,
                older=self.newest[place + 1] if place + 1 < len(self.newest) else None,
                related=choose_related(page, self._followers(page)),
            )

    def listings(self) -> Iterator[Listing]:
        """Every page of every list."""
        categories = tuple(category_terms(sorted({page.category for page in self.newest})))
        for number in range(1, page_numbers(len(self.newest)) + 1):
            shown = _cut(self.newest, number)
            yield Listing(
                term=None,
                number=number,
                total=len(self.newest),
                pages=shown,
                categories=categories,
                tags=frequent_tags(shown),
            )
        for term in self.terms():
            pages = self._lists[term.location]
            for number in range(1, page_numbers(len(pages)) + 1):
                yield Listing(term=term, number=number, total=len(pages), pages=_cut(pages, number))

    def _followers(self, page: PromptPage) -> Iterator[list[PromptPage]]:
        """What comes after a page in its lists: of its rarest tag first, of its category last."""
        tags = [term.location for term in tag_terms(page.text.tags)]
        tags.sort(key=lambda location: (len(self._lists[location]), location))
        category = [term.location for term in category_terms([page.category])]
        for location in (*tags, *category):
            listed = self._lists[location]
            place = self._places[location, page.slug]
            steps = range(1, min(RELATED, len(listed) - 1) + 1)
            yield [listed[(place + step) % len(listed)] for step in steps]


def _newness(page: PromptPage) -> tuple[datetime, UUID]:
    return page.published_at or page.created_at, page.id


def _terms_of(page: PromptPage) -> list[Term]:
    return [*category_terms([page.category]), *tag_terms(page.text.tags)]


def _cut(pages: Sequence[PromptPage], number: int) -> tuple[PromptPage, ...]:
    return tuple(pages[(number - 1) * LISTED : number * LISTED])
