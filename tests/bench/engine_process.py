"""One engine in a process of its own: `python -m tests.bench.engine_process PLAN`.

It starts the jobs of its plan, or goes on with those it finds, and prints a report at their end.
"""

import gc
import json
import logging
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from threading import local
from uuid import UUID

from typing_extensions import override

from bulkgen import logs
from bulkgen.domain.attempts import Failure
from bulkgen.domain.dispatch import SpooledAnswer, UnsavedImage
from bulkgen.records.database import Database
from bulkgen.records.engine import SqlEngineStore
from tests.bench.parts import Bench, Plan, open_bench
from tests.bench.processes import peak_mb

#: A look counts every image of the job: more looks would be measured as well.
_POLL_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """How a job ended."""

    owner: int
    images: dict[str, int]
    attempts: dict[str, int]
    #: When the last image was saved, by the machine's clock.
    ended_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the process took."""

    cpu_s: float
    peak_mb: float
    #: CPU of each answer from its headers to its settling.
    settle_ms: list[float]
    jobs: list[JobReport] = field(default_factory=list)

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """The report that a process printed."""
        data = json.loads(text)
        return cls(jobs=[JobReport(**job) for job in data.pop("jobs")], **data)


class _TimedStore(SqlEngineStore):
    """Measures what the thread of a call takes from the headers of its answer to its settling."""

    def __init__(self, database: Database, zone: tzinfo) -> None:
        super().__init__(database, zone)
        self._begun = local()
        self.settle_ms: list[float] = []

    def answered(self, _response: object) -> None:
        """The headers are here."""
        self._begun.at = time.thread_time()

    @override
    def settle_bought(
        self, spooled: SpooledAnswer, cost: Decimal | None, missing: Failure, now: datetime
    ) -> list[UnsavedImage] | None:
        unsaved = super().settle_bought(spooled, cost, missing, now)
        if hasattr(self._begun, "at"):
            self.settle_ms.append((time.thread_time() - self._begun.at) * 1000)
        return unsaved


def main(text: str) -> None:
    """Run the plan and print the report."""
    logs.configure(logging.INFO)
    bench = open_bench(Plan.from_json(text))
    installation = bench.installation
    timed = _TimedStore(installation.store.database, installation.settings.zone)
    installation.store.engine = timed
    installation.http_client.event_hooks = {"response": [timed.answered]}
    if not installation.store.jobs.all(None):
        bench.enter_limits()
        for number, account in enumerate(bench.plan.accounts):
            if account.prompts:
                bench.submit(number, account.prompts)
    # As the app does after its start.
    gc.collect()
    gc.freeze()
    bench.engine.start()
    while any(job.active for job in installation.store.jobs.all(None)):
        time.sleep(_POLL_S)
    used = resource.getrusage(resource.RUSAGE_SELF)
    report = Report(
        cpu_s=used.ru_utime + used.ru_stime,
        peak_mb=peak_mb("self"),
        settle_ms=timed.settle_ms,
        jobs=_jobs(bench),
    )
    bench.close(timeout_s=5)
    sys.stdout.write(json.dumps(asdict(report)))


def _jobs(bench: Bench) -> list[JobReport]:
    store = bench.installation.store
    return [
        JobReport(
            owner=job.owner_id.int,
            images=asdict(job.images),
            attempts=asdict(job.attempts),
            ended_at=_ended_at(bench, job.id),
        )
        for job in sorted(store.jobs.all(None), key=lambda job: job.owner_id)
    ]


def _ended_at(bench: Bench, job_id: UUID) -> str:
    images = bench.installation.store.images.of_job(job_id)
    saved = [image.completed_at for image in images if image.completed_at]
    return bench.clock.real(max(saved)).isoformat() if saved else ""


if __name__ == "__main__":
    main(sys.argv[1])
