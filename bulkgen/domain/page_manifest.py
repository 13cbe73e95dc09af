"""The list of exported pages, for programs that take them over."""

from collections.abc import Mapping, Sequence
from typing import Any

from bulkgen.domain.manifest import as_csv
from bulkgen.domain.pages import PromptPage

#: File -> its sha256 and size_bytes.
Files = Mapping[str, Mapping[str, Any]]


def pages_csv(entries: Sequence[Mapping[str, Any]]) -> str:
    """A page in each row, with its largest picture; no cell is a formula."""
    return as_csv([_row(entry) for entry in entries])


def _row(entry: Mapping[str, Any]) -> dict[str, Any]:
    pictures = entry["pictures"]
    largest = max(pictures, key=lambda picture: picture["width_px"])
    row = {name: value for name, value in entry.items() if name != "pictures"}
    return {
        **row,
        "tags": ", ".join(entry["tags"]),
        "picture": largest["file"],
        "picture_sha256": largest["sha256"],
    }


def page_entry(page: PromptPage, url: str, files: Files) -> dict[str, Any]:
    """What is told of a page, with all its pictures."""
    return {
        "id": str(page.id),
        "slug": page.slug,
        "url": url,
        "title": page.text.title,
        "description": page.text.description,
        "tags": page.text.tags,
        "alt": page.text.alt,
        "category": page.category,
        "prompt": page.prompt,
        "model": page.model,
        "width_px": page.width_px,
        "height_px": page.height_px,
        "reviewed": page.reviewed_at is not None,
        "published_at": page.published_at.isoformat() if page.published_at else None,
        "updated_at": page.updated_at.isoformat(),
        "pictures": [
            {
                "file": media_path(variant.name),
                "width_px": variant.width_px,
                "height_px": variant.height_px,
                "mime_type": variant.mime_type,
                **files[media_path(variant.name)],
            }
            for variant in page.variants
        ],
    }


def media_path(name: str) -> str:
    """Where a picture lies in an export."""
    return f"p/media/{name}"
