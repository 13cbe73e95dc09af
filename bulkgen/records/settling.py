"""What is written when a call is over: its money, its pictures, and what happens next."""

from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from bulkgen.domain.attempts import (
    AttemptKind,
    Decision,
    Failure,
    FailureKind,
    NextStep,
    Outcome,
    decide,
)
from bulkgen.domain.dispatch import SavedImage, SpooledAnswer, UnsavedImage
from bulkgen.domain.images import ImageStage, ImageStatus
from bulkgen.domain.jobs import RUNNING, JobStatus, PauseReason
from bulkgen.records import spending
from bulkgen.records.control import one_more_image, run_again
from bulkgen.records.database import is_one_of, to_micro_usd
from bulkgen.records.locks import hold_job_of
from bulkgen.records.tables import attempts, images, jobs, prompts

#: So many refused requests in a row with one cause stop the job: its settings are wrong.
_ALIKE_REFUSALS = 3
#: So many prompts refused by the safety system in a row, or among the first, stop the job.
_BLOCKED_IN_A_ROW = 5
_FIRST_CALLS = 50
_BLOCKED_OF_FIRST = 10
_TRIED = "The first prompts are made. Resume to make the rest, or cancel."


def settle_bought(
    connection: Connection,
    spooled: SpooledAnswer,
    cost: Decimal | None,
    missing: Failure,
    now: datetime,
) -> list[UnsavedImage] | None:
    """Book an answer that is on disk and give its pictures their places.

    `cost` None books what was reserved. Images the answer did not bring fail as `missing` says.
    Settling twice changes nothing and returns the pictures that still are to be saved. A call that
    was taken for lost is bought, late. None when there is no such call.
    """
    attempt = find_attempt(connection, spooled.attempt_id)
    if attempt is None or attempt["outcome"] == Outcome.REFUSED:
        return None
    if attempt["outcome"] != Outcome.BOUGHT:
        micro_usd = attempt["reserved_micro_usd"] if cost is None else to_micro_usd(cost)
        usage = spooled.answer.usage
        _close(
            connection,
            attempt,
            now,
            outcome=Outcome.BOUGHT,
            cost_micro_usd=micro_usd,
            usage=asdict(usage) if usage else None,
            request_id=spooled.answer.request_id,
            **_missing(attempt, spooled, missing),
        )
        book(connection, attempt, spent=micro_usd, released=attempt["reserved_micro_usd"])
        if attempt["outcome"] is not None:
            _find_places(connection, attempt, spooled, now)
            ended = and_(jobs.c.id == attempt["job_id"], jobs.c.status == JobStatus.COMPLETED)
            run_again(connection, ended, now)
        _place_pictures(connection, attempt, spooled, micro_usd)
        if _is_short(attempt, spooled):
            _end_images(connection, attempt, ImageStatus.FAILED, missing.message)
        _free_prompt(connection, attempt["prompt_id"], None)
        if micro_usd > attempt["reserved_micro_usd"]:
            pause(
                connection,
                attempt["job_id"],
                PauseReason.BUDGET,
                "A call cost more than the price list allows. Check the price list of this model "
                "before you go on.",
            )
        if not spooled.answer.images:
            finish_job_if_done(connection, attempt["job_id"], now)
    return _unsaved_images(connection, spooled.attempt_id)


def _is_short(attempt: RowMapping, spooled: SpooledAnswer) -> bool:
    return len(spooled.answer.images) < int(attempt["images"])


def _missing(attempt: RowMapping, spooled: SpooledAnswer, missing: Failure) -> dict[str, str]:
    if not _is_short(attempt, spooled):
        return {}
    return {"failure_kind": missing.kind, "message": missing.message}


def settle_failed(
    connection: Connection, attempt_id: UUID, failure: Failure, jitter: float, now: datetime
) -> Decision | None:
    """Book a call that brought nothing, by the retry table; None when it was settled before."""
    attempt = find_attempt(connection, attempt_id)
    if attempt is None or attempt["outcome"] is not None:
        return None
    decision = decide(failure, earlier=_earlier(connection, attempt, failure), jitter=jitter)
    reserved = attempt["reserved_micro_usd"]
    bought = decision.outcome is Outcome.BOUGHT
    _close(
        connection,
        attempt,
        now,
        outcome=decision.outcome,
        cost_micro_usd=reserved if bought else None,
        request_id=failure.request_id,
        failure_kind=failure.kind,
        http_status=failure.http_status,
        code=failure.param or failure.code,
        message=failure.message,
    )
    if decision.outcome is not Outcome.UNKNOWN:
        book(connection, attempt, spent=reserved if bought else 0, released=reserved)
    _end_images(connection, attempt, _AFTER[decision.next_step], failure.message)
    _free_prompt(
        connection,
        attempt["prompt_id"],
        now + timedelta(seconds=decision.delay_s) if decision.delay_s else None,
    )
    if decision.pause_reason is not None:
        pause(connection, attempt["job_id"], decision.pause_reason, failure.message)
    elif _refused_too_often(connection, attempt["job_id"], failure.kind):
        pause(connection, attempt["job_id"], PauseReason.REFUSALS, _too_often(failure))
    finish_job_if_done(connection, attempt["job_id"], now)
    return decision


_AFTER = {
    NextStep.RETRY: ImageStatus.PENDING,
    NextStep.PAUSE_JOB: ImageStatus.PENDING,
    NextStep.FAIL: ImageStatus.FAILED,
    NextStep.LEAVE_UNKNOWN: ImageStatus.UNKNOWN,
}


# Statements of every call are built once: building one costs ten times what running it does.
_ATTEMPT = select(attempts).where(attempts.c.id == bindparam("attempt"))
_CLOSE = update(attempts).where(attempts.c.id == bindparam("attempt"))
_BOOK = (
    update(jobs)
    .where(jobs.c.id == bindparam("job"))
    .values(
        spent_micro_usd=jobs.c.spent_micro_usd + bindparam("spent"),
        reserved_micro_usd=jobs.c.reserved_micro_usd - bindparam("released"),
    )
)


def find_attempt(connection: Connection, attempt_id: UUID) -> RowMapping | None:
    """The attempt; nobody else settles it from now on."""
    hold_job_of(connection, attempts, attempt_id)
    return connection.execute(_ATTEMPT, {"attempt": attempt_id}).mappings().first()


def _close(connection: Connection, attempt: RowMapping, now: datetime, **values: Any) -> None:  # noqa: ANN401 - column values
    connection.execute(_CLOSE, {"attempt": attempt["id"], "settled_at": now, **values})


def book(connection: Connection, attempt: RowMapping, *, spent: int, released: int) -> None:
    """Move micro-USD of a call from held to spent, for its day, its month and its job."""
    spending.book(connection, attempt["owner_id"], attempt["day"], spent=spent, reserved=-released)
    connection.execute(_BOOK, {"job": attempt["job_id"], "spent": spent, "released": released})


def _find_places(
    connection: Connection, attempt: RowMapping, spooled: SpooledAnswer, now: datetime
) -> None:
    """Give the pictures of a call that was taken for lost the empty places of its prompt.

    A picture that finds none becomes an image more.
    """
    found = connection.execute(
        select(images.c.id)
        .where(images.c.prompt_id == attempt["prompt_id"], images.c.status.in_(_EMPTY))
        .order_by(images.c.number)
    ).scalars()
    places = list(found)
    for picture in spooled.answer.images:
        image_id = places.pop(0) if places else one_more_image(connection, attempt, now)
        connection.execute(
            update(images)
            .where(images.c.id == image_id)
            .values(
                status=ImageStatus.PROCESSING,
                stage=ImageStage.SENDING,
                attempt_id=attempt["id"],
                answer_index=picture.index,
                message=None,
            )
        )


#: Statuses of images without a picture, for which no call is open.
_EMPTY = (ImageStatus.PENDING, ImageStatus.UNKNOWN, ImageStatus.FAILED, ImageStatus.CANCELLED)


_PLACE_PICTURE = (
    update(images)
    .where(
        images.c.attempt_id == bindparam("attempt"),
        images.c.answer_index == bindparam("index"),
        images.c.stage == ImageStage.SENDING,
    )
    .values(stage=ImageStage.SAVING)
)


def _place_pictures(
    connection: Connection, attempt: RowMapping, spooled: SpooledAnswer, micro_usd: int
) -> None:
    each = micro_usd // attempt["images"]
    placed = [
        {
            "attempt": attempt["id"],
            "index": picture.index,
            "sha256": picture.sha256,
            "size_bytes": picture.size_bytes,
            "cost_micro_usd": each,
        }
        for picture in spooled.answer.images
    ]
    if placed:
        connection.execute(_PLACE_PICTURE, placed)


def _end_images(
    connection: Connection, attempt: RowMapping, status: ImageStatus, message: str
) -> None:
    """Give the attempt's images that brought no picture their next status."""
    back = status is ImageStatus.PENDING
    if back and _is_cancelled(connection, attempt["job_id"]):
        status = ImageStatus.CANCELLED
    connection.execute(
        update(images)
        .where(images.c.attempt_id == attempt["id"], images.c.stage == ImageStage.SENDING)
        .values(
            status=status,
            stage=None,
            attempt_id=None if back else attempt["id"],
            answer_index=None,
            message=None if back else message,
        )
    )


def _is_cancelled(connection: Connection, job_id: UUID) -> bool:
    status = connection.scalar(select(jobs.c.status).where(jobs.c.id == job_id))
    return status == JobStatus.CANCELLED


_FREE_PROMPT = (
    update(prompts)
    .where(
        prompts.c.id == bindparam("prompt"),
        ~exists().where(attempts.c.prompt_id == prompts.c.id, attempts.c.outcome.is_(None)),
    )
    .values(
        status=case(
            (
                exists().where(
                    images.c.prompt_id == prompts.c.id, images.c.status == ImageStatus.PENDING
                ),
                ImageStatus.PENDING,
            ),
            else_=ImageStatus.COMPLETED,
        )
    )
)


def _free_prompt(connection: Connection, prompt_id: UUID, not_before: datetime | None) -> None:
    """The prompt waits for its next call while images of it are pending, else it is done.

    While another call of it is open, that call's end decides.
    """
    connection.execute(_FREE_PROMPT, {"prompt": prompt_id, "not_before": not_before})


def _earlier(connection: Connection, attempt: RowMapping, failure: Failure) -> int:
    """How often this prompt failed like this since a person last asked for it."""
    return (
        connection.scalar(
            select(func.count()).where(
                attempts.c.prompt_id == attempt["prompt_id"],
                attempts.c.round == attempt["round"],
                attempts.c.failure_kind == failure.kind,
            )
        )
        or 0
    )


def _refused_too_often(connection: Connection, job_id: UUID, kind: FailureKind) -> bool:
    """Whether the calls since a person last let the job go on show that it should stop."""
    since = select(jobs.c.resumed_at).where(jobs.c.id == job_id).scalar_subquery()
    settled = select(attempts.c.failure_kind, attempts.c.code).where(
        attempts.c.job_id == job_id,
        attempts.c.kind == AttemptKind.IMAGES,
        attempts.c.outcome.is_not(None),
        or_(since.is_(None), attempts.c.settled_at > since),
    )
    if kind is FailureKind.REQUEST:
        latest = settled.order_by(attempts.c.settled_at.desc()).limit(_ALIKE_REFUSALS)
        rows = connection.execute(latest).all()
        return len(rows) == _ALIKE_REFUSALS and {(kind, rows[0].code)} == set(rows)
    if kind is not FailureKind.MODERATION:
        return False
    latest = settled.order_by(attempts.c.settled_at.desc()).limit(_BLOCKED_IN_A_ROW)
    row = [failed for failed, _ in connection.execute(latest)]
    if row.count(kind) == _BLOCKED_IN_A_ROW:
        return True
    first = settled.order_by(attempts.c.settled_at).limit(_FIRST_CALLS + 1)
    kinds = [failed for failed, _ in connection.execute(first)]
    return len(kinds) <= _FIRST_CALLS and kinds.count(kind) >= _BLOCKED_OF_FIRST


def _too_often(failure: Failure) -> str:
    if failure.kind is not FailureKind.MODERATION:
        return failure.message
    return (
        "OpenAI's safety system refused many of these prompts. Repeated refusals can cost an "
        "organization its access. Change or cancel what is left, or resume."
    )


def pause(connection: Connection, job_id: UUID, reason: PauseReason, message: str) -> None:
    """Stop a running job until a person acts."""
    connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.status.in_(RUNNING))
        .values(status=JobStatus.PAUSED, pause_reason=reason, message=message)
    )


_LEFT = exists().where(
    images.c.job_id == jobs.c.id,
    is_one_of(images.c.status, (ImageStatus.PENDING, ImageStatus.PROCESSING)),
)
#: Whether anything is left, and whether less than all of it was asked for.
_STATE = select(_LEFT, jobs.c.try_first).where(jobs.c.id == bindparam("job"))
_COMPLETE_JOB = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("job"),
        is_one_of(jobs.c.status, (*RUNNING, JobStatus.PAUSED)),
        ~_LEFT,
    )
    .values(status=JobStatus.COMPLETED, pause_reason=None, message=None, try_first=None)
)
_END_TRIAL = (
    update(jobs)
    .where(
        jobs.c.id == bindparam("job"),
        jobs.c.try_first.is_not(None),
        is_one_of(jobs.c.status, RUNNING),
        ~_LEFT.where(
            images.c.prompt_id == prompts.c.id,
            prompts.c.number <= jobs.c.try_first,
        ),
    )
    .values(
        status=JobStatus.PAUSED, pause_reason=PauseReason.PERSON, message=_TRIED, try_first=None
    )
)


def finish_job_if_done(connection: Connection, job_id: UUID, now: datetime) -> None:
    """A job with nothing left to run is completed."""
    is_left, try_first = connection.execute(_STATE, {"job": job_id}).one()
    if not is_left:
        connection.execute(_COMPLETE_JOB, {"job": job_id, "completed_at": now})
    elif try_first is not None:
        connection.execute(_END_TRIAL, {"job": job_id})


_UNSAVED = select(
    images.c.id,
    images.c.job_id,
    images.c.attempt_id,
    images.c.answer_index,
    images.c.sha256,
    images.c.created_at,
    attempts.c.request,
).where(
    attempts.c.id == images.c.attempt_id,
    images.c.attempt_id == bindparam("attempt"),
    images.c.status == ImageStatus.PROCESSING,
    images.c.stage == ImageStage.SAVING,
)


def _unsaved_images(connection: Connection, attempt_id: UUID) -> list[UnsavedImage]:
    rows = connection.execute(_UNSAVED, {"attempt": attempt_id}).mappings()
    return [
        UnsavedImage(
            id=row["id"],
            job_id=row["job_id"],
            attempt_id=row["attempt_id"],
            index=row["answer_index"],
            sha256=row["sha256"],
            size=row["request"]["size"],
            created_at=row["created_at"],
        )
        for row in rows
    ]


_SAVED = (
    update(images)
    .where(images.c.id == bindparam("image"), images.c.stage == ImageStage.SAVING)
    .values(status=ImageStatus.COMPLETED, stage=None, message=None)
    .returning(images.c.job_id)
)


def image_saved(connection: Connection, image_id: UUID, saved: SavedImage, now: datetime) -> None:
    """The image is in storage: it is completed."""
    hold_job_of(connection, images, image_id)
    values = {
        **asdict(saved),
        "marks": list(saved.marks) or None,
        "hash": f"{saved.hash:016x}",
        "completed_at": now,
    }
    job_id = connection.scalar(_SAVED, {"image": image_id, **values})
    if job_id is not None:
        finish_job_if_done(connection, job_id, now)


def image_unusable(connection: Connection, image_id: UUID, message: str, now: datetime) -> None:
    """The image is paid and cannot be shown: it failed, and its bytes stay."""
    hold_job_of(connection, images, image_id)
    job_id = connection.scalar(
        update(images)
        .where(images.c.id == image_id, images.c.stage == ImageStage.SAVING)
        .values(status=ImageStatus.FAILED, stage=None, message=message)
        .returning(images.c.job_id)
    )
    if job_id is not None:
        finish_job_if_done(connection, job_id, now)
