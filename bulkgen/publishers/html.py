"""The HTML of published pages, the same in the app and in an export."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from math import log
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bulkgen.domain.images import MIME_TYPES, GeneratedImage
from bulkgen.domain.manifest import file_name
from bulkgen.domain.pages import PromptPage, Variant

_TEMPLATES = Path(__file__).parent / "templates"
_STYLES = (_TEMPLATES / "site.css").read_text(encoding="utf-8")
_STYLES_SHA256 = b64encode(sha256(_STYLES.encode()).digest()).decode()
_SHEET_STYLES = (_TEMPLATES / "contact_sheet.css").read_text(encoding="utf-8")
_SHEET_POLICY = (
    "default-src 'none'; img-src data:; style-src "
    f"'sha256-{b64encode(sha256(_SHEET_STYLES.encode()).digest()).decode()}'"
)
#: Pieces of a template that are sent together.
_NODES_AT_ONCE = 100
#: Width by height of the cards in the index, as in site.css.
_SHAPES = {"landscape": 3 / 2, "square": 1, "portrait": 2 / 3}
#: Characters that HTML does not allow, and halves of surrogate pairs, which no file can hold.
_NOT_TEXT = dict.fromkeys(
    [*range(9), 11, 12, *range(14, 32), *range(127, 160), *range(0xD800, 0xE000)], "\ufffd"
)


def page_html(
    page: PromptPage, *, url: str, home_url: str, media_url: str, pictures_from: str = ""
) -> str:
    """The page of a picture.

    `url` is its own absolute address, "" when nobody knows it; `home_url` leads to the index;
    `media_url` stands before the name of each picture; `pictures_from` is the host, if it is
    another one, that pictures may come from.
    """
    return _render(
        "page.html",
        policy=_policy(pictures_from),
        page=page,
        url=url,
        home_url=home_url,
        media_url=media_url,
        jpeg_url=urljoin(url, media_url + _jpeg(page).name),
        json_ld=_json_ld(page, urljoin(url, media_url + _picture(page).name)),
    )


def index_html(
    pages: Sequence[PromptPage],
    *,
    url: str,
    page_url: Callable[[PromptPage], str],
    media_url: str,
    pictures_from: str = "",
) -> str:
    """The list of pages, the newest first; the addresses are as in `page_html`."""
    return _render(
        "index.html",
        policy=_policy(pictures_from),
        pages=_newest_first(pages),
        url=url,
        page_url=page_url,
        media_url=media_url,
    )


def contact_sheet_html(
    title: str, subtitle: str, pictures: Iterable[tuple[GeneratedImage, bytes | None]]
) -> Iterator[str]:
    """One file with every picture in it, made while it is sent; None stands for a lost picture."""
    stream = _ENVIRONMENT.get_template("contact_sheet.html").stream(
        title=title,
        subtitle=subtitle,
        pictures=pictures,
        sheet_policy=_SHEET_POLICY,
        sheet_styles=_SHEET_STYLES,
    )
    stream.enable_buffering(_NODES_AT_ONCE)
    return stream


def not_found_html(home_url: str) -> str:
    """What stands where there is no page."""
    return _render("not_found.html", home_url=home_url)


def sitemap_xml(pages: Sequence[PromptPage], *, base_url: str) -> str:
    """The addresses of an exported site, for search engines; with pictures if it has a host."""
    return _render("sitemap.xml", pages=_newest_first(pages), base_url=base_url)


def _shown_at(page: PromptPage) -> datetime:
    return page.published_at or page.created_at


def _newest_first(pages: Sequence[PromptPage]) -> list[PromptPage]:
    return sorted(pages, key=lambda page: (_shown_at(page), page.slug), reverse=True)


def _jpeg(page: PromptPage) -> Variant:
    return next(v for v in page.variants if v.mime_type == MIME_TYPES["jpeg"])


def _webps(page: PromptPage) -> list[Variant]:
    return [v for v in page.variants if v.mime_type == MIME_TYPES["webp"]]


def _picture(page: PromptPage) -> Variant:
    return max(_webps(page), key=lambda variant: variant.width_px)


def _shape(picture: Variant) -> str:
    ratio = picture.width_px / picture.height_px
    return min(_SHAPES, key=lambda shape: abs(log(ratio / _SHAPES[shape])))


def _json_ld(page: PromptPage, picture_url: str) -> dict[str, Any]:
    picture = _picture(page)
    return {
        "@context": "https://schema.org",
        "@type": "ImageObject",
        "contentUrl": picture_url,
        "name": page.text.title,
        "description": page.text.description,
        "width": picture.width_px,
        "height": picture.height_px,
        "encodingFormat": picture.mime_type,
        "creditText": f"AI-generated with {page.model}",
        "digitalSourceType": "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
    }


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def _policy(pictures_from: str) -> str:
    """What a browser may load for a page."""
    pictures = f"'self' {pictures_from}".rstrip()
    return (
        f"default-src 'none'; img-src {pictures}; style-src 'sha256-{_STYLES_SHA256}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _text_only(value: object) -> object:
    return value.translate(_NOT_TEXT) if isinstance(value, str) else value


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_text_only,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(policy=_policy(""), styles=_STYLES)
    environment.filters.update(
        base64=_base64,
        day=_day,
        file_name=file_name,
        jpeg=_jpeg,
        picture=_picture,
        shape=_shape,
        shown_at=_shown_at,
        webps=_webps,
    )
    return environment


_ENVIRONMENT = _environment()


def _render(template: str, **values: object) -> str:
    return _ENVIRONMENT.get_template(template).render(values)
