"""Budgets across jobs, page text under budgets, and the receipt."""

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bulkgen.bootstrap import Installation
from bulkgen.domain.budgets import Caps
from bulkgen.domain.errors import InputError
from bulkgen.domain.jobs import JobStatus, PauseReason
from bulkgen.domain.people import LOCAL_ADMIN
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import job_of, running_installation, submit, wait_for_job


@pytest.fixture
def installation(tmp_path: Path, server: RunningServer) -> Iterator[Installation]:
    with running_installation(tmp_path / "data", server) as installation:
        yield installation


def _create_pages(installation: Installation, job_id: object) -> None:
    installation.studio.pages.create(LOCAL_ADMIN, job_id)  # type: ignore[arg-type]  # its id
    ends_at = time.monotonic() + 60
    while time.monotonic() < ends_at:
        progress = installation.studio.pages.progress(LOCAL_ADMIN, job_id)  # type: ignore[arg-type]  # its id
        if progress and not progress.active:
            return
        time.sleep(0.02)
    raise AssertionError("pages are not made after 60 s")


def _billed(server: RunningServer, endpoint: str = "images") -> Decimal:
    return sum((Decimal(entry["cost_usd"]) for entry in server.ledger(endpoint)), Decimal(0))


@pytest.mark.parametrize(
    ("caps", "words"),
    [
        (Caps(person_day_usd=Decimal("0.10")), "Today's budget of $0.10"),
        (Caps(month_usd=Decimal("0.10")), "This month's budget of $0.10"),
    ],
)
def test_a_full_day_or_month_pauses_the_job_and_a_higher_cap_lets_it_go_on(
    installation: Installation, server: RunningServer, caps: Caps, words: str
) -> None:
    budgets = installation.studio.budgets
    budgets.set_caps(LOCAL_ADMIN, caps)
    job_id = submit(installation, 20)

    paused = wait_for_job(installation, job_id)
    sold = _billed(server)
    budgets.set_caps(LOCAL_ADMIN, Caps(person_day_usd=Decimal(5), month_usd=Decimal(5)))
    ended = wait_for_job(installation, job_id)

    assert (paused.status, paused.pause_reason) == (JobStatus.PAUSED, PauseReason.BUDGET)
    assert words in (paused.message or "")
    assert sold <= Decimal("0.10")
    assert paused.images.completed == 7
    assert ended.images.completed == 20


def test_two_jobs_share_the_day_of_their_person(
    installation: Installation, server: RunningServer
) -> None:
    installation.studio.budgets.set_caps(LOCAL_ADMIN, Caps(person_day_usd=Decimal("0.20")))

    jobs = [wait_for_job(installation, submit(installation, 10)) for _ in range(2)]

    assert [job.status for job in jobs] == [JobStatus.COMPLETED, JobStatus.PAUSED]
    assert _billed(server) <= Decimal("0.20")


def test_day_and_month_add_up_to_what_was_sold(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "reset_after", "prompt": "number 3", "next": 1})
    job_id = submit(installation, 5)
    wait_for_job(installation, job_id)
    _create_pages(installation, job_id)

    spending = installation.studio.budgets.now(LOCAL_ADMIN)

    receipt = installation.studio.jobs.receipt(LOCAL_ADMIN, job_id)
    lost = Decimal(server.ledger()[2]["cost_usd"])
    assert spending.today == spending.month
    assert spending.today.spent_usd == _billed(server) - lost + _billed(server, "responses")
    assert spending.today.spent_usd == receipt.total_usd
    assert spending.today.reserved_usd == receipt.unknown_most_usd >= lost


def test_a_cap_of_nothing_is_refused_in_one_sentence(installation: Installation) -> None:
    with pytest.raises(InputError, match="more than"):
        installation.studio.budgets.set_caps(LOCAL_ADMIN, Caps(month_usd=Decimal(0)))


def test_page_text_is_held_and_booked_like_an_image(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, 3)
    images_usd = wait_for_job(installation, job_id).cost_usd

    _create_pages(installation, job_id)

    job = job_of(installation, job_id)
    assert job.cost_usd == images_usd + _billed(server, "responses")
    assert job.reserved_usd == 0


def test_where_a_budget_has_no_room_for_page_text_the_rules_write(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, ["a red fox in the snow"])
    job = wait_for_job(installation, job_id)
    spent = installation.studio.budgets.now(LOCAL_ADMIN).today.spent_usd
    installation.studio.budgets.set_caps(LOCAL_ADMIN, Caps(month_usd=spent))

    _create_pages(installation, job_id)

    (page,) = installation.studio.pages.all(LOCAL_ADMIN)
    assert "fox" in page.text.title.lower()
    assert server.ledger("responses") == []
    assert job_of(installation, job_id).cost_usd == job.cost_usd


def test_the_receipt_names_every_call_and_its_money(
    installation: Installation, server: RunningServer
) -> None:
    server.script(
        {"action": "server_error", "prompt": "number 1", "next": 1},
        {"action": "reset_after", "prompt": "number 2", "next": 1},
    )
    job_id = submit(installation, 3, images_per_prompt=2)
    job = wait_for_job(installation, job_id)

    receipt = installation.studio.jobs.receipt(LOCAL_ADMIN, job_id)

    assert (receipt.images_bought, receipt.calls_refused, receipt.calls_unknown) == (6, 1, 1)
    assert receipt.images_usd == job.cost_usd == receipt.total_usd
    assert receipt.unknown_most_usd == job.reserved_usd
    assert len(receipt.calls) == len(server.ledger()) == 5
    sold = {entry["request_id"] for entry in server.ledger() if entry["outcome"] == "bought"}
    named = {call.request_id for call in receipt.calls if call.outcome == "bought"}
    assert named < sold
    assert len(sold - named) == 1
