"""Commands that look at the installation."""

import platform
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Iterator
from importlib.metadata import version

from sqlalchemy import URL

from bulkgen import __version__
from bulkgen.bootstrap import opened
from bulkgen.domain.errors import BulkgenError, StorageError
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.records.database import WAL_SAFE_SINCE, journal_mode, parse_url
from bulkgen.settings import Settings
from bulkgen.storage import without_secret
from bulkgen.studio import Studio

_FAULT = 1


def migrate(settings: Settings, _options: Namespace) -> int:
    """Bring the database up to date."""
    with opened(settings):
        sys.stdout.write("The database is up to date.\n")
    return 0


def doctor(settings: Settings, _options: Namespace) -> int:
    """Print what this installation is made of, and what is wrong with it."""
    try:
        for name, value in _facts(settings):
            _print(name, value)
        with opened(settings) as installation:
            jobs = installation.studio.jobs.all(LOCAL_ADMIN)
            health = installation.studio.health.look(LOCAL_ADMIN)
            problems = [*health.advice(), *_fault_of_storage(installation.studio)]
    except BulkgenError as error:
        _print("problem", str(error))
        return _FAULT
    _print("jobs", f"{len(jobs)}, {sum(job.active for job in jobs)} active")
    for name, value in health.facts():
        _print(name, value)
    for problem in problems:
        _print("problem", problem)
    return _FAULT if problems else 0


def _fault_of_storage(studio: Studio) -> Iterator[str]:
    try:
        studio.storage.try_out(LOCAL_ADMIN)
    except StorageError as error:
        yield str(error)
    else:
        _print("storage works", "a file was written, read back and deleted")


def _print(name: str, value: str) -> None:
    sys.stdout.write(f"{name:<14} {value}\n")


def _facts(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "bulkgen", __version__
    yield "python", platform.python_version()
    for package in ("streamlit", "openai", "sqlmodel", "sqlalchemy", "psycopg", "pillow"):
        yield package, version(package)
    yield "data", str(settings.folder)
    url = parse_url(settings.effective_database_url)
    yield "database at", _without_password(url)
    if url.get_backend_name() == "sqlite":
        yield "sqlite", _sqlite_verdict()
    yield "storage", without_secret(settings.effective_storage_url)
    yield "mode", _mode(settings)


def _sqlite_verdict() -> str:
    safe = ".".join(map(str, WAL_SAFE_SINCE))
    mode = journal_mode()
    reason = f"{safe} or newer" if mode == "WAL" else f"older than {safe}, so no write-ahead log"
    return f"{sqlite3.sqlite_version}, journal {mode} ({reason}), every commit synchronous"


def _mode(settings: Settings) -> str:
    if settings.demo_mode:
        return "demo, pictures are painted locally and nothing is charged"
    return "OpenAI, with a key" if settings.openai_api_key else "OpenAI, without a key"


def _without_password(url: URL) -> str:
    secrets = ("password", "sslpassword")
    return url.difference_update_query(secrets).render_as_string(hide_password=True)
