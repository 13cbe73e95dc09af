"""Plain things of the domain, ready to be changed in the one way a test is about."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import bulkgen.domain
from bulkgen.domain.attempts import Failure, FailureKind
from bulkgen.domain.images import GeneratedImage, ImageRequest, ImageStatus
from bulkgen.domain.jobs import (
    AttemptCounts,
    GenerationSettings,
    ImageCounts,
    Job,
    JobStatus,
)
from bulkgen.domain.models import Catalogue

#: The moment of every test that needs one.
NOW = datetime(2026, 11, 22, 18, 5, tzinfo=UTC)
TODAY = NOW.date()


def a_uuid(number: int) -> UUID:
    """Always the same one for a number."""
    return UUID(int=number)


def a_catalogue() -> Catalogue:
    """The catalogue that comes with the program."""
    file = Path(bulkgen.domain.__path__[0]) / "catalogue.json"
    return Catalogue.from_json(file.read_text(encoding="utf-8"))


def some_settings(**changes: Any) -> GenerationSettings:
    """Settings every one of which can be met."""
    settings = GenerationSettings(
        model="gpt-image-2.5-flare",
        size="1024x1024",
        quality="medium",
        images_per_prompt=1,
        output_format="webp",
        background="auto",
        output_compression=90,
        moderation="auto",
        prefix="",
        category="ChatGPT",
        page_status="draft",
    )
    return replace(settings, **changes)


def a_request(**changes: Any) -> ImageRequest:
    """A call for one square picture."""
    request = ImageRequest(
        model="gpt-image-2.5-flare",
        prompt="a hot air balloon",
        size="1024x1024",
        quality="medium",
        images=1,
        output_format="webp",
        background="auto",
        output_compression=90,
        moderation="auto",
        safety_identifier="0" * 32,
    )
    return replace(request, **changes)


def a_failure(kind: FailureKind, **changes: Any) -> Failure:
    """A call that failed in this way."""
    return replace(Failure(kind=kind, message="It failed. Do something."), **changes)


def an_image(**changes: Any) -> GeneratedImage:
    """An image that is there."""
    image = GeneratedImage(
        id=a_uuid(1),
        job_id=a_uuid(2),
        owner_id=a_uuid(3),
        prompt_id=a_uuid(4),
        prompt_number=7,
        number=2,
        prompt="a hot air balloon",
        sent_prompt="Oil painting. a hot air balloon",
        status=ImageStatus.COMPLETED,
        stage=None,
        message=None,
        failure_kind=None,
        selected=True,
        starred=False,
        note="",
        model="gpt-image-2.5-flare",
        size="1024x1024",
        quality="medium",
        output_format="webp",
        storage_key="images/2026/11/picture.webp",
        width_px=1024,
        height_px=1024,
        size_bytes=98_765,
        sha256="ab" * 32,
        marks=(),
        score=61.5,
        hash=0x0F1E2D3C4B5A6978,
        cost_usd=Decimal("0.013195"),
        request_id="req_1",
        completed_at=NOW,
        page_id=None,
        draft_id=None,
    )
    return replace(image, **changes)


def a_job(**changes: Any) -> Job:
    """A job whose images are all there."""
    job = Job(
        id=a_uuid(2),
        owner_id=a_uuid(3),
        name="balloons",
        status=JobStatus.COMPLETED,
        pause_reason=None,
        message=None,
        priority=0,
        settings=some_settings(),
        prompts=3,
        images=ImageCounts(completed=3),
        attempts=AttemptCounts(bought=3),
        selected=3,
        estimated_usd=Decimal("0.0396"),
        reserved_usd=Decimal(0),
        cost_usd=Decimal("0.0396"),
        budget_usd=Decimal("0.09"),
        created_at=NOW,
        started_at=NOW,
        completed_at=NOW,
    )
    return replace(job, **changes)
