"""A filter of pages in SQL."""

import json
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select

from bulkgen.domain.page_filters import PageFilter
from bulkgen.domain.pages import PageStatus
from bulkgen.records.tables import pages

_TAGS = cast(pages.c.tags, Text)
_NOT_TRASHED = pages.c.status != PageStatus.TRASHED
#: Not gone for good: what is left of a blocked page only says that its picture gets no other.
THERE = or_(_NOT_TRASHED, pages.c.trashed_at.is_not(None))
#: Titles that several pages have nearly.
_REPEATED = (select(pages.c.title_key).where(_NOT_TRASHED).group_by(pages.c.title_key)).having(
    func.count() > 1
)


def condition_of(which: PageFilter, owner_id: UUID | None) -> ColumnElement[bool]:
    """What holds of the pages of a filter, of one owner or of everyone."""
    conditions = [_NOT_TRASHED if which.status is None else pages.c.status == which.status, THERE]
    if owner_id is not None:
        conditions.append(pages.c.owner_id == owner_id)
    for word in which.text.lower().split():
        texts = (pages.c.title, pages.c.description, pages.c.prompt)
        held = [func.lower(text).contains(word, autoescape=True) for text in texts]
        conditions.append(or_(*held, _TAGS.contains(_as_json(word), autoescape=True)))
    if which.category is not None:
        conditions.append(pages.c.category == which.category)
    if which.tag is not None:
        tag = f'"{_as_json(which.tag)}"'
        conditions.append(_TAGS.contains(tag, autoescape=True))
    if which.job_id is not None:
        conditions.append(pages.c.job_id == which.job_id)
    if which.near_same:
        conditions.append(pages.c.title_key.in_(_REPEATED))
    if which.among is not None:
        conditions.append(pages.c.id.in_(which.among))
    return and_(*conditions)


def _as_json(text: str) -> str:
    """The text as it stands inside a JSON string."""
    return json.dumps(text)[1:-1]
