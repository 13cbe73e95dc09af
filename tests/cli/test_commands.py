"""The command line, in this process, against a server that keeps a ledger."""

import csv
import hashlib
import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bulkgen.domain.errors import StoreError
from bulkgen.domain.jobs import Job
from bulkgen.records.jobs import SqlJobs
from tests.cli.conftest import Command
from tests.fakes.demo_server import KEY, RunningServer
from tests.fakes.installations import running_installation, submit

JOB_FIELDS = {
    "job_id",
    "status",
    "pause_reason",
    "prompts",
    "images",
    "attempts",
    "estimated_usd",
    "reserved_usd",
    "cost_usd",
    "budget_usd",
    "started_at",
    "completed_at",
}


def test_run_makes_every_image_and_says_so(
    command: Command, prompts: Callable[..., Path], server: RunningServer
) -> None:
    code, job, _ = command("run", prompts("a boat", "a tree"), "-n", 2, "--name", "Two", "--json")

    assert code == 0
    assert set(job) >= JOB_FIELDS
    assert job["status"] == "completed"
    assert job["name"] == "Two"
    assert job["images"] == {
        "total": 4,
        "pending": 0,
        "processing": 0,
        "completed": 4,
        "failed": 0,
        "cancelled": 0,
        "unknown": 0,
    }
    assert job["attempts"] == {"total": 2, "bought": 2, "refused": 0, "unknown": 0}
    assert [entry["n"] for entry in server.ledger()] == [2, 2]


def test_flags_reach_the_call(
    command: Command, prompts: Callable[..., Path], server: RunningServer, tmp_path: Path
) -> None:
    flags = ("--model", "gpt-image-2", "--size", "1536x1024", "--quality", "low", "--format", "png")
    _, job, _ = command("run", prompts("a boat"), *flags, "--budget", "0.5", "--json")
    command("export", job["job_id"], "--out", tmp_path / "out")

    entry = json.loads((tmp_path / "out" / "manifest.jsonl").read_text(encoding="utf-8"))
    assert server.ledger()[0]["model"] == "gpt-image-2"
    assert (entry["model"], entry["size"], entry["quality"]) == (
        "gpt-image-2",
        "1536x1024",
        "low",
    )
    assert entry["file"].endswith(".png")
    assert job["budget_usd"] == 0.5


def test_run_ends_3_when_an_image_failed_and_retry_makes_it(
    command: Command, prompts: Callable[..., Path], server: RunningServer
) -> None:
    server.script({"action": "moderation_blocked", "prompt": "tree", "next": 1})

    code, job, _ = command("run", prompts("a boat", "a tree"), "--json")
    retried, again, _ = command("retry", job["job_id"], "--json")

    assert (code, job["images"]["failed"]) == (3, 1)
    assert (retried, again["images"]["completed"]) == (0, 2)


def test_run_ends_4_with_the_reason_and_resume_goes_on(
    command: Command, prompts: Callable[..., Path], server: RunningServer
) -> None:
    server.script({"action": "insufficient_quota"})

    code, job, said = command("run", prompts("a boat", "a tree"), "--json")
    server.script()
    resumed, again, _ = command("resume", job["job_id"], "--json")

    assert (code, job["status"], job["pause_reason"]) == (4, "paused", "quota")
    assert "no money left" in said
    assert job["job_id"] in said
    assert (resumed, again["images"]["completed"]) == (0, 2)


def test_a_budget_given_is_kept(command: Command, prompts: Callable[..., Path]) -> None:
    code, job, said = command("run", prompts("a", "b", "c", "d"), "--budget", "0.03", "--json")

    assert (code, job["pause_reason"]) == (4, "budget")
    assert job["cost_usd"] + job["reserved_usd"] <= 0.03
    assert job["images"]["completed"] == 2
    assert "budget" in said


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--model", "gpt-image-9"], "no model 'gpt-image-9'"),
        (["--model", "gpt-image-1"], "Use gpt-image-2.5-flare"),
        (["--size", "100x100"], "100x100"),
        (["--quality", "finest"], "finest"),
        (["-n", "11"], "from 1 to 10"),
        (["--budget", "0"], "more than 0"),
        (["--budget", "much"], "not a sum"),
        (["--format", "gif"], "gif"),
        (["--status", "hidden"], "hidden"),
    ],
)
def test_what_cannot_be_meant_ends_2_before_anything_is_sent(
    command: Command,
    prompts: Callable[..., Path],
    server: RunningServer,
    words: list[str],
    says: str,
) -> None:
    code, _, said = command("run", prompts("a boat"), *words)

    assert code == 2
    assert says in said
    assert server.ledger() == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot be read"),
        (b"", "empty"),
        (b"look,mood\na boat,calm\n", "--column NAME or its number, and add --no-header"),
        (b"prompt\n", "no prompt yet"),
    ],
)
def test_a_file_that_cannot_be_used_ends_2(
    command: Command, tmp_path: Path, content: bytes | None, says: str
) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)

    code, _, said = command("run", path)

    assert code == 2
    assert says in said


def test_a_dry_run_says_what_the_screen_would_and_sends_nothing(
    command: Command, prompts: Callable[..., Path], server: RunningServer
) -> None:
    path = prompts("a boat,1024x1024", ",", "a tree,17x17", header="Prompt,size")

    code, report, _ = command("run", path, "--dry-run", "--json")

    assert code == 0
    assert (report["prompts"], report["images"]) == (1, 1)
    assert [problem["line"] for problem in report["rejected"]] == [3, 4]
    assert "17x17" in report["rejected"][1]["reason"]
    assert report["warnings"] == []
    assert report["encoding"] == "utf-8"
    assert report["delimiter"] == ","
    assert report["columns"] == {"Prompt": "prompt", "size": "size"}
    assert report["estimated_usd"] == pytest.approx(0.01318, abs=1e-4)
    assert report["estimated_seconds"] > 0
    assert server.ledger() == []


def test_a_dry_run_with_nothing_left_ends_2(command: Command, prompts: Callable[..., Path]) -> None:
    code, report, _ = command("run", prompts(",", header="prompt,size"), "--dry-run", "--json")

    assert code == 2
    assert report["prompts"] == 0


@pytest.mark.parametrize(
    ("content", "words", "made"),
    [
        ("mood,look\ncalm,a boat\n", ("--column", "look"), 1),
        ("mood,look\ncalm,a boat\n", ("--column", "2"), 1),
        ("calm,a boat\nwild,a storm\n", ("--column", "2", "--no-header"), 2),
        ("prompt\na boat\n", ("--no-header",), 2),
        ("a boat\na storm, at sea\n", (), 2),
    ],
)
def test_the_command_line_says_where_the_prompts_are(
    command: Command, tmp_path: Path, content: str, words: tuple[str, ...], made: int
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(content, encoding="utf-8")

    code, report, _ = command("run", path, *words, "--dry-run", "--json")

    assert (code, report["prompts"], report["rejected"]) == (0, made, [])


def test_a_json_list_is_read(command: Command, tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text('{"prompt": "a boat", "n": 2}\n"a storm"\n{no', encoding="utf-8")

    _, report, _ = command("run", path, "--dry-run", "--json")

    assert (report["prompts"], report["images"]) == (2, 3)
    assert report["rejected"] == [{"line": 3, "reason": "The line is no JSON."}]
    assert report["columns"] == {"prompt": "prompt", "n": "count"}


def test_a_model_near_its_end_is_warned_of(command: Command, prompts: Callable[..., Path]) -> None:
    path = prompts("a boat")

    _, report, _ = command("run", path, "--model", "gpt-image-1.5", "--dry-run", "--json")

    assert any("gpt-image-1.5 end" in text for text in _texts(report))


def test_a_database_that_is_away_for_a_moment_is_waited_for(
    command: Command, prompts: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    get = SqlJobs.get
    looks = itertools.count(1)

    def away_at_the_second_look(store: SqlJobs, job_id: UUID) -> Job:
        if next(looks) == 2:
            raise StoreError("The database does not answer.")
        return get(store, job_id)

    monkeypatch.setattr(SqlJobs, "get", away_at_the_second_look)

    code, _, _ = command("run", prompts("a boat", "a tree"))

    assert (code, next(looks) > 3) == (0, True)


def test_pictures_of_an_earlier_run_are_named_and_taken_on_request(
    command: Command, prompts: Callable[..., Path], server: RunningServer
) -> None:
    path = prompts("a boat", "a tree")
    assert command("run", path)[0] == 0

    _, report, _ = command("run", path, "--dry-run", "--json")
    code, _, _ = command("run", path, "--use-earlier")

    assert _texts(report) == [
        "2 prompts were made before with the same settings; --use-earlier takes those pictures."
    ]
    assert code == 0
    assert len(server.ledger()) == 2


def _texts(report: Any) -> list[str]:
    return [entry["reason"] for entry in [*report["warnings"], *report["rejected"]]]


def test_rows_left_out_are_named_and_the_rest_is_made(
    command: Command, prompts: Callable[..., Path]
) -> None:
    code, job, said = command("run", prompts("a boat", '""', "a tree"), "--json")

    assert (code, job["prompts"]) == (0, 2)
    assert "Row 3 is left out" in said


def test_published_pages_come_out_as_a_website(
    command: Command, prompts: Callable[..., Path], tmp_path: Path
) -> None:
    path = prompts("a red fox in the snow", "a harbour at dawn")

    code, _, _ = command("run", path, "--create-pages", "--status", "published", "--json")
    command("site", "--out", tmp_path / "site")

    index = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    pages = list((tmp_path / "site" / "p").glob("*/index.html"))
    assert code == 0
    assert len(pages) == 2
    assert len(re.findall("<article|<li", index)) >= 2
    for picture in re.findall(r'src="([^"]+)"', index):
        assert (tmp_path / "site" / picture).is_file()


def test_drafts_stay_out_of_the_website(
    command: Command, prompts: Callable[..., Path], tmp_path: Path
) -> None:
    command("run", prompts("a red fox"), "--create-pages")

    command("site", "--out", tmp_path / "site")

    assert list((tmp_path / "site" / "p").glob("*/index.html")) == []


def test_an_export_holds_the_bytes_that_were_sold(
    command: Command, prompts: Callable[..., Path], server: RunningServer, tmp_path: Path
) -> None:
    _, job, _ = command("run", prompts("=1+1", "a tree"), "--json")

    code, _, _ = command("export", job["job_id"], "--out", tmp_path / "out")

    sold = {sha256 for entry in server.ledger() for sha256 in entry["sha256"]}
    files = list((tmp_path / "out" / "images").iterdir())
    again, report, _ = command("run", tmp_path / "out" / "prompts.csv", "--dry-run", "--json")
    assert (again, report["prompts"], report["rejected"]) == (0, 2, [])
    with (tmp_path / "out" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = (tmp_path / "out" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    assert code == 0
    assert {hashlib.sha256(file.read_bytes()).hexdigest() for file in files} == sold
    assert [row["prompt"] for row in rows] == ["'=1+1", "a tree"]
    assert [json.loads(line)["prompt"] for line in lines] == ["=1+1", "a tree"]


def test_jobs_are_listed_newest_first_and_steered(
    command: Command, prompts: Callable[..., Path], data_dir: Path, server: RunningServer
) -> None:
    _, first, _ = command("run", prompts("a boat"), "--json")
    _, second, _ = command("run", prompts("a tree"), "--json")

    _, jobs, _ = command("jobs", "--json")
    _, shown, _ = command("job", first["job_id"], "--json")
    cancelled, _, said = command("cancel", first["job_id"])
    unknown, _, no_such = command("job", "00000000-0000-4000-8000-00000000beef")

    assert [job["job_id"] for job in jobs] == [second["job_id"], first["job_id"]]
    assert shown == {**first, "failed_images": []}
    assert (cancelled, unknown) == (2, 2)
    assert "completed and cannot become cancelled" in said
    assert "no such job" in no_such


def test_pause_and_resume_of_a_job_that_runs_in_the_app(
    command: Command, prompts: Callable[..., Path], data_dir: Path, server: RunningServer
) -> None:
    server.set_pace(6000, 0.3)
    with running_installation(data_dir, server, limit=60) as app:
        job_id = submit(app, 62)

        paused, job, _ = command("pause", job_id, "--json")
        resumed, ended, _ = command("resume", job_id, "--json")

    assert (paused, job["status"], job["pause_reason"]) == (0, "paused", "person")
    assert (resumed, ended["images"]["completed"]) == (0, 62)


def test_run_hands_over_to_the_app_that_is_open(
    command: Command, prompts: Callable[..., Path], data_dir: Path, server: RunningServer
) -> None:
    with running_installation(data_dir, server) as app:
        code, job, _ = command("run", prompts("a boat", "a tree"), "--create-pages", "--json")

        assert code == 0
        assert job["images"]["completed"] == 2
        assert not app.engine_lock.held_elsewhere()


def test_doctor_names_what_there_is(command: Command, data_dir: Path) -> None:
    code, output, _ = command("doctor")

    assert code == 0
    for words in ("bulkgen", "sqlite", str(data_dir), "OpenAI, with a key", "not running"):
        assert words in output
    assert KEY not in output


def test_an_unknown_setting_is_reported(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKGEN_DATABSE_URL", "x")

    _, _, said = command("migrate")

    assert "BULKGEN_DATABSE_URL" in said
    assert "Did you mean BULKGEN_DATABASE_URL?" in said


def test_without_a_key_and_without_demo_mode_one_sentence_says_what_to_do(
    command: Command, prompts: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.setenv("BULKGEN_DEMO", "0")

    code, _, said = command("run", prompts("a boat"))

    assert code == 2
    assert "Set OPENAI_API_KEY" in said


def test_demo_work_and_real_work_never_share_a_database(
    command: Command, prompts: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKGEN_DATABASE_URL", f"sqlite:///{tmp_path}/one.db")
    command("migrate")
    monkeypatch.setenv("BULKGEN_DEMO", "1")

    code, _, said = command("run", prompts("a boat"))

    assert code == 2
    assert "holds real pictures" in said
