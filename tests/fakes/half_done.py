"""A long job as a dead engine left it: half of it made, some calls open, some answers spooled."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy import select, update

from bulkgen.bootstrap import Installation
from bulkgen.domain.dispatch import Lease, NewAttempt, image_request
from bulkgen.domain.images import ImageStatus, ProviderAnswer
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.pricing import call_cost
from bulkgen.domain.rates import Bucket, full_bucket
from bulkgen.records.tables import images, prompts
from tests.fakes.installations import submit

#: Images per minute that it goes on with.
PACE = 1200
OPEN = 50
SPOOLED = 10


def submit_half_done(installation: Installation, count: int) -> UUID:
    """A job of so many prompts; call it while no engine runs."""
    job_id = submit(installation, count, size="816x816", budget_usd="1000")
    _complete(installation, job_id, count // 2)
    for attempt_id in _open_calls(installation, job_id)[:SPOOLED]:
        arrival = installation.engine._steps.spool.begin(attempt_id)
        picture = arrival.new_image()
        picture.write(_picture(str(attempt_id)))
        picture.finish()
        answer = ProviderAnswer(
            images=arrival.finished(), usage=None, request_id=None, model="gpt-image-2.5-flare"
        )
        arrival.keep(answer, complete=True)
    return job_id


def _complete(installation: Installation, job_id: UUID, up_to: int) -> None:
    made = select(prompts.c.id).where(prompts.c.job_id == job_id, prompts.c.number <= up_to)
    with installation.store.database.write() as connection:
        connection.execute(
            update(images)
            .where(images.c.prompt_id.in_(made))
            .values(status=ImageStatus.COMPLETED, storage_key="images/2026/11/made.webp")
        )
        connection.execute(
            update(prompts)
            .where(prompts.c.job_id == job_id, prompts.c.number <= up_to)
            .values(status=ImageStatus.COMPLETED)
        )


def _open_calls(installation: Installation, job_id: UUID) -> list[UUID]:
    steps = installation.engine._steps
    store = steps.store
    account = steps.vault.account(LOCAL_ADMIN.id)
    now = datetime.now(UTC)
    store.buckets.change(account, lambda _bucket: full_bucket(PACE, now))
    settings = store.jobs.get(job_id).settings
    wanted = []
    for prompt in store.engine.pending_prompts(job_id, OPEN, now):
        request = image_request(prompt.row, settings, images=1, safety_identifier="x")
        wanted.append(
            NewAttempt(
                id=uuid4(),
                job_id=job_id,
                prompt_id=prompt.id,
                owner_id=LOCAL_ADMIN.id,
                account=account,
                request=request,
                reserved_usd=call_cost(steps.catalogue.model(request.model), request).most_usd,
                price_version="test",
            )
        )
    lease = Lease(owner=uuid4(), until=now + timedelta(seconds=30))
    started = store.engine.start_attempts(wanted, lease, now)
    store.buckets.change(account, lambda _bucket: Bucket(PACE, 0.0, now))
    return started


def _picture(text: str) -> bytes:
    """A picture like no other."""
    buffer = BytesIO()
    Image.new("RGB", (64, 64), f"#{text[:6]}").save(buffer, "webp")
    return buffer.getvalue()
