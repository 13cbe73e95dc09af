"""The app and the command line, killed and stopped while they work."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulkgen.bootstrap import open_installation
from bulkgen.domain.jobs import JobStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.settings import Settings
from tests.fakes.app_process import ROOT, environment, running_app
from tests.fakes.demo_server import KEY, running_server
from tests.fakes.installations import job_of, settings_for, submit, wait_for_job

_LIMIT = 60
_PROMPTS = 62


def _demo_settings(data_dir: Path) -> Settings:
    return Settings.model_construct(
        **{
            **{name: field.default for name, field in Settings.model_fields.items()},
            "data_dir": data_dir,
            "demo": True,
            "images_per_minute": _LIMIT,
        }
    )


def _children(pid: int) -> list[int]:
    return [
        int(child)
        for file in Path(f"/proc/{pid}/task").glob("*/children")
        for child in file.read_text().split()
    ]


def _is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "\nState:\tZ" not in status.read_text()


@pytest.mark.timeout(240)
def test_a_killed_app_goes_on_by_itself_and_its_demo_server_ends_with_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    limit = {"BULKGEN_IMAGES_PER_MINUTE": str(_LIMIT)}
    client = open_installation(_demo_settings(data_dir))
    job_id = submit(client, _PROMPTS)
    with running_app(data_dir, **limit) as app:
        wait_for_job(client, job_id, lambda job: job.images.completed >= 10)
        children = _children(app.process.pid)
        app.kill()
    at_the_kill = job_of(client, job_id)
    ends_at = time.monotonic() + 5
    while any(map(_is_alive, children)) and time.monotonic() < ends_at:
        time.sleep(0.05)

    with running_app(data_dir, **limit):
        ended = wait_for_job(client, job_id)

    images = client.studio.gallery.images(LOCAL_ADMIN, job_id)
    client.close(timeout_s=0)
    assert children
    assert not any(map(_is_alive, children))
    assert at_the_kill.images.completed < _PROMPTS
    assert ended.status is JobStatus.COMPLETED
    assert ended.images.completed == _PROMPTS
    assert len({image.sha256 for image in images}) == _PROMPTS
    assert ended.attempts.unknown <= at_the_kill.attempts.open


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """A shell that runs the tests in the background ignores Ctrl-C, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c_is_heard")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_keeps_what_is_paid_and_resume_makes_the_rest(
    tmp_path: Path, how: signal.Signals
) -> None:
    prompts = tmp_path / "prompts.txt"
    prompts.write_text("\n".join(f"a lighthouse, number {n}" for n in range(12)), encoding="utf-8")
    with running_server(images_per_minute=6000, latency_s=1.0, prepared_bytes=30_000) as server:
        settings = environment(
            tmp_path / "data",
            BULKGEN_IMAGES_PER_MINUTE="8",
            OPENAI_API_KEY=KEY,
            OPENAI_BASE_URL=server.base_url,
        )
        command = [sys.executable, "-m", "bulkgen"]
        run = subprocess.Popen(
            [*command, "run", str(prompts), "--json"],
            cwd=ROOT,
            env=settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        ends_at = time.monotonic() + 60
        while len(server.ledger()) < 7 and time.monotonic() < ends_at:
            time.sleep(0.05)

        run.send_signal(how)
        output, said = run.communicate(timeout=30)

        job = json.loads(output)
        bought = len(server.ledger())
        assert run.returncode == 130
        assert job["status"] == "paused"
        assert job["images"]["completed"] == bought
        assert 7 <= bought < 12
        assert f"resume {job['job_id']}" in said
        settings["BULKGEN_IMAGES_PER_MINUTE"] = "600"
        resumed = subprocess.run(
            [*command, "resume", job["job_id"], "--json"],
            cwd=ROOT,
            env=settings,
            capture_output=True,
            text=True,
            check=True,
        )
        assert json.loads(resumed.stdout)["images"]["completed"] == 12
        assert len(server.ledger()) == 12


def test_a_stopped_app_lets_calls_end_and_the_next_one_makes_the_rest(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with running_server(images_per_minute=6000, latency_s=1.5, prepared_bytes=30_000) as server:
        account = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url}
        client = open_installation(settings_for(data_dir, server, limit=8))
        job_id = submit(client, 12)
        with running_app(data_dir, BULKGEN_IMAGES_PER_MINUTE="8", **account) as app:
            wait_for_job(client, job_id, lambda job: job.images.processing >= 7)
            app.stop()
        stopped = job_of(client, job_id)
        bought = len(server.ledger())
        with running_app(data_dir, BULKGEN_IMAGES_PER_MINUTE="600", **account):
            ended = wait_for_job(client, job_id)
        client.close(timeout_s=0)

        assert (stopped.attempts.bought, stopped.attempts.total) == (bought, bought)
        assert stopped.images.completed == bought
        assert (stopped.images.processing, stopped.images.pending) == (0, 12 - bought)
        assert bought < 12
        assert (ended.images.completed, ended.attempts.unknown) == (12, 0)
        assert len(server.ledger()) == 12
