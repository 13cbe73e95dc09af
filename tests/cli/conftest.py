import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bulkgen.cli.arguments import main
from tests.fakes.demo_server import KEY, RunningServer, running_server

Command = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with running_server(images_per_minute=6000, latency_s=0.05, prepared_bytes=30_000) as server:
        yield server


@pytest.fixture
def data_dir(tmp_path: Path, server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BULKGEN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("BULKGEN_IMAGES_PER_MINUTE", "600")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    return tmp_path / "data"


@pytest.fixture
def command(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command; gives its exit code, its output (parsed when JSON), and what it said."""

    def run(*words: object) -> tuple[int, Any, str]:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        output = capsys.readouterr()
        return code, json.loads(output.out) if "--json" in words else output.out, output.err

    return run


@pytest.fixture
def prompts(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CSV of prompts."""

    def write(*rows: str, header: str = "prompt") -> Path:
        path = tmp_path / "prompts.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write
