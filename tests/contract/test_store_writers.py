"""Several writers of one database, as several processes are: nothing is done twice or lost."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from bulkgen.domain.attempts import Failure, FailureKind
from bulkgen.domain.dispatch import (
    Lease,
    NewAttempt,
    SavedImage,
    SpooledAnswer,
    UnsavedImage,
    image_request,
)
from bulkgen.domain.errors import StateError
from bulkgen.domain.images import ProviderAnswer, ProviderImage
from bulkgen.domain.jobs import JobStatus, NewJob
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.rates import full_bucket
from bulkgen.records.store import SqlStore
from tests.fakes.factories import NOW, a_failure, some_settings

LATER = NOW + timedelta(seconds=30)
WRITERS = 6
MISSING = a_failure(FailureKind.UNUSABLE)
SAVED = SavedImage(
    storage_key="images/2026/11/a.webp",
    output_format="webp",
    width_px=1024,
    height_px=1024,
    marks=(),
    score=61.5,
    hash=0,
)

Result = TypeVar("Result")


@pytest.fixture
def stores(database_url: str) -> Iterator[list[SqlStore]]:
    """The same database, opened as that many processes open it."""
    opened = [SqlStore(database_url) for _ in range(WRITERS)]
    opened[0].migrate()
    yield opened
    for store in opened:
        store.close()


def at_once(act: Callable[..., Result], *arguments: Iterable[Any]) -> list[Result]:
    """What `act` returns for each, all begun at one moment."""
    calls = list(zip(*arguments, strict=True))
    barrier = Barrier(len(calls))

    def run(call: tuple[Any, ...]) -> Result:
        barrier.wait()
        return act(*call)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def a_new_job(prompts: int, **changes: object) -> NewJob:
    job = NewJob(
        id=uuid4(),
        owner_id=LOCAL_ADMIN.id,
        name="a job",
        settings=some_settings(),
        rows=tuple(PromptRow(text=f"boat {number}") for number in range(prompts)),
        estimated_usd=Decimal("0.026"),
        budget_usd=Decimal(100),
        submission_token=uuid4().hex,
        try_first=None,
        created_at=NOW,
    )
    return replace(job, **changes)  # type: ignore[arg-type]  # any field


def wanted_of(store: SqlStore, job: NewJob) -> list[NewAttempt]:
    return [
        NewAttempt(
            id=uuid4(),
            job_id=job.id,
            prompt_id=prompt.id,
            owner_id=job.owner_id,
            account="account",
            request=image_request(
                prompt.row, job.settings, images=prompt.pending_images, safety_identifier="x"
            ),
            reserved_usd=Decimal("0.014"),
            price_version="test",
        )
        for prompt in store.engine.pending_prompts(job.id, 1000, NOW)
    ]


def start(store: SqlStore, wanted: Sequence[NewAttempt]) -> list[UUID]:
    return store.engine.start_attempts(wanted, Lease(owner=uuid4(), until=LATER), NOW)


def started_job(store: SqlStore, prompts: int, **changes: object) -> tuple[NewJob, list[UUID]]:
    job = a_new_job(prompts, **changes)
    store.jobs.add(job)
    store.buckets.add("account", full_bucket(100_000, NOW))
    return job, start(store, wanted_of(store, job))


def settle(store: SqlStore, attempt_id: UUID, images: int = 1) -> list[UnsavedImage]:
    pictures = tuple(
        ProviderImage(index=index, sha256="ab" * 32, size_bytes=9) for index in range(images)
    )
    answer = ProviderAnswer(
        images=pictures, usage=None, request_id="req_1", model="gpt-image-2.5-flare"
    )
    spooled = SpooledAnswer(attempt_id=attempt_id, answer=answer, complete=True)
    unsaved = store.engine.settle_bought(spooled, Decimal("0.013"), MISSING, NOW)
    assert unsaved is not None
    return unsaved


def test_one_token_makes_one_job_however_many_use_it_at_once(stores: list[SqlStore]) -> None:
    first = a_new_job(3)
    jobs = [replace(first, id=uuid4()) for _ in stores]

    ids = at_once(lambda store, job: store.jobs.add(job), stores, jobs)

    assert len(set(ids)) == 1
    assert [job.id for job in stores[0].jobs.all(None)] == ids[:1]


def test_two_dispatchers_start_each_prompt_once(stores: list[SqlStore]) -> None:
    job = a_new_job(20)
    stores[0].jobs.add(job)
    stores[0].buckets.add("account", full_bucket(600, NOW))
    wanted = [wanted_of(store, job) for store in stores]

    started = at_once(start, stores, wanted)

    after = stores[0].jobs.get(job.id)
    bucket = stores[0].buckets.get("account")
    assert bucket is not None
    assert sum(len(ids) for ids in started) == after.attempts.open == 20
    assert after.reserved_usd == Decimal("0.28")
    assert bucket.tokens == pytest.approx(full_bucket(600, NOW).tokens - 20)


def test_no_number_of_dispatchers_passes_a_budget(stores: list[SqlStore]) -> None:
    job = a_new_job(60, budget_usd=Decimal("0.10"))
    stores[0].jobs.add(job)
    stores[0].buckets.add("account", full_bucket(600, NOW))
    wanted = wanted_of(stores[0], job)
    parts = [wanted[number::WRITERS] for number in range(WRITERS)]

    started = at_once(start, stores, parts)

    assert sum(len(ids) for ids in started) == 7
    assert stores[0].jobs.get(job.id).reserved_usd <= Decimal("0.10")


def test_an_answer_settled_by_two_processes_at_once_is_paid_once(stores: list[SqlStore]) -> None:
    job, (attempt_id,) = started_job(stores[0], 1)

    unsaved = at_once(settle, stores, [attempt_id] * WRITERS)

    after = stores[0].jobs.get(job.id)
    assert after.cost_usd == Decimal("0.013")
    assert after.reserved_usd == 0
    assert len({image.id for images in unsaved for image in images}) == 1
    assert all(len(images) == 1 for images in unsaved)


def test_a_call_given_up_and_answered_at_once_ends_in_one_way(stores: list[SqlStore]) -> None:
    job, attempts = started_job(stores[0], 10)
    interrupted = Failure(kind=FailureKind.INTERRUPTED, message="Stopped.")

    def give_up(store: SqlStore, attempt_id: UUID) -> None:
        store.engine.settle_failed(attempt_id, interrupted, 0.0, NOW)

    for attempt_id in attempts:
        at_once(
            lambda act, store, id_: act(store, id_),
            [give_up, _settle_if_open],
            stores[:2],
            [attempt_id] * 2,
        )

    after = stores[0].jobs.get(job.id)
    assert after.attempts.bought + after.attempts.unknown == 10
    assert after.images.pending == after.attempts.unknown
    assert after.images.processing == after.attempts.bought
    assert after.cost_usd == Decimal("0.013") * after.attempts.bought
    assert after.reserved_usd == Decimal("0.014") * after.attempts.unknown


def _settle_if_open(store: SqlStore, attempt_id: UUID) -> None:
    picture = ProviderImage(index=0, sha256="ab" * 32, size_bytes=9)
    answer = ProviderAnswer(
        images=(picture,), usage=None, request_id=None, model="gpt-image-2.5-flare"
    )
    spooled = SpooledAnswer(attempt_id=attempt_id, answer=answer, complete=True)
    store.engine.settle_bought(spooled, Decimal("0.013"), MISSING, NOW)


def test_a_job_whose_last_images_are_saved_at_one_moment_is_completed(
    stores: list[SqlStore],
) -> None:
    for _ in range(5):
        job, attempts = started_job(stores[0], WRITERS)
        images = [settle(stores[0], attempt_id)[0].id for attempt_id in attempts]

        at_once(lambda store, id_: store.engine.image_saved(id_, SAVED, NOW), stores, images)

        assert stores[0].jobs.get(job.id).status is JobStatus.COMPLETED


def test_cancel_and_start_at_one_moment_leave_nothing_in_between(stores: list[SqlStore]) -> None:
    for _ in range(5):
        job = a_new_job(10)
        stores[0].jobs.add(job)
        stores[0].buckets.add("account", full_bucket(100_000, NOW))
        wanted = wanted_of(stores[0], job)

        started, _ = at_once(
            lambda act: act(),
            [
                partial(start, stores[0], wanted),
                partial(_cancel, stores[1], job.id),
            ],
        )

        after = stores[0].jobs.get(job.id)
        assert after.status is JobStatus.CANCELLED
        assert after.images.processing == after.attempts.open == len(started)
        assert after.images.cancelled == 10 - len(started)


def test_of_those_who_cancel_at_once_all_but_one_are_told(stores: list[SqlStore]) -> None:
    job = a_new_job(2)
    stores[0].jobs.add(job)

    said = at_once(_cancel, stores, [job.id] * WRITERS)

    assert said.count("") == 1
    assert all("cancelled" in sentence for sentence in said if sentence)


def _cancel(store: SqlStore, job_id: UUID) -> str:
    try:
        store.jobs.cancel(job_id, NOW)
    except StateError as error:
        return str(error)
    return ""


def _completed_job(store: SqlStore, prompts: int) -> tuple[NewJob, list[UUID]]:
    job, attempts = started_job(store, prompts)
    images = [settle(store, attempt_id)[0].id for attempt_id in attempts]
    for image_id in images:
        store.engine.image_saved(image_id, SAVED, NOW)
    return job, images


def test_pages_asked_for_twice_at_once_are_made_once(stores: list[SqlStore]) -> None:
    job, images = _completed_job(stores[0], 8)

    asked = at_once(lambda store: store.pages.request(job.id, PageStatus.DRAFT, NOW), stores)
    lease = Lease(owner=uuid4(), until=LATER)
    taken = at_once(lambda store: store.engine.take_page_tasks(3, lease), stores)

    every = [image_id for images in taken for image_id in images]
    assert sorted(asked) == [0] * (WRITERS - 1) + [8]
    assert sorted(every) == sorted(images)


def test_names_given_at_once_all_differ(stores: list[SqlStore]) -> None:
    job, images = _completed_job(stores[0], WRITERS)
    stores[0].pages.request(job.id, PageStatus.DRAFT, NOW)

    titles = ["A red fox", "A red FOX"] * (WRITERS // 2)
    names = at_once(
        lambda store, image_id, title: store.pages.name(image_id, title, "x"),
        stores,
        images,
        titles,
    )

    assert len({title.casefold() for title, _ in names}) == WRITERS
    assert len({slug for _, slug in names}) == WRITERS


def test_a_page_task_comes_back_when_its_lease_is_over(stores: list[SqlStore]) -> None:
    job, _ = _completed_job(stores[0], 3)
    stores[0].pages.request(job.id, PageStatus.DRAFT, NOW)
    taken = stores[0].engine.take_page_tasks(3, Lease(owner=uuid4(), until=NOW))
    second = NOW + timedelta(seconds=1)

    stores[1].engine.free_page_tasks({taken[0]}, NOW)
    early = stores[1].engine.take_page_tasks(3, Lease(owner=uuid4(), until=LATER))
    stores[1].engine.free_page_tasks({taken[0]}, second)
    again = stores[1].engine.take_page_tasks(3, Lease(owner=uuid4(), until=LATER))

    assert early == []
    assert sorted(again) == sorted(taken[1:])


def test_a_person_who_opens_two_windows_at_once_has_one_sheet(stores: list[SqlStore]) -> None:
    sheets = at_once(lambda store: store.sheets.open(LOCAL_ADMIN.id, NOW), stores)

    assert len({sheet.id for sheet in sheets}) == 1


def test_several_new_sheets_at_once_are_one_empty_sheet(stores: list[SqlStore]) -> None:
    sheets = at_once(lambda store: store.sheets.new(LOCAL_ADMIN.id, NOW), stores)

    assert len({sheet.id for sheet in sheets}) == 1


def test_a_preference_set_by_several_at_once_is_one_of_theirs(stores: list[SqlStore]) -> None:
    at_once(lambda store, n: store.preferences.set("pace", n), stores, range(WRITERS))

    assert stores[0].preferences.get("pace") in range(WRITERS)


def test_tokens_taken_while_a_limit_is_entered_stay_taken(stores: list[SqlStore]) -> None:
    stores[0].buckets.add("account", full_bucket(600, NOW))
    full = full_bucket(600, NOW)

    def take_ten(store: SqlStore) -> None:
        store.buckets.change("account", lambda bucket: bucket.take(10))

    at_once(
        lambda act: act(),
        [
            *(partial(take_ten, store) for store in stores[1:]),
            partial(stores[0].buckets.enter, "account", 600, full),
        ],
    )

    bucket = stores[0].buckets.get("account")
    assert bucket is not None
    assert bucket.tokens == pytest.approx(full.tokens - 10 * (WRITERS - 1))


def test_writers_that_do_everything_at_once_never_wait_in_a_circle(
    stores: list[SqlStore],
) -> None:
    jobs = [
        started_job(stores[0], 12, settings=some_settings(images_per_prompt=2)) for _ in range(3)
    ]
    images = [image.id for job, _ in jobs for image in stores[0].images.of_job(job.id)]
    moment = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
    lease = Lease(owner=uuid4(), until=LATER)

    def work(number: int) -> int:
        store, chance = stores[number], random.Random(number)  # noqa: S311 - the same choices in each run
        done = 0
        for _ in range(25):
            job, attempts = chance.choice(jobs)
            some = chance.sample(images, 20)
            unsaved = settle_quietly(store, chance.choice(attempts))
            for image in unsaved:
                store.engine.image_saved(image.id, SAVED, moment)
            store.images.select(some, selected=bool(chance.getrandbits(1)))
            store.engine.renew_leases(lease, set(attempts))
            start(store, wanted_of(store, job))
            _retry(store, job.id)
            store.buckets.change("account", lambda bucket: bucket.take(0))
            store.pages.request(job.id, PageStatus.DRAFT, moment)
            store.engine.take_page_tasks(5, lease)
            store.engine.free_page_tasks(set(), None)
            done += 1
        return done

    assert at_once(work, range(WRITERS)) == [25] * WRITERS


def settle_quietly(store: SqlStore, attempt_id: UUID) -> list[UnsavedImage]:
    """Settle one picture of two, or give the call up."""
    if attempt_id.int % 3:
        return settle(store, attempt_id)
    store.engine.settle_failed(attempt_id, a_failure(FailureKind.MODERATION), 0.0, NOW)
    return []


def _retry(store: SqlStore, job_id: UUID) -> None:
    try:
        store.jobs.retry(job_id, None, NOW)
    except StateError:
        return
