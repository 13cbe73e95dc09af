"""Commands for storage as a whole."""

import sys
from argparse import Namespace
from collections.abc import Iterator

from bulkgen.bootstrap import opened
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.storage_check import StorageReport
from bulkgen.settings import Settings

_LEFT = 1


def check_storage(settings: Settings, options: Namespace) -> int:
    """Find rows without files and files without rows, and do about it what the options say."""
    with opened(settings) as installation:
        storage = installation.studio.storage
        report = storage.look(LOCAL_ADMIN)
        for line in _found(report):
            _say(line)
        if options.repair:
            made, failures = storage.repair(LOCAL_ADMIN, report)
            for failure in failures:
                _say(f"not made: {failure}")
            _say(f"{made:,} files were made again.")
        if options.sweep:
            _say(f"{storage.sweep(LOCAL_ADMIN, report):,} files were deleted.")
        if not (options.repair or options.sweep):
            _say("Nothing was changed.")
            return 0 if report.in_order else _LEFT
        return 0 if storage.look(LOCAL_ADMIN).in_order else _LEFT


def _found(report: StorageReport) -> Iterator[str]:
    yield f"{report.files:,} files, {_megabytes(report.size_bytes)} MB"
    for image in report.lost:
        yield f"lost picture: {image.storage_key} (job {image.job_id})"
    for image in report.thumbnails:
        yield f"missing thumbnail of {image.storage_key}"
    for missing in report.variants:
        yield f"page {missing.page.slug}: {', '.join(missing.names)} missing"
    for file in report.orphans:
        yield f"belongs to nothing: {file.key}"
    for key in report.strays:
        yield f"at the CDN and not published: {key}"
    if report.thumbnails or report.variants:
        yield "--repair makes thumbnails and pictures of pages again."
    if report.orphans or report.strays:
        size_bytes = sum(file.size_bytes for file in report.orphans)
        yield f"--sweep deletes what belongs to nothing, {_megabytes(size_bytes)} MB."


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1_000_000:,.1f}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
