"""Jobs whose pictures are there without anyone having made them."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from PIL import Image, ImageOps
from sqlalchemy import bindparam, insert, select, update

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.attempts import AttemptKind, Outcome
from bulkgen.domain.images import ImageStatus
from bulkgen.domain.jobs import JobStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.storage_keys import image_key, thumbnail_key
from bulkgen.ports import Step
from bulkgen.records.tables import attempts, images, jobs, prompts
from bulkgen.settings import Settings
from tests.fakes.installations import submit

_SHA256 = "ab" * 32
_THUMBNAIL_PX = 384
_COLOURS = 24


def submit_finished(
    installation: Installation,
    wanted: int | Sequence[str],
    *,
    failed: Collection[int] = (),
    arrived: int | None = None,
    images_per_prompt: int = 1,
) -> UUID:
    """A job whose images are there; call it while no engine runs.

    `failed` are places of images, from 0, that failed; `arrived` is how many are there where it is
    not all of them, and the job then runs on.
    """
    job_id = submit(installation, wanted, budget_usd="1000", images_per_prompt=images_per_prompt)
    ids = [image.id for image in installation.store.images.of_job(job_id)][:arrived]
    now = datetime.now(UTC)
    changes: list[dict[str, Any]] = [
        {
            "image": image_id,
            "key": image_key(image_id, _SHA256, "webp", now),
            "at": now + timedelta(milliseconds=place),
        }
        for place, image_id in enumerate(ids)
    ]
    with installation.store.database.write() as connection:
        connection.execute(
            update(images)
            .where(images.c.id == bindparam("image"))
            .values(
                status=ImageStatus.COMPLETED,
                storage_key=bindparam("key"),
                completed_at=bindparam("at"),
                sha256=_SHA256,
                output_format="webp",
                width_px=1024,
                height_px=1024,
                size_bytes=80_000,
                cost_micro_usd=13_195,
            ),
            changes,
        )
        made = select(images.c.prompt_id).where(
            images.c.job_id == job_id, images.c.storage_key != ""
        )
        connection.execute(
            update(prompts).where(prompts.c.id.in_(made)).values(status=ImageStatus.COMPLETED)
        )
        if arrived is None:
            connection.execute(
                update(jobs)
                .where(jobs.c.id == job_id)
                .values(status=JobStatus.COMPLETED, started_at=now, completed_at=now)
            )
        if failed:
            connection.execute(
                update(images)
                .where(images.c.id.in_([ids[place] for place in failed]))
                .values(status=ImageStatus.FAILED, message="It failed. Retry it.")
            )
    for place, change in enumerate(changes):
        installation.storage.put(thumbnail_key(change["image"]), picture(place % _COLOURS))
        installation.storage.put(change["key"], picture(place % _COLOURS))
    return job_id


def bring_pictures(installation: Installation, job_id: UUID, picture: bytes) -> None:
    """Give all images of a job one picture and select them; no engine may run.

    Each prompt's images come from a call of its own, so that pages can be made of them.
    """
    now = datetime.now(UTC)
    digest = sha256(picture).hexdigest()
    key = image_key(uuid4(), digest, "webp", now)
    installation.storage.put(key, picture)
    with installation.store.database.write() as connection:
        rows = connection.execute(
            select(prompts.c.id, prompts.c.row).where(prompts.c.job_id == job_id)
        ).all()
        calls = [
            {
                "id": uuid4(),
                "kind": AttemptKind.IMAGES,
                "job_id": job_id,
                "prompt_id": row.id,
                "owner_id": LOCAL_ADMIN.id,
                "account": "account",
                "lease_owner": uuid4(),
                "lease_until": now,
                "round": 0,
                "model": "gpt-image-2.5-flare",
                "images": 1,
                "request": {"prompt": row.row["text"], "model": "gpt-image-2.5-flare"},
                "reserved_micro_usd": 0,
                "price_version": "test",
                "sent_at": now,
                "outcome": Outcome.BOUGHT,
            }
            for row in rows
        ]
        connection.execute(insert(attempts), calls)
        connection.execute(
            update(images)
            .where(images.c.prompt_id == bindparam("prompt"))
            .values(
                status=ImageStatus.COMPLETED,
                attempt_id=bindparam("call"),
                storage_key=key,
                sha256=digest,
                size_bytes=len(picture),
                selected=True,
                completed_at=now,
            ),
            [{"prompt": call["prompt_id"], "call": call["id"]} for call in calls],
        )
        connection.execute(
            update(prompts).where(prompts.c.job_id == job_id).values(status=ImageStatus.COMPLETED)
        )
        connection.execute(
            update(jobs).where(jobs.c.id == job_id).values(status=JobStatus.COMPLETED)
        )


def make_pages(installation: Installation, wanted: int | Sequence[str | PromptRow]) -> UUID:
    """A job with a page of each prompt, made in this thread; no engine may run."""
    job_id = submit(installation, wanted, budget_usd="1000")
    bring_pictures(installation, job_id, picture(0))
    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    for image in installation.store.images.of_job(job_id):
        run_page_task(installation, image.id)
    return job_id


def run_page_task(installation: Installation, image_id: UUID) -> None:
    """Do in this thread what is asked for about an image."""
    installation.engine._steps.run(Step.CREATE_PAGE, image_id)


@cache
def picture(place: int) -> bytes:
    """A gradient in a colour of its own."""
    gradient = Image.linear_gradient("L").resize((_THUMBNAIL_PX, _THUMBNAIL_PX))
    light = (place * 47 % 200, place * 89 % 200, place * 151 % 200)
    buffer = BytesIO()
    ImageOps.colorize(gradient, light, "white").save(buffer, "webp", quality=70)
    return buffer.getvalue()


@contextmanager
def demo_installation(data_dir: Path, **chosen: Any) -> Iterator[Installation]:
    """The data an app of the demo will open, before it does."""
    values = {name: field.default for name, field in Settings.model_fields.items()}
    installation = open_installation(
        Settings.model_construct(**{**values, "data_dir": data_dir, "demo": True, **chosen})
    )
    try:
        yield installation
    finally:
        installation.close(timeout_s=0)
