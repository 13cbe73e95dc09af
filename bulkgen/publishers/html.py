"""The HTML and XML of published pages, the same in the app and in an export."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from hashlib import sha256
from math import log
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bulkgen.domain.images import MIME_TYPES
from bulkgen.domain.pages import PromptPage, Variant
from bulkgen.domain.site import (
    SITEMAP_MAX,
    Listing,
    PageView,
    Site,
    Term,
    TermKind,
    category_terms,
    origin,
    tag_terms,
)
from bulkgen.publishers.addresses import Addresses

TEMPLATES = Path(__file__).parent / "templates"
#: Width by height of the cards in a list, as in site.css.
_SHAPES = {"landscape": 3 / 2, "square": 1, "portrait": 2 / 3}
#: Characters that HTML or XML does not allow, and halves of surrogate pairs, which no file can
#: hold.
_NOT_TEXT = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
    )
    + "]"
)
#: Pictures of a list that stand on the first screen.
_SEEN_AT_ONCE = 8
_LATER = {"loading": "lazy", "decoding": "async"}
_CARD_SIZES = "(min-width: 40rem) 26rem, 60vw"
#: Before the first page is published.
_NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class Look:
    """The styles of a site, and the policy of its pages."""

    styles: str
    #: Changes with the styles.
    location: str
    policy: str


class SitePages:
    """Renders a site with its settings."""

    def __init__(self, site: Site, addresses: Addresses, *, pictures_from: str = "") -> None:
        """`pictures_from` is the host, if it is another one, that sends the pictures."""
        self._site = site
        self._addresses = addresses
        logos_from = origin(site.logo_url) if site.logo_url else ""
        hosts = tuple(filter(None, (logos_from, pictures_from)))
        self.look = _look(site.accent_light, site.accent_dark, hosts)
        #: What stands in several lists, by slug, way to the pictures, and whether it may wait.
        self._cards: dict[tuple[str, str, bool], Markup] = {}

    def page(self, view: PageView) -> str:
        """The page of a picture."""
        page = view.page
        return self._render(
            "page.html",
            page.slug,
            view=view,
            url=self._addresses.full(page.slug),
            jpeg_url=self._addresses.full(f"media/{jpeg(page).name}"),
            json_ld=self._json_ld(page),
            script=_SCRIPT,
        )

    def listing(self, listing: Listing) -> str:
        """One page of a list."""
        at = listing.location
        cards = [
            self._card(page, at, below=place >= _SEEN_AT_ONCE)
            for place, page in enumerate(listing.pages)
        ]
        return self._render(
            "listing.html", at, listing=listing, cards=cards, url=self._addresses.full(at)
        )

    def _card(self, page: PromptPage, at: str, *, below: bool) -> Markup:
        key = (page.slug, self._addresses.href("media/", at=at), below)
        if key not in self._cards:
            macros: Any = ENVIRONMENT.get_template("picture.html").module
            href = partial(self._addresses.href, at=at)
            self._cards[key] = macros.card(page, href, _CARD_SIZES, _LATER if below else {})
        return self._cards[key]

    def not_found(self, at: str) -> str:
        """What stands at a location where there is no page."""
        return self._render("not_found.html", at)

    def feed(self, newest: Sequence[PromptPage]) -> str:
        """The newest pages for feed readers, as Atom."""
        updated = max((page.updated_at for page in newest), default=_NEVER)
        return self._render("feed.xml", "feed.xml", pages=newest, updated=updated)

    def sitemaps(self, terms: Sequence[Term], pages: Sequence[PromptPage]) -> dict[str, str]:
        """Addresses for search engines by file name; many are cut, and sitemap.xml lists the files.

        They are the first page of every list, and the pages that may be indexed.
        """
        entries = [(self._place(term.location), "", "") for term in terms]
        entries.insert(0, (self._addresses.full("") or "/", "", ""))
        for page in pages:
            if self._site.indexes(page):
                picture = self._place(f"media/{_picture(page).name}")
                changed_on = page.updated_at.date().isoformat()
                entries.append((self._place(page.slug), changed_on, picture))
        parts = [
            self._render("sitemap.xml", "sitemap.xml", entries=entries[start : start + SITEMAP_MAX])
            for start in range(0, len(entries), SITEMAP_MAX)
        ]
        if len(parts) == 1:
            return {"sitemap.xml": parts[0]}
        index = self._render("sitemaps.xml", "sitemap.xml", count=len(parts))
        names = (f"sitemap-{number}.xml" for number in range(1, len(parts) + 1))
        return {"sitemap.xml": index, **dict(zip(names, parts, strict=True))}

    def _place(self, location: str) -> str:
        """The address of a location for those who read a file of the root."""
        return self._addresses.full(location) or self._addresses.path(location)

    def _json_ld(self, page: PromptPage) -> dict[str, Any]:
        picture, site = _picture(page), self._site
        location = f"media/{picture.name}"
        said = {
            "copyrightNotice": site.copyright_notice,
            "license": site.license_url,
            "acquireLicensePage": site.acquire_license_url,
        }
        return {
            "@context": "https://schema.org",
            "@type": "ImageObject",
            "contentUrl": self._addresses.full(location)
            or self._addresses.href(location, at=page.slug),
            "name": page.text.title,
            "description": page.text.description,
            "width": picture.width_px,
            "height": picture.height_px,
            "encodingFormat": picture.mime_type,
            "creator": {"@type": "Organization", "name": site.creator or site.name},
            "creditText": site.credit or f"AI-generated with {page.model}",
            **{name: value for name, value in said.items() if value},
            "digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
        }

    def _render(self, template: str, at: str, **values: object) -> str:
        return ENVIRONMENT.get_template(template).render(
            site=self._site,
            look=self.look,
            href=partial(self._addresses.href, at=at),
            full=self._addresses.full,
            **values,
        )


def jpeg(page: PromptPage) -> Variant:
    """The picture of cards and feeds."""
    return next(v for v in page.variants if v.mime_type == MIME_TYPES["jpeg"])


def policy_hash(text: str) -> str:
    """How a policy names a piece of the page that it allows."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@lru_cache(maxsize=8)
def _look(accent_light: str, accent_dark: str, picture_hosts: tuple[str, ...]) -> Look:
    styles = (
        f":root{{--accent:{accent_light}}}"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{accent_dark}}}}}{_STYLES}"
    )
    pictures = " ".join(("'self'", *picture_hosts))
    return Look(
        styles=styles,
        location=f"media/site-{sha256(styles.encode()).hexdigest()[:8]}.css",
        policy=f"default-src 'none'; img-src {pictures}; style-src 'self'; "
        f"script-src {policy_hash(_SCRIPT)}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'",
    )


def _small(styles: str) -> str:
    """Styles without the blanks that only people need."""
    return re.sub(r"\s*([{};,:>])\s*", r"\1", styles).strip()


def _about(listing: Listing) -> str:
    term = listing.term
    if term is None:
        return "AI-generated pictures and the prompts that made them."
    pictures = (
        "1 AI-generated picture"
        if listing.total == 1
        else (f"{listing.total:,} AI-generated pictures")
    )
    which = "in the category" if term.kind is TermKind.CATEGORY else "with the tag"
    return f"{pictures} {which} “{term.name}”, with the prompts that made them."


def _near_numbers(listing: Listing) -> list[int | None]:
    """The first page, those around this one, and the last; None stands for a gap."""
    wanted = {1, listing.numbers, *range(listing.number - 2, listing.number + 3)}
    shown: list[int | None] = []
    for number in sorted(wanted & set(range(1, listing.numbers + 1))):
        if shown and shown[-1] != number - 1:
            shown.append(None)
        shown.append(number)
    return shown


def _shown_at(page: PromptPage) -> datetime:
    return page.published_at or page.created_at


def _webps(page: PromptPage) -> list[Variant]:
    """The smallest first."""
    found = (v for v in page.variants if v.mime_type == MIME_TYPES["webp"])
    return sorted(found, key=lambda variant: variant.width_px)


def _picture(page: PromptPage) -> Variant:
    return _webps(page)[-1]


def _shape(picture: Variant) -> str:
    ratio = picture.width_px / picture.height_px
    return min(_SHAPES, key=lambda shape: abs(log(ratio / _SHAPES[shape])))


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def _text_only(value: object) -> object:
    if isinstance(value, str) and _NOT_TEXT.search(value):
        return type(value)(_NOT_TEXT.sub("\ufffd", value))
    return value


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_text_only,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        about=_about,
        category_terms=category_terms,
        day=_day,
        jpeg=jpeg,
        near_numbers=_near_numbers,
        picture=_picture,
        shape=_shape,
        shown_at=_shown_at,
        tag_terms=tag_terms,
        webps=_webps,
    )
    return environment


_STYLES = _small((TEMPLATES / "site.css").read_text(encoding="utf-8"))
_SCRIPT = (TEMPLATES / "copy.js").read_text(encoding="utf-8")
ENVIRONMENT = _environment()
