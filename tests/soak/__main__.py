"""The long forms of the proofs: `make soak`; any argument is the seed of a run to repeat."""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from bulkgen.bootstrap import open_installation
from tests.contract.test_moderated_pages import drive_moderated_pages
from tests.contract.test_store_in_any_order import JobMachine, PageMachine, hold
from tests.fakes.app_process import ROOT, environment
from tests.fakes.crash_checks import store_of
from tests.fakes.demo_server import KEY, RunningServer, running_server
from tests.fakes.engine_process import engine_processes
from tests.fakes.half_done import PACE, submit_half_done
from tests.fakes.installations import settings_for
from tests.fakes.kills import kill_at_random
from tests.soak.outage import without_s3
from tests.unit.providers.test_openai_stream import take_apart

_PROMPTS = 5_000
_RESTARTS = 5


def main() -> None:
    """Run every proof and print what it found; the first that fails ends it."""
    seed = sys.argv[1] if len(sys.argv) > 1 else str(random.SystemRandom().randrange(10**9))
    _say(f"seed {seed}")
    for proof in (_kills, _restarts, without_s3, _bodies, _orders, _moderated_pages):
        started_s = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            proof(Path(folder), random.Random(seed), _say)  # noqa: S311 - guards nothing
        _say(f"  {time.monotonic() - started_s:.0f} s")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _kills(folder: Path, chance: random.Random, say: Callable[[str], None]) -> None:
    with (
        running_server(
            images_per_minute=60_000, latency_s=0.3, latency_sigma=0.5, prepared_bytes=30_000
        ) as server,
        engine_processes() as engines,
    ):
        for number in (1, 2):
            story = kill_at_random(
                engines,
                server,
                folder / str(number),
                images=200,
                images_per_minute=400,
                kills=50,
                longest_life_s=1.0,
                chance=chance,
            )
            say(
                f"200 images, {story.kills} engines killed: all there, integrity_check ok after "
                f"each, {story.open_at_kills} calls open at the kills, "
                f"{story.bought - story.images} bought again"
            )


def _restarts(folder: Path, _: random.Random, say: Callable[[str], None]) -> None:
    with running_server(images_per_minute=60_000, latency_s=0.05, prepared_bytes=30_000) as server:
        seconds = sorted(_restart_s(folder / str(number), server) for number in range(_RESTARTS))
    say(
        f"{_PROMPTS:,} prompts half done: the first call comes {seconds[_RESTARTS // 2]:.1f} s "
        f"after the start of `python -m bulkgen resume` (median of {_RESTARTS}, most "
        f"{seconds[-1]:.1f} s, goal 5 s)"
    )


def _restart_s(data_dir: Path, server: RunningServer) -> float:
    dead = open_installation(settings_for(data_dir, server, PACE))
    job_id = submit_half_done(dead, _PROMPTS)
    dead.close(timeout_s=0)
    first = len(server.ledger())
    started_s = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "bulkgen", "resume", str(job_id)],
        cwd=ROOT,
        env=environment(
            data_dir,
            BULKGEN_IMAGES_PER_MINUTE=str(PACE),
            OPENAI_API_KEY=KEY,
            OPENAI_BASE_URL=server.base_url,
        ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while len(server.ledger()) == first:
            time.sleep(0.01)
        taken_s = time.monotonic() - started_s
        _cancel(data_dir, job_id)
        process.wait()
    return taken_s


def _cancel(data_dir: Path, job_id: UUID) -> None:
    with store_of(data_dir) as store:
        store.jobs.cancel(job_id, datetime.now(UTC))


def _bodies(_folder: Path, chance: random.Random, say: Callable[[str], None]) -> None:
    take_apart(100_000, chance)
    say("100,000 generated answers taken apart: 0 wrong, no whole picture lost")


def _orders(_folder: Path, _: random.Random, say: Callable[[str], None]) -> None:
    hold(JobMachine, 2_000)
    hold(PageMachine, 500)
    say("2,500 stores driven through 40 events each: money and statuses held")


def _moderated_pages(folder: Path, chance: random.Random, say: Callable[[str], None]) -> None:
    with (
        running_server(images_per_minute=6000) as server,
        closing(open_installation(settings_for(folder, server))) as installation,
    ):
        drive_moderated_pages(installation, 1_000, seed_number=chance.randrange(10**9))
    say("1,000 sequences of orders to moderated pages: nothing held back was public")


if __name__ == "__main__":
    main()
