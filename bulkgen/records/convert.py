"""From rows of the tables to objects of the domain, and back where that is not plain."""

from typing import Any

from sqlalchemy import RowMapping

from bulkgen.domain.attempts import Attempt, AttemptKind, FailureKind, Outcome
from bulkgen.domain.images import GeneratedImage, ImageStage, ImageStatus
from bulkgen.domain.jobs import (
    AttemptCounts,
    GenerationSettings,
    ImageCounts,
    Job,
    JobStatus,
    PauseReason,
)
from bulkgen.domain.looks import Mark
from bulkgen.domain.pages import PageStatus, PageText, PromptPage, Variant, Verdict
from bulkgen.domain.prompts import PromptRow, final_prompt
from bulkgen.domain.templates import Expansion
from bulkgen.records.database import to_usd


def row_from_json(data: dict[str, Any]) -> PromptRow:
    """The row that sets these values."""
    variables = tuple((name, value) for name, value in data.get("variables", ()))
    return PromptRow(**{**data, "tags": tuple(data.get("tags", ())), "variables": variables})


def settings_from_json(data: dict[str, Any]) -> GenerationSettings:
    """The settings as they were written with the job."""
    expansion = Expansion(data.get("expansion", Expansion.COMBINATIONS))
    return GenerationSettings(**{**data, "expansion": expansion})


def job_from(
    row: RowMapping,
    *,
    prompts: int,
    image_counts: ImageCounts,
    attempt_counts: AttemptCounts,
    selected: int,
) -> Job:
    """A job with its counts."""
    return Job(
        id=row["id"],
        owner_id=row["owner_id"],
        name=row["name"],
        status=JobStatus(row["status"]),
        pause_reason=PauseReason(row["pause_reason"]) if row["pause_reason"] else None,
        message=row["message"],
        priority=row["priority"],
        settings=settings_from_json(row["settings"]),
        prompts=prompts,
        images=image_counts,
        attempts=attempt_counts,
        selected=selected,
        estimated_usd=to_usd(row["estimated_micro_usd"]),
        reserved_usd=to_usd(row["reserved_micro_usd"]),
        cost_usd=to_usd(row["spent_micro_usd"]),
        budget_usd=to_usd(row["budget_micro_usd"]),
        created_at=row["created_at"],
        started_at=row["started_at"],
        completed_at=row["completed_at"],
    )


def image_from(row: RowMapping) -> GeneratedImage:
    """An image.

    The row also holds `prompt_number`, `row`, `settings`, `request`, `request_id`,
    `failure_kind`, `page_id`.
    """
    settings = settings_from_json(row["settings"])
    prompt_row = row_from_json(row["row"])
    cost = row["cost_micro_usd"]
    prompt, sent_prompt = sent_prompts(prompt_row, settings, row["request"])
    return GeneratedImage(
        id=row["id"],
        job_id=row["job_id"],
        owner_id=row["owner_id"],
        prompt_id=row["prompt_id"],
        prompt_number=row["prompt_number"],
        number=row["number"],
        prompt=prompt,
        sent_prompt=sent_prompt,
        status=ImageStatus(row["status"]),
        stage=ImageStage(row["stage"]) if row["stage"] else None,
        message=row["message"],
        failure_kind=FailureKind(row["failure_kind"]) if row["failure_kind"] else None,
        selected=row["selected"],
        starred=row["starred_at"] is not None,
        note=row["note"],
        model=prompt_row.model or settings.model,
        size=prompt_row.size or settings.size,
        quality=prompt_row.quality or settings.quality,
        output_format=row["output_format"],
        storage_key=row["storage_key"],
        width_px=row["width_px"],
        height_px=row["height_px"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        marks=tuple(Mark(mark) for mark in row["marks"] or ()),
        score=row["score"],
        hash=None if row["hash"] is None else int(row["hash"], 16),
        cost_usd=None if cost is None else to_usd(cost),
        request_id=row["request_id"],
        completed_at=row["completed_at"],
        page_id=row["page_id"],
        draft_id=row["draft_id"],
    )


def sent_prompts(
    row: PromptRow, settings: GenerationSettings, request: dict[str, Any] | None
) -> tuple[str, str]:
    """An image's prompt as written and as sent; an edit changes no image that was made before."""
    wanted = final_prompt(settings.prefix, row.text, settings.suffix)
    sent = str(request["prompt"]) if request else wanted
    return (row.text if sent == wanted else sent), sent


def attempt_from(row: RowMapping) -> Attempt:
    """A call; the row also holds `prompt_number`."""
    cost = row["cost_micro_usd"]
    return Attempt(
        id=row["id"],
        kind=AttemptKind(row["kind"]),
        prompt_number=row["prompt_number"],
        model=row["model"],
        images=row["images"],
        sent_at=row["sent_at"],
        settled_at=row["settled_at"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        reserved_usd=to_usd(row["reserved_micro_usd"]),
        cost_usd=None if cost is None else to_usd(cost),
        price_version=row["price_version"],
        request_id=row["request_id"],
        failure_kind=FailureKind(row["failure_kind"]) if row["failure_kind"] else None,
        message=row["message"],
    )


def page_from(row: RowMapping) -> PromptPage:
    """A page."""
    return PromptPage(
        id=row["id"],
        owner_id=row["owner_id"],
        job_id=row["job_id"],
        image_id=row["image_id"],
        slug=row["slug"],
        status=PageStatus(row["status"]),
        text=PageText(
            title=row["title"],
            description=row["description"],
            tags=tuple(row["tags"]),
            alt=row["alt"],
        ),
        category=row["category"],
        prompt=row["prompt"],
        model=row["model"],
        width_px=row["width_px"],
        height_px=row["height_px"],
        variants=tuple(Variant(**variant) for variant in row["variants"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        published_at=row["published_at"],
        placeholder=row["placeholder"],
        trashed_at=row["trashed_at"],
        verdict=_verdict_from(row.get("moderation"), PageStatus(row["status"])),
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        reviewed_at=row["reviewed_at"],
    )


def _verdict_from(data: dict[str, Any] | None, page_status: PageStatus) -> Verdict | None:
    """What the moderation said, None where nobody asks.

    Before its status was kept, that of the page says it.
    """
    if data is None:
        return None
    held_back = page_status in (PageStatus.NEEDS_REVIEW, PageStatus.BLOCKED)
    earlier = page_status if held_back else PageStatus.DRAFT
    return Verdict(**{**data, "status": PageStatus(data.get("status", earlier))})
