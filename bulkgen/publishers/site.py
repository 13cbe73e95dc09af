"""Published pages as a folder of files that any web host can serve."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from typing_extensions import override

from bulkgen.domain.errors import StorageError, storage_error
from bulkgen.domain.pages import PageStatus, PromptPage
from bulkgen.domain.storage_keys import is_key, variant_key
from bulkgen.ports import Publisher, Storage
from bulkgen.publishers.html import index_html, page_html, sitemap_xml

#: Path of a file -> its sha256 and size_bytes; empty while it may not be written yet.
Files = dict[str, dict[str, Any]]


class SiteFolder(Publisher):
    """A static site; `base_url` is its public address, "" when it has none yet.

    manifest.json lists what was written, so that a later run removes that and nothing else.
    """

    def __init__(self, out: Path, storage: Storage, base_url: str) -> None:
        self._out = out
        self._storage = storage
        self._base_url = base_url.rstrip("/")

    @override
    def publish(self, pages: Sequence[PromptPage]) -> None:
        try:
            self._publish([page for page in pages if page.status == PageStatus.PUBLISHED])
        except OSError as error:
            raise storage_error(error, self._out) from error

    def _publish(self, pages: Sequence[PromptPage]) -> None:
        before = self._read_manifest()
        names = {variant.name for page in pages for variant in page.variants}
        to_come = {_page_path(page) for page in pages} | {_media_path(name) for name in names}
        if not to_come <= before.keys():
            # A run that is cut short must not leave files that no later run knows.
            self._write_manifest({path: {} for path in to_come} | before)
        files = {_media_path(name): self._write_media(name, before) for name in names}
        files |= {path: self._write(path, text.encode()) for path, text in self._texts(pages)}
        for path in before.keys() - files.keys():
            self._remove(path)
        self._write_manifest(files)

    def _texts(self, pages: Sequence[PromptPage]) -> Iterator[tuple[str, str]]:
        for page in pages:
            yield (
                _page_path(page),
                page_html(
                    page,
                    url=self._base_url and f"{self._base_url}/p/{page.slug}/",
                    home_url="../../index.html",
                    media_url="../media/",
                ),
            )
        yield (
            "index.html",
            index_html(
                pages,
                url=self._base_url and f"{self._base_url}/",
                page_url=_page_path,
                media_url="p/media/",
            ),
        )
        yield "sitemap.xml", sitemap_xml(pages, base_url=self._base_url)
        yield "robots.txt", self._robots()

    def _robots(self) -> str:
        sitemap = f"Sitemap: {self._base_url}/sitemap.xml\n" if self._base_url else ""
        return f"User-agent: *\nAllow: /\n{sitemap}"

    def _write_media(self, name: str, before: Files) -> dict[str, Any]:
        """Write a picture unless it is there; a name never gets other bytes."""
        path = _media_path(name)
        known = before.get(path)
        file = self._out / path
        if known and file.is_file() and file.stat().st_size == known["size_bytes"]:
            return known
        return self._write(path, self._storage.get(variant_key(name)))

    def _write(self, path: str, data: bytes) -> dict[str, Any]:
        if not is_key(path):
            raise StorageError(f"{path!r} cannot name a file of the site.")
        target = self._out / path
        if not target.is_file() or target.read_bytes() != data:
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary = target.with_name(f".{target.name}")
            try:
                temporary.write_bytes(data)
                temporary.replace(target)
            finally:
                temporary.unlink(missing_ok=True)
        return {"sha256": sha256(data).hexdigest(), "size_bytes": len(data)}

    def _remove(self, path: str) -> None:
        if path.startswith("p/") and is_key(path):
            file = self._out / path
            file.unlink(missing_ok=True)
            if file.parent.is_dir() and not any(file.parent.iterdir()):
                file.parent.rmdir()

    def _read_manifest(self) -> Files:
        file = self._out / "manifest.json"
        if not file.exists():
            return {}
        try:
            return dict(json.loads(file.read_bytes())["files"])
        except (ValueError, TypeError, KeyError) as error:
            raise StorageError(
                f"{file} was not written by an earlier export; move it away and export again."
            ) from error

    def _write_manifest(self, files: Files) -> None:
        text = json.dumps({"files": files}, indent=1, sort_keys=True)
        self._write("manifest.json", f"{text}\n".encode())


def _page_path(page: PromptPage) -> str:
    return f"p/{page.slug}/index.html"


def _media_path(name: str) -> str:
    return f"p/media/{name}"
