"""The commands that steer a job and name its money."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from tests.cli.conftest import Command
from tests.fakes.demo_server import RunningServer


def test_a_budget_is_raised_and_the_job_goes_on(
    command: Command, prompts: Callable[..., Path]
) -> None:
    _, paused, _ = command("run", prompts("a", "b", "c"), "--budget", "0.02", "--json")

    code, job, _ = command("set", paused["job_id"], "--budget", "1", "--priority", "3", "--json")
    resumed, ended, _ = command("resume", paused["job_id"], "--json")

    assert paused["pause_reason"] == "budget"
    assert (code, job["budget_usd"], job["priority"]) == (0, 1.0, 3)
    assert (resumed, ended["images"]["completed"]) == (0, 3)


def test_set_without_anything_to_set_ends_2(command: Command, prompts: Callable[..., Path]) -> None:
    _, job, _ = command("run", prompts("a"), "--json")

    code, _, said = command("set", job["job_id"])

    assert code == 2
    assert "--priority N" in said


def test_a_priority_that_is_none_ends_2(command: Command, prompts: Callable[..., Path]) -> None:
    _, job, _ = command("run", prompts("a"), "--json")

    code, _, said = command("set", job["job_id"], "--priority", "99")

    assert code == 2
    assert "from 0 to 10" in said


def test_job_names_its_failed_images_and_retry_makes_one_of_them(
    command: Command, prompts: Callable[..., Path], server: RunningServer
) -> None:
    server.script({"action": "bad_request", "prompt": "boat", "next": 2})
    _, run, _ = command("run", prompts("a boat", "a tall boat", "a tree"), "--json")

    _, job, _ = command("job", run["job_id"], "--json")
    failed = job["failed_images"]
    code, after, _ = command("retry", run["job_id"], "--image", failed[1]["image_id"], "--json")

    assert [(image["prompt_number"], image["status"]) for image in failed] == [
        (1, "failed"),
        (2, "failed"),
    ]
    assert code == 3
    assert (after["images"]["completed"], after["images"]["failed"]) == (2, 1)


def test_a_receipt_names_the_money_of_every_call(
    command: Command, prompts: Callable[..., Path], server: RunningServer
) -> None:
    server.script({"action": "reset_after", "prompt": "boat", "next": 1})
    _, job, _ = command("run", prompts("a boat", "a tree"), "--json")

    _, receipt, _ = command("receipt", job["job_id"], "--json")
    _, table, _ = command("receipt", job["job_id"], "--csv")
    _, text, _ = command("receipt", job["job_id"])

    rows = list(csv.DictReader(io.StringIO(table)))
    assert (receipt["images_bought"], receipt["calls_unknown"]) == (2, 1)
    assert Decimal(receipt["total_usd"]) == Decimal(str(job["cost_usd"]))
    assert Decimal(receipt["unknown_most_usd"]) == Decimal(str(job["reserved_usd"]))
    assert len(rows) == len(receipt["calls"]) == 3
    assert [row["outcome"] for row in rows].count("unknown") == 1
    assert "calls_unknown      1\n" in text
