"""A job of 200 images whose engines are killed again and again."""

import random

from tests.fakes.demo_server import running_server
from tests.fakes.engine_process import engine_processes
from tests.fakes.kills import kill_at_random


def test_a_job_outlives_engines_killed_at_random_moments(tmp_path):
    with (
        running_server(
            images_per_minute=60_000, latency_s=0.2, latency_sigma=0.5, prepared_bytes=30_000
        ) as server,
        engine_processes() as engines,
    ):
        story = kill_at_random(
            engines,
            server,
            tmp_path / "data",
            images=200,
            images_per_minute=2400,
            kills=6,
            longest_life_s=1.0,
            chance=random.Random(),  # noqa: S311 - guards nothing
        )

    assert story.kills == 6
    assert story.bought >= 200
