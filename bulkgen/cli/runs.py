"""Commands that wait: run, resume, retry."""

import json
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import UUID

from bulkgen.bootstrap import Installation, opened
from bulkgen.cli.bar import ProgressBar
from bulkgen.cli.jobs import print_job
from bulkgen.domain.errors import InputError, PromptFileError, StateError
from bulkgen.domain.image_filters import Choice
from bulkgen.domain.jobs import RUNNING, GenerationSettings, Job, JobStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import Column, ListLimits, Problem, PromptSheet
from bulkgen.engine.patience import patiently
from bulkgen.readers import read_list
from bulkgen.settings import Settings
from bulkgen.studio import Studio
from bulkgen.studio.checks import CheckedList

_ALL_MADE = 0
_NOTHING_TO_RUN = 2
_SOME_FAILED = 3
_PAUSED = 4
_INTERRUPTED = 130
_LOOK_S = 0.2


def run(settings: Settings, options: Namespace) -> int:
    """Make the images of a list, and their pages if asked, and wait to the end."""
    sheet = _read(options, settings.list_limits)
    with opened(settings) as installation:
        studio = installation.studio
        chosen = _chosen(studio, options)
        checked = studio.checks.check(
            LOCAL_ADMIN, sheet.rows, chosen, use_earlier=options.use_earlier
        )
        rejected = _rejected(sheet, checked.problems)
        if options.dry_run:
            return _dry_run(sheet, checked, rejected, as_json=options.json)
        for problem in rejected:
            sys.stderr.write(f"Row {problem.line} is left out: {problem.reason}\n")
        if options.budget is None and studio.jobs.needs_confirmation(checked):
            raise InputError(
                f"The job may cost up to ${checked.estimate.most_usd:.2f}. "
                "Agree by naming the most it may cost, with --budget USD."
            )
        job_id = studio.jobs.submit(
            LOCAL_ADMIN,
            sheet.rows,
            chosen,
            name=options.name or options.file.stem,
            budget_usd=options.budget,
            leave_problems=True,
            use_earlier=options.use_earlier,
        )
        return _wait(installation, job_id, options, create_pages=options.create_pages)


def resume_job(settings: Settings, options: Namespace) -> int:
    """Go on with a paused or interrupted job and wait to the end."""
    with opened(settings) as installation:
        studio = installation.studio
        if studio.jobs.get(LOCAL_ADMIN, options.job_id).status not in RUNNING:
            studio.jobs.resume(LOCAL_ADMIN, options.job_id)
        return _wait(installation, options.job_id, options)


def retry_job(settings: Settings, options: Namespace) -> int:
    """Ask again for failed images, or for one, and wait to the end."""
    with opened(settings) as installation:
        installation.studio.jobs.retry(LOCAL_ADMIN, options.job_id, options.image)
        return _wait(installation, options.job_id, options)


def _read(options: Namespace, limits: ListLimits) -> PromptSheet:
    try:
        data = options.file.read_bytes()
    except OSError as error:
        raise PromptFileError(f"{options.file} cannot be read: {error.strerror}.") from None
    sheet = read_list(
        options.file.name,
        data,
        worksheet=options.sheet,
        has_header=False if options.no_header else None,
        columns={options.column: Column.PROMPT} if options.column else {},
        limits=limits,
    )
    if sheet.question and not sheet.rows:
        raise PromptFileError(
            f"{sheet.question} Name it with --column NAME or its number, and add --no-header when "
            "the first row is a prompt."
        )
    return sheet


def _chosen(studio: Studio, options: Namespace) -> GenerationSettings:
    given = {
        "model": options.model,
        "size": options.size,
        "quality": options.quality,
        "images_per_prompt": options.images,
        "output_format": options.format,
        "page_status": options.status,
    }
    defaults = studio.choices.default_settings()
    return replace(defaults, **{name: value for name, value in given.items() if value is not None})


def _rejected(sheet: PromptSheet, problems: Sequence[Problem]) -> list[Problem]:
    """Rows that are not sent, by their line in the file, whoever found the fault."""
    in_file = [Problem(row.line, row.reason) for row in sheet.rejected]
    found = [Problem(sheet.lines[problem.line - 1], problem.reason) for problem in problems]
    return sorted([*in_file, *found], key=lambda problem: problem.line)


def _dry_run(
    sheet: PromptSheet, checked: CheckedList, rejected: Sequence[Problem], *, as_json: bool
) -> int:
    estimate = checked.estimate
    warnings = [
        *({"line": warning.line, "reason": warning.reason} for warning in sheet.warnings),
        *({"line": 0, "reason": warning} for warning in _general(checked)),
    ]
    report = {
        "prompts": estimate.prompts,
        "images": estimate.images,
        "rejected": [{"line": problem.line, "reason": problem.reason} for problem in rejected],
        "warnings": warnings,
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "columns": dict(sheet.columns),
        "estimated_usd": float(estimate.cost.about_usd),
        "estimated_seconds": round(estimate.most_s, 1),
    }
    if as_json:
        sys.stdout.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(
            f"{estimate.prompts} prompts, {estimate.images} images, about "
            f"${estimate.cost.about_usd:.2f}, about {estimate.most_s:.0f} s\n"
        )
        for problem in rejected:
            sys.stdout.write(f"Row {problem.line}: {problem.reason}\n")
    return _ALL_MADE if estimate.prompts else _NOTHING_TO_RUN


def _general(checked: CheckedList) -> Iterator[str]:
    """What is to be said of the list as a whole."""
    yield from checked.obstacles
    yield from checked.warnings
    if checked.earlier is not None:
        yield f"{checked.earlier.sentence}; --use-earlier takes those pictures."


def _wait(
    installation: Installation, job_id: UUID, options: Namespace, *, create_pages: bool = False
) -> int:
    """Run the engine here unless it runs elsewhere, and follow the job to its end."""
    installation.engine.start()
    interrupted = False
    pages_failed = 0
    try:
        with _sigterm_like_ctrl_c():
            job = _follow(installation.studio, job_id)
            if create_pages and job.images.completed:
                pages_failed = _follow_pages(installation.studio, job_id)
    except KeyboardInterrupt:
        interrupted = True
        job = _stop(installation.studio, job_id)
    print_job(job, as_json=options.json)
    if interrupted:
        return _INTERRUPTED
    if job.status is JobStatus.PAUSED:
        sys.stderr.write(f"{job.message}\nGo on with: python -m bulkgen resume {job.id}\n")
        return _PAUSED
    all_made = job.images.completed == job.images.total and not pages_failed
    return _ALL_MADE if all_made else _SOME_FAILED


@contextmanager
def _sigterm_like_ctrl_c() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _follow(studio: Studio, job_id: UUID) -> Job:
    """Wait until nothing of the job moves any more."""
    bar = ProgressBar()
    while True:
        job = patiently(lambda: studio.jobs.get(LOCAL_ADMIN, job_id))
        images = job.images
        failed = images.failed + images.unknown
        bar.draw(images.ended, images.total, f"images, {failed} failed, ${job.cost_usd:.4f}")
        if not job.active:
            bar.end()
            return job
        time.sleep(_LOOK_S)


def _follow_pages(studio: Studio, job_id: UUID) -> int:
    """Make a page of every image that is there; returns how many failed."""
    studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.ALL)
    studio.pages.create(LOCAL_ADMIN, job_id)
    bar = ProgressBar()
    while True:
        progress = patiently(lambda: studio.pages.progress(LOCAL_ADMIN, job_id))
        if progress is None:
            return 0
        bar.draw(progress.ended, progress.total, f"pages, {progress.failed} failed")
        if not progress.active:
            bar.end()
            for failure in progress.failures:
                sys.stderr.write(f"{failure}\n")
            return progress.failed
        time.sleep(_LOOK_S)


def _stop(studio: Studio, job_id: UUID) -> Job:
    """After Ctrl-C or SIGTERM: start no more calls, and keep those that are under way."""
    sys.stderr.write("\nStopping; calls under way end first, since they are paid.\n")
    job = studio.jobs.get(LOCAL_ADMIN, job_id)
    if job.status in RUNNING:
        try:
            studio.jobs.pause(LOCAL_ADMIN, job_id)
        except StateError:
            return studio.jobs.get(LOCAL_ADMIN, job_id)
        sys.stderr.write(f"Go on with: python -m bulkgen resume {job_id}\n")
    return _follow(studio, job_id)
