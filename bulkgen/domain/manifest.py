"""The list that goes with exported images, for people and for programs."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from bulkgen.domain.formulas import guarded
from bulkgen.domain.images import SUFFIXES, GeneratedImage
from bulkgen.domain.slugs import slug_of

#: So much of a prompt is looked at for the name of its file.
_NAMING_CHARACTERS = 200

Entry = dict[str, str | int | bool | None]


def file_name(image: GeneratedImage) -> str:
    """The name of an exported image: number of its prompt and of itself, and some of its words."""
    slug = slug_of(image.prompt[:_NAMING_CHARACTERS], str(image.id)[:8])
    suffix = SUFFIXES[image.output_format or "png"]
    return f"{image.prompt_number:04d}-{image.number}-{slug}.{suffix}"


def entry(image: GeneratedImage) -> Entry:
    """What is known of an exported image."""
    return {
        "file": f"images/{file_name(image)}",
        "prompt_number": image.prompt_number,
        "image_number": image.number,
        "prompt": image.prompt,
        "sent_prompt": image.sent_prompt,
        "model": image.model,
        "size": image.size,
        "quality": image.quality,
        "width_px": image.width_px,
        "height_px": image.height_px,
        "size_bytes": image.size_bytes,
        "sha256": image.sha256,
        "cost_usd": None if image.cost_usd is None else str(image.cost_usd),
        "request_id": image.request_id,
        "completed_at": image.completed_at.isoformat() if image.completed_at else None,
        "selected": image.selected,
    }


def as_csv(entries: Sequence[Mapping[str, Any]]) -> str:
    """The entries as CSV; what a spreadsheet would take for a formula is made plain text."""
    file = io.StringIO(newline="")
    if entries:
        writer = csv.writer(file)
        writer.writerow(entries[0])
        writer.writerows(
            [guarded(value) if isinstance(value, str) else value for value in entry.values()]
            for entry in entries
        )
    return file.getvalue()


def as_jsonl(entries: Sequence[Mapping[str, Any]]) -> str:
    """The entries as one JSON object in each line."""
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
