"""The public site: what it says of itself, and how its pages hang together."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from bulkgen.domain.errors import InputError
from bulkgen.domain.pages import PromptPage
from bulkgen.domain.slugs import term_slug

#: Pages that one page of a list shows.
LISTED = 48
#: Related pages that a page shows.
RELATED = 6
#: Newest pages that the feed holds.
FED = 50
#: Addresses that one sitemap may hold, by its protocol.
SITEMAP_MAX = 50_000

#: What the accents are seen on, as in site.css.
_GROUNDS = {"accent_light": "#fafaf9", "accent_dark": "#121213"}
#: The least contrast of text and ground, by WCAG 2.2 AA.
_CONTRAST_MIN = 4.5
_LINE_MAX = 200
_FOOTER_MAX = 1_000
_TAGS_SHOWN = 16
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?(?:[/?#][!-~]*)?"
)
_UNSAFE_IN_ADDRESS = re.compile(r"[\"'<>\\^`{|}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What an owner says of the site; "" says nothing."""

    name: str = "Prompt gallery"
    logo_url: str = ""
    accent_light: str = "#0b7a75"
    accent_dark: str = "#4fc4bd"
    footer: str = ""
    #: Who made the pictures; the site itself when it is not said.
    creator: str = ""
    #: Who is to be named beside them; the model when it is not said.
    credit: str = ""
    copyright_notice: str = ""
    license_url: str = ""
    acquire_license_url: str = ""
    #: Whether search engines may list pages that no person has reviewed.
    index_unreviewed: bool = False

    def indexes(self, page: PromptPage) -> bool:
        """Whether search engines may list a page."""
        return self.index_unreviewed or page.reviewed_at is not None


def checked_site(site: Site) -> Site:
    """The settings in the form they are kept in; raises InputError for what cannot be shown."""
    lines = {
        kept.name: " ".join(str(getattr(site, kept.name)).split())
        for kept in fields(site)
        if kept.name not in {"footer", "index_unreviewed"}
    }
    for name in _GROUNDS:
        lines[name] = lines[name].lower()
    footer = site.footer.strip()
    if not lines["name"]:
        raise InputError("The site needs a name. Write one.")
    for name, text in lines.items():
        if len(text) > _LINE_MAX:
            raise InputError(f"The {_words(name)} is too long. Use at most {_LINE_MAX} characters.")
    if len(footer) > _FOOTER_MAX:
        raise InputError(f"The footer is too long. Use at most {_FOOTER_MAX:,} characters.")
    for name in ("logo_url", "license_url", "acquire_license_url"):
        _check_address(_words(name), lines[name])
    for name, ground in _GROUNDS.items():
        _check_accent(_words(name), lines[name], ground)
    return Site(**lines, footer=footer, index_unreviewed=site.index_unreviewed)


def _words(name: str) -> str:
    return {
        "logo_url": "address of the logo",
        "license_url": "address of the licence",
        "acquire_license_url": "address where a licence is sold",
        "accent_light": "accent colour on light",
        "accent_dark": "accent colour on dark",
    }.get(name, name.replace("_", " "))


def _check_address(what: str, address: str) -> None:
    if not address:
        return
    if not _ADDRESS.fullmatch(address) or _UNSAFE_IN_ADDRESS.search(address):
        raise InputError(
            f"The {what} cannot be used. Write a whole address such as https://example.com/file."
        )


def _check_accent(what: str, colour: str, ground: str) -> None:
    if not _COLOUR.fullmatch(colour):
        raise InputError(f"The {what} is no colour. Write it as #0b7a75.")
    if _contrast(colour, ground) < _CONTRAST_MIN:
        kind = "darker" if ground == _GROUNDS["accent_light"] else "lighter"
        raise InputError(f"The {what} cannot be read on its ground. Choose a {kind} one.")


def _contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def origin(address: str) -> str:
    """Scheme and host of a checked address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


class TermKind(StrEnum):
    """What pages are grouped by."""

    CATEGORY = "category"
    TAG = "tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A tag or a category; names that give the same slug are one term."""

    kind: TermKind
    slug: str
    name: str
    #: Where its list is, below the root of the site.
    location: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "location", f"{self.kind}/{self.slug}")


def tag_terms(tags: Iterable[str]) -> list[Term]:
    """The terms of some tags, each once."""
    return _distinct(TermKind.TAG, tags)


def category_terms(categories: Iterable[str]) -> list[Term]:
    """The terms of some categories, each once."""
    return _distinct(TermKind.CATEGORY, categories)


def _distinct(kind: TermKind, names: Iterable[str]) -> list[Term]:
    by_slug: dict[str, Term] = {}
    for name in names:
        if name.strip():
            term = _term(kind, name)
            by_slug.setdefault(term.slug, term)
    return list(by_slug.values())


@lru_cache(maxsize=50_000)
def _term(kind: TermKind, name: str) -> Term:
    return Term(kind=kind, slug=term_slug(name), name=name)


def frequent_tags(pages: Sequence[PromptPage]) -> tuple[Term, ...]:
    """The tags that most of these pages have."""
    counts = Counter(term for page in pages for term in tag_terms(page.text.tags))
    by_slug: dict[str, Term] = {}
    for term in sorted(counts, key=lambda term: (-counts[term], term.slug, term.name)):
        by_slug.setdefault(term.slug, term)
    return tuple(by_slug.values())[:_TAGS_SHOWN]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """A published page with its neighbours."""

    page: PromptPage
    newer: PromptPage | None
    older: PromptPage | None
    related: tuple[PromptPage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One page of a list, the newest first."""

    #: None for all pages.
    term: Term | None
    #: From 1.
    number: int
    #: Published pages in the whole list.
    total: int
    pages: tuple[PromptPage, ...]
    #: Other lists that are named above this one.
    categories: tuple[Term, ...] = ()
    tags: tuple[Term, ...] = ()

    @property
    def numbers(self) -> int:
        """How many pages the list has."""
        return page_numbers(self.total)

    @property
    def location(self) -> str:
        """Where it is, below the root of the site."""
        return self.at(self.number)

    def at(self, number: int) -> str:
        """Where another page of the list is."""
        if self.term is None:
            return "" if number == 1 else f"page/{number}"
        return self.term.location if number == 1 else f"{self.term.location}/{number}"


def page_numbers(total: int) -> int:
    """How many pages a list of so many has; an empty one has one."""
    return max(1, -(-total // LISTED))


def choose_related(
    page: PromptPage, groups: Iterable[Iterable[PromptPage]]
) -> tuple[PromptPage, ...]:
    """The first pages of the groups that are other ones, each once."""
    chosen: dict[str, PromptPage] = {}
    for group in groups:
        for other in group:
            if other.slug != page.slug:
                chosen.setdefault(other.slug, other)
        if len(chosen) >= RELATED:
            break
    return tuple(chosen.values())[:RELATED]
