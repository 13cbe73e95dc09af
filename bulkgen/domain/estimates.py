"""Before anything is spent: is every row allowed, what will it cost, how long will it take."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from bulkgen.domain.dispatch import image_request
from bulkgen.domain.errors import InputError
from bulkgen.domain.images import ImageRequest
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.models import Catalogue, ImageModel
from bulkgen.domain.pricing import CostBand, ObservedTokens, call_cost, image_cost, total
from bulkgen.domain.prompts import (
    MAX_CATEGORY_CHARACTERS,
    MAX_IMAGES_PER_PROMPT,
    PAGE_STATUSES,
    PromptRow,
)
from bulkgen.domain.rates import Bucket, expected_s

_MODERATIONS = ("auto", "low")
_MAX_COMPRESSION = 100
#: Bytes a picture takes for each pixel, by format, with its thumbnail; measured on photographs.
_BYTES_PER_PIXEL = {"png": 1.6, "jpeg": 0.45, "webp": 0.3}


#: What our own calls have taken, by model, quality and size as they were asked for.
Observed = Mapping[tuple[str, str, str], ObservedTokens]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatePart:
    """The rows of a list that are made by one model at one quality."""

    model: str
    quality: str
    prompts: int
    images: int
    cost: CostBand


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a list will take."""

    prompts: int
    images: int
    cost: CostBand
    #: The most its calls can cost by the price list, which budgets hold.
    most_usd: Decimal
    #: The largest part first.
    parts: tuple[EstimatePart, ...]
    #: Until the last image is there, when nobody else uses the account.
    least_s: float
    #: The same when every image that already waits goes first.
    most_s: float
    disk_bytes: int


def check_settings(settings: GenerationSettings, catalogue: Catalogue, today: date) -> None:
    """Raise InputError for a choice that no image could be made with."""
    model = catalogue.model(settings.model)
    model.check_usable(today)
    model.check_size(settings.size)
    image_cost(model, _known_quality(model, settings.quality), settings.size)
    _check_picture(model, settings.output_format, settings.background)
    model.check_choice("moderation level", settings.moderation, _MODERATIONS)
    if not 0 <= settings.output_compression <= _MAX_COMPRESSION:
        raise InputError("The compression must be a number from 0 to 100.")
    if not 1 <= settings.images_per_prompt <= MAX_IMAGES_PER_PROMPT:
        raise InputError(f"Images per prompt must be from 1 to {MAX_IMAGES_PER_PROMPT}.")


def row_problem(
    row: PromptRow, settings: GenerationSettings, catalogue: Catalogue, today: date
) -> str | None:
    """Why this row cannot be sent, in one sentence; None when it can."""
    try:
        model = catalogue.model(row.model or settings.model)
        model.check_usable(today)
        size = row.size or settings.size
        model.check_size(size)
        image_cost(model, _known_quality(model, row.quality or settings.quality), size)
        _check_count(row.images)
        request = image_request(row, settings)
        _check_picture(model, request.output_format, request.background)
        _check_length(request, model)
        _check_page(row)
    except InputError as error:
        return str(error)
    return None


def estimate(
    rows: Iterable[PromptRow],
    settings: GenerationSettings,
    catalogue: Catalogue,
    *,
    bucket: Bucket,
    waiting_images: int,
    latency_s: float | None,
    observed: Observed = MappingProxyType({}),
) -> Estimate:
    """What these rows will take; every row must be allowed.

    `waiting_images` are those of other jobs on the account; `latency_s` None takes the model's own.
    """
    parts: dict[tuple[str, str], list[tuple[int, CostBand]]] = {}
    most_usd = Decimal(0)
    disk_bytes = 0.0
    slowest_s = 0.0
    for row in rows:
        model = catalogue.model(row.model or settings.model)
        request = image_request(row, settings)
        listed = call_cost(model, request)
        most_usd += listed.most_usd
        seen = observed.get((request.model, request.quality, request.size))
        cost = listed if seen is None else call_cost(model, request, seen)
        parts.setdefault((model.id, request.quality), []).append((request.images, cost))
        pixels = request.images * model.most_pixels(request.size)
        disk_bytes += pixels * _BYTES_PER_PIXEL[request.output_format]
        slowest_s = max(slowest_s, model.median_latency_s)
    if latency_s is not None:
        slowest_s = latency_s
    made = [
        EstimatePart(
            model=model_id,
            quality=quality,
            prompts=len(calls),
            images=sum(count for count, _ in calls),
            cost=total([cost for _, cost in calls]),
        )
        for (model_id, quality), calls in parts.items()
    ]
    images = sum(part.images for part in made)
    return Estimate(
        prompts=sum(part.prompts for part in made),
        images=images,
        cost=total([part.cost for part in made]),
        most_usd=most_usd,
        parts=tuple(sorted(made, key=lambda part: -part.images)),
        least_s=expected_s(bucket, images, slowest_s) if images else 0.0,
        most_s=expected_s(bucket, images + waiting_images, slowest_s) if images else 0.0,
        disk_bytes=int(disk_bytes),
    )


def _check_count(images: int | None) -> None:
    if images is not None and not 1 <= images <= MAX_IMAGES_PER_PROMPT:
        raise InputError(f"The count must be a number from 1 to {MAX_IMAGES_PER_PROMPT}.")


def _check_picture(model: ImageModel, output_format: str, background: str) -> None:
    model.check_choice("output format", output_format, model.output_formats)
    model.check_choice("background", background, model.backgrounds)
    if background == "transparent" and output_format == "jpeg":
        raise InputError("A jpeg cannot be transparent. Choose png or webp, or another background.")


def _check_page(row: PromptRow) -> None:
    if row.page_status not in {None, *PAGE_STATUSES}:
        raise InputError(f"The status must be {' or '.join(PAGE_STATUSES)}.")
    if len(row.category or "") > MAX_CATEGORY_CHARACTERS:
        raise InputError(f"The category is longer than {MAX_CATEGORY_CHARACTERS} characters.")


def _check_length(request: ImageRequest, model: ImageModel) -> None:
    if len(request.prompt) > model.max_prompt_characters:
        raise InputError(
            f"The prompt has {len(request.prompt):,} characters with the texts put before and "
            f"after it; {model.max_prompt_characters:,} is the most. Shorten it."
        )


def _known_quality(model: ImageModel, quality: str) -> str:
    model.check_choice("quality", quality, model.choices_of_quality())
    return quality
