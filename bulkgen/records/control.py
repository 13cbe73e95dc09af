"""What a person does to a job and to its images, as changes to their rows."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, select, update

from bulkgen.domain.errors import NotFoundError, StateError
from bulkgen.domain.images import ImageStatus
from bulkgen.domain.jobs import ENDED, JobStatus, PauseReason, check_transition
from bulkgen.records.locks import hold_jobs
from bulkgen.records.tables import images, jobs, prompts

_LOST = (ImageStatus.FAILED, ImageStatus.UNKNOWN)


def cancel(connection: Connection, job_id: UUID, now: datetime) -> None:
    """Flip what is pending at once; open calls end by themselves."""
    check_transition(_status(connection, job_id), JobStatus.CANCELLED)
    connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(
            status=JobStatus.CANCELLED,
            completed_at=now,
            pause_reason=None,
            message=None,
        )
    )
    connection.execute(
        update(images)
        .where(images.c.job_id == job_id, images.c.status == ImageStatus.PENDING)
        .values(status=ImageStatus.CANCELLED)
    )
    connection.execute(
        update(prompts)
        .where(prompts.c.job_id == job_id, prompts.c.status == ImageStatus.PENDING)
        .values(status=ImageStatus.COMPLETED)
    )


def pause(connection: Connection, job_id: UUID, reason: PauseReason, message: str) -> None:
    """Start no more calls."""
    check_transition(_status(connection, job_id), JobStatus.PAUSED)
    connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id)
        .values(status=JobStatus.PAUSED, pause_reason=reason, message=message)
    )


def resume(connection: Connection, job_id: UUID, now: datetime) -> None:
    """Go on after a pause."""
    status = _status(connection, job_id)
    if status is not JobStatus.PAUSED:
        raise StateError(f"The job is {status}, not paused; there is nothing to resume.")
    run_again(connection, jobs.c.id == job_id, now)


def run_again(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    """Let jobs start calls again."""
    connection.execute(
        update(jobs)
        .where(which)
        .values(
            status=JobStatus.PENDING,
            pause_reason=None,
            message=None,
            completed_at=None,
            resumed_at=now,
        )
    )


def retry(connection: Connection, job_id: UUID, image_id: UUID | None, now: datetime) -> int:
    """Ask again for every image of a job that brought nothing, or for one of them."""
    status = _status(connection, job_id)
    lost = and_(images.c.job_id == job_id, images.c.status.in_(_LOST))
    if image_id is not None:
        lost = and_(lost, images.c.id == image_id)
    asked = _ask_again(connection, lost)
    if not asked:
        which = "This image did not fail" if image_id else "No image of this job failed"
        raise StateError(f"{which}; there is nothing to retry.")
    _go_on(connection, job_id, status, now)
    return asked


def redo(connection: Connection, image_id: UUID, text: str, now: datetime) -> UUID:
    """Ask for an image with another prompt, or the same; a completed one stays beside the new."""
    job_id = connection.scalar(select(images.c.job_id).where(images.c.id == image_id))
    if job_id is None:
        raise NotFoundError("There is no such image.")
    status = _status(connection, job_id)
    query = (
        select(images, prompts.c.row)
        .join(prompts, prompts.c.id == images.c.prompt_id)
        .where(images.c.id == image_id)
    )
    image = connection.execute(query).mappings().one()
    if image["status"] == ImageStatus.PROCESSING:
        raise StateError("The image is being made. Wait for it, then redo it.")
    connection.execute(
        update(prompts)
        .where(prompts.c.id == image["prompt_id"])
        .values(row={**image["row"], "text": text})
    )
    if image["status"] == ImageStatus.COMPLETED:
        image_id = one_more_image(connection, image, now)
    _ask_again(connection, images.c.id == image_id)
    _go_on(connection, job_id, status, now)
    return image_id


def one_more_image(connection: Connection, sibling: RowMapping, now: datetime) -> UUID:
    """A pending image beside the others of a prompt; `sibling` has its job, prompt and owner."""
    last = select(func.max(images.c.number)).where(images.c.prompt_id == sibling["prompt_id"])
    image_id = uuid4()
    connection.execute(
        insert(images).values(
            id=image_id,
            job_id=sibling["job_id"],
            prompt_id=sibling["prompt_id"],
            owner_id=sibling["owner_id"],
            number=(connection.scalar(last) or 0) + 1,
            status=ImageStatus.PENDING,
            selected=False,
            draft_id=sibling.get("draft_id"),
            created_at=now,
        )
    )
    return image_id


def _ask_again(connection: Connection, which: ColumnElement[bool]) -> int:
    asked = connection.scalars(
        update(images)
        .where(which)
        .values(
            status=ImageStatus.PENDING,
            stage=None,
            attempt_id=None,
            answer_index=None,
            message=None,
            cost_micro_usd=None,
        )
        .returning(images.c.prompt_id)
    ).all()
    prompt_ids = set(asked)
    connection.execute(
        update(prompts)
        .where(prompts.c.id.in_(prompt_ids))
        .values(round=prompts.c.round + 1, not_before=None)
    )
    connection.execute(
        update(prompts)
        .where(prompts.c.id.in_(prompt_ids), prompts.c.status == ImageStatus.COMPLETED)
        .values(status=ImageStatus.PENDING)
    )
    return len(asked)


def _go_on(connection: Connection, job_id: UUID, status: JobStatus, now: datetime) -> None:
    if status in (*ENDED, JobStatus.PAUSED):
        run_again(connection, jobs.c.id == job_id, now)


def _status(connection: Connection, job_id: UUID) -> JobStatus:
    """Where the job stands; nobody else changes it from now on."""
    hold_jobs(connection, jobs.c.id == job_id)
    status = connection.scalar(select(jobs.c.status).where(jobs.c.id == job_id))
    if status is None:
        raise NotFoundError("There is no such job.")
    return JobStatus(status)
