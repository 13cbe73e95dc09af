"""How a demo server is set up."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """The account the server plays, and what tests and measurements ask of it."""

    images_per_minute: int = 250
    #: Median time from admission to the answer; text takes a fifth of it.
    latency_s: float = 1.5
    #: Spread of the latency: the standard deviation of its logarithm.
    latency_sigma: float = 0.15
    #: Latencies are random, and the same ones for the same seed.
    seed: int = 2026
    #: Whether the ledger and the fault script are there.
    control: bool = False
    #: Send one prepared picture of this size for every call instead of painting.
    prepared_bytes: int | None = None
    #: How many of the server's seconds pass in one real second: latencies, refills and the waits
    #: a refusal names are all in the server's seconds.
    time_scale: float = 1.0
    #: The day models are judged by; None for the present one.
    today: date | None = None
