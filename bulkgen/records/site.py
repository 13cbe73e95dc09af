"""Published pages as visitors see them; `domain.published` does the same in memory."""

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select, tuple_
from typing_extensions import override

from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.pages import PageStatus, PromptPage
from bulkgen.domain.site import (
    LISTED,
    RELATED,
    Listing,
    PageView,
    Term,
    TermKind,
    category_terms,
    choose_related,
    frequent_tags,
    page_numbers,
    tag_terms,
)
from bulkgen.domain.slugs import term_slug
from bulkgen.ports import SiteStore
from bulkgen.records.convert import page_from
from bulkgen.records.database import Database
from bulkgen.records.tables import page_tags, pages

_PUBLISHED = pages.c.status == PageStatus.PUBLISHED
_NEWNESS = (pages.c.published_at, pages.c.id)
#: What visitors see of a page; verdicts are for the people who made it.
_COLUMNS = [column for column in pages.c if column is not pages.c.moderation]
_NEWEST_FIRST = tuple(column.desc() for column in _NEWNESS)


class SqlSite(SiteStore):
    """What is published, in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def view(self, slug: str) -> PageView:
        with self._database.read() as connection:
            found = _pages(connection, _all().where(pages.c.slug == slug))
            if not found:
                raise NotFoundError("There is no such page.")
            page = found[0]
            newer = _pages(
                connection, _all().where(~_older_or_same(page)).order_by(*_NEWNESS).limit(1)
            )
            older = _pages(connection, _all().where(_older(page)).order_by(*_NEWEST_FIRST).limit(1))
            return PageView(
                page=page,
                newer=newer[0] if newer else None,
                older=older[0] if older else None,
                related=choose_related(page, _followers(connection, page)),
            )

    @override
    def listing(self, number: int, kind: TermKind | None = None, slug: str = "") -> Listing:
        with self._database.read() as connection:
            categories = _categories(connection)
            if kind is None:
                term, query = None, _all()
            elif kind is TermKind.CATEGORY:
                term, query = _in_category(categories, slug)
            else:
                term, query = _with_tag(connection, slug)
            total = connection.scalar(select(func.count()).select_from(query.subquery())) or 0
            if not 1 <= number <= page_numbers(total):
                raise NotFoundError("There is no such page.")
            shown = tuple(
                _pages(
                    connection,
                    query.order_by(*_NEWEST_FIRST).offset((number - 1) * LISTED).limit(LISTED),
                )
            )
        if term is not None:
            return Listing(term=term, number=number, total=total, pages=shown)
        return Listing(
            term=None,
            number=number,
            total=total,
            pages=shown,
            categories=tuple(category_terms(categories)),
            tags=frequent_tags(shown),
        )

    @override
    def newest(self, *, offset: int = 0, limit: int | None = None) -> list[PromptPage]:
        query = _all().order_by(*_NEWEST_FIRST).offset(offset).limit(limit)
        with self._database.read() as connection:
            return _pages(connection, query)

    @override
    def terms(self) -> list[Term]:
        tags = select(page_tags.c.slug, page_tags.c.name).distinct().join(pages).where(_PUBLISHED)
        names: dict[str, str] = {}
        with self._database.read() as connection:
            categories = _categories(connection)
            for slug, name in connection.execute(tags):
                names[slug] = min(name, names.get(slug, name))
        found = [
            *category_terms(categories),
            *(Term(kind=TermKind.TAG, slug=slug, name=name) for slug, name in names.items()),
        ]
        return sorted(found, key=lambda term: term.location)


def _all() -> Select[tuple[object, ...]]:
    return select(*_COLUMNS).where(_PUBLISHED)


def _pages(connection: Connection, query: Select[tuple[object, ...]]) -> list[PromptPage]:
    return [page_from(row) for row in connection.execute(query).mappings()]


def _older(page: PromptPage) -> ColumnElement[bool]:
    return tuple_(*_NEWNESS) < _newness(page)


def _older_or_same(page: PromptPage) -> ColumnElement[bool]:
    return tuple_(*_NEWNESS) <= _newness(page)


def _newness(page: PromptPage) -> ColumnElement[tuple[object, ...]]:
    return tuple_(literal(page.published_at, _NEWNESS[0].type), literal(page.id, _NEWNESS[1].type))


def _categories(connection: Connection) -> list[str]:
    """What published pages are filed under; sorted here, as databases sort text differently."""
    return sorted(connection.scalars(select(pages.c.category).distinct().where(_PUBLISHED)))


def _in_category(categories: Sequence[str], slug: str) -> tuple[Term, Select[tuple[object, ...]]]:
    names = [name for name in categories if term_slug(name) == slug]
    terms = category_terms(names)
    if not terms:
        raise NotFoundError("There is no such page.")
    return terms[0], _all().where(pages.c.category.in_(names))


def _with_tag(connection: Connection, slug: str) -> tuple[Term, Select[tuple[object, ...]]]:
    names = connection.scalars(
        select(page_tags.c.name).distinct().join(pages).where(_PUBLISHED, page_tags.c.slug == slug)
    ).all()
    if not names:
        raise NotFoundError("There is no such page.")
    return Term(kind=TermKind.TAG, slug=slug, name=min(names)), _all().join_from(
        pages, page_tags
    ).where(page_tags.c.slug == slug)


def _followers(connection: Connection, page: PromptPage) -> Iterator[list[PromptPage]]:
    """What comes after a page in its lists: of its rarest tag first, of its category last."""
    slugs = [term.slug for term in tag_terms(page.text.tags)]
    counted = connection.execute(
        select(page_tags.c.slug, func.count())
        .join(pages)
        .where(_PUBLISHED, page_tags.c.slug.in_(slugs))
        .group_by(page_tags.c.slug)
    )
    counts = {slug: int(count) for slug, count in counted}
    for slug in sorted(slugs, key=lambda slug: (counts.get(slug, 0), slug)):
        yield _next(
            connection, page, _all().join_from(pages, page_tags).where(page_tags.c.slug == slug)
        )
    for term in category_terms([page.category]):
        _, query = _in_category(_categories(connection), term.slug)
        yield _next(connection, page, query)


def _next(
    connection: Connection, page: PromptPage, query: Select[tuple[object, ...]]
) -> list[PromptPage]:
    """The pages after this one, beginning again with the newest."""
    ordered = query.order_by(*_NEWEST_FIRST).limit(RELATED)
    after = _pages(connection, ordered.where(_older(page)))
    if len(after) < RELATED:
        after += _pages(connection, ordered.where(~_older_or_same(page)))
    return after[:RELATED]
