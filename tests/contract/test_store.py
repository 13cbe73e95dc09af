"""The store, on every kind of database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from bulkgen.domain.attempts import Failure, FailureKind
from bulkgen.domain.dispatch import Lease, NewAttempt, image_request
from bulkgen.domain.errors import (
    BulkgenError,
    NotFoundError,
    SetupError,
    StateError,
    StoreError,
)
from bulkgen.domain.jobs import RUNNING, GenerationSettings, JobStatus, NewJob, PauseReason
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.rates import full_bucket
from bulkgen.domain.sheets import Sheet, SheetSummary
from bulkgen.records.database import Database
from bulkgen.records.store import SqlStore
from tests.fakes.postgres import RunningPostgres

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


def test_every_connection_commits_synchronously_and_checks_foreign_keys(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/bulkgen.db")
    with database.write() as connection:
        facts = [
            connection.scalar(text(f"PRAGMA {name}"))
            for name in ("synchronous", "foreign_keys", "busy_timeout")
        ]
    database.close()

    assert facts == [2, 1, 30_000]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_a_postgres_address_leads_to_it(postgres_url: str, scheme: str) -> None:
    database = Database(postgres_url.replace("postgresql", scheme, 1))

    with database.read() as connection:
        version = str(connection.scalar(text("SHOW server_version")))
    database.close()

    assert version.startswith("18")


def test_a_reader_on_postgres_sees_one_moment(postgres_url: str) -> None:
    store = SqlStore(postgres_url)
    store.migrate()

    with store.database.read() as connection:
        before = connection.scalar(text("SELECT count(*) FROM preferences"))
        store.preferences.set("categories", ["ChatGPT"])
        after = connection.scalar(text("SELECT count(*) FROM preferences"))

    assert (before, after) == (0, 0)
    assert store.preferences.get("categories") == ["ChatGPT"]
    store.close()


@pytest.mark.parametrize(
    ("url", "error", "says"),
    [
        ("postgresql://admin:hunter22@127.0.0.1:9/bulkgen", StoreError, "Connection refused"),
        (
            "postgresql://admin:hunter22@127.0.0.1:port/bulkgen",
            SetupError,
            "not the address of a database",
        ),
        ("postgresql://admin:hunter22@127.0.0.1/b?speed=1", SetupError, 'option "speed"'),
        ("mysql://admin:hunter22@127.0.0.1/bulkgen", SetupError, "cannot use a mysql database"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_in_one_line_without_its_password(
    url: str, error: type[BulkgenError], says: str
) -> None:
    with pytest.raises(error) as raised:
        SqlStore(url).migrate()

    assert says in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "hunter22" not in str(raised.value)


def test_a_server_that_came_back_is_used_again(postgres: RunningPostgres) -> None:
    with postgres.fresh_database() as url:
        store = SqlStore(url)
        store.migrate()
        store.preferences.set("categories", ["ChatGPT"])

        with postgres.away(), pytest.raises(StoreError, match="Check that Postgres runs"):
            store.preferences.get("categories")

        assert store.preferences.get("categories") == ["ChatGPT"]
        store.close()


def test_a_text_keeps_everything_but_the_character_no_database_agrees_on(store: SqlStore) -> None:
    new = _a_job("a\x00b 🎈 \u202e é", name="the \x00 job")

    store.jobs.add(new)

    assert store.jobs.rows(new.id) == list(new.rows)
    assert store.jobs.get(new.id).name.replace("\x00", "") == "the  job"


def test_times_come_back_in_utc(store: SqlStore) -> None:
    new = _a_job(created_at=NOW.astimezone(timezone(timedelta(hours=5))))

    store.jobs.add(new)

    created_at = store.jobs.get(new.id).created_at
    assert (created_at, created_at.tzinfo) == (NOW, UTC)


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


def test_a_prompt_that_was_split_waits_for_its_open_call(store: SqlStore) -> None:
    new = _a_job("a", settings=replace(SETTINGS, images_per_prompt=3))
    store.jobs.add(new)
    store.buckets.add("account", full_bucket(60, NOW))
    wanted = _attempts(store, new)

    started = _start(store, [wanted[0], replace(wanted[0], id=uuid4())])

    assert started == [wanted[0].id]


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
        store.jobs.resume(new.id, NOW)
    with pytest.raises(StateError, match="nothing to retry"):
        store.jobs.retry(new.id, None, NOW)


def _fail_one(store: SqlStore, new: NewJob, kind: FailureKind, code: str) -> None:
    """Start the next call of a job and end it with a failure."""
    (attempt_id,) = _start(store, _attempts(store, new)[:1])
    failure = Failure(kind=kind, message="refused", code=code)
    store.engine.settle_failed(attempt_id, failure, 0.0, NOW)


@pytest.mark.parametrize(
    ("blocked_every", "paused_after"),
    [(1, 5), (2, 19), (4, 37), (5, 46), (6, None)],
)
def test_refusals_of_the_safety_system_pause_a_job_in_time(
    store: SqlStore, blocked_every: int, paused_after: int | None
) -> None:
    """Five in a row, or ten among the first fifty calls."""
    new = _a_job(*(f"prompt {number}" for number in range(70)), budget_usd=Decimal(5))
    store.jobs.add(new)
    store.buckets.add("account", full_bucket(6000, NOW))
    ended = 0
    while store.jobs.get(new.id).status in RUNNING:
        blocked = ended % blocked_every == 0
        kind = FailureKind.MODERATION if blocked else FailureKind.REQUEST
        _fail_one(store, new, kind, str(ended))
        ended += 1

    job = store.jobs.get(new.id)
    assert job.status is (JobStatus.PAUSED if paused_after else JobStatus.COMPLETED)
    assert ended == (paused_after or 70)


def test_refusals_before_a_person_resumed_are_forgotten(store: SqlStore) -> None:
    new = _a_job(*(f"prompt {number}" for number in range(20)), budget_usd=Decimal(5))
    store.jobs.add(new)
    store.buckets.add("account", full_bucket(6000, NOW))
    for number in range(5):
        _fail_one(store, new, FailureKind.MODERATION, str(number))
    paused = store.jobs.get(new.id)

    store.jobs.resume(new.id, NOW)
    _fail_one(store, new, FailureKind.MODERATION, "5")

    assert paused.pause_reason is PauseReason.REFUSALS
    assert store.jobs.get(new.id).status is JobStatus.PROCESSING


def test_two_keys_of_one_organization_share_its_bucket(store: SqlStore) -> None:
    store.buckets.add("key:a", full_bucket(60, NOW).take(10))
    store.buckets.add("key:b", full_bucket(60, NOW).take(20))

    for key in ("key:a", "key:b", "key:b"):
        store.buckets.join(key, "organization:x", NOW)

    found = store.buckets.find("key:a")
    assert found == store.buckets.find("key:b")
    assert found is not None
    assert found[0] == "organization:x"
    assert found[1].taken == pytest.approx(30)


def test_a_limit_learned_with_one_key_counts_for_the_other(store: SqlStore) -> None:
    for key in ("key:a", "key:b"):
        store.buckets.add(key, full_bucket(60, NOW))
        store.buckets.join(key, "organization:x", NOW)

    store.buckets.change("key:a", lambda bucket: bucket.with_limit(20, NOW))

    bucket = store.buckets.get("key:b")
    assert bucket is not None
    assert bucket.images_per_minute == 20


def test_a_bucket_that_is_there_stays_when_it_is_added_again(store: SqlStore) -> None:
    store.buckets.enter("account", 60, full_bucket(5, NOW))

    store.buckets.add("account", full_bucket(5, NOW))

    bucket = store.buckets.get("account")
    assert bucket is not None
    assert bucket.images_per_minute == store.buckets.entered_limit("account") == 60


def test_only_what_is_under_way_keeps_its_lease(store: SqlStore) -> None:
    new = _a_job()
    store.jobs.add(new)
    store.buckets.add("account", full_bucket(60, NOW))
    lease = Lease(owner=uuid4(), until=LATER)
    alive, lost = store.engine.start_attempts(_attempts(store, new), lease, NOW)

    store.engine.renew_leases(replace(lease, until=LATER + timedelta(seconds=30)), {alive})

    until = {attempt.id: attempt.lease.until for attempt in store.engine.open_attempts()}
    assert until == {alive: LATER + timedelta(seconds=30), lost: LATER}


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
    store.sheets.keep_only(stranger, sheet, [], NOW)
    store.sheets.remove(stranger, sheet.id)
    assert store.sheets.open(LOCAL_ADMIN.id, NOW).id == sheet.id


def _a_sheet(store: SqlStore, now: datetime, *prompts: str, name: str = "") -> Sheet:
    rows = tuple(PromptRow(text=prompt) for prompt in prompts)
    new = store.sheets.new(LOCAL_ADMIN.id, now)
    saved = store.sheets.save(LOCAL_ADMIN.id, replace(new, name=name, rows=rows), now)
    assert saved is not None
    return saved


def test_sheets_are_told_with_the_last_first(store: SqlStore) -> None:
    boats = _a_sheet(store, NOW, "  a \n boat" + "x" * 100, "a ship", name="Boats")
    trees = _a_sheet(store, LATER, "a tree\0")

    assert store.sheets.all(LOCAL_ADMIN.id) == [
        SheetSummary(id=trees.id, name="", first_words="a tree\ufffd", prompts=1, updated_at=LATER),
        SheetSummary(
            id=boats.id,
            name="Boats",
            first_words="a boat" + "x" * 73 + "…",
            prompts=2,
            updated_at=NOW,
        ),
    ]
    assert store.sheets.all(uuid4()) == []


def test_a_sheet_that_is_opened_is_the_last(store: SqlStore) -> None:
    boats = _a_sheet(store, NOW, "a boat", name="Boats")
    _a_sheet(store, LATER, "a tree")

    opened = store.sheets.open(LOCAL_ADMIN.id, LATER + timedelta(seconds=1), boats.id)

    assert opened == boats
    assert store.sheets.open(LOCAL_ADMIN.id, LATER) == boats


def test_the_sheet_of_another_looks_like_one_that_is_missing(store: SqlStore) -> None:
    boats = _a_sheet(store, NOW, "a boat")

    said = []
    for owner_id, sheet_id in ((uuid4(), boats.id), (LOCAL_ADMIN.id, uuid4())):
        with pytest.raises(NotFoundError) as raised:
            store.sheets.open(owner_id, NOW, sheet_id)
        said.append(str(raised.value))

    assert said == ["There is no such list."] * 2
    assert store.sheets.all(LOCAL_ADMIN.id)[0].updated_at == NOW


def test_empty_sheets_do_not_pile_up_and_are_not_told(store: SqlStore) -> None:
    boats = _a_sheet(store, NOW, "a boat")
    first = store.sheets.new(LOCAL_ADMIN.id, NOW)
    emptied = store.sheets.save(LOCAL_ADMIN.id, replace(first, settings=SETTINGS), NOW)

    again = store.sheets.new(LOCAL_ADMIN.id, LATER)

    assert emptied is not None
    assert again == replace(emptied, settings=None)
    assert store.sheets.open(LOCAL_ADMIN.id, LATER).id == again.id
    assert [sheet.id for sheet in store.sheets.all(LOCAL_ADMIN.id)] == [boats.id]


def test_a_sheet_with_a_name_alone_is_kept(store: SqlStore) -> None:
    named = _a_sheet(store, NOW, name="Boats")

    assert store.sheets.new(LOCAL_ADMIN.id, NOW).id != named.id
    assert [sheet.name for sheet in store.sheets.all(LOCAL_ADMIN.id)] == ["Boats"]


def test_a_newer_revision_survives_the_start_of_an_older_one(store: SqlStore) -> None:
    older = _a_sheet(store, NOW, "a boat")
    newer = store.sheets.save(LOCAL_ADMIN.id, replace(older, name="Boats"), NOW)
    assert newer is not None

    store.sheets.keep_only(LOCAL_ADMIN.id, older, [], NOW)
    store.sheets.keep_only(LOCAL_ADMIN.id, older, [PromptRow(text="a raft")], NOW)
    assert store.sheets.open(LOCAL_ADMIN.id, NOW, older.id) == newer
    store.sheets.keep_only(LOCAL_ADMIN.id, newer, [], NOW)

    assert store.sheets.all(LOCAL_ADMIN.id) == []


def test_what_is_left_of_a_sheet_is_told_anew(store: SqlStore) -> None:
    sheet = _a_sheet(store, NOW, "a boat", "a tree", name="Things")

    store.sheets.keep_only(LOCAL_ADMIN.id, sheet, sheet.rows[1:], NOW)

    (left,) = store.sheets.all(LOCAL_ADMIN.id)
    assert (left.name, left.first_words, left.prompts) == ("Things", "a tree", 1)


def test_money_is_exact_to_the_micro_dollar(store: SqlStore) -> None:
    new = _a_job(budget_usd=Decimal("2147.483648"), estimated_usd=Decimal("0.000001"))

    store.jobs.add(new)

    job = store.jobs.get(new.id)
    assert (job.budget_usd, job.estimated_usd) == (Decimal("2147.483648"), Decimal("0.000001"))
