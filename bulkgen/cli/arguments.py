"""What may be typed after `python -m bulkgen`, and where it leads."""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from uuid import UUID

from bulkgen import logs
from bulkgen.cli import databases, exports, inspection, jobs, runs, storage
from bulkgen.demo import serving
from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.pages import PageStatus
from bulkgen.settings import Settings, unknown_settings
from bulkgen.studio.jobs import MAX_PRIORITY

_BAD_INPUT = 2

Act = Callable[[Settings, argparse.Namespace], int]


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(arguments)
    logs.configure(logging.WARNING)
    for sentence in unknown_settings():
        sys.stderr.write(f"bulkgen: {sentence}\n")
    act: Act = options.act
    try:
        return act(Settings.read(), options)
    except BulkgenError as error:
        sys.stderr.write(f"bulkgen: {error}\n")
        return _BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bulkgen",
        description="Turn a list of prompts into images and published prompt pages.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_run(commands)
    _add(commands, "jobs", jobs.list_jobs, "List all jobs, newest first.", json=True)
    for name, act, about in (
        ("job", jobs.show_job, "Show one job."),
        ("pause", jobs.pause_job, "Start no more calls of a job."),
        ("resume", runs.resume_job, "Go on with a job and wait to its end."),
        ("cancel", jobs.cancel_job, "Stop a job; calls under way end and are kept."),
        ("retry", runs.retry_job, "Ask again for the failed images of a job and wait."),
    ):
        command = _add(commands, name, act, about, json=True)
        command.add_argument("job_id", metavar="ID", type=_job_id)
        if act is runs.retry_job:
            only = "only this image; the command job names those that failed"
            command.add_argument("--image", type=_image_id, metavar="ID", help=only)
    _add_set(commands)
    receipt = _add(
        commands, "receipt", jobs.show_receipt, "Show every call of a job and its money.", json=True
    )
    receipt.add_argument("job_id", metavar="ID", type=_job_id)
    receipt.add_argument("--csv", action="store_true", help="print CSV, one call in each line")
    export = _add(commands, "export", exports.export_job, "Write the images of a job to a folder.")
    export.add_argument("job_id", metavar="ID", type=_job_id)
    export.add_argument("--out", type=Path, required=True, metavar="DIR")
    site = _add(commands, "site", exports.export_site, "Write the published pages as a website.")
    site.add_argument("--out", type=Path, required=True, metavar="DIR")
    _add(commands, "migrate", inspection.migrate, "Bring the database up to date.")
    _add_database(commands)
    _add_storage(commands)
    _add(commands, "doctor", inspection.doctor, "Print versions, paths and what is wrong.")
    demo = _add(
        commands,
        "demo-server",
        _serve_demo,
        "Serve OpenAI's protocol on this machine, with painted pictures.",
    )
    for option in ("--port", "--images-per-minute", "--latency"):
        demo.add_argument(option)
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    act: Act,
    about: str,
    *,
    json: bool = False,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=about, description=about)
    command.set_defaults(act=act)
    if json:
        command.add_argument("--json", action="store_true", help="print JSON")
    return command


def _add_set(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "Give a job another priority or budget."
    command = _add(commands, "set", jobs.set_job, about, json=True)
    command.add_argument("job_id", metavar="ID", type=_job_id)
    command.add_argument(
        "--priority", type=int, metavar="N", help=f"turns among jobs, 0 to {MAX_PRIORITY}"
    )
    command.add_argument("--budget", type=_usd, metavar="USD", help="the most the job may cost")


def _add_run(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    run = _add(commands, "run", runs.run, "Make the images of a list and wait.", json=True)
    run.add_argument(
        "file", type=Path, metavar="FILE", help="CSV, TSV, TXT, JSON, JSONL, XLSX or ODS"
    )
    run.add_argument(
        "--sheet", metavar="NAME", help="sheet of a spreadsheet; else the first that is not empty"
    )
    run.add_argument(
        "--column", type=_column, metavar="NAME|N", help="the column that holds the prompts"
    )
    run.add_argument("--no-header", action="store_true", help="the first row is a prompt")
    run.add_argument("--model", help="image model")
    run.add_argument("--size", help="pixels, such as 1024x1024")
    run.add_argument("--quality", help="low, medium, high, xhigh or max")
    run.add_argument("-n", dest="images", type=int, metavar="N", help="images for each prompt")
    run.add_argument("--format", choices=("png", "jpeg", "webp"), help="format of the images")
    run.add_argument("--name", default="", help="name of the job")
    run.add_argument("--budget", type=_usd, metavar="USD", help="the most the job may cost")
    run.add_argument(
        "--status",
        choices=(str(PageStatus.DRAFT), str(PageStatus.PUBLISHED)),
        default=str(PageStatus.DRAFT),
        help="status of the pages that are made",
    )
    run.add_argument(
        "--create-pages", action="store_true", help="make a page of every image that is made"
    )
    run.add_argument(
        "--use-earlier",
        action="store_true",
        help="take pictures that are there already, made with the same prompt and settings",
    )
    run.add_argument("--dry-run", action="store_true", help="check and price only; send nothing")


def _add_database(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "Move the database."
    database = commands.add_parser("database", help=about, description=about)
    copy = _add(
        database.add_subparsers(required=True, metavar="COMMAND"),
        "copy",
        databases.copy_database,
        "Copy everything from SQLite to an empty Postgres, while nothing runs.",
    )
    copy.add_argument("--to", required=True, metavar="URL")


def _add_storage(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "Look after the files."
    check = _add(
        commands.add_parser("storage", help=about, description=about).add_subparsers(
            required=True, metavar="COMMAND"
        ),
        "check",
        storage.check_storage,
        "Find missing files and files that belong to nothing.",
    )
    check.add_argument(
        "--repair", action="store_true", help="make thumbnails and pictures of pages again"
    )
    check.add_argument(
        "--sweep", action="store_true", help="delete files that have belonged to nothing for a day"
    )


def _serve_demo(_settings: Settings, options: argparse.Namespace) -> int:
    given = {
        "--port": options.port,
        "--images-per-minute": options.images_per_minute,
        "--latency": options.latency,
    }
    return serving.main(
        [word for name, value in given.items() if value is not None for word in (name, value)]
    )


def _usd(text: str) -> Decimal:
    try:
        usd = Decimal(text.removeprefix("$"))
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is not a sum in USD") from None
    if not usd.is_finite() or usd <= 0:
        raise argparse.ArgumentTypeError("the budget must be more than 0")
    return usd


def _column(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def _job_id(text: str) -> UUID:
    return _id(text, "a job")


def _image_id(text: str) -> UUID:
    return _id(text, "an image")


def _id(text: str, of_what: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not the id of {of_what}") from None
