"""Finding and choosing images, on every kind of database."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from bulkgen.domain.image_filters import Choice, ImageFilter, ImageOrder, SelectionChange, Shown
from bulkgen.domain.images import ImageStatus
from bulkgen.domain.jobs import NewJob
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.records.store import SqlStore
from bulkgen.records.tables import images, prompts
from tests.fakes.factories import NOW, a_uuid, some_settings

SCORES = (10.0, 50.0, None, 20.0, 5.0, None)
PROMPTS = ("a red BOAT at sea", "a tree in Évian", "100% wool")


@pytest.fixture
def job(store: SqlStore) -> NewJob:
    """Three prompts with two images each, all there but the last one, which failed."""
    new = NewJob(
        id=a_uuid(900),
        owner_id=LOCAL_ADMIN.id,
        name="a job",
        settings=some_settings(images_per_prompt=2),
        rows=tuple(PromptRow(text=text) for text in PROMPTS),
        estimated_usd=Decimal(1),
        budget_usd=Decimal(2),
        submission_token=uuid4().hex,
        try_first=None,
        created_at=NOW,
    )
    store.jobs.add(new)
    with store.database.write() as connection:
        for place, image in enumerate(store.images.of_job(new.id)):
            connection.execute(
                update(images)
                .where(images.c.id == image.id)
                .values(
                    status=ImageStatus.FAILED if place == 5 else ImageStatus.COMPLETED,
                    completed_at=None if place == 5 else NOW + timedelta(seconds=10 - place),
                    cost_micro_usd=None if place == 5 else 1000 * (place % 3),
                    score=SCORES[place],
                )
            )
    return new


def _places(store: SqlStore, job: NewJob, ids: tuple[UUID, ...]) -> list[int]:
    """Where images stand in the job, from 0."""
    order = {image.id: place for place, image in enumerate(store.images.of_job(job.id))}
    return [order[image_id] for image_id in ids]


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (ImageFilter(), [0, 1, 2, 3, 4, 5]),
        (ImageFilter(shown=Shown.SELECTED), [1]),
        (ImageFilter(shown=Shown.NOT_SELECTED), [0, 2, 3, 4]),
        (ImageFilter(shown=Shown.FAILED), [5]),
        (ImageFilter(shown=Shown.UNDECIDED), [2, 3, 4]),
        (ImageFilter(shown=Shown.STARRED), [0, 2]),
        (ImageFilter(text="boat"), [0, 1]),
        (ImageFilter(text="SEA  red"), [0, 1]),
        (ImageFilter(text="100%"), [4, 5]),
        (ImageFilter(text="_"), []),
        (ImageFilter(text="ÉVIAN"), [2, 3]),
        (ImageFilter(text="boat tree"), []),
        (ImageFilter(text="wool", shown=Shown.FAILED), [5]),
        (ImageFilter(least_usd=Decimal("0.002")), [2]),
        (ImageFilter(most_usd=Decimal("0.001")), [0, 1, 3, 4]),
        (ImageFilter(model="gpt-image-2"), []),
    ],
)
def test_a_filter_finds_the_images_it_holds_for(
    store: SqlStore, job: NewJob, which: ImageFilter, found: list[int]
) -> None:
    first, second, third, *_ = store.images.of_job(job.id)
    store.images.select([second.id], selected=True)
    for image in (first, third):
        store.images.star(image.id, NOW)
    with store.database.write() as connection:
        connection.execute(update(prompts).where(prompts.c.number == 1).values(decided_at=NOW))

    images_found = store.images.find(job.id, which, ImageOrder.PROMPT)

    assert _places(store, job, images_found.ids) == found


@pytest.mark.parametrize(
    ("order", "found"),
    [
        (ImageOrder.PROMPT, [0, 1, 2, 3, 4, 5]),
        (ImageOrder.NEWEST, [0, 1, 2, 3, 4, 5]),
        (ImageOrder.OLDEST, [4, 3, 2, 1, 0, 5]),
        (ImageOrder.COST, [2, 1, 4, 0, 3, 5]),
        (ImageOrder.SCORE, [1, 3, 0, 4, 2, 5]),
    ],
)
def test_images_come_in_the_order_asked_for(
    store: SqlStore, job: NewJob, order: ImageOrder, found: list[int]
) -> None:
    assert _places(store, job, store.images.find(job.id, ImageFilter(), order).ids) == found


@pytest.mark.parametrize(
    ("choice", "selected"),
    [
        (Choice.ALL, [0, 1, 2, 3, 4]),
        (Choice.NONE, []),
        (Choice.INVERT, [0, 2, 3, 4]),
        (Choice.FIRST, [0, 2, 4]),
        (Choice.BEST, [1, 3, 4]),
        (Choice.BEST_TEN, [1, 3, 4]),
    ],
)
def test_a_choice_is_made_among_pictures_that_are_there_and_can_be_undone(
    store: SqlStore, job: NewJob, choice: Choice, selected: list[int]
) -> None:
    second = store.images.of_job(job.id)[1]
    store.images.select([second.id], selected=True)

    change = store.images.choose(job.id, ImageFilter(), choice)

    chosen = store.images.find(job.id, ImageFilter(shown=Shown.SELECTED), ImageOrder.PROMPT)
    assert _places(store, job, chosen.ids) == selected
    store.images.change_selection(job.id, change.reverse)
    restored = store.images.find(job.id, ImageFilter(shown=Shown.SELECTED), ImageOrder.PROMPT)
    assert _places(store, job, restored.ids) == [1]


def test_a_filter_may_name_its_images(store: SqlStore, job: NewJob) -> None:
    ids = [image.id for image in store.images.of_job(job.id)]
    which = ImageFilter(shown=Shown.NEAR_DUPLICATES, among=(ids[3], ids[1], ids[5]))

    found = store.images.find(job.id, which, ImageOrder.PROMPT)

    assert _places(store, job, found.ids) == [1, 3]


def test_a_choice_on_a_filter_leaves_the_others_alone(store: SqlStore, job: NewJob) -> None:
    store.images.choose(job.id, ImageFilter(), Choice.ALL)

    change = store.images.choose(job.id, ImageFilter(text="boat"), Choice.NONE)

    assert change.images == 2
    assert store.jobs.get(job.id).selected == 3


def test_a_change_reaches_no_image_of_another_job(store: SqlStore, job: NewJob) -> None:
    image = store.images.of_job(job.id)[0]

    store.images.change_selection(a_uuid(901), SelectionChange(selected=(image.id,)))

    assert not store.images.get(image.id).selected


def test_images_that_arrived_are_counted_apart_from_those_in_view(
    store: SqlStore, job: NewJob
) -> None:
    ids = [image.id for image in store.images.of_job(job.id)]
    since = NOW + timedelta(seconds=7)

    def arrived(since: datetime | None, besides: list[UUID]) -> tuple[int, UUID | None]:
        order = ImageOrder.PROMPT
        return store.images.arrived(job.id, ImageFilter(), order, since=since, besides=besides)

    assert arrived(since, []) == (3, ids[0])
    assert arrived(since, ids[:2]) == (1, ids[2])
    assert arrived(None, ids[:2]) == (3, ids[2])
    assert arrived(NOW + timedelta(hours=1), []) == (0, None)


def test_images_come_back_in_the_order_they_were_asked_for(store: SqlStore, job: NewJob) -> None:
    ids = [image.id for image in store.images.of_job(job.id)]

    wanted = [ids[3], a_uuid(1), ids[0]]

    assert [image.id for image in store.images.some(wanted)] == [ids[3], ids[0]]
    assert store.images.states(wanted) == {
        ids[3]: (ImageStatus.COMPLETED, False),
        ids[0]: (ImageStatus.COMPLETED, False),
    }


def test_a_note_stays_with_its_image(store: SqlStore, job: NewJob) -> None:
    first, second, *_ = store.images.of_job(job.id)

    store.images.write_note(first.id, "too dark")

    assert (store.images.get(first.id).note, store.images.get(second.id).note) == ("too dark", "")


def test_a_prompt_with_a_nul_hides_from_a_search_and_breaks_none(store: SqlStore) -> None:
    new = NewJob(
        id=a_uuid(902),
        owner_id=LOCAL_ADMIN.id,
        name="a job",
        settings=some_settings(),
        rows=(PromptRow(text="a boat \x00"), PromptRow(text="a boat")),
        estimated_usd=Decimal(1),
        budget_usd=Decimal(2),
        submission_token=uuid4().hex,
        try_first=None,
        created_at=NOW,
    )
    store.jobs.add(new)

    found = store.images.find(new.id, ImageFilter(text="boat"), ImageOrder.PROMPT)

    assert _places(store, new, found.ids) == [1]
