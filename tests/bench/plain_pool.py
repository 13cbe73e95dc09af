"""What most people write: a thread pool round the SDK. `python -m tests.bench.plain_pool PLAN`."""

import base64
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import openai
from openai._models import FinalRequestOptions
from typing_extensions import override

from tests.bench.processes import peak_mb


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlan:
    """What the pool is to do."""

    base_url: str
    folder: str
    threads: int
    prompts: int
    scale: float
    output_format: Literal["png", "webp"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolReport:
    """What became of it."""

    saved: int
    #: CPU of the calls alone.
    cpu_s: float
    peak_mb: float
    ended_at: str


class _ScaledOpenAI(openai.OpenAI):
    """The SDK with its two retries; what it waits between them is scaled like the server's time."""

    scale = 1.0

    @override
    def _calculate_retry_timeout(
        self,
        remaining_retries: int,
        options: FinalRequestOptions,
        response_headers: object = None,
    ) -> float:
        wait_s = super()._calculate_retry_timeout(remaining_retries, options, response_headers)  # type: ignore[arg-type]  # headers of its own HTTP library
        return wait_s / self.scale


def main(text: str) -> None:
    """Make every picture that the SDK can make, and print the report."""
    plan = PoolPlan(**json.loads(text))
    client = _ScaledOpenAI(api_key="sk-bench-of-a-pool", base_url=plan.base_url)
    client.scale = plan.scale

    def make(number: int) -> bool:
        try:
            answer = client.images.generate(
                model="gpt-image-2.5-flare",
                prompt=f"a lighthouse, number {number}",
                size="1024x1024",
                quality="medium",
                output_format=plan.output_format,
            )
        except openai.OpenAIError:
            return False
        data = answer.data or []
        Path(plan.folder, str(number)).write_bytes(base64.b64decode(data[0].b64_json or ""))
        return True

    before_s = time.process_time()
    with ThreadPoolExecutor(plan.threads) as pool:
        made = list(pool.map(make, range(plan.prompts)))
    report = PoolReport(
        saved=sum(made),
        cpu_s=time.process_time() - before_s,
        peak_mb=peak_mb("self"),
        ended_at=datetime.now(UTC).isoformat(),
    )
    sys.stdout.write(json.dumps(asdict(report)))


if __name__ == "__main__":
    main(sys.argv[1])
