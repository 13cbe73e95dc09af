"""Engines that are killed at random moments of one job."""

import os
import random
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from bulkgen.bootstrap import open_installation
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.rates import Bucket
from tests.fakes.crash_checks import after_a_kill, check_end, settled_ledger
from tests.fakes.demo_server import RunningServer
from tests.fakes.engine_process import EngineProcesses, Order
from tests.fakes.installations import settings_for, submit


@dataclass(frozen=True)
class Story:
    """What happened to a job whose engines were killed."""

    kills: int
    open_at_kills: int
    bought: int
    images: int


def submit_paced(
    data_dir: Path, server: RunningServer, images: int, images_per_minute: int
) -> UUID:
    """Start a job whose images are asked for at an even pace, not at once."""
    installation = open_installation(settings_for(data_dir, server, images_per_minute))
    account = installation.engine._steps.vault.account(LOCAL_ADMIN.id)
    empty = Bucket(images_per_minute, 0.0, datetime.now(UTC))
    installation.store.buckets.change(account, lambda _bucket: empty)
    job_id = submit(installation, images, size="816x816", budget_usd="100")
    installation.close(timeout_s=0)
    return job_id


def kill_at_random(
    engines: EngineProcesses,
    server: RunningServer,
    data_dir: Path,
    *,
    images: int,
    images_per_minute: int,
    kills: int,
    longest_life_s: float,
    chance: random.Random,
) -> Story:
    """Run a job to its end through so many killed engines, and check what is left of it."""
    first = len(server.ledger())
    job_id = submit_paced(data_dir, server, images, images_per_minute)
    order = Order(
        data_dir=str(data_dir), port=server.port, job_id=str(job_id), limit=images_per_minute
    )
    open_at_kills = killed = 0
    for _ in range(kills):
        engine = os.pidfd_open(engines.start(order))
        time.sleep(chance.uniform(0.0, longest_life_s))
        signal.pidfd_send_signal(engine, signal.SIGKILL)
        os.close(engine)
        killed += engines.wait() == -signal.SIGKILL
        open_at_kills += after_a_kill(data_dir, job_id)
    assert engines.run(order) == 0
    ledger = settled_ledger(server, first)
    check_end(data_dir, job_id, ledger, open_at_kills=open_at_kills)
    return Story(
        kills=killed,
        open_at_kills=open_at_kills,
        bought=sum(entry["outcome"] == "bought" for entry in ledger),
        images=images,
    )
