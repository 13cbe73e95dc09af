"""The store, on every kind of database."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from bulkgen.domain.dispatch import Lease, NewAttempt, image_request
from bulkgen.domain.errors import NotFoundError, StateError
from bulkgen.domain.jobs import GenerationSettings, JobStatus, NewJob
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.rates import full_bucket
from bulkgen.records.store import SqlStore

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)
SETTINGS = GenerationSettings(
    model="gpt-image-2.5-flare",
    size="1024x1024",
    quality="medium",
    images_per_prompt=1,
    output_format="webp",
    background="auto",
    output_compression=90,
    moderation="auto",
    prefix="",
    category="ChatGPT",
    page_status="draft",
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    store = SqlStore(f"sqlite:///{tmp_path}/bulkgen.db")
    store.migrate()
    yield store
    store.close()


def _a_job(*prompts: str, **changes: object) -> NewJob:
    job = NewJob(
        id=uuid4(),
        owner_id=LOCAL_ADMIN.id,
        name="a job",
        settings=SETTINGS,
        rows=tuple(PromptRow(text=prompt) for prompt in prompts or ("a boat", "a tree")),
        estimated_usd=Decimal("0.026"),
        budget_usd=Decimal("0.06"),
        submission_token=uuid4().hex,
        try_first=None,
        created_at=NOW,
    )
    return replace(job, **changes)  # type: ignore[arg-type]  # any field


def _attempts(store: SqlStore, job: NewJob, reserved_usd: str = "0.014") -> list[NewAttempt]:
    return [
        NewAttempt(
            id=uuid4(),
            job_id=job.id,
            prompt_id=prompt.id,
            owner_id=job.owner_id,
            account="account",
            request=image_request(prompt.row, SETTINGS, images=1, safety_identifier="x"),
            reserved_usd=Decimal(reserved_usd),
            price_version="test",
        )
        for prompt in store.engine.pending_prompts(job.id, 100, NOW)
    ]


def _start(store: SqlStore, attempts: list[NewAttempt]) -> list[UUID]:
    return store.engine.start_attempts(attempts, Lease(owner=uuid4(), until=LATER), NOW)


def test_every_connection_commits_synchronously_and_checks_foreign_keys(store: SqlStore) -> None:
    with store.database.write() as connection:
        facts = [
            connection.scalar(text(f"PRAGMA {name}"))
            for name in ("synchronous", "foreign_keys", "busy_timeout")
        ]

    assert facts == [2, 1, 30_000]


def test_a_token_used_before_gives_the_job_it_made(store: SqlStore) -> None:
    first = _a_job()

    ids = {store.jobs.add(first), store.jobs.add(_a_job(submission_token=first.submission_token))}

    assert ids == {first.id}
    assert len(store.jobs.all(None)) == 1


def test_a_job_comes_back_with_its_counts_and_money(store: SqlStore) -> None:
    new = _a_job("a", "b", "c", settings=replace(SETTINGS, images_per_prompt=4))
    store.jobs.add(new)

    job = store.jobs.get(new.id)

    assert (job.prompts, job.images.total, job.images.pending) == (3, 12, 12)
    assert job.status is JobStatus.PENDING
    assert job.budget_usd == Decimal("0.06")
    assert job.created_at == NOW
    assert store.jobs.rows(new.id) == list(new.rows)


def test_a_missing_job_is_not_found(store: SqlStore) -> None:
    with pytest.raises(NotFoundError):
        store.jobs.get(uuid4())


def test_an_attempt_reserves_its_money_and_takes_from_the_bucket(store: SqlStore) -> None:
    new = _a_job()
    store.jobs.add(new)
    store.buckets.add("account", full_bucket(60, NOW))

    started = _start(store, _attempts(store, new))

    job = store.jobs.get(new.id)
    bucket = store.buckets.get("account")
    assert len(started) == 2
    assert job.status is JobStatus.PROCESSING
    assert job.reserved_usd == Decimal("0.028")
    assert job.images.processing == 2
    assert bucket is not None
    assert bucket.tokens == pytest.approx(bucket.capacity - 2)


def test_no_attempt_starts_beyond_the_budget(store: SqlStore) -> None:
    new = _a_job("a", "b", "c", "d", "e", "f")
    store.jobs.add(new)
    store.buckets.add("account", full_bucket(60, NOW))

    started = _start(store, _attempts(store, new))

    assert len(started) == 4
    assert store.jobs.get(new.id).reserved_usd <= new.budget_usd


def test_no_attempt_starts_beyond_the_bucket(store: SqlStore) -> None:
    new = _a_job("a", "b", "c")
    store.jobs.add(new)
    store.buckets.add("account", replace(full_bucket(60, NOW), tokens=2.5))

    assert len(_start(store, _attempts(store, new))) == 2


def test_a_prompt_has_one_open_attempt_at_most(store: SqlStore) -> None:
    new = _a_job("a")
    store.jobs.add(new)
    store.buckets.add("account", full_bucket(60, NOW))
    wanted = _attempts(store, new)

    first = _start(store, wanted)
    second = _start(store, [replace(wanted[0], id=uuid4())])

    assert (len(first), len(second)) == (1, 0)


@pytest.mark.parametrize("stop", ["cancel", "pause"])
def test_no_attempt_of_a_stopped_job_starts(store: SqlStore, stop: str) -> None:
    new = _a_job()
    store.jobs.add(new)
    store.buckets.add("account", full_bucket(60, NOW))
    wanted = _attempts(store, new)
    if stop == "cancel":
        store.jobs.cancel(new.id, NOW)
    else:
        store.engine.pause(new.id, "person", "Paused.")  # type: ignore[arg-type]  # its value

    assert _start(store, wanted) == []


def test_what_has_ended_cannot_be_cancelled_or_resumed(store: SqlStore) -> None:
    new = _a_job()
    store.jobs.add(new)
    store.jobs.cancel(new.id, NOW)

    with pytest.raises(StateError, match="cancelled"):
        store.jobs.cancel(new.id, NOW)
    with pytest.raises(StateError, match="nothing to resume"):
        store.jobs.resume(new.id)
    with pytest.raises(StateError, match="nothing to retry"):
        store.jobs.retry(new.id)


def test_an_older_revision_of_a_sheet_does_not_overwrite_a_newer_one(store: SqlStore) -> None:
    sheet = store.sheets.open(LOCAL_ADMIN.id, NOW)
    newer = store.sheets.save(
        LOCAL_ADMIN.id, replace(sheet, rows=(PromptRow(text="new"),), settings=SETTINGS), NOW
    )

    older = store.sheets.save(LOCAL_ADMIN.id, replace(sheet, rows=(PromptRow(text="old"),)), NOW)

    assert newer is not None
    assert older is None
    assert store.sheets.open(LOCAL_ADMIN.id, NOW) == newer


def test_nobody_saves_or_removes_the_sheet_of_another(store: SqlStore) -> None:
    sheet = store.sheets.open(LOCAL_ADMIN.id, NOW)
    stranger = uuid4()

    assert store.sheets.save(stranger, sheet, NOW) is None
    store.sheets.remove(stranger, sheet.id)
    assert store.sheets.open(LOCAL_ADMIN.id, NOW).id == sheet.id


def test_money_is_exact_to_the_micro_dollar(store: SqlStore) -> None:
    new = _a_job(budget_usd=Decimal("2147.483648"), estimated_usd=Decimal("0.000001"))

    store.jobs.add(new)

    job = store.jobs.get(new.id)
    assert (job.budget_usd, job.estimated_usd) == (Decimal("2147.483648"), Decimal("0.000001"))
