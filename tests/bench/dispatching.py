"""The dispatcher with a hundred thousand prompts waiting."""

import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from PIL import Image
from typing_extensions import override

from bulkgen.bootstrap import open_installation
from bulkgen.domain.images import ImageRequest, ProviderAnswer
from bulkgen.domain.jobs import NewJob
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.rates import Bucket
from bulkgen.engine import Engine
from bulkgen.engine.steps import Steps
from bulkgen.ports import Arrival, ImageProvider, Vault
from bulkgen.records.vault import EnvironmentVault
from tests.bench.parts import OwnKeys, ScaledPictures, actor
from tests.bench.rows import Row, at_most
from tests.fakes.demo_server import KEY, RunningServer
from tests.fakes.factories import some_settings
from tests.fakes.installations import settings_for

_OWNERS = 500
_PROMPTS_EACH = 200
_PICKS_PER_MINUTE = 1_000
_LATENCY_S = 8.0
_WARM_UP_S = 12.0
_MEASURED_S = 20.0
_NO_THUMBNAILS = 100_000


class _SleepingProvider(ImageProvider):
    """Answers each call with the same small picture."""

    def __init__(self) -> None:
        png = BytesIO()
        Image.new("RGB", (8, 8)).save(png, "png")
        self._picture = png.getvalue()

    @override
    def generate(self, request: ImageRequest, key: str, arrival: Arrival) -> ProviderAnswer:
        time.sleep(_LATENCY_S)
        sink = arrival.new_image()
        sink.write(self._picture)
        return ProviderAnswer(
            images=(sink.finish(),), usage=None, request_id=None, model=request.model
        )


@dataclass(slots=True)
class _Ticks:
    """CPU and wall of the ticks since the warm-up."""

    cpu_s: float = 0.0
    #: Of those that started something.
    busy_ms: list[float] = field(default_factory=list)


def rows() -> Iterator[Row]:
    """All owners on one account, then each on its own."""
    one = [_PICKS_PER_MINUTE]
    each = [_PICKS_PER_MINUTE // _OWNERS] * _OWNERS
    yield from _rows("one account", EnvironmentVault(KEY), one)
    yield from _rows(f"{_OWNERS} accounts", OwnKeys(), each)


def _rows(name: str, vault: Vault, limits: list[int]) -> Iterator[Row]:
    with _engine(vault, limits) as engine:
        ticks = _measured(engine)
    share = ticks.cpu_s / _MEASURED_S * 100
    p95_ms = statistics.quantiles(ticks.busy_ms, n=20)[-1]
    waiting = f"{_OWNERS * _PROMPTS_EACH:,} waiting, {_OWNERS} owners, {name}"
    yield at_most(f"dispatcher, {waiting}: share of a core", share, 10, "{:.1f} %")
    yield at_most(f"dispatcher, {waiting}: tick, p95", p95_ms, 30, "{:.0f} ms")


@contextmanager
def _engine(vault: Vault, limits: list[int]) -> Iterator[Engine]:
    with TemporaryDirectory() as folder:
        installation = open_installation(settings_for(Path(folder), RunningServer(0), limit=None))
        steps = replace(
            installation.engine._steps,
            vault=vault,
            provider=_SleepingProvider(),
            pictures=ScaledPictures(_NO_THUMBNAILS),
        )
        _submit_jobs(steps)
        _enter_limits(steps, limits)
        engine = Engine(steps, installation.engine_lock)
        try:
            yield engine
        finally:
            for job in installation.store.jobs.all(None):
                installation.store.jobs.cancel(job.id, steps.clock.now())
            engine.stop(timeout_s=2 * _LATENCY_S)
            installation.close(timeout_s=0)


def _enter_limits(steps: Steps, limits: list[int]) -> None:
    """Nearly empty buckets, so that calls start one by one and not all at once."""
    spread = random.Random(1)  # noqa: S311 - spreads the first calls of the accounts
    for number, limit in enumerate(limits):
        account = steps.vault.account(actor(number).id)
        bucket = Bucket(limit, spread.random(), steps.clock.now())
        steps.store.buckets.add(account, bucket)


def _submit_jobs(steps: Steps) -> None:
    for number in range(_OWNERS):
        steps.store.jobs.add(
            NewJob(
                id=uuid4(),
                owner_id=actor(number).id,
                name="a job",
                settings=some_settings(),
                rows=tuple(PromptRow(text=f"a tree, number {row}") for row in range(_PROMPTS_EACH)),
                estimated_usd=Decimal(10),
                budget_usd=Decimal(10),
                submission_token=str(number),
                try_first=None,
                created_at=steps.clock.now(),
            )
        )


def _measured(engine: Engine) -> _Ticks:
    ticks = _Ticks()
    executor, dispatcher = engine._executor, engine._dispatcher
    tick = dispatcher.tick

    def timed() -> None:
        slots = executor.free_slots()
        cpu_s, wall_s = time.thread_time(), time.perf_counter()
        tick()
        if executor.free_slots() < slots:
            ticks.busy_ms.append((time.perf_counter() - wall_s) * 1000)
        ticks.cpu_s += time.thread_time() - cpu_s

    dispatcher.tick = timed  # type: ignore[method-assign]  # measures the method
    engine.start()
    time.sleep(_WARM_UP_S)
    ticks.cpu_s = 0.0
    ticks.busy_ms.clear()
    time.sleep(_MEASURED_S)
    return replace(ticks, busy_ms=list(ticks.busy_ms))
