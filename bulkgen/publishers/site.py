"""Published pages as a folder of files that any web host can serve."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from typing_extensions import override

from bulkgen.domain.errors import StorageError, storage_error
from bulkgen.domain.page_manifest import media_path
from bulkgen.domain.pages import PromptPage
from bulkgen.domain.published import PublishedPages
from bulkgen.domain.site import Site
from bulkgen.domain.storage_keys import is_key, variant_key
from bulkgen.ports import Publisher, Storage
from bulkgen.publishers.site_files import Files, SiteFiles, described, manifest_text

#: Files of an earlier run that may go; others at the root are of every run.
_OWN = re.compile(r"p/.*|sitemap-\d+\.xml")


class SiteFolder(Publisher):
    """A static site; `base_url` is its public address, "" when it has none yet.

    manifest.json lists what was written, so that a later run writes and removes only what changed.
    """

    def __init__(self, out: Path, storage: Storage, base_url: str, site: Site) -> None:
        self._out = out
        self._storage = storage
        self._base_url = base_url
        self._site = site
        #: Folders that are there for sure.
        self._folders: set[Path] = set()

    @override
    def publish(self, pages: Sequence[PromptPage]) -> None:
        self._folders.clear()
        files = SiteFiles(PublishedPages(pages), self._site, self._base_url)
        try:
            self._publish(files)
        except OSError as error:
            raise storage_error(error, self._out) from error

    def _publish(self, site: SiteFiles) -> None:
        before = self._read_manifest()
        names = site.picture_names()
        rendered = list(site.rendered())
        to_come = {media_path(name) for name in names} | {file.path for file in rendered}
        if not to_come <= before.keys():
            # A run that is cut short must not leave files that no later run knows.
            self._write_manifest({path: {} for path in to_come} | before)
        files: Files = {media_path(name): self._bring_picture(name, before) for name in names}
        for file in rendered:
            known = before.get(file.path)
            if known and known.get("made_from") == file.made_from and self._has(file.path, known):
                files[file.path] = known
            else:
                written = self._write(file.path, file.render())
                files[file.path] = {**written, "made_from": file.made_from}
        for path, text in site.summaries(files).items():
            files[path] = self._write(path, text)
        for path in before.keys() - files.keys():
            self._remove(path)
        self._write_manifest(files)

    def _has(self, path: str, known: Mapping[str, Any]) -> bool:
        try:
            size_bytes = os.stat(f"{self._out}/{path}").st_size  # noqa: PTH116 - it is asked for every file
        except FileNotFoundError:
            return False
        return bool(size_bytes == known["size_bytes"])

    def _bring_picture(self, name: str, before: Files) -> dict[str, Any]:
        """Bring a picture unless it is there; a name never gets other bytes."""
        path = media_path(name)
        known = before.get(path)
        if known and self._has(path, known):
            return known

        def bring(target: Path) -> None:
            target.unlink(missing_ok=True)
            self._storage.copy_to(variant_key(name), target)

        self._replace(path, bring)
        return described((self._out / path).read_bytes())

    def _write(self, path: str, text: str) -> dict[str, Any]:
        data = text.encode("utf-8", "replace")
        target = self._out / path
        if not (is_key(path) and target.is_file() and target.read_bytes() == data):

            def write(temporary: Path) -> None:
                temporary.write_bytes(data)

            self._replace(path, write)
        return described(data)

    def _replace(self, path: str, write: Callable[[Path], None]) -> None:
        """Let a file appear under its name only when all of it is there."""
        if not is_key(path):
            raise StorageError(f"{path!r} cannot name a file of the site.")
        target = self._out / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        temporary = target.with_name(f".{target.name}")
        try:
            write(temporary)
            temporary.replace(target)
        finally:
            # A link to the file that is there already stays behind.
            temporary.unlink(missing_ok=True)

    def _remove(self, path: str) -> None:
        if not (is_key(path) and _OWN.fullmatch(path)):
            return
        file = self._out / path
        file.unlink(missing_ok=True)
        for folder in self._folders_of(file):
            if not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()

    def _folders_of(self, file: Path) -> Iterator[Path]:
        """The folders a file was in, without `p` and those above."""
        for folder in file.parents:
            if folder in {self._out, self._out / "p"}:
                return
            yield folder

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
        self._write("manifest.json", manifest_text(files))
