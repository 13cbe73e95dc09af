"""Pages in a store without the making of them."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import insert

from bulkgen.domain.jobs import NewJob
from bulkgen.domain.pages import PromptPage
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.storage_keys import variant_key
from bulkgen.ports import Storage
from bulkgen.records.pages import _values, _write_tags
from bulkgen.records.store import SqlStore
from bulkgen.records.tables import pages as page_table
from tests.fakes.factories import NOW, some_settings
from tests.unit.publishers.pages import a_page, some_variants

_TAGS = ("cat", "roof", "moon", "woodcut", "night sky", "city", "rain", "ink", "portrait", "map")
_CATEGORIES = ("ChatGPT", "Midjourney", "Stable Diffusion")
_PLACES = ("Roof", "Harbour", "Hill", "Bridge", "Market", "Station", "Garden", "Tower")
_ANIMALS = ("Cat", "Heron", "Fox", "Owl", "Otter", "Hare", "Raven", "Lynx", "Crane")


def some_pages(count: int, *, seed: int = 7) -> list[PromptPage]:
    """Published pages in several lists, each a minute newer than the one before it."""
    chance = random.Random(seed)  # noqa: S311 - pictures of test data
    return [_one(number, chance) for number in range(1, count + 1)]


def _one(number: int, chance: random.Random) -> PromptPage:
    animal, place = chance.choice(_ANIMALS), chance.choice(_PLACES)
    rare = f"{animal} {number // 40}"
    slug = f"{animal}-{place}-{number}".lower()
    at = NOW + timedelta(minutes=number)
    return a_page(
        number,
        slug=slug,
        title=f"{animal} at the {place}, {number}",
        description=f"{animal} number {number} waits at the {place.lower()} for the first light.",
        alt=f"{animal} at the {place.lower()} in the evening",
        tags=(*chance.sample(_TAGS, chance.randint(1, 6)), rare.lower()),
        category=chance.choice(_CATEGORIES),
        prompt=f"{animal} at the {place.lower()}, number {number}, evening light, film grain",
        variants=some_variants(f"{slug}-0a1b2c3d"),
        created_at=at,
        updated_at=at,
        published_at=at,
        reviewed_at=at if number % 2 else None,
    )


def add_pages(store: SqlStore, wanted: Sequence[PromptPage]) -> list[PromptPage]:
    """Write pages as if each were of an image of one job; returns them as they are now."""
    job_id = store.jobs.add(
        NewJob(
            id=uuid4(),
            owner_id=LOCAL_ADMIN.id,
            name="a job",
            settings=some_settings(),
            rows=(PromptRow(text="a boat"),) * len(wanted),
            estimated_usd=Decimal(1),
            budget_usd=Decimal(1),
            submission_token=uuid4().hex,
            try_first=None,
            created_at=NOW,
        )
    )
    images = store.images.of_job(job_id)
    made = [
        replace(
            page,
            job_id=job_id,
            image_id=image.id,
            owner_id=LOCAL_ADMIN.id,
        )
        for page, image in zip(wanted, images, strict=True)
    ]
    with store.database.write() as connection:
        connection.execute(insert(page_table), [_values(page) for page in made])
        for page in made:
            _write_tags(connection, page.id, page.text.tags)
    return made


def store_pictures(storage: Storage, pages: Sequence[PromptPage], data: bytes = b"") -> None:
    """Give every variant a file; its name unless other bytes are given."""
    for page in pages:
        for variant in page.variants:
            storage.put(variant_key(variant.name), data or variant.name.encode())
