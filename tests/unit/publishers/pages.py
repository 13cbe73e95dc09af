"""Prompt pages for tests."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from bulkgen.domain.pages import PageStatus, PageText, PromptPage, Variant

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

TEXT = PageText(
    title="Red Cat on a Roof",
    description="A red cat sits on a roof and looks at the moon.",
    tags=("cat", "roof", "moon"),
    alt="A red cat on a tiled roof under a full moon",
)


def a_page(number: int = 1, *, hours_old: int = 0, **changes: Any) -> PromptPage:
    """A published page; `changes` may name fields of the page or of its text."""
    words = {name: changes.pop(name) for name in TEXT.__slots__ if name in changes}
    at = NOON - timedelta(hours=hours_old)
    page = PromptPage(
        id=UUID(int=number),
        owner_id=UUID(int=7),
        job_id=UUID(int=8),
        image_id=UUID(int=number),
        slug=f"red-cat-{number}",
        status=PageStatus.PUBLISHED,
        text=replace(TEXT, **words),
        category="ChatGPT",
        prompt="A red cat on a roof,\n\n  full moon, woodcut.",
        model="gpt-image-2.5-flare",
        width_px=1536,
        height_px=1024,
        variants=some_variants(f"red-cat-{number}-0a1b2c3d"),
        created_at=at - timedelta(days=1),
        updated_at=at,
        published_at=at,
    )
    return replace(page, **changes)


def some_variants(stem: str) -> tuple[Variant, ...]:
    """A picture of 1536 x 1024 pixels in every size."""
    webps = [(width, "image/webp", "webp") for width in (320, 640, 1024, 1536)]
    return tuple(
        Variant(
            width_px=width,
            height_px=round(width * 2 / 3),
            mime_type=mime_type,
            name=f"{stem}-{width}.{suffix}",
        )
        for width, mime_type, suffix in [*webps, (1024, "image/jpeg", "jpg")]
    )
