"""The store under any order of what the engine and a person may do: money and statuses hold."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, update

from bulkgen.domain.attempts import FailureKind, Outcome, Usage
from bulkgen.domain.dispatch import (
    Lease,
    NewAttempt,
    SavedImage,
    SpooledAnswer,
    UnsavedImage,
    image_request,
)
from bulkgen.domain.errors import StateError
from bulkgen.domain.images import (
    IMAGE_TRANSITIONS,
    ImageStage,
    ImageStatus,
    ProviderAnswer,
    ProviderImage,
)
from bulkgen.domain.jobs import JOB_TRANSITIONS, JobStatus, NewJob, PauseReason
from bulkgen.domain.looks import Mark
from bulkgen.domain.pages import PAGE_TRANSITIONS, PageStatus, PageStep, PageTaskStatus, Verdict
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.rates import full_bucket
from bulkgen.records.tables import attempts, images, jobs, page_tasks, pages, prompts, spending
from tests.fakes.factories import NOW, a_failure, some_settings
from tests.fakes.store_templates import empty_store
from tests.unit.publishers.pages import a_page

Rows = Sequence[Any]

_ACCOUNT = "account"
_MICRO = Decimal("0.000001")
_BUDGETS = st.integers(1, 200_000).map(lambda micro: micro * _MICRO)
_MOSTS = st.integers(1, 30_000).map(lambda micro: micro * _MICRO)
_ANY = st.integers(0, 10_000)
_JOBS, _IMAGES, _I = JOB_TRANSITIONS, IMAGE_TRANSITIONS, ImageStatus
#: From each status of a prompt, the statuses that may follow.
_PROMPTS = {
    ImageStatus.PENDING: {ImageStatus.PROCESSING, ImageStatus.COMPLETED},
    ImageStatus.PROCESSING: {ImageStatus.PENDING, ImageStatus.COMPLETED},
    ImageStatus.COMPLETED: {ImageStatus.PENDING},
}
_EVERYTHING = (
    select(jobs.c.id, jobs.c.status, jobs.c.spent_micro_usd, jobs.c.reserved_micro_usd),
    select(prompts.c.id, prompts.c.status),
    select(
        images.c.id,
        images.c.job_id,
        images.c.prompt_id,
        images.c.status,
        images.c.stage,
        images.c.attempt_id,
    ),
    select(
        attempts.c.id,
        attempts.c.job_id,
        attempts.c.prompt_id,
        attempts.c.outcome,
        attempts.c.reserved_micro_usd,
        attempts.c.cost_micro_usd,
    ),
)


class _StoreMachine(RuleBasedStateMachine):
    """A real store in a folder of its own."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.store = empty_store(Path(self._folder.name))
        self.now = NOW
        self._statuses: dict[str, dict[UUID, Any]] = {}

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()

    def read(self, table: Any, *columns: str) -> Rows:
        with self.store.database.read() as connection:
            return connection.execute(select(*(table.c[name] for name in columns))).all()

    def check_moves(self, name: str, current: dict[UUID, Any], allowed: Any) -> None:
        """Every row stands where it stood, or one step further."""
        for id_, before in self._statuses.get(name, {}).items():
            now = current[id_]
            assert now is before or now in allowed[before], f"{name}: {before} became {now}"
        self._statuses[name] = current


class JobMachine(_StoreMachine):
    """Jobs, their attempts and images."""

    def __init__(self) -> None:
        super().__init__()
        self.job_ids: list[UUID] = []
        self.picked: list[NewAttempt] = []
        self.started: list[NewAttempt] = []
        self.unsaved: list[UnsavedImage] = []

    @initialize()
    def an_account(self) -> None:
        self.store.buckets.add(_ACCOUNT, full_bucket(6000, self.now))
        self.submit([1], Decimal("0.1"), None)

    @precondition(lambda self: len(self.job_ids) < 3)
    @rule(
        counts=st.lists(st.integers(1, 4), min_size=1, max_size=4),
        budget_usd=_BUDGETS,
        try_first=st.none() | st.integers(1, 3),
    )
    def submit(self, counts: list[int], budget_usd: Decimal, try_first: int | None) -> None:
        self.job_ids.append(
            self.store.jobs.add(
                NewJob(
                    id=uuid4(),
                    owner_id=LOCAL_ADMIN.id,
                    name="a job",
                    settings=some_settings(),
                    rows=tuple(PromptRow(text="a boat", images=count) for count in counts),
                    estimated_usd=budget_usd,
                    budget_usd=budget_usd,
                    submission_token=uuid4().hex,
                    try_first=try_first,
                    created_at=self.now,
                )
            )
        )

    @rule(which=_ANY, most_images=st.integers(1, 4), reserved_usd=_MOSTS, at_once=st.booleans())
    def look(self, which: int, most_images: int, reserved_usd: Decimal, *, at_once: bool) -> None:
        """What the dispatcher picks, to be started now or when much has changed."""
        job_id = self.job_ids[which % len(self.job_ids)]
        for prompt in self.store.engine.pending_prompts(job_id, 10, self.now):
            count = min(most_images, prompt.pending_images)
            self.picked.append(
                NewAttempt(
                    id=uuid4(),
                    job_id=job_id,
                    prompt_id=prompt.id,
                    owner_id=LOCAL_ADMIN.id,
                    account=_ACCOUNT,
                    request=image_request(
                        prompt.row, some_settings(), images=count, safety_identifier="x"
                    ),
                    reserved_usd=reserved_usd,
                    price_version="test",
                )
            )
        if at_once:
            self.start(len(self.picked))

    @precondition(lambda self: self.picked)
    @rule(count=st.integers(1, 6))
    def start(self, count: int) -> None:
        wanted, self.picked = self.picked[:count], self.picked[count:]
        lease = Lease(owner=uuid4(), until=self.now + timedelta(seconds=30))
        ids = set(self.store.engine.start_attempts(wanted, lease, self.now))
        started = [attempt for attempt in wanted if attempt.id in ids]
        self.started += started
        for job_id in {attempt.job_id for attempt in started}:
            job = self.store.jobs.get(job_id)
            assert job.cost_usd + job.reserved_usd <= job.budget_usd

    @precondition(lambda self: self.started)
    @rule(
        which=_ANY,
        pictures=st.integers(0, 4),
        share=st.none() | st.sampled_from([Decimal("0.3"), Decimal(1), Decimal("1.5")]),
    )
    def bring(self, which: int, pictures: int, share: Decimal | None) -> None:
        """An answer is settled, the first time or again."""
        attempt = self.started[which % len(self.started)]
        answer = ProviderAnswer(
            images=tuple(
                ProviderImage(index=index, sha256="ab" * 32, size_bytes=9)
                for index in range(min(pictures, attempt.request.images))
            ),
            usage=None if share is None else Usage(text_in=1, image_in=0, out=2),
            request_id="req_1",
            model=attempt.request.model,
        )
        unsaved = self.store.engine.settle_bought(
            SpooledAnswer(attempt_id=attempt.id, answer=answer, complete=True),
            None if share is None else attempt.reserved_usd * share,
            a_failure(FailureKind.UNUSABLE),
            self.now,
        )
        self.unsaved += unsaved or []

    @precondition(lambda self: self.started)
    @rule(which=_ANY, kind=st.sampled_from(FailureKind), jitter=st.sampled_from([0.0, 1.0]))
    def fail(self, which: int, kind: FailureKind, jitter: float) -> None:
        attempt = self.started[which % len(self.started)]
        failure = a_failure(kind, param="size", retry_after_s=jitter)
        self.store.engine.settle_failed(attempt.id, failure, jitter, self.now)

    @precondition(lambda self: self.unsaved)
    @rule(again=st.booleans())
    def save(self, *, again: bool) -> None:
        image = self.unsaved[0] if again else self.unsaved.pop(0)
        saved = SavedImage(
            storage_key="images/a.webp",
            output_format="webp",
            width_px=9,
            height_px=9,
            marks=(Mark.WRONG_SIZE,),
            score=61.5,
            hash=0,
        )
        self.store.engine.image_saved(image.id, saved, self.now)

    @precondition(lambda self: self.unsaved)
    @rule()
    def find_unusable(self) -> None:
        image = self.unsaved[0]
        self.unsaved = [other for other in self.unsaved if other.id != image.id]
        if self.store.images.get(image.id).status is ImageStatus.PROCESSING:
            self.store.engine.image_unusable(image.id, "Damaged.", self.now)

    @rule(which=_ANY)
    def cancel(self, which: int) -> None:
        self.steer(which, lambda job_id: self.store.jobs.cancel(job_id, self.now))

    @rule(which=_ANY)
    def pause(self, which: int) -> None:
        self.steer(which, lambda id_: self.store.jobs.pause(id_, PauseReason.PERSON, "Paused."))

    @rule(which=_ANY)
    def resume(self, which: int) -> None:
        self.steer(which, lambda job_id: self.store.jobs.resume(job_id, self.now))

    @rule(which=_ANY)
    def retry(self, which: int) -> None:
        self.steer(which, lambda job_id: self.store.jobs.retry(job_id, None, self.now))

    @rule(which=_ANY, redo=st.booleans())
    def ask_for_one_again(self, which: int, *, redo: bool) -> None:
        images_of_job = self.store.images.of_job(self.job_ids[which % len(self.job_ids)])
        image = images_of_job[which % len(images_of_job)]
        with suppress(StateError):
            if redo:
                self.store.jobs.redo(image.id, "a boat at night", self.now)
            else:
                self.store.jobs.retry(image.job_id, image.id, self.now)

    @rule(which=_ANY, budget_usd=_BUDGETS)
    def set_budget(self, which: int, budget_usd: Decimal) -> None:
        self.steer(which, lambda job_id: self.store.jobs.set_budget(job_id, budget_usd))

    def steer(self, which: int, act: Callable[[UUID], object]) -> None:
        """Do what a person asks for, where the job's status allows it."""
        with suppress(StateError):
            act(self.job_ids[which % len(self.job_ids)])

    @rule(seconds=st.sampled_from([0, 1, 40]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def everything_holds(self) -> None:
        with self.store.database.read() as connection:
            job_rows, prompt_rows, image_rows, attempt_rows = (
                connection.execute(query).all() for query in _EVERYTHING
            )
        self.check_moves("job", {row.id: JobStatus(row.status) for row in job_rows}, _JOBS)
        self.check_moves("prompt", {row.id: _I(row.status) for row in prompt_rows}, _PROMPTS)
        self.check_moves("image", {row.id: _I(row.status) for row in image_rows}, _IMAGES)
        _check_money(job_rows, attempt_rows)
        _check_periods(job_rows, self.read(spending, "spent_micro_usd", "reserved_micro_usd"))
        _check_open(prompt_rows, image_rows, attempt_rows)
        _check_ends(job_rows, image_rows)


def _check_money(job_rows: Rows, attempt_rows: Rows) -> None:
    """What a job has spent and holds is what its attempts say."""
    for job in job_rows:
        of_job = [row for row in attempt_rows if row.job_id == job.id]
        held = [row for row in of_job if row.outcome in {None, Outcome.UNKNOWN}]
        bought = [row for row in of_job if row.outcome == Outcome.BOUGHT]
        assert job.reserved_micro_usd == sum(row.reserved_micro_usd for row in held)
        assert job.spent_micro_usd == sum(row.cost_micro_usd for row in bought)
        assert all(row.cost_micro_usd is None for row in of_job if row not in bought)


def _check_periods(job_rows: Rows, periods: Rows) -> None:
    """The only person's day and everyone's month hold the sums of all jobs."""
    spent = sum(job.spent_micro_usd for job in job_rows)
    reserved = sum(job.reserved_micro_usd for job in job_rows)
    assert set(periods) <= {(spent, reserved)}


def _check_open(prompt_rows: Rows, image_rows: Rows, attempt_rows: Rows) -> None:
    """Open calls, images that are sent for, and prompts that are worked on belong together."""
    open_calls = {row.id: row.prompt_id for row in attempt_rows if row.outcome is None}
    assert len(set(open_calls.values())) == len(open_calls)
    processing = [row for row in image_rows if row.status == ImageStatus.PROCESSING]
    sending = {row.attempt_id for row in processing if row.stage == ImageStage.SENDING}
    saving = {row.attempt_id for row in processing if row.stage == ImageStage.SAVING}
    assert {row.stage for row in image_rows if row not in processing} <= {None}
    assert sending == set(open_calls)
    assert not saving & set(open_calls)
    pending = {row.prompt_id for row in image_rows if row.status == ImageStatus.PENDING}
    for prompt in prompt_rows:
        is_open = prompt.id in open_calls.values()
        assert (prompt.status == ImageStatus.PROCESSING) == is_open
        assert is_open or (prompt.status == ImageStatus.PENDING) == (prompt.id in pending)


def _check_ends(job_rows: Rows, image_rows: Rows) -> None:
    """A job is completed when nothing of it is left to run, and not before."""
    left = (ImageStatus.PENDING, ImageStatus.PROCESSING)
    unfinished = {row.job_id for row in image_rows if row.status in left}
    for job in job_rows:
        if job.status != JobStatus.CANCELLED:
            assert (job.status == JobStatus.COMPLETED) == (job.id not in unfinished)


class PageMachine(_StoreMachine):
    """Selected images on their way to pages, and the pages."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[UUID] = []

    @initialize()
    def a_finished_job(self) -> None:
        self.job_id = self.store.jobs.add(
            NewJob(
                id=uuid4(),
                owner_id=LOCAL_ADMIN.id,
                name="a job",
                settings=some_settings(),
                rows=(PromptRow(text="a boat"),) * 5,
                estimated_usd=Decimal(1),
                budget_usd=Decimal(1),
                submission_token=uuid4().hex,
                try_first=None,
                created_at=self.now,
            )
        )
        self.image_ids = [image.id for image in self.store.images.of_job(self.job_id)]
        with self.store.database.write() as connection:
            connection.execute(update(images).values(status=ImageStatus.COMPLETED))

    @rule(which=_ANY, selected=st.booleans())
    def select(self, which: int, *, selected: bool) -> None:
        self.store.images.select([self.image_ids[which % 5]], selected=selected)

    @rule(status=st.sampled_from([PageStatus.DRAFT, PageStatus.PUBLISHED]))
    def request(self, status: PageStatus) -> None:
        self.store.pages.request(self.job_id, status, self.now)

    @rule(limit=st.integers(1, 5))
    def take(self, limit: int) -> None:
        lease = Lease(owner=uuid4(), until=self.now + timedelta(seconds=30))
        self.taken += self.store.engine.take_page_tasks(limit, lease)

    @precondition(lambda self: self.taken)
    @rule(which=_ANY, found=st.sampled_from([PageStatus.DRAFT, PageStatus.NEEDS_REVIEW]))
    def add(self, which: int, found: PageStatus) -> None:
        """A page is made; a process whose lease was over may make it a second time."""
        image_id = self.taken[which % len(self.taken)]
        self.store.engine.page_step(image_id, PageStep.SAVING)
        title, slug = self.store.pages.name(image_id, "A Boat", "boat")
        page = a_page(
            id=uuid4(),
            owner_id=LOCAL_ADMIN.id,
            job_id=self.job_id,
            image_id=image_id,
            title=title,
            slug=slug,
            status=found,
            verdict=Verdict(status=found, scores={}),
        )
        self.store.pages.add(page, None)

    @precondition(lambda self: self.taken)
    @rule()
    def fail(self) -> None:
        self.store.engine.fail_page_task(self.taken.pop(), "It failed.")

    @rule()
    def cancel(self) -> None:
        self.store.pages.cancel_tasks(self.job_id)

    @rule(others_ended=st.booleans(), seconds=st.sampled_from([0, 40]))
    def free(self, seconds: int, *, others_ended: bool) -> None:
        self.now += timedelta(seconds=seconds)
        self.store.engine.free_page_tasks(set(), None if others_ended else self.now)

    @rule(which=_ANY, wanted=st.sampled_from(PageStatus))
    def set_status(self, which: int, wanted: PageStatus) -> None:
        found = self.store.pages.all(None, None)
        if not found:
            return
        page = found[which % len(found)]
        may = wanted in PAGE_TRANSITIONS[page.status]
        if may:
            self.store.pages.set_status(page.id, wanted, LOCAL_ADMIN.id, self.now)
        else:
            with pytest.raises(StateError):
                self.store.pages.set_status(page.id, wanted, LOCAL_ADMIN.id, self.now)
        assert self.store.pages.get(page.id).status is (wanted if may else page.status)

    @invariant()
    def statuses_move_as_they_may(self) -> None:
        current = {id_: PageStatus(status) for id_, status in self.read(pages, "id", "status")}
        self.check_moves("page", current, PAGE_TRANSITIONS)

    @invariant()
    def an_image_has_one_page_at_most_and_no_two_share_an_address(self) -> None:
        made = self.store.pages.all(None, None)
        assert len({page.image_id for page in made}) == len(made)
        assert len({page.slug for page in made}) == len(made)
        assert len({page.text.title for page in made}) == len(made)

    @invariant()
    def a_task_is_done_when_its_page_is_there(self) -> None:
        made = {page.image_id for page in self.store.pages.all(None, None)}
        done = {
            image_id
            for image_id, status in self.read(page_tasks, "image_id", "status")
            if status == PageTaskStatus.COMPLETED
        }
        assert done <= made


def hold(machine: type[RuleBasedStateMachine], examples: int) -> None:
    """Drive so many stores through events in any order."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            # Making a failure shorter takes minutes; give it all phases to see the shortest.
            phases=[Phase.reuse, Phase.generate],
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


@pytest.mark.parametrize(
    ("machine", "examples"), [(JobMachine, 70), (PageMachine, 30)], ids=["jobs", "pages"]
)
def test_whatever_happens_in_whatever_order_money_and_statuses_hold(machine, examples):
    hold(machine, examples)
