"""Jobs on the command line: listed, shown, paused, cancelled."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping

from bulkgen.bootstrap import opened
from bulkgen.domain import receipts
from bulkgen.domain.errors import InputError
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.jobs import Job
from bulkgen.domain.manifest import as_csv
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.settings import Settings

_FAILED = (ImageStatus.FAILED, ImageStatus.UNKNOWN)


def list_jobs(settings: Settings, options: Namespace) -> int:
    """Print every job, newest first."""
    with opened(settings) as installation:
        jobs = installation.studio.jobs.all(LOCAL_ADMIN)
    if options.json:
        _print_json([job_as_json(job) for job in jobs])
    else:
        for job in jobs:
            sys.stdout.write(f"{job.id}  {_line(job)}\n")
    return 0


def show_job(settings: Settings, options: Namespace) -> int:
    """Print one job."""
    with opened(settings) as installation:
        job = installation.studio.jobs.get(LOCAL_ADMIN, options.job_id)
        images = installation.studio.gallery.images(LOCAL_ADMIN, options.job_id)
    failed = [image for image in images if image.status in _FAILED]
    if options.json:
        _print_json({**job_as_json(job), "failed_images": [_failure(image) for image in failed]})
        return 0
    print_job(job, as_json=False)
    for image in failed:
        sys.stdout.write(f"{image.id}  prompt {image.prompt_number}: {image.message}\n")
    return 0


def pause_job(settings: Settings, options: Namespace) -> int:
    """Start no more calls of a job."""
    with opened(settings) as installation:
        installation.studio.jobs.pause(LOCAL_ADMIN, options.job_id)
    return show_job(settings, options)


def cancel_job(settings: Settings, options: Namespace) -> int:
    """Stop a job."""
    with opened(settings) as installation:
        installation.studio.jobs.cancel(LOCAL_ADMIN, options.job_id)
    return show_job(settings, options)


def set_job(settings: Settings, options: Namespace) -> int:
    """Give a job another priority, another budget or both."""
    if options.priority is None and options.budget is None:
        raise InputError("Nothing to set. Give --priority N, --budget USD or both.")
    with opened(settings) as installation:
        jobs = installation.studio.jobs
        if options.priority is not None:
            jobs.set_priority(LOCAL_ADMIN, options.job_id, options.priority)
        if options.budget is not None:
            jobs.set_budget(LOCAL_ADMIN, options.job_id, options.budget)
    return show_job(settings, options)


def show_receipt(settings: Settings, options: Namespace) -> int:
    """Print what a job has cost, call by call."""
    with opened(settings) as installation:
        receipt = installation.studio.jobs.receipt(LOCAL_ADMIN, options.job_id)
    calls = receipts.entries(receipt)
    if options.csv:
        sys.stdout.write(as_csv(calls))
    elif options.json:
        _print_json({**receipts.summary(receipt), "calls": calls})
    else:
        for name, value in receipts.summary(receipt).items():
            sys.stdout.write(f"{name:<18} {value}\n")
    return 0


def print_job(job: Job, *, as_json: bool) -> None:
    """Print one job for a person or a program."""
    if as_json:
        _print_json(job_as_json(job))
        return
    sys.stdout.write(f"{job.id}\n{job.name}\n{_line(job)}\n")
    if job.message:
        sys.stdout.write(f"{job.message}\n")


def job_as_json(job: Job) -> Mapping[str, object]:
    """The fields that scripts may rely on."""
    images, attempts = job.images, job.attempts
    return {
        "job_id": str(job.id),
        "name": job.name,
        "status": job.status,
        "pause_reason": job.pause_reason,
        "message": job.message,
        "priority": job.priority,
        "prompts": job.prompts,
        "images": {
            "total": images.total,
            "pending": images.pending,
            "processing": images.processing,
            "completed": images.completed,
            "failed": images.failed,
            "cancelled": images.cancelled,
            "unknown": images.unknown,
        },
        "attempts": {
            "total": attempts.total,
            "bought": attempts.bought,
            "refused": attempts.refused,
            "unknown": attempts.unknown,
        },
        "estimated_usd": float(job.estimated_usd),
        "reserved_usd": float(job.reserved_usd),
        "cost_usd": float(job.cost_usd),
        "budget_usd": float(job.budget_usd),
        "created_at": job.created_at.isoformat(),
        "started_at": job.started_at.isoformat() if job.started_at else None,
        "completed_at": job.completed_at.isoformat() if job.completed_at else None,
    }


def _failure(image: GeneratedImage) -> Mapping[str, object]:
    return {
        "image_id": str(image.id),
        "prompt_number": image.prompt_number,
        "status": image.status,
        "message": image.message,
    }


def _line(job: Job) -> str:
    images = job.images
    failed = f", {images.failed} failed" if images.failed else ""
    unknown = f", {images.unknown} without an answer" if images.unknown else ""
    return (
        f"{job.status}  {images.completed} of {images.total} images{failed}{unknown}  "
        f"${job.cost_usd:.4f}"
    )


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
