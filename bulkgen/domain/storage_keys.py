"""The names files have in storage."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bulkgen.domain.images import MIME_TYPES, SUFFIXES

_KEY = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}/)*[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
#: What the keys of all pages' pictures begin with.
PAGE_FILES = "pages/"
_MAX_KEY_CHARACTERS = 1024
_UUID_CHARACTERS = 36
_MIME_TYPES = {suffix: MIME_TYPES[name] for name, suffix in SUFFIXES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file that is in storage."""

    key: str
    size_bytes: int
    modified_at: datetime


def is_key(key: str) -> bool:
    """Whether a key can name a file: plain ASCII parts, none of which begins with a dot."""
    return len(key) <= _MAX_KEY_CHARACTERS and _KEY.fullmatch(key) is not None


def is_final(key: str) -> bool:
    """Whether the name changes with the bytes, so that a copy of them never gets old."""
    return key.startswith(("images/", "pages/"))


def is_public(key: str) -> bool:
    """Whether it is made for visitors."""
    return key.startswith("pages/")


def mime_type(key: str) -> str:
    """The kind of bytes a key is made for."""
    return _MIME_TYPES.get(key.rpartition(".")[2], "application/octet-stream")


def image_key(image_id: UUID, sha256: str, suffix: str, at: datetime) -> str:
    """Where a picture lies exactly as the provider sent it; `at` is when it arrived."""
    return f"images/{at:%Y/%m}/{image_id}-{sha256[:8]}.{suffix}"


def first_owner(key: str) -> UUID:
    """The image a picture was made for; others may have taken it over."""
    return UUID(key.rpartition("/")[2][:_UUID_CHARACTERS])


def thumbnail_key(image_id: UUID) -> str:
    """Where the gallery's small copy of a picture lies."""
    return f"thumbnails/{str(image_id)[:2]}/{image_id}.webp"


def preview_key(image_id: UUID) -> str:
    """Where the copy of a picture lies that review shows."""
    return f"previews/{str(image_id)[:2]}/{image_id}.webp"


def unread_key(attempt_id: UUID, name: str) -> str:
    """Where a paid answer lies, or a part of it, that no picture could be found in."""
    return f"unusable/{attempt_id}/{name}"


def slug_in(key: str) -> str:
    """The slug of the page that a size of a picture is named after."""
    return key.removeprefix("pages/").rsplit("-", 2)[0]


def variant_key(name: str) -> str:
    """Where one size of a page's picture lies."""
    return f"{PAGE_FILES}{name}"
