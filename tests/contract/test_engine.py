"""The engine against a server that speaks OpenAI's protocol and keeps a ledger of what it sold."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.images import ImageStatus
from bulkgen.domain.jobs import JobStatus, PauseReason
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.rates import Bucket
from bulkgen.engine import Engine
from bulkgen.engine.dispatcher import Dispatcher
from tests.fakes.demo_server import KEY, RunningServer, running_server
from tests.fakes.executors import RecordingExecutor
from tests.fakes.installations import running_installation, settings_for, submit, wait_for_job
from tests.fakes.locks import SwitchedLock


def _bought(server: RunningServer) -> list[dict[str, Any]]:
    return [entry for entry in server.ledger() if entry["outcome"] == "bought"]


def test_every_image_arrives_once_with_the_bytes_that_were_sold(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, 30)

    job = wait_for_job(installation, job_id)

    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    sold = Counter(sha256 for entry in _bought(server) for sha256 in entry["sha256"])
    assert job.status is JobStatus.COMPLETED
    assert Counter(image.sha256 for image in images) == sold
    assert len(sold) == 30


def test_the_cost_of_a_job_is_the_bill_of_the_server(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, 10, images_per_prompt=3, quality="low")

    job = wait_for_job(installation, job_id)

    billed = sum(Decimal(str(entry["cost_usd"])) for entry in _bought(server))
    assert job.cost_usd == billed
    assert job.reserved_usd == 0
    assert job.attempts.bought == 10
    assert job.images.completed == 30


def test_each_attempt_is_one_call(installation: Installation, server: RunningServer) -> None:
    server.script({"action": "server_error", "next": 3}, {"action": "other_429", "next": 2})

    job = wait_for_job(installation, submit(installation, 12))

    assert job.images.completed == 12
    assert job.attempts.total == len(server.ledger()) == 17
    assert job.attempts.bought == 12


@pytest.mark.parametrize(
    ("action", "reason", "remedy"),
    [
        ("insufficient_quota", PauseReason.QUOTA, "billing"),
        ("billing_hard_limit", PauseReason.QUOTA, "billing"),
        ("unauthorized", PauseReason.KEY, "api-keys"),
        ("forbidden_unverified", PauseReason.KEY, "Verify"),
        ("model_not_found", PauseReason.MODEL, "another model"),
    ],
)
def test_what_a_person_has_to_mend_pauses_the_job_and_loses_nothing(
    installation: Installation, server: RunningServer, action: str, reason: PauseReason, remedy: str
) -> None:
    server.script({"action": action})
    job_id = submit(installation, 5)

    paused = wait_for_job(installation, job_id)
    server.script()
    installation.studio.jobs.resume(LOCAL_ADMIN, job_id)
    ended = wait_for_job(installation, job_id)

    assert paused.status is JobStatus.PAUSED
    assert paused.pause_reason is reason
    assert remedy in (paused.message or "")
    assert paused.images.pending == 5
    assert paused.cost_usd == paused.reserved_usd == 0
    assert ended.images.completed == 5


def test_a_refused_prompt_fails_alone_and_is_not_sent_again(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, ["a boat", "a [blocked] thing", "a tree"])

    job = wait_for_job(installation, job_id)

    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    assert [image.status for image in images] == [
        ImageStatus.COMPLETED,
        ImageStatus.FAILED,
        ImageStatus.COMPLETED,
    ]
    assert "safety" in (images[1].message or "")
    assert job.status is JobStatus.COMPLETED
    assert len(server.ledger()) == 3


def test_the_images_per_minute_limit_of_the_server_is_learned_and_costs_no_try(
    tmp_path: Path,
) -> None:
    with (
        running_server(images_per_minute=120, latency_s=0.05, prepared_bytes=30_000) as server,
        running_installation(tmp_path / "data", server, limit=6000) as installation,
    ):
        job = wait_for_job(installation, submit(installation, 126))

        assert job.images.completed == 126
        assert job.attempts.refused > 0
        assert job.attempts.unknown == 0
        assert installation.studio.choices.images_per_minute(LOCAL_ADMIN) == 120


def test_a_lost_answer_is_bought_again_once_and_both_are_counted(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "reset_after", "prompt": "number 3", "next": 1})

    job = wait_for_job(installation, submit(installation, 5))

    assert job.images.completed == 5
    assert len(_bought(server)) == 6
    assert (job.attempts.bought, job.attempts.unknown) == (5, 1)
    assert job.reserved_usd > 0


def test_an_answer_lost_twice_is_left_to_a_person(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "reset_after", "prompt": "number 3", "next": 2})
    job_id = submit(installation, 5)

    left = wait_for_job(installation, job_id)
    installation.studio.jobs.retry(LOCAL_ADMIN, job_id)
    ended = wait_for_job(installation, job_id)

    assert (left.images.completed, left.images.unknown) == (4, 1)
    assert left.status is JobStatus.COMPLETED
    assert ended.images.completed == 5


def test_a_server_that_fails_on_and_on_fails_the_image_after_three_retries(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "server_error", "prompt": "number 2"})

    job = wait_for_job(installation, submit(installation, 3))

    assert (job.images.completed, job.images.failed) == (2, 1)
    assert job.attempts.refused == 4
    assert job.reserved_usd == 0


def test_an_answer_without_a_picture_is_paid_kept_and_said(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "empty_data", "prompt": "number 1"})
    job_id = submit(installation, 2)

    job = wait_for_job(installation, job_id)

    first = installation.studio.gallery.images(LOCAL_ADMIN, job_id)[0]
    call = installation.studio.jobs.receipt(LOCAL_ADMIN, job_id).calls[0]
    body = installation.storage.get(f"unusable/{call.id}/body")
    assert first.status is ImageStatus.FAILED
    assert "charged" in (first.message or "")
    assert job.attempts.bought == 2
    assert job.cost_usd == sum(Decimal(entry["cost_usd"]) for entry in server.ledger())
    assert json.loads(body)["data"] == []


def test_five_refused_prompts_in_a_row_pause_the_job(
    tmp_path: Path,
) -> None:
    with (
        running_server(images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000) as server,
        running_installation(tmp_path / "data", server, limit=8) as installation,
    ):
        blocked = [f"a [blocked] thing, number {number}" for number in range(30)]
        job_id = submit(installation, blocked)
        job = wait_for_job(installation, job_id)

        assert (job.status, job.pause_reason) == (JobStatus.PAUSED, PauseReason.REFUSALS)
        assert "safety" in (job.message or "")
        assert "access" in (job.message or "")
        assert len(server.ledger()) == 7


def test_three_refusals_of_one_kind_pause_the_job(tmp_path: Path) -> None:
    with (
        running_server(images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000) as server,
        running_installation(tmp_path / "data", server, limit=10) as installation,
    ):
        server.script({"action": "bad_request", "param": "size"})

        job = wait_for_job(installation, submit(installation, 40))

        assert job.status is JobStatus.PAUSED
        assert job.pause_reason is PauseReason.REFUSALS
        assert "size" in (job.message or "")
        assert (job.images.failed, job.images.pending) == (9, 31)


def test_a_budget_is_never_passed_and_can_be_raised(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, 20, budget_usd="0.10")

    paused = wait_for_job(installation, job_id)
    installation.studio.jobs.set_budget(LOCAL_ADMIN, job_id, Decimal("1.00"))
    ended = wait_for_job(installation, job_id)

    assert paused.pause_reason is PauseReason.BUDGET
    assert paused.cost_usd + paused.reserved_usd <= Decimal("0.10")
    assert paused.images.completed == 7
    assert "0.10" in (paused.message or "")
    assert ended.images.completed == 20


def test_cancel_flips_what_waits_and_keeps_what_is_paid(tmp_path: Path) -> None:
    with (
        running_server(images_per_minute=6000, latency_s=0.6, prepared_bytes=30_000) as server,
        running_installation(tmp_path / "data", server, limit=10) as installation,
    ):
        job_id = submit(installation, 40)
        wait_for_job(installation, job_id, lambda job: job.images.processing >= 9)
        installation.studio.jobs.cancel(LOCAL_ADMIN, job_id)
        cancelled = installation.studio.jobs.get(LOCAL_ADMIN, job_id)
        ended = wait_for_job(installation, job_id)

        assert cancelled.status is JobStatus.CANCELLED
        assert cancelled.images.pending == 0
        assert ended.images.completed == len(_bought(server)) == 9
        assert ended.images.cancelled == 31
        assert ended.status is JobStatus.CANCELLED


def test_no_purchase_starts_later_than_a_second_after_cancel(tmp_path: Path) -> None:
    with (
        running_server(images_per_minute=60_000, latency_s=0.05, prepared_bytes=30_000) as server,
        running_installation(tmp_path / "data", server, limit=1200) as installation,
    ):
        account = installation.engine._steps.vault.account(LOCAL_ADMIN.id)
        drained = Bucket(1200, 0.0, datetime.now(UTC))
        installation.store.buckets.change(account, lambda _bucket: drained)
        job_id = submit(installation, 200, size="816x816")
        wait_for_job(installation, job_id, lambda job: job.images.completed >= 10)
        before = len(server.ledger())
        installation.studio.jobs.cancel(LOCAL_ADMIN, job_id)
        cancelled_at = datetime.now(UTC)
        wait_for_job(installation, job_id)
        another = submit(installation, 1)
        wait_for_job(installation, another)

        *calls, last = server.ledger()
        job = installation.studio.jobs.get(LOCAL_ADMIN, job_id)
        received_at = [datetime.fromisoformat(call["at"]) for call in calls]
        assert before < 200
        assert max(received_at) <= cancelled_at + timedelta(seconds=1)
        assert job.images.completed == len(calls)
        assert job.images.completed + job.images.cancelled == 200
        assert last["outcome"] == "bought"


def test_pause_starts_nothing_more_and_resume_goes_on(tmp_path: Path) -> None:
    with (
        running_server(images_per_minute=6000, latency_s=0.2, prepared_bytes=30_000) as server,
        running_installation(tmp_path / "data", server, limit=60) as installation,
    ):
        job_id = submit(installation, 180)
        wait_for_job(installation, job_id, lambda job: job.images.completed >= 1)
        installation.studio.jobs.pause(LOCAL_ADMIN, job_id)
        resting = wait_for_job(installation, job_id)
        calls = len(server.ledger())
        still = installation.studio.jobs.get(LOCAL_ADMIN, job_id)

        assert resting.status is JobStatus.PAUSED
        assert still.images == resting.images
        assert len(server.ledger()) == calls
        installation.studio.jobs.resume(LOCAL_ADMIN, job_id)
        wait_for_job(installation, job_id, lambda job: job.images.completed > calls)
        installation.studio.jobs.cancel(LOCAL_ADMIN, job_id)


def test_try_first_makes_three_and_asks_for_the_rest(installation: Installation) -> None:
    job_id = submit(installation, 8, try_first=3)

    tried = wait_for_job(installation, job_id)
    installation.studio.jobs.resume(LOCAL_ADMIN, job_id)
    ended = wait_for_job(installation, job_id)

    assert (tried.status, tried.pause_reason) == (JobStatus.PAUSED, PauseReason.PERSON)
    assert (tried.images.completed, tried.images.pending) == (3, 5)
    assert ended.images.completed == 8


def test_more_images_than_the_limit_allows_in_one_call_are_split(tmp_path: Path) -> None:
    with (
        running_server(images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000) as server,
        running_installation(tmp_path / "data", server, limit=9) as installation,
    ):
        job_id = submit(installation, 1, images_per_prompt=10)
        wait_for_job(installation, job_id, lambda job: job.images.completed >= 8)
        installation.studio.jobs.cancel(LOCAL_ADMIN, job_id)

        assert [entry["n"] for entry in server.ledger()] == [8]


def test_what_a_row_sets_wins_over_the_job(
    installation: Installation, server: RunningServer
) -> None:
    row = PromptRow(text="a bridge", model="gpt-image-2", quality="low", size="1536x1024", images=2)
    job_id = submit(installation, ["a river", row])

    wait_for_job(installation, job_id)

    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    sold = {entry["prompt"]: entry for entry in server.ledger()}
    assert sold["a bridge"]["model"] == "gpt-image-2"
    assert sold["a bridge"]["n"] == 2
    assert [image.selected for image in images] == [True, False, False]


def test_an_answer_in_the_spool_is_booked_by_the_next_process(
    tmp_path: Path, server: RunningServer
) -> None:
    dead = open_installation(settings_for(tmp_path / "data", server))
    job_id = submit(dead, 3)
    steps = dead.engine._steps
    executor = RecordingExecutor()
    dispatcher = Dispatcher(
        store=steps.store,
        spool=steps.spool,
        vault=steps.vault,
        catalogue=steps.catalogue,
        executor=executor,
        clock=steps.clock,
        process_id=uuid4(),
    )
    dispatcher.tick()
    attempt = steps.store.engine.open_attempt(executor.started[1][1])
    assert attempt is not None
    assert attempt.request is not None
    arrival = steps.spool.begin(attempt.id)
    answer = steps.provider.generate(attempt.request, KEY, arrival)
    arrival.keep(answer, complete=True)
    dead.close(timeout_s=0)

    with running_installation(tmp_path / "data", server) as living:
        job = wait_for_job(living, job_id)
        images = living.studio.gallery.images(LOCAL_ADMIN, job_id)

    assert len(executor.started) == 3
    assert job.images.completed == 3
    assert images[1].sha256 == answer.images[0].sha256
    assert len(server.ledger()) == 3
    assert (job.attempts.bought, job.attempts.unknown) == (3, 2)


def test_one_engine_runs_for_each_database_and_another_takes_over(
    tmp_path: Path, server: RunningServer
) -> None:
    with (
        running_installation(tmp_path / "data", server) as first,
        running_installation(tmp_path / "data", server) as second,
    ):
        job_id = submit(second, 10)
        wait_for_job(second, job_id)
        assert second.engine_lock.held_elsewhere()
        first.engine.stop(10)
        job = wait_for_job(second, submit(second, ["and then", "one more"]))

        assert job.images.completed == 2
        assert len(server.ledger()) == 12


def test_a_process_that_lost_the_lock_starts_nothing_until_it_has_it_again(
    tmp_path: Path, server: RunningServer
) -> None:
    client = open_installation(settings_for(tmp_path / "data", server))
    lock = SwitchedLock(held=True)
    engine = Engine(client.engine._steps, lock)
    engine.start()
    wait_for_job(client, submit(client, 3))

    lock.held = False
    lock.wait_for_looks(2)
    job_id = submit(client, 2)
    lock.wait_for_looks(4)
    calls_without_it = len(server.ledger())
    lock.held = True
    job = wait_for_job(client, job_id)
    engine.stop(10)
    client.close(timeout_s=0)

    assert calls_without_it == 3
    assert job.images.completed == 2
    assert not lock.held


def test_calls_that_end_while_the_engine_stops_keep_their_leases(
    tmp_path: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bulkgen.engine._HEARTBEAT_S", 0.1)
    server.set_pace(6000, 3.0)
    with running_installation(tmp_path / "data", server) as installation:
        job_id = submit(installation, 1)
        wait_for_job(installation, job_id, lambda job: job.images.processing == 1)
        stopping = Thread(target=installation.engine.stop, args=(10,))
        stopping.start()
        installation.engine._dispatching.join()

        leases = set()
        while open_attempts := installation.store.engine.open_attempts():
            leases.add(open_attempts[0].lease.until)
        stopping.join()

    assert len(leases) > 3
    assert len(server.ledger()) == 1
