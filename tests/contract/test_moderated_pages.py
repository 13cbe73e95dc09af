"""What the moderation holds back is never public, whatever is done in whatever order."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import update
from typing_extensions import override

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.dispatch import Lease
from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.looks import Look
from bulkgen.domain.page_filters import PageFilter
from bulkgen.domain.pages import PageStatus, Variant, Verdict
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.ports import Moderator, Pictures
from bulkgen.records.tables import page_tasks
from bulkgen.storage import variants
from bulkgen.studio.pages import Pages
from tests.fakes.clocks import StandingClock
from tests.fakes.demo_server import RunningServer
from tests.fakes.finished_jobs import bring_pictures
from tests.fakes.installations import settings_for, submit

#: `make soak` drives more.
_SEQUENCES = 80
_PAGES = 2
_WHICH = st.integers(0, _PAGES - 1)
_ROW = PromptRow(
    text="a boat", title="A boat at sea", description="A boat.", tags=("boat",), alt="A small boat"
)
_NO_ANSWER = Verdict(status=PageStatus.DRAFT, scores={}, unavailable=True)


class _Moderator(Moderator):
    """Says the same of a picture each time, when it answers."""

    def __init__(self) -> None:
        self.answers = True
        self.found = PageStatus.DRAFT
        #: What it said since it was last forgotten.
        self.said: PageStatus | None = None

    @override
    def judge(self, prompt: str, picture_jpeg: bytes, key: str) -> Verdict:
        if not self.answers:
            return _NO_ANSWER
        self.said = self.found
        return Verdict(status=self.found, scores={"violence": 0.5}, category="violence")

    @override
    def judge_prompts(self, prompts: Sequence[str], key: str) -> list[Verdict]:
        return [self.judge(prompt, b"", key) for prompt in prompts]


class _QuickPictures(Pictures):
    """Makes pictures of no pixels."""

    @override
    def describe(self, data: bytes) -> tuple[str, int, int]:
        return "webp", 320, 320

    @override
    def thumbnail(self, data: bytes) -> tuple[bytes, Look]:
        return variants.thumbnail(data)

    @override
    def preview(self, data: bytes) -> bytes:
        return data

    @override
    def moderation_jpeg(self, data: bytes) -> bytes:
        return data

    @override
    def placeholder(self, data: bytes) -> str:
        return "data:image/webp;base64,"

    @override
    def make_variants(
        self, data: bytes, slug: str, sha256: str, prompt: str | None = None
    ) -> list[tuple[Variant, bytes]]:
        name = f"{slug}-{sha256[:8]}-320.webp"
        return [(Variant(width_px=320, height_px=320, mime_type="image/webp", name=name), data)]


class ModeratedPages(RuleBasedStateMachine):
    """Two pictures, their pages, a person, an engine that may do things twice, and time."""

    installation: Installation

    def __init__(self) -> None:
        super().__init__()
        store, storage = self.installation.store, self.installation.storage
        self.clock = StandingClock()
        self.moderator = _Moderator()
        self.studio = Pages(
            store=store,
            storage=storage,
            cdn=None,
            choices=self.installation.studio.choices,
            clock=self.clock,
            wake=lambda: None,
        )
        self.steps = replace(
            self.installation.engine._steps.pages,
            moderator=self.moderator,
            pictures=_QuickPictures(),
            clock=self.clock,
        )
        self.store = store
        self.flagged: set[UUID] = set()
        self.doubted: set[UUID] = set()

    def teardown(self) -> None:
        with self.store.database.write() as connection:
            connection.execute(update(page_tasks).values(status="cancelled"))

    @initialize(
        found=st.lists(
            st.sampled_from([PageStatus.DRAFT, PageStatus.NEEDS_REVIEW, PageStatus.BLOCKED]),
            min_size=_PAGES,
            max_size=_PAGES,
        ),
        answers=st.booleans(),
    )
    def two_pictures(self, found: list[PageStatus], *, answers: bool) -> None:
        self.job_id = submit(self.installation, [_ROW] * _PAGES, page_status="published")
        self.images = [image.id for image in self.store.images.of_job(self.job_id)]
        self.found = dict(zip(self.images, found, strict=True))
        bring_pictures(self.installation, self.job_id, b"a picture")
        self.create(answers=answers)

    @rule(answers=st.booleans())
    def create(self, *, answers: bool) -> None:
        with suppress(BulkgenError):
            self.studio.create(LOCAL_ADMIN, self.job_id)
        self.work(answers=answers, times=1)

    @rule(answers=st.booleans(), times=st.integers(1, 2))
    def work(self, *, answers: bool, times: int) -> None:
        """What waits is done, and maybe done twice."""
        self.moderator.answers = answers
        lease = Lease(owner=uuid4(), until=self.clock.now() + timedelta(seconds=30))
        for image_id in self.store.engine.take_page_tasks(_PAGES, lease):
            self.moderator.found = self.found[image_id]
            for _ in range(times):
                self.steps.run(image_id)
            self._note(image_id)

    @rule(which=_WHICH, answers=st.booleans())
    def do_it_late(self, which: int, *, answers: bool) -> None:
        """A process that was held up does what another has done."""
        self.moderator.answers = answers
        self.moderator.found = self.found[self.images[which]]
        self.steps.run(self.images[which])
        self._note(self.images[which])

    def _note(self, image_id: UUID) -> None:
        said, self.moderator.said = self.moderator.said, None
        if said is PageStatus.BLOCKED and self._page(image_id):
            self.flagged.add(image_id)
        elif said is PageStatus.NEEDS_REVIEW:
            self.doubted.add(image_id)

    @rule(which=_WHICH, wanted=st.sampled_from(PageStatus))
    def set_status(self, which: int, wanted: PageStatus) -> None:
        for page_id in self._page(self.images[which]):
            with suppress(BulkgenError):
                self.studio.set_status(LOCAL_ADMIN, [page_id], wanted)

    @rule(wanted=st.sampled_from(PageStatus))
    def change_all(self, wanted: PageStatus) -> None:
        ids = [page_id for image_id in self.images for page_id in self._page(image_id)]
        self.studio.change(LOCAL_ADMIN, ids, wanted)

    @rule(which=_WHICH)
    def accept(self, which: int) -> None:
        for page_id in self._page(self.images[which]):
            with suppress(BulkgenError):
                self.studio.accept(LOCAL_ADMIN, page_id)

    @rule(which=_WHICH)
    def restore(self, which: int) -> None:
        for page_id in self._page(self.images[which]):
            with suppress(BulkgenError):
                self.studio.restore(LOCAL_ADMIN, [page_id])

    @rule(which=_WHICH, work=st.sampled_from(["write_again", "judge_again", "draw_again"]))
    def ask_again(self, which: int, work: str) -> None:
        getattr(self.studio, work)(LOCAL_ADMIN, self._page(self.images[which]))

    @rule(hours=st.sampled_from([1, 71, 73]))
    def time_passes(self, hours: int) -> None:
        self.clock.go(hours * 3600)
        self.store.engine.free_page_tasks(set(), None)
        for page in self.store.pages.to_remove(self.clock.now()):
            self.store.pages.remove(page.id)

    @invariant()
    def what_was_held_back_is_not_public(self) -> None:
        for page in self.store.pages.find(None, PageFilter(job_id=self.job_id)).pages:
            public = page.status in {PageStatus.PUBLISHED, PageStatus.SCHEDULED}
            if page.image_id in self.flagged:
                assert not public
                assert page.status is not PageStatus.DRAFT
            elif public and page.image_id in self.doubted:
                assert page.decided_by == LOCAL_ADMIN.id
                assert page.decided_at is not None
            elif public:
                assert page.verdict is not None
                assert page.verdict.clean or page.decided_at is not None

    def _page(self, image_id: UUID) -> list[UUID]:
        page_id = self.store.images.get(image_id).page_id
        return [] if page_id is None else [page_id]


@pytest.fixture
def installation(tmp_path, server: RunningServer) -> Iterator[Installation]:
    installation = open_installation(settings_for(tmp_path / "data", server))
    yield installation
    installation.close(timeout_s=0)


def test_a_blocked_page_is_never_public_and_a_doubtful_one_by_a_persons_decision(installation):
    drive_moderated_pages(installation, _SEQUENCES, seed_number=0)


def drive_moderated_pages(installation: Installation, sequences: int, *, seed_number: int) -> None:
    """Let so many sequences of orders come to two pages; raises what does not hold."""
    ModeratedPages.installation = installation
    run_state_machine_as_test(
        seed(seed_number)(ModeratedPages),
        settings=settings(
            max_examples=sequences,
            stateful_step_count=12,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
