"""The files of a static site, and what each of them is made from."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from bulkgen.domain.manifest import as_jsonl
from bulkgen.domain.page_manifest import media_path, page_entry, pages_csv
from bulkgen.domain.pages import PromptPage
from bulkgen.domain.published import PublishedPages
from bulkgen.domain.site import FED, Site
from bulkgen.publishers.addresses import file_path, in_files
from bulkgen.publishers.html import SitePages

#: Path of a file -> its sha256 and size_bytes; empty while it may not be written yet.
Files = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """A file that is worth keeping while it would become the same."""

    path: str
    #: Changes when the file does.
    made_from: str
    render: Callable[[], str]


class SiteFiles:
    """A static site as it has to be now."""

    def __init__(self, published: PublishedPages, site: Site, base_url: str) -> None:
        self._published = published
        self._base_url = base_url.rstrip("/")
        self._addresses = in_files(base_url)
        self._pages = SitePages(site, self._addresses)
        self._frame = f"{_program()} {site!r} {self._base_url}"
        self._digests = {page.slug: _digest(repr(page)) for page in published.newest}

    def picture_names(self) -> list[str]:
        """The pictures that the pages show."""
        names = (v.name for page in self._published.newest for v in page.variants)
        return list(dict.fromkeys(names))

    def rendered(self) -> Iterator[RenderedFile]:
        """Pages, lists and the styles of both."""
        for view in self._published.views():
            shown = (view.page, view.newer, view.older, *view.related)
            yield RenderedFile(
                file_path(view.page.slug),
                self._made_from("", *shown),
                partial(self._pages.page, view),
            )
        look = self._pages.look
        yield RenderedFile(file_path(look.location), look.location, lambda: look.styles)
        for listing in self._published.listings():
            frame = repr((listing.term, listing.number, listing.total))
            above = repr((listing.categories, listing.tags))
            yield RenderedFile(
                file_path(listing.location),
                self._made_from(frame + above, *listing.pages),
                partial(self._pages.listing, listing),
            )

    def summaries(self, files: Files) -> dict[str, str]:
        """What tells of all pages: feed, sitemaps, robots.txt, lists for importers."""
        newest = self._published.newest
        urls = [self._addresses.full(page.slug) or file_path(page.slug) for page in newest]
        entries = [page_entry(page, url, files) for page, url in zip(newest, urls, strict=True)]
        return {
            "feed.xml": self._pages.feed(newest[:FED]),
            **self._pages.sitemaps(self._published.terms(), newest),
            "robots.txt": self._robots(),
            "pages.csv": pages_csv(entries),
            "pages.jsonl": as_jsonl(entries),
        }

    def _robots(self) -> str:
        sitemap = f"Sitemap: {self._base_url}/sitemap.xml\n" if self._base_url else ""
        return f"User-agent: *\nAllow: /\n{sitemap}"

    def _made_from(self, frame: str, *pages: PromptPage | None) -> str:
        shown = " ".join(self._digests[page.slug] if page else "-" for page in pages)
        return _digest(f"{self._frame} {frame} {shown}")


def every_file(
    published: PublishedPages, site: Site, base_url: str, picture: Callable[[str], bytes]
) -> Iterator[tuple[str, bytes]]:
    """The paths and bytes of a whole site, one after the other, the same each time.

    `picture` gives the bytes of a variant by its name.
    """
    made = SiteFiles(published, site, base_url)
    files: Files = {}
    for name in made.picture_names():
        data = picture(name)
        files[media_path(name)] = described(data)
        yield media_path(name), data
    for file in made.rendered():
        data = file.render().encode("utf-8", "replace")
        files[file.path] = {**described(data), "made_from": file.made_from}
        yield file.path, data
    for path, text in made.summaries(files).items():
        data = text.encode("utf-8", "replace")
        files[path] = described(data)
        yield path, data
    yield "manifest.json", manifest_text(files).encode()


def described(data: bytes) -> dict[str, Any]:
    """What the manifest says of a file."""
    return {"sha256": sha256(data).hexdigest(), "size_bytes": len(data)}


def manifest_text(files: Mapping[str, Mapping[str, Any]]) -> str:
    """The files of a site by their paths, one in each line."""
    text = json.dumps({"files": files}, sort_keys=True)
    return text.replace("}, ", "},\n") + "\n"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@cache
def _program() -> str:
    """Changes with whatever renders the files."""
    parts = sorted(path for path in Path(__file__).parent.rglob("*") if path.is_file())
    whole = sha256()
    for path in parts:
        if path.suffix != ".pyc":
            whole.update(path.read_bytes())
    return whole.hexdigest()
