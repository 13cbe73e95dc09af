"""Jobs whose pictures are all there, without an engine that made them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.demo.painter import encode, paint
from bulkgen.domain.images import ImageStatus
from bulkgen.domain.jobs import JobStatus
from bulkgen.domain.storage_keys import image_key, thumbnail_key
from bulkgen.records.database import Database
from bulkgen.records.tables import images, jobs, prompts
from bulkgen.settings import Settings
from bulkgen.storage import variants
from tests.fakes.installations import submit

_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def complete_images(database: Database, job_id: UUID, keys: Sequence[str] = ("",)) -> None:
    """End a job as if all its pictures had come; they lie under these keys, again and again."""
    with database.write() as connection:
        wanted = images.c.job_id == job_id
        for number, image_id in enumerate(connection.scalars(select(images.c.id).where(wanted))):
            connection.execute(
                update(images)
                .where(images.c.id == image_id)
                .values(
                    status=ImageStatus.COMPLETED,
                    storage_key=keys[number % len(keys)],
                    output_format="webp",
                    sha256="0" * 64,
                    width_px=1024,
                    height_px=1024,
                    size_bytes=80_000,
                    cost_micro_usd=13_000,
                    completed_at=_AT,
                )
            )
        connection.execute(
            update(prompts).where(prompts.c.job_id == job_id).values(status=ImageStatus.COMPLETED)
        )
        connection.execute(
            update(jobs)
            .where(jobs.c.id == job_id)
            .values(status=JobStatus.COMPLETED, started_at=_AT, completed_at=_AT)
        )


def reviewable_job(
    data_dir: Path,
    *,
    prompts: int,
    images_per_prompt: int = 4,
    pictures: int = 8,
    edge_px: int = 512,
) -> UUID:
    """A demo installation with one job that waits for its review; its app may be started then."""
    settings = Settings.model_construct(
        **{
            **{name: field.default for name, field in Settings.model_fields.items()},
            "data_dir": data_dir,
            "demo": True,
        }
    )
    installation = open_installation(settings)
    job_id = submit(installation, prompts, images_per_prompt=images_per_prompt)
    keys = [_store_picture(installation, number, edge_px) for number in range(pictures)]
    complete_images(installation.store.database, job_id, keys)
    installation.close(timeout_s=0)
    return job_id


def _store_picture(installation: Installation, number: int, edge_px: int) -> str:
    data = encode(paint(f"a lighthouse, number {number}", 0, edge_px, edge_px), "webp", 90)
    image_id = UUID(int=number + 1)
    key = image_key(image_id, sha256(data).hexdigest(), "webp", _AT)
    installation.storage.put(key, data)
    installation.storage.put(thumbnail_key(image_id), variants.thumbnail(data)[0])
    return key
