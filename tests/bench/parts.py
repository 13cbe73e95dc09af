"""An installation with a faster clock and with accounts that have servers of their own."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from uuid import UUID

from typing_extensions import override

from bulkgen.bootstrap import Installation, load_provider, open_installation
from bulkgen.domain.images import ImageRequest, ProviderAnswer
from bulkgen.domain.looks import Look
from bulkgen.domain.people import Actor, Role
from bulkgen.domain.prompts import MAX_ROWS, PromptRow
from bulkgen.domain.rates import full_bucket
from bulkgen.engine import Engine
from bulkgen.engine.accounts import Accounts
from bulkgen.engine.steps import Steps
from bulkgen.ports import Arrival, Clock, EngineLock, ImageProvider, Vault
from bulkgen.storage import variants
from bulkgen.studio.checks import Checks
from bulkgen.studio.choices import Choices
from bulkgen.studio.jobs import Jobs
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import settings_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person with an account of their own, and the job they start."""

    port: int
    images_per_minute: int
    prompts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an engine is to do."""

    folder: str
    accounts: Sequence[Account]
    #: How many of the engine's seconds pass in one real second.
    scale: float = 10.0
    #: The real moment its faster clock starts from, the same for every process of a run.
    started_at: str = ""
    output_format: str = "webp"
    #: Of so many pictures one gets its thumbnail: scaled like the bytes of the pictures, or 1 for
    #: all of them.
    pictures_a_thumbnail: int = 10

    def to_json(self) -> str:
        """For `from_json` of another process."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """The plan that `to_json` wrote."""
        data = json.loads(text)
        accounts = [Account(**account) for account in data.pop("accounts")]
        return cls(accounts=accounts, **data)


class ScaledClock(Clock):
    """A clock that runs faster than the machine's from one moment on."""

    def __init__(self, started_at: datetime, scale: float) -> None:
        self._started_at = started_at
        self._scale = scale

    @override
    def now(self) -> datetime:
        return self._started_at + (datetime.now(UTC) - self._started_at) * self._scale

    def real(self, moment: datetime) -> datetime:
        """When the machine's clock showed what this one showed as `moment`."""
        return self._started_at + (moment - self._started_at) / self._scale


class ScaledEngine(Engine):
    """The engine, with its waits in the seconds of the faster clock."""

    def __init__(self, steps: Steps, lock: EngineLock, scale: float) -> None:
        self._scale = scale
        super().__init__(steps, lock)

    @override
    def _rest(self, seconds: float) -> None:
        super()._rest(seconds / self._scale)

    @override
    def _beat(self) -> float:
        return super()._beat() / self._scale


class OwnKeys(Vault):
    """Everyone pays with a key of their own."""

    @override
    def open_key(self, owner_id: UUID) -> str:
        return f"sk-bench-{owner_id}"

    @override
    def account(self, owner_id: UUID) -> str:
        return "key:" + sha256(self.open_key(owner_id).encode()).hexdigest()[:16]


class Providers(ImageProvider):
    """Sends each key to its own server."""

    def __init__(self, by_key: dict[str, ImageProvider]) -> None:
        self._by_key = by_key

    @override
    def generate(self, request: ImageRequest, key: str, arrival: Arrival) -> ProviderAnswer:
        return self._by_key[key].generate(request, key, arrival)


class ScaledPictures:
    """The product's own work on pixels, less often."""

    describe = staticmethod(variants.describe)
    moderation_jpeg = staticmethod(variants.moderation_jpeg)
    make_variants = staticmethod(variants.make_variants)
    placeholder = staticmethod(variants.placeholder)
    preview = staticmethod(variants.preview)

    def __init__(self, pictures_a_thumbnail: int) -> None:
        self._numbers = count()
        self._pictures_a_thumbnail = pictures_a_thumbnail

    def thumbnail(self, data: bytes) -> tuple[bytes, Look]:
        """A thumbnail, or nothing."""
        if next(self._numbers) % self._pictures_a_thumbnail:
            return b"", Look(flat=False, hash=0, score=0.0)
        return variants.thumbnail(data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The parts of one installation."""

    plan: Plan
    clock: ScaledClock
    installation: Installation
    engine: ScaledEngine
    steps: Steps
    jobs: Jobs
    choices: Choices

    def enter_limits(self) -> None:
        """Give every account its limit and a full bucket."""
        now = self.clock.now()
        for number, account in enumerate(self.plan.accounts):
            self.steps.store.buckets.add(
                self.steps.vault.account(actor(number).id),
                full_bucket(account.images_per_minute, now),
            )

    def submit(self, number: int, prompts: int) -> UUID:
        """Start a job of this account."""
        rows = [PromptRow(text=f"a lighthouse, number {row}") for row in range(1, prompts + 1)]
        settings = replace(self.choices.default_settings(), output_format=self.plan.output_format)
        return self.jobs.submit(actor(number), rows, settings, name="a job")

    def close(self, timeout_s: float) -> None:
        """Let open calls end, at most this long, and let go of everything."""
        self.engine.stop(timeout_s)
        self.installation.close(timeout_s=0)


def actor(number: int) -> Actor:
    """The person of an account."""
    return Actor(id=UUID(int=number + 1), role=Role.EDITOR)


def open_bench(plan: Plan) -> Bench:
    """Join the parts; the engine is not started."""
    server = RunningServer(plan.accounts[0].port)
    installation = open_installation(settings_for(Path(plan.folder), server, limit=None))
    started_at = datetime.fromisoformat(plan.started_at) if plan.started_at else datetime.now(UTC)
    clock = ScaledClock(started_at, plan.scale)
    vault = OwnKeys()
    make = load_provider("openai")
    steps = replace(
        installation.engine._steps,
        clock=clock,
        accounts=Accounts(installation.store, clock),
        vault=vault,
        provider=Providers(
            {
                vault.open_key(actor(number).id): make(
                    lambda port=account.port: RunningServer(port).base_url,
                    installation.http_client,
                )
                for number, account in enumerate(plan.accounts)
            }
        ),
        pictures=ScaledPictures(plan.pictures_a_thumbnail),
    )
    engine = ScaledEngine(steps, installation.engine_lock, plan.scale)
    choices = Choices(
        store=steps.store,
        vault=vault,
        catalogue=steps.catalogue,
        clock=clock,
        demo=False,
        fixed_images_per_minute=None,
    )
    checks = Checks(
        store=steps.store,
        vault=vault,
        choices=choices,
        moderator=steps.pages.moderator,
        clock=clock,
        free_bytes=steps.spool.free_bytes,
        max_rows=MAX_ROWS,
    )
    jobs = Jobs(
        store=steps.store,
        vault=vault,
        choices=choices,
        checks=checks,
        clock=clock,
        wake=engine.wake,
    )
    return Bench(
        plan=plan,
        clock=clock,
        installation=installation,
        engine=engine,
        steps=steps,
        jobs=jobs,
        choices=choices,
    )
