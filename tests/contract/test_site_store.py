"""What the store says of published pages is what they say themselves in memory."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.pages import PageEdit, PageStatus
from bulkgen.domain.published import PublishedPages
from bulkgen.domain.site import TermKind
from tests.fakes.factories import NOW
from tests.fakes.published import add_pages, some_pages
from tests.unit.publishers.pages import a_page

LATER = NOW + timedelta(days=1)


def test_the_app_and_an_export_show_the_same_pages_neighbours_and_lists(store):
    pages = some_pages(130)
    pages[4] = replace(pages[4], status=PageStatus.DRAFT)
    pages[5] = replace(pages[5], published_at=pages[6].published_at)
    pages[9] = replace(pages[9], text=replace(pages[9].text, tags=("Night-Sky", "night sky", "猫")))
    memory = PublishedPages(add_pages(store, pages))

    assert store.site.newest() == memory.newest
    assert store.site.newest(offset=3, limit=5) == memory.newest[3:8]
    assert store.site.terms() == memory.terms()
    for view in memory.views():
        assert store.site.view(view.page.slug) == view
    seen = 0
    for listing in memory.listings():
        term = listing.term
        place = (term.kind, term.slug) if term else ()
        assert store.site.listing(listing.number, *place) == listing
        seen += 1
    assert seen > 20


def test_a_related_page_shares_the_rarest_tag_and_is_never_the_page_itself(store):
    pages = [
        a_page(number, tags=("cat", "owl") if number in {2, 5} else ("cat",))
        for number in range(1, 9)
    ]
    add_pages(store, pages)

    related = store.site.view("red-cat-2").related

    assert related[0].slug == "red-cat-5"
    assert len({page.slug for page in related} - {"red-cat-2"}) == 6


@pytest.mark.parametrize("status", [s for s in PageStatus if s is not PageStatus.PUBLISHED])
def test_what_is_not_published_stands_in_no_list(store, status):
    add_pages(store, [a_page(1), a_page(2, status=status, tags=("owl",), category="Hidden")])

    assert store.site.listing(1).total == 1
    assert {term.name for term in store.site.terms()} == {"ChatGPT", "cat", "moon", "roof"}
    assert store.site.view("red-cat-1").related == ()
    for place in [(TermKind.TAG, "owl"), (TermKind.CATEGORY, "hidden")]:
        with pytest.raises(NotFoundError):
            store.site.listing(1, *place)
    with pytest.raises(NotFoundError):
        store.site.view("red-cat-2")


def test_a_list_ends_at_its_last_page(store):
    add_pages(store, some_pages(49))

    assert [len(store.site.listing(number).pages) for number in (1, 2)] == [48, 1]
    for number in (0, 3, 10**9):
        with pytest.raises(NotFoundError):
            store.site.listing(number)


def test_an_empty_site_has_its_first_page(store):
    assert store.site.listing(1).pages == ()


def test_other_tags_move_a_page_to_other_lists(store):
    (page,) = add_pages(store, [a_page(1)])

    words = replace(page.text, tags=("owl",))
    store.pages.edit([PageEdit(page_id=page.id, text=words, category=page.category)], LATER)

    assert [term.slug for term in store.site.terms()] == ["chatgpt", "owl"]


def test_a_page_is_reviewed_once_and_an_edit_is_a_review(store):
    opened, edited, other = add_pages(store, [a_page(number) for number in (1, 2, 3)])

    store.pages.mark_reviewed([opened.id], NOW)
    store.pages.mark_reviewed([opened.id], LATER)
    words = replace(edited.text, title="Another title")
    store.pages.edit([PageEdit(page_id=edited.id, text=words, category=edited.category)], LATER)

    reviewed = [store.pages.get(page.id).reviewed_at for page in (opened, edited, other)]
    assert reviewed == [NOW, LATER, None]
    assert store.pages.get(opened.id).updated_at == opened.updated_at
