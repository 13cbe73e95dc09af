"""A job as it is written down: its prompts, and an image for each picture it will have."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, insert, select

from bulkgen.domain.images import ImageStatus
from bulkgen.domain.jobs import JobStatus, NewJob
from bulkgen.records.database import in_parts, to_micro_usd
from bulkgen.records.tables import images, jobs, prompts

#: What an image says of its picture.
_PICTURE = (
    *("attempt_id", "answer_index", "sha256", "output_format", "storage_key"),
    *("width_px", "height_px", "size_bytes", "completed_at", "marks", "score", "hash"),
)

Picture = dict[str, Any]


def insert_job(connection: Connection, new: NewJob) -> None:
    """Write it with its prompts and images; a job of pictures that are all there is completed."""
    known = _pictures(connection, new)
    prompt_rows: list[dict[str, Any]] = []
    waiting: list[dict[str, Any]] = []
    there: list[dict[str, Any]] = []
    for index, row in enumerate(new.rows):
        earlier = [known[image_id] for image_id in new.earlier.get(index, ()) if image_id in known]
        rows = _image_rows(new, index, uuid4())
        prompt_rows.append(
            {
                "id": rows[0]["prompt_id"],
                "job_id": new.id,
                "owner_id": new.owner_id,
                "number": index + 1,
                "row": row.chosen(),
                "status": (
                    ImageStatus.PENDING if len(earlier) < len(rows) else ImageStatus.COMPLETED
                ),
                "round": 0,
            }
        )
        there += [
            {**image, **picture, "status": ImageStatus.COMPLETED, "cost_micro_usd": 0}
            for image, picture in zip(rows, earlier, strict=False)
        ]
        waiting += rows[len(earlier) :]
    _insert_job(connection, new, ended=not waiting)
    connection.execute(insert(prompts), prompt_rows)
    for image_rows in filter(None, (there, waiting)):
        connection.execute(insert(images), image_rows)


def _insert_job(connection: Connection, new: NewJob, *, ended: bool) -> None:
    connection.execute(
        insert(jobs).values(
            id=new.id,
            owner_id=new.owner_id,
            name=new.name,
            status=JobStatus.COMPLETED if ended else JobStatus.PENDING,
            settings=asdict(new.settings),
            priority=0,
            estimated_micro_usd=to_micro_usd(new.estimated_usd),
            budget_micro_usd=to_micro_usd(new.budget_usd),
            spent_micro_usd=0,
            reserved_micro_usd=0,
            submission_token=new.submission_token,
            try_first=new.try_first,
            created_at=new.created_at,
            completed_at=new.created_at if ended else None,
        )
    )


def _image_rows(new: NewJob, index: int, prompt_id: UUID) -> list[dict[str, Any]]:
    count = new.settings.images_of(new.rows[index])
    draft_id = new.drafts.get(index)
    return [
        {
            "id": uuid4(),
            "job_id": new.id,
            "prompt_id": prompt_id,
            "owner_id": new.owner_id,
            "number": variation,
            "status": ImageStatus.PENDING,
            "selected": count == 1 and draft_id is None,
            "draft_id": draft_id,
            "created_at": new.created_at,
        }
        for variation in range(1, count + 1)
    ]


def _pictures(connection: Connection, new: NewJob) -> Mapping[UUID, Picture]:
    """The earlier images that the job takes over, as far as they are there."""
    ids = [image_id for of_row in new.earlier.values() for image_id in of_row]
    known: dict[UUID, Picture] = {}
    for some in in_parts(ids):
        query = select(images.c.id, *(images.c[name] for name in _PICTURE)).where(
            images.c.id.in_(some),
            images.c.owner_id == new.owner_id,
            images.c.status == ImageStatus.COMPLETED,
        )
        for row in connection.execute(query).mappings():
            known[row["id"]] = {name: row[name] for name in _PICTURE}
    return known
