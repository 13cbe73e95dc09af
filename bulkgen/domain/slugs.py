"""The part of a page's address that names it."""

import re
from hashlib import sha256

from slugify import slugify

SLUG_MAX = 60
SLUG_WORDS_MAX = 8

#: Names that mean something else to Windows.
_DEVICES = frozenset(
    {"aux", "con", "nul", "prn"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)
#: Names that mean something else to a web server, a site or Windows.
RESERVED = _DEVICES | frozenset(
    {"404", "admin", "api", "app", "assets", "category", "favicon", "feed", "images", "index"}
    | {"manifest", "media", "page", "pages", "robots", "search", "sitemap", "static", "tag", "tags"}
)

_NO_READING = re.compile("[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_NUMBER = re.compile(r"[\d-]+")


def slug_of(title: str, fallback: str) -> str:
    """The title in lower-case ASCII with hyphens, or "image-" and the fallback.

    Chinese and Japanese characters are left out: one character has several readings, and the
    wrong one is worse than none.
    """
    slug = _cut("-".join(_parts(title)[:SLUG_WORDS_MAX]), SLUG_MAX)
    if not slug:
        return f"image-{fallback}"
    if slug in RESERVED or _NUMBER.fullmatch(slug):
        return _cut(f"image-{slug}", SLUG_MAX)
    return slug


def term_slug(name: str) -> str:
    """The part of an address that names a tag or a category, never empty."""
    slug = _cut("-".join(_parts(name)), SLUG_MAX)
    if not slug or slug in _DEVICES:
        return sha256(name.encode("utf-8", "replace")).hexdigest()[:8]
    return slug


def with_suffix(slug: str, number: int) -> str:
    """The slug with a number behind it, for a page whose slug is taken."""
    return f"{_cut(slug, SLUG_MAX - len(str(number)) - 1)}-{number}"


def _parts(text: str) -> list[str]:
    readable = re.sub("['’]", "", _NO_READING.sub(" ", text))  # noqa: RUF001
    return slugify(readable).split("-")


def _cut(slug: str, limit: int) -> str:
    """The slug up to the last whole word within the limit; one long word is cut."""
    if len(slug) <= limit:
        return slug
    return slug[: limit + 1].rpartition("-")[0] or slug[:limit]
