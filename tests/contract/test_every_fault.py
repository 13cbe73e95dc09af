"""Every fault the demo server can play, through the whole engine: the retry table as it works."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from bulkgen.bootstrap import Installation
from bulkgen.demo.faults import Action
from bulkgen.domain.attempts import FailureKind, Outcome
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.jobs import Job, JobStatus, PauseReason
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.providers import openai as provider
from tests.fakes.app_process import free_port
from tests.fakes.attempts import attempts_of, check_money
from tests.fakes.demo_server import RunningServer, running_server
from tests.fakes.installations import running_installation, submit, wait_for_job

BOUGHT, REFUSED, UNKNOWN = Outcome.BOUGHT, Outcome.REFUSED, Outcome.UNKNOWN
THERE, FAILED = ImageStatus.COMPLETED, ImageStatus.FAILED


@dataclass(frozen=True)
class Row:
    """What follows when one call of two meets a fault."""

    outcome: Outcome
    kind: FailureKind | None
    #: Whether the prompt is asked for again, by itself or after a person resumed.
    again: bool
    image: ImageStatus = THERE
    pause: PauseReason | None = None
    #: Parts of the sentence for the person.
    words: tuple[str, ...] = ()
    #: Whether the provider charges for the call.
    charged: bool = False


TABLE = {
    Action.RATE_LIMIT: Row(REFUSED, FailureKind.IMAGE_LIMIT, again=True),
    Action.OTHER_429: Row(REFUSED, FailureKind.BUSY, again=True),
    Action.SLOW_DOWN: Row(REFUSED, FailureKind.BUSY, again=True),
    Action.INSUFFICIENT_QUOTA: Row(
        REFUSED,
        FailureKind.QUOTA,
        again=True,
        pause=PauseReason.QUOTA,
        words=("no money left", "https://platform.openai.com/settings/organization/billing"),
    ),
    Action.BILLING_HARD_LIMIT: Row(
        REFUSED,
        FailureKind.QUOTA,
        again=True,
        pause=PauseReason.QUOTA,
        words=("spending limit", "https://platform.openai.com/settings/organization/billing"),
    ),
    Action.UNAUTHORIZED: Row(
        REFUSED,
        FailureKind.KEY,
        again=True,
        pause=PauseReason.KEY,
        words=("refused the API key", "https://platform.openai.com/api-keys"),
    ),
    Action.FORBIDDEN_UNVERIFIED: Row(
        REFUSED,
        FailureKind.KEY,
        again=True,
        pause=PauseReason.KEY,
        words=("not verified", "https://platform.openai.com/settings/organization/general"),
    ),
    Action.MODEL_NOT_FOUND: Row(
        REFUSED,
        FailureKind.MODEL,
        again=True,
        pause=PauseReason.MODEL,
        words=("does not offer", "gpt-image-2.5-sunburst can be replaced by gpt-image-2.5-flare"),
    ),
    Action.BAD_REQUEST: Row(
        REFUSED, FailureKind.REQUEST, again=False, image=FAILED, words=("(size)",)
    ),
    Action.MODERATION_BLOCKED: Row(
        UNKNOWN,
        FailureKind.MODERATION,
        again=False,
        image=FAILED,
        words=("safety system", "violence"),
    ),
    Action.SERVER_ERROR: Row(REFUSED, FailureKind.SERVER, again=True),
    Action.OVERLOADED: Row(REFUSED, FailureKind.SERVER, again=True),
    Action.HTML_502: Row(UNKNOWN, FailureKind.NO_ANSWER, again=True),
    Action.RESET_BEFORE: Row(UNKNOWN, FailureKind.NO_ANSWER, again=True),
    Action.RESET_AFTER: Row(UNKNOWN, FailureKind.NO_ANSWER, again=True, charged=True),
    Action.HANG: Row(UNKNOWN, FailureKind.NO_ANSWER, again=True, charged=True),
    Action.SLOW_BODY: Row(BOUGHT, None, again=False, charged=True),
    Action.CUT_BODY: Row(UNKNOWN, FailureKind.NO_ANSWER, again=True, charged=True),
    Action.EMPTY_DATA: Row(
        BOUGHT,
        FailureKind.UNUSABLE,
        again=False,
        image=FAILED,
        words=("was charged", "Retry"),
        charged=True,
    ),
    Action.BAD_BASE64: Row(
        BOUGHT, None, again=False, image=FAILED, words=("charged", "retry it"), charged=True
    ),
    Action.WRONG_SIZE: Row(BOUGHT, None, again=False, charged=True),
    Action.GZIP: Row(BOUGHT, None, again=False, charged=True),
}
PROMPTS = ("a quiet harbour", "the faulty lighthouse")
FAULTY = "faulty"


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with running_server(images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000) as server:
        yield server


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, server: RunningServer
) -> Iterator[Installation]:
    """An installation that waits a second and a half for an answer instead of three minutes."""
    with (
        pytest.MonkeyPatch.context() as patch,
        capture_logs(),
        running_installation(tmp_path_factory.mktemp("faults"), server) as installation,
    ):
        patch.setattr(provider, "call_timeout_s", lambda _request: 1.5)
        yield installation


def _resumed(installation: Installation, job_id: UUID, row: Row) -> Job:
    """The job at its end; where the fault pauses it, a person mends the cause and resumes."""
    job = wait_for_job(installation, job_id)
    if row.pause is not None:
        assert (job.status, job.pause_reason) == (JobStatus.PAUSED, row.pause)
        assert all(word in (job.message or "") for word in row.words), job.message
        installation.studio.jobs.resume(LOCAL_ADMIN, job_id)
        job = wait_for_job(installation, job_id)
    return job


def _images(installation: Installation, job_id: UUID) -> list[GeneratedImage]:
    return installation.studio.gallery.images(LOCAL_ADMIN, job_id)


def test_every_fault_the_server_can_play_has_its_row() -> None:
    assert set(TABLE) == set(Action)


@pytest.mark.parametrize("action", Action)
def test_a_fault_is_one_call_with_the_end_the_retry_table_gives_it(
    action: Action, installation: Installation, server: RunningServer
) -> None:
    row = TABLE[action]
    before = len(server.ledger())
    server.script({"action": action, "prompt": FAULTY, "next": 1, "seconds": 0.05})
    job_id = submit(installation, PROMPTS, quality="low", model="gpt-image-2.5-sunburst")

    job = _resumed(installation, job_id, row)

    calls = server.ledger()[before:]
    written = attempts_of(installation.store, job_id)
    assert Counter(call["prompt"] for call in calls) == {PROMPTS[0]: 1, PROMPTS[1]: 1 + row.again}
    assert len(written) == len(calls)
    outcomes = Counter({BOUGHT: 2}) if row.again else Counter({BOUGHT: 1})
    assert Counter(attempt.outcome for attempt in written) == outcomes + Counter({row.outcome: 1})
    failures = [attempt.failure_kind for attempt in written if attempt.failure_kind]
    assert failures == ([row.kind] if row.kind else [])
    (first,) = [call for call in calls if FAULTY in call["prompt"]][:1]
    assert (first["outcome"] == "bought") == row.charged
    check_money(installation.store, job, calls)
    good, faulty = _images(installation, job_id)
    assert (good.status, faulty.status) == (THERE, row.image)
    assert job.status is JobStatus.COMPLETED
    if row.image is FAILED:
        assert all(word in (faulty.message or "") for word in row.words), faulty.message


def test_a_picture_of_another_size_is_kept_as_it_came(tmp_path: Path) -> None:
    with (
        running_server(images_per_minute=6000, latency_s=0.05) as server,
        running_installation(tmp_path / "data", server) as installation,
    ):
        server.script({"action": "wrong_size"})

        job_id = submit(installation, 1, quality="low")
        wait_for_job(installation, job_id)

        (image,) = _images(installation, job_id)
        assert (image.status, image.size) == (THERE, "1024x1024")
        assert (image.width_px, image.height_px) == (512, 512)


def test_the_bytes_of_an_unusable_picture_are_kept(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "bad_base64"})

    job_id = submit(installation, 1, quality="low")
    wait_for_job(installation, job_id)

    (image,) = _images(installation, job_id)
    assert installation.storage.get(f"unusable/{image.id}").startswith(b"!")


def test_the_whole_pictures_of_an_answer_that_broke_are_kept(
    installation: Installation, server: RunningServer
) -> None:
    before = len(server.ledger())
    server.script({"action": "cut_body"})

    job_id = submit(installation, [PromptRow(text="four boats", images=4)], quality="low")
    job = wait_for_job(installation, job_id)

    calls = server.ledger()[before:]
    images = _images(installation, job_id)
    there = [image for image in images if image.status is THERE]
    assert len(calls) == 1
    assert 1 <= len(there) < 4
    assert [image.sha256 for image in there] == calls[0]["sha256"][: len(there)]
    assert job.images.failed == 4 - len(there)
    assert (job.attempts.bought, job.attempts.total) == (1, 1)
    check_money(installation.store, job, calls)


def test_a_call_that_never_was_sent_is_repeated_and_costs_nothing(tmp_path: Path) -> None:
    port = free_port()
    with (
        capture_logs(),
        running_installation(tmp_path / "data", RunningServer(port)) as installation,
    ):
        job_id = submit(installation, 3)
        wait_for_job(installation, job_id, lambda job: job.attempts.refused >= 3)
        with running_server(
            port=port, images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000
        ) as server:
            job = wait_for_job(installation, job_id)

            written = attempts_of(installation.store, job_id)
            assert job.images.completed == len(server.ledger()) == 3
            assert {row.failure_kind for row in written} == {FailureKind.NOT_SENT, None}
            check_money(installation.store, job, server.ledger())
