"""A filter and an order of images in SQL."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Text, case, cast, false, func, or_, select
from sqlalchemy.sql.elements import SQLColumnExpression

from bulkgen.domain.image_filters import ImageFilter, ImageOrder, Shown
from bulkgen.domain.images import ImageStatus
from bulkgen.records.database import to_micro_usd
from bulkgen.records.tables import attempts, images, prompts


def _text_in(column: ColumnElement[Any], name: str) -> ColumnElement[str]:
    """A text inside JSON; none at all where a NUL is, which Postgres cannot take out of JSON."""
    with_nul = cast(column, Text).contains("\\u0000", autoescape=True)
    return case((with_nul, ""), else_=column[name].as_string())


_THERE = images.c.status == ImageStatus.COMPLETED

_SHOWN: dict[Shown, tuple[ColumnElement[bool], ...]] = {
    Shown.ALL: (images.c.status != ImageStatus.DISCARDED,),
    Shown.SELECTED: (_THERE, images.c.selected),
    Shown.NOT_SELECTED: (_THERE, images.c.selected == false()),
    Shown.UNDECIDED: (_THERE, prompts.c.decided_at.is_(None)),
    Shown.STARRED: (_THERE, images.c.starred_at.is_not(None)),
    Shown.NEAR_DUPLICATES: (_THERE,),
    Shown.FAILED: (images.c.status.in_((ImageStatus.FAILED, ImageStatus.UNKNOWN)),),
}

_ORDERS: dict[ImageOrder, tuple[SQLColumnExpression[Any], ...]] = {
    ImageOrder.PROMPT: (),
    ImageOrder.NEWEST: (images.c.completed_at.desc().nulls_last(),),
    ImageOrder.OLDEST: (images.c.completed_at.asc().nulls_last(),),
    ImageOrder.COST: (images.c.cost_micro_usd.desc().nulls_last(),),
    ImageOrder.SCORE: (images.c.score.desc().nulls_last(),),
}

_PROMPT_TEXTS = (_text_in(prompts.c.row, "text"), _text_in(attempts.c.request, "prompt"))


def narrowed(query: Select[Any], which: ImageFilter) -> Select[Any]:
    """The query for what a filter holds for; it already joins images with prompts and attempts."""
    query = query.where(*_SHOWN[which.shown])
    for word in which.text.lower().split():
        query = query.where(
            or_(*(func.lower(text).contains(word, autoescape=True) for text in _PROMPT_TEXTS))
        )
    if which.among is not None:
        query = query.where(images.c.id.in_(which.among))
    if which.model is not None:
        query = query.where(attempts.c.model == which.model)
    if which.least_usd is not None:
        query = query.where(images.c.cost_micro_usd >= to_micro_usd(which.least_usd))
    if which.most_usd is not None:
        query = query.where(images.c.cost_micro_usd <= to_micro_usd(which.most_usd))
    return query


def ordered(query: Select[Any], order: ImageOrder) -> Select[Any]:
    """The query in an order; prompts and variations decide where it says nothing."""
    return query.order_by(*_ORDERS[order], prompts.c.number, images.c.number)


def of_filter(*columns: SQLColumnExpression[Any]) -> Select[Any]:
    """A query of images to be narrowed."""
    return (
        select(*columns)
        .select_from(images)
        .join(prompts, prompts.c.id == images.c.prompt_id)
        .outerjoin(attempts, attempts.c.id == images.c.attempt_id)
    )
