"""A long job that is half done goes on after a restart."""

import time
from pathlib import Path

from bulkgen.bootstrap import open_installation
from tests.fakes.crash_checks import store_of
from tests.fakes.demo_server import running_server
from tests.fakes.engine_process import Order, engine_processes
from tests.fakes.half_done import OPEN, PACE, SPOOLED, submit_half_done
from tests.fakes.installations import settings_for

_WAIT_S = 60


def test_a_job_of_5000_prompts_that_is_half_done_goes_on_after_a_restart(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with (
        running_server(images_per_minute=60_000, latency_s=0.05, prepared_bytes=30_000) as server,
        engine_processes() as engines,
    ):
        dead = open_installation(settings_for(data_dir, server, PACE))
        job_id = submit_half_done(dead, 5_000)
        dead.close(timeout_s=0)
        with store_of(data_dir) as store:
            before = store.jobs.get(job_id)
            engines.start(
                Order(data_dir=str(data_dir), port=server.port, job_id=str(job_id), limit=PACE)
            )
            ends_at = time.monotonic() + _WAIT_S
            while (job := store.jobs.get(job_id)).images.completed < 2_500 + SPOOLED + OPEN:
                assert time.monotonic() < ends_at, job
                time.sleep(0.2)
            store.jobs.cancel(job_id, job.created_at)
            assert engines.wait() == 0
            ended = store.jobs.get(job_id)
        prompts = [entry["prompt"] for entry in server.ledger()]

    assert (before.images.completed, before.attempts.open) == (2_500, OPEN)
    assert ended.attempts.unknown == OPEN - SPOOLED
    assert ended.attempts.bought == len(prompts) + SPOOLED
    assert len(set(prompts)) == len(prompts)
    made = {f"a lighthouse, number {number}" for number in range(1, 2_500 + SPOOLED + 1)}
    assert not made & set(prompts)
