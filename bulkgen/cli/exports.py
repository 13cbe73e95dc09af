"""Commands that write folders: the images of a job, and the website."""

import gc
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bulkgen.bootstrap import opened
from bulkgen.domain.errors import InputError
from bulkgen.domain.manifest import as_csv, as_jsonl, entry, file_name
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompt_exports import rows_csv
from bulkgen.publishers.site import SiteFolder
from bulkgen.settings import Settings

_OBJECTS_A_COLLECTION = 100_000


def export_job(settings: Settings, options: Namespace) -> int:
    """Write the provider's bytes of every image, a manifest, and the list of prompts."""
    folder = _folder(options.out / "images")
    with opened(settings) as installation:
        gallery = installation.studio.gallery
        images = [
            image
            for image in gallery.images(LOCAL_ADMIN, options.job_id)
            if image.storage_key is not None
        ]
        for image in images:
            data = gallery.original(LOCAL_ADMIN, image.id).read()
            (folder / file_name(image)).write_bytes(data)
        rows = installation.studio.jobs.rows(LOCAL_ADMIN, options.job_id)
    entries = [entry(image) for image in images]
    (options.out / "prompts.csv").write_text(rows_csv(rows), encoding="utf-8", newline="")
    (options.out / "manifest.csv").write_text(as_csv(entries), encoding="utf-8", newline="")
    (options.out / "manifest.jsonl").write_text(as_jsonl(entries), encoding="utf-8")
    sys.stdout.write(f"{len(images)} images written to {options.out}\n")
    return 0


def export_site(settings: Settings, options: Namespace) -> int:
    """Write the published pages as a website of plain files."""
    out = _folder(options.out)
    with opened(settings) as installation, _fewer_collections():
        site = installation.studio.site
        pages = site.newest()
        base_url = settings.public_url or ""
        SiteFolder(out, installation.storage, base_url, site.settings()).publish(pages)
    sys.stdout.write(f"{len(pages)} pages written to {out}\n")
    return 0


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """A site is many small objects, nearly all of which stay: seldom is soon enough to look."""
    usual = gc.get_threshold()
    gc.set_threshold(_OBJECTS_A_COLLECTION, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {path} cannot be made: {error.strerror}.") from None
    return path
