"""A key that is easy to recognise goes through a whole run and is found nowhere."""

import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.fakes.app_process import ROOT, environment
from tests.fakes.demo_server import running_server
from tests.fakes.postgres import RunningPostgres
from tests.fakes.s3 import RunningS3
from tests.fakes.swift import SECRET

CANARY = "sk-proj-c4n4ryc4n4ryc4n4ry00T3BlbkFJc4n4ryc4n4ryc4n4ry00"


def _run(data_dir: Path, base_url: str, *words: str, **more: str) -> str:
    settings = environment(
        data_dir,
        **more,
        OPENAI_API_KEY=CANARY,
        OPENAI_BASE_URL=base_url,
        OPENAI_LOG="debug",
        BULKGEN_IMAGES_PER_MINUTE="600",
    )
    result = subprocess.run(
        [sys.executable, "-m", "bulkgen", *words],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout + result.stderr


def test_a_key_is_in_no_file_and_no_output(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("a boat\na tree\na hill\n", encoding="utf-8")
    data_dir = tmp_path / "data"
    with running_server(images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000) as server:
        said = _run(data_dir, server.base_url, "run", str(prompts), "--create-pages", "--json")
        assert '"completed": 3' in said
        server.script({"action": "unauthorized", "echo_key": True})
        said += _run(data_dir, server.base_url, "run", str(prompts), "--json")
        assert '"pause_reason": "key"' in said
        said += _run(data_dir, server.base_url, "doctor")
        said += _run(data_dir, server.base_url, "jobs", "--json")

    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert CANARY not in said
    assert len(files) > 10
    assert [path for path in files if _holds(path, CANARY)] == []


def test_the_password_of_a_database_is_in_no_file_and_no_output(
    tmp_path: Path, postgres: RunningPostgres, postgres_url: str
) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("a boat\na tree\n", encoding="utf-8")
    data_dir = tmp_path / "data"
    canary = "c4n4ry-p4ssw0rd"
    url = postgres_url.replace("postgres:@", f"postgres:{canary}@")
    with running_server(images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000) as server:
        run = partial(_run, data_dir, server.base_url, BULKGEN_DATABASE_URL=url)
        said = run("run", str(prompts), "--json")
        assert '"completed": 2' in said
        said += run("doctor")
        assert "***" in said
        with postgres.away():
            for command in ("doctor", "jobs"):
                said += run(command)
            said += _run(data_dir, server.base_url, "database", "copy", "--to", url)

    assert said.count("Check that Postgres runs") == 3
    assert canary not in said
    assert [path for path in data_dir.rglob("*") if path.is_file() and _holds(path, canary)] == []


def test_the_secret_of_a_bucket_is_in_no_file_and_no_output(
    tmp_path: Path, s3: RunningS3, bucket_url: str
) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("a boat\na tree\n", encoding="utf-8")
    data_dir = tmp_path / "data"
    wrong = bucket_url.replace(SECRET, "c4n4ry-s3cret")
    with running_server(images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000) as server:
        run = partial(_run, data_dir, server.base_url)
        said = run("run", str(prompts), "--create-pages", "--json", BULKGEN_STORAGE_URL=bucket_url)
        assert '"completed": 2' in said
        said += run("storage", "check", BULKGEN_STORAGE_URL=bucket_url)
        for url in (wrong, wrong.replace("endpoint", "endpont")):
            said += run("doctor", BULKGEN_STORAGE_URL=url)
            said += run("storage", "check", BULKGEN_STORAGE_URL=url)
        s3.shut = True
        said += run("storage", "check", BULKGEN_STORAGE_URL=bucket_url)

    assert said.count("refused the key") == 2
    assert said.count("only endpoint and region") == 2
    assert said.count("does not answer") == 1
    for secret in (SECRET, "c4n4ry-s3cret"):
        assert secret not in said
        assert not any(_holds(path, secret) for path in data_dir.rglob("*") if path.is_file())


def _holds(path: Path, secret: str) -> bool:
    return secret.encode() in path.read_bytes()
