"""A key that is easy to recognise goes through a whole run and is found nowhere."""

import subprocess
import sys
from pathlib import Path

from tests.fakes.app_process import ROOT, environment
from tests.fakes.demo_server import running_server

CANARY = "sk-proj-c4n4ryc4n4ryc4n4ry00T3BlbkFJc4n4ryc4n4ryc4n4ry00"


def _run(data_dir: Path, base_url: str, *words: str) -> str:
    settings = environment(
        data_dir,
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
    assert [path for path in files if CANARY.encode() in path.read_bytes()] == []
