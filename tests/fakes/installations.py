"""A whole installation in the test's own process, paying a server that keeps a ledger."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.jobs import GenerationSettings, Job
from bulkgen.domain.pages import PageProgress, WorkProgress
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.settings import Settings
from tests.fakes.demo_server import KEY, RunningServer

_WAIT_S = 60


def settings_for(
    data_dir: Path,
    server: RunningServer,
    limit: int | None = 600,
    *,
    database_url: str | None = None,
    **others: object,
) -> Settings:
    """Settings of an installation that takes the server for OpenAI."""
    return Settings.model_construct(
        **{
            **{name: field.default for name, field in Settings.model_fields.items()},
            "data_dir": data_dir,
            "database_url": database_url,
            "images_per_minute": limit,
            "openai_api_key": SecretStr(KEY),
            "openai_base_url": server.base_url,
            **others,
        }
    )


@contextmanager
def running_installation(
    data_dir: Path,
    server: RunningServer,
    limit: int | None = 600,
    *,
    database_url: str | None = None,
    **others: object,
) -> Iterator[Installation]:
    """An installation whose engine runs."""
    settings = settings_for(data_dir, server, limit, database_url=database_url, **others)
    installation = open_installation(settings)
    installation.engine.start()
    try:
        yield installation
    finally:
        installation.close(timeout_s=10)


def submit(
    installation: Installation,
    prompts: int | Sequence[str | PromptRow],
    *,
    try_first: int | None = None,
    budget_usd: str | None = None,
    **chosen: object,
) -> UUID:
    """Start a job of so many prompts, or of these."""
    if isinstance(prompts, int):
        prompts = [f"a lighthouse, number {number}" for number in range(1, prompts + 1)]
    rows = [row if isinstance(row, PromptRow) else PromptRow(text=row) for row in prompts]
    return installation.studio.jobs.submit(
        LOCAL_ADMIN,
        rows,
        a_choice(installation, **chosen),
        name="a job",
        try_first=try_first,
        budget_usd=None if budget_usd is None else Decimal(budget_usd),
    )


def a_choice(installation: Installation, **chosen: object) -> GenerationSettings:
    """The default settings with these changes."""
    return replace(installation.studio.choices.default_settings(), **chosen)  # type: ignore[arg-type]  # any field


def job_of(installation: Installation, job_id: UUID) -> Job:
    """The job as it is now."""
    return installation.studio.jobs.get(LOCAL_ADMIN, job_id)


def wait_for_job(
    installation: Installation, job_id: UUID, until: Callable[[Job], bool] | None = None
) -> Job:
    """The job once it rests, or once something holds of it; fails after a minute."""
    reached = until or (lambda job: not job.active)
    ends_at = time.monotonic() + _WAIT_S
    while time.monotonic() < ends_at:
        job = job_of(installation, job_id)
        if reached(job):
            return job
        time.sleep(0.02)
    raise AssertionError(f"waited for {_WAIT_S} s: {job}")


def wait_for_pages(installation: Installation, job_id: UUID) -> PageProgress:
    """What came of the pages of a job once none is under way; fails after a minute."""
    ends_at = time.monotonic() + _WAIT_S
    while time.monotonic() < ends_at:
        progress = installation.studio.pages.progress(LOCAL_ADMIN, job_id)
        if progress and not progress.active:
            return progress
        time.sleep(0.02)
    raise AssertionError(f"pages are not made after {_WAIT_S} s")


def wait_for_work(installation: Installation) -> WorkProgress:
    """What came of the work on pages that are made, once none is under way."""
    ends_at = time.monotonic() + _WAIT_S
    while time.monotonic() < ends_at:
        progress = installation.studio.pages.work_progress(LOCAL_ADMIN)
        if progress and not progress.open:
            return progress
        time.sleep(0.02)
    raise AssertionError(f"pages are not worked on after {_WAIT_S} s")
