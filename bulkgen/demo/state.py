"""What the server knows between calls: the account, the script of faults, the ledger."""

import asyncio
import hashlib
import os
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any

from bulkgen.demo.buckets import ImageBucket
from bulkgen.demo.faults import FaultScript
from bulkgen.demo.options import DemoOptions
from bulkgen.demo.orders import Order
from bulkgen.demo.wire import image_limit, organization_of, too_many_images
from bulkgen.domain.models import Catalogue

#: Endpoints whose calls cost money.
_PAID = frozenset({"images", "responses"})


@dataclass(slots=True, kw_only=True)
class LedgerEntry:
    """One call and what became of it."""

    endpoint: str
    #: Its number among the calls of its endpoint, from 1.
    call: int
    at: str
    #: The first 12 hex digits of the key's SHA-256.
    key: str
    model: str
    n: int
    prompt: str
    request_id: str
    #: refused; open while what was bought is being made; bought.
    outcome: str = "refused"
    #: Code or status of the refusal.
    error: str | None = None
    sha256: list[str] = field(default_factory=list)
    cost_usd: str = "0"


class DemoState:
    """The state of one server."""

    def __init__(self, options: DemoOptions) -> None:
        catalogue = resources.files("bulkgen.domain") / "catalogue.json"
        self.catalogue = Catalogue.from_json(catalogue.read_text(encoding="utf-8"))
        self.options = options
        self.images_per_minute = options.images_per_minute
        self.script = FaultScript()
        self.pool = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="painter")
        self._latency_s = options.latency_s
        self._random = random.Random(options.seed)  # noqa: S311 - spreads latencies
        self._buckets: dict[str, ImageBucket] = {}
        self._calls: Counter[str] = Counter()
        self._painted: Counter[bytes] = Counter()
        self._ledger: list[LedgerEntry] = []

    def today(self) -> date:
        """The day models are judged by."""
        return self.options.today or datetime.now(UTC).date()

    def now_s(self) -> float:
        """The server's own time."""
        return time.monotonic() * self.options.time_scale

    async def sleep_until(self, moment_s: float) -> None:
        """Wait for a moment of the server's time."""
        await asyncio.sleep((moment_s - self.now_s()) / self.options.time_scale)

    def next_latency_s(self) -> float:
        """How long the next picture takes."""
        return self._latency_s * self._random.lognormvariate(0, self.options.latency_sigma)

    def set_pace(self, images_per_minute: int, latency_s: float) -> None:
        """Another account limit and another latency from now on."""
        self.images_per_minute = images_per_minute
        self._latency_s = latency_s
        for bucket in self._buckets.values():
            bucket.set_limit(images_per_minute, self.now_s())

    def admit(self, key: str, order: Order) -> None:
        """Take the order's images from the bucket of the key's organization; raises WireError."""
        limit = self.images_per_minute
        if order.images > limit:
            raise too_many_images(order.model_id, limit=limit, images=order.images)
        now_s = self.now_s()
        bucket = self._buckets.setdefault(organization_of(key), ImageBucket(limit, limit, now_s))
        wait_s = bucket.take(order.images, now_s)
        if wait_s > 0:
            raise image_limit(
                order.model_id, limit=limit, used=bucket.used, images=order.images, wait_s=wait_s
            )

    def first_index(self, order: Order) -> int:
        """Where the order's pictures start among all of its prompt, so that none comes twice."""
        prompt = hashlib.sha256(order.prompt.encode("utf-8", "replace")).digest()
        first = self._painted[prompt]
        self._painted[prompt] += order.images
        return first

    def new_entry(
        self, *, endpoint: str, key: str, model: str, n: int, prompt: str, request_id: str
    ) -> LedgerEntry:
        """An entry for a call; it is kept where somebody can read it and the call costs money."""
        self._calls[endpoint] += 1
        entry = LedgerEntry(
            endpoint=endpoint,
            call=self._calls[endpoint],
            at=datetime.now(UTC).isoformat(),
            key=key,
            model=model,
            n=n,
            prompt=prompt,
            request_id=request_id,
        )
        if self.options.control and endpoint in _PAID:
            self._ledger.append(entry)
        return entry

    def ledger(self) -> list[dict[str, Any]]:
        """Every kept entry, oldest first."""
        return [asdict(entry) for entry in self._ledger]
