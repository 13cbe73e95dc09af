"""What review writes, on every kind of database and in any order of arrival."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from bulkgen.domain.image_filters import Choice, ImageFilter
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.jobs import NewJob
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.review import ReviewDecision
from bulkgen.records.store import SqlStore
from tests.fakes.factories import NOW, some_settings
from tests.fakes.reviewable import complete_images

MOUNT = uuid4()
OTHER_MOUNT = uuid4()


@pytest.fixture
def job_id(store: SqlStore) -> UUID:
    """Four prompts with three images each, all there."""
    job = NewJob(
        id=uuid4(),
        owner_id=LOCAL_ADMIN.id,
        name="a job",
        settings=some_settings(images_per_prompt=3),
        rows=tuple(PromptRow(text=f"a boat, number {number}") for number in range(4)),
        estimated_usd=Decimal("0.1"),
        budget_usd=Decimal("0.2"),
        submission_token=uuid4().hex,
        try_first=None,
        created_at=NOW,
    )
    store.jobs.add(job)
    complete_images(store.database, job.id)
    return job.id


def a_decision(number: int, prompt: int, *selected: int, **changes: object) -> ReviewDecision:
    decision = ReviewDecision(
        number=number,
        at=NOW + timedelta(seconds=number),
        prompt_number=prompt,
        decided=True,
        shown=(1, 2, 3),
        selected=selected,
        starred=(),
    )
    return replace(decision, **changes)  # type: ignore[arg-type]  # any field


def selected(store: SqlStore, job_id: UUID) -> list[tuple[int, int]]:
    return [pair(image) for image in store.images.of_job(job_id) if image.selected]


def starred(store: SqlStore, job_id: UUID) -> list[tuple[int, int]]:
    return [pair(image) for image in store.images.of_job(job_id) if image.starred]


def pair(image: GeneratedImage) -> tuple[int, int]:
    return image.prompt_number, image.number


def decided(store: SqlStore, job_id: UUID) -> list[int]:
    return [prompt.number for prompt in store.review.get(job_id).prompts if prompt.decided]


def test_a_review_begins_with_nothing_decided(store: SqlStore, job_id: UUID) -> None:
    review = store.review.get(job_id)

    assert [prompt.number for prompt in review.prompts] == [1, 2, 3, 4]
    assert not any(prompt.decided or prompt.selected for prompt in review.prompts)
    assert (review.position, review.next_number) == (None, 1)


def test_a_choice_is_the_selection_the_gallery_shows(store: SqlStore, job_id: UUID) -> None:
    store.review.decide(job_id, MOUNT, [a_decision(1, 2, 3), a_decision(2, 3, starred=(1,))], 4)

    assert selected(store, job_id) == [(2, 3)]
    assert starred(store, job_id) == [(3, 1)]
    assert decided(store, job_id) == [2, 3]
    assert store.images.selected_prompts(job_id) == {2: 1}
    assert store.review.get(job_id).next_number == 4


def test_sending_it_again_changes_nothing(store: SqlStore, job_id: UUID) -> None:
    sent = [a_decision(1, 1, 2), a_decision(2, 2, 1)]
    store.review.decide(job_id, MOUNT, sent, 3)
    store.images.choose(job_id, ImageFilter(), Choice.NONE)

    store.review.decide(job_id, MOUNT, sent, None)

    assert selected(store, job_id) == []
    assert store.review.get(job_id).position == 3


def test_the_latest_decision_counts_whenever_it_arrives(store: SqlStore, job_id: UUID) -> None:
    store.review.decide(job_id, OTHER_MOUNT, [a_decision(9, 1, 3)], None)

    store.review.decide(job_id, MOUNT, [a_decision(1, 1, 1)], None)

    assert selected(store, job_id) == [(1, 3)]


def test_two_screens_with_the_same_numbers_lose_nothing(store: SqlStore, job_id: UUID) -> None:
    store.review.decide(job_id, MOUNT, [a_decision(1, 1, 1), a_decision(2, 2, 2)], None)
    store.review.decide(job_id, OTHER_MOUNT, [a_decision(1, 3, 3), a_decision(2, 4, 1)], None)

    assert selected(store, job_id) == [(1, 1), (2, 2), (3, 3), (4, 1)]


def test_a_decision_that_is_undone_leaves_the_prompt_undecided(
    store: SqlStore, job_id: UUID
) -> None:
    store.review.decide(job_id, MOUNT, [a_decision(1, 1, 2), a_decision(2, 1, decided=False)], None)

    assert selected(store, job_id) == []
    assert decided(store, job_id) == []


def test_an_image_that_was_not_shown_stays_as_it_is(store: SqlStore, job_id: UUID) -> None:
    third = store.images.of_job(job_id)[2]
    store.images.select([third.id], selected=True)

    store.review.decide(job_id, MOUNT, [a_decision(1, 1, 1, shown=(1, 2))], None)

    assert selected(store, job_id) == [(1, 1), (1, 3)]


def test_a_prompt_that_is_not_there_costs_no_other_decision(store: SqlStore, job_id: UUID) -> None:
    store.review.decide(job_id, MOUNT, [a_decision(1, 99, 1), a_decision(2, 1, 1)], None)

    assert selected(store, job_id) == [(1, 1)]


def test_a_star_keeps_the_day_it_was_given(store: SqlStore, job_id: UUID) -> None:
    store.review.decide(job_id, MOUNT, [a_decision(1, 1, starred=(1,))], None)
    store.review.decide(job_id, MOUNT, [a_decision(2, 1, 1, starred=(1, 2))], None)
    store.review.decide(job_id, MOUNT, [a_decision(3, 1, 1, starred=(2,))], None)

    assert starred(store, job_id) == [(1, 2)]


@pytest.mark.parametrize("seed", range(5))
def test_any_order_and_any_number_of_sendings_give_the_same(
    store: SqlStore, job_id: UUID, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable order is wanted
    sent = [
        a_decision(number, chance.randint(1, 4), *chance.sample((1, 2, 3), chance.randint(0, 2)))
        for number in range(1, 31)
    ]
    last = {decision.prompt_number: decision for decision in sent}
    batches = [chance.sample(sent, 7) for _ in range(12)] + [_rest(chance, sent)]

    for batch in batches:
        store.review.decide(job_id, MOUNT, batch, None)

    assert selected(store, job_id) == sorted(
        (prompt, number) for prompt, decision in last.items() for number in decision.selected
    )


def _rest(chance: random.Random, sent: Sequence[ReviewDecision]) -> list[ReviewDecision]:
    return chance.sample(sent, len(sent))


def test_the_images_of_some_prompts_are_read_alone(store: SqlStore, job_id: UUID) -> None:
    images = store.images.of_prompts(job_id, 2, 3)

    assert [pair(image) for image in images] == [
        (prompt, number) for prompt in (2, 3) for number in (1, 2, 3)
    ]
