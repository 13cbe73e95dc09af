"""The part of a page's address that names it."""

import re

from slugify import slugify

SLUG_MAX = 60
SLUG_WORDS_MAX = 8

#: Names that mean something else to a web server, a site or Windows.
RESERVED = frozenset(
    {"404", "admin", "api", "app", "assets", "category", "favicon", "feed", "images", "index"}
    | {"manifest", "media", "page", "pages", "robots", "search", "sitemap", "static", "tag", "tags"}
    | {"aux", "con", "nul", "prn"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)

_NO_READING = re.compile("[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_NUMBER = re.compile(r"[\d-]+")


def slug_of(title: str, fallback: str) -> str:
    """The title in lower-case ASCII with hyphens, or "image-" and the fallback.

    Chinese and Japanese characters are left out: one character has several readings, and the
    wrong one is worse than none.
    """
    readable = re.sub("['’]", "", _NO_READING.sub(" ", title))  # noqa: RUF001
    parts = slugify(readable).split("-")[:SLUG_WORDS_MAX]
    slug = _cut("-".join(parts), SLUG_MAX)
    if not slug:
        return f"image-{fallback}"
    if slug in RESERVED or _NUMBER.fullmatch(slug):
        return _cut(f"image-{slug}", SLUG_MAX)
    return slug


def with_suffix(slug: str, number: int) -> str:
    """The slug with a number behind it, for a page whose slug is taken."""
    return f"{_cut(slug, SLUG_MAX - len(str(number)) - 1)}-{number}"


def _cut(slug: str, limit: int) -> str:
    """The slug up to the last whole word within the limit; one long word is cut."""
    if len(slug) <= limit:
        return slug
    return slug[: limit + 1].rpartition("-")[0] or slug[:limit]
