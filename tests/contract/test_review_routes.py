"""The routes of review: what they give, and what they refuse."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image
from sqlalchemy import update
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.errors import NotFoundError
from bulkgen.domain.people import LOCAL_ADMIN, Actor, Role
from bulkgen.domain.storage_keys import image_key
from bulkgen.records.tables import images
from bulkgen.web.routes import routes
from tests.fakes.demo_server import RunningServer
from tests.fakes.factories import NOW
from tests.fakes.installations import settings_for, submit
from tests.fakes.reviewable import complete_images

HOST = "http://127.0.0.1:8501"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    installation = open_installation(settings_for(tmp_path / "data", RunningServer(0)))
    yield installation
    installation.close(timeout_s=0)


@pytest.fixture
def job_id(installation: Installation) -> UUID:
    job_id = submit(installation, 3, images_per_prompt=2)
    complete_images(
        installation.store.database,
        job_id,
        ["images/2026/11/00000000-0000-0000-0000-000000000001-x.webp"],
    )
    return job_id


@pytest.fixture
def client(installation: Installation) -> TestClient:
    app = Starlette(routes=routes(lambda: installation.studio, None))
    return TestClient(app, base_url=HOST, headers={"Origin": HOST})


def a_body(**changes: Any) -> dict[str, Any]:
    decision = {
        "number": 1,
        "at": 1_795_000_000_000,
        "prompt": 2,
        "decided": True,
        "shown": [1, 2],
        "selected": [2],
        "starred": [1],
    }
    return {"mount": str(uuid4()), "position": 3, "decisions": [{**decision, **changes}]}


def decisions_of(job_id: UUID) -> str:
    return f"/app/static/review/{job_id}/decisions"


def test_a_decision_is_written_and_read_again(client: TestClient, job_id: UUID) -> None:
    answer = client.post(decisions_of(job_id), json=a_body())

    assert answer.json() == {"written": 1}
    review = client.get(f"/app/static/review/{job_id}").json()
    assert review["decided"] == [0, 1, 0]
    assert review["selected"] == [0, 1, 0]
    assert (review["position"], review["to_create"]) == (3, 1)
    prompts = client.get(f"/app/static/review/{job_id}/prompts?first=2&last=3").json()
    assert [prompt["number"] for prompt in prompts] == [2, 3]
    assert [image["selected"] for image in prompts[0]["images"]] == [False, True]
    assert [image["starred"] for image in prompts[0]["images"]] == [True, False]


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://127.0.0.1:9999", "null"])
def test_a_page_of_another_origin_is_refused(
    client: TestClient, job_id: UUID, origin: str, installation: Installation
) -> None:
    answer = client.post(decisions_of(job_id), json=a_body(), headers={"Origin": origin})

    assert answer.status_code == 403
    assert not any(image.selected for image in installation.store.images.of_job(job_id))


def test_a_sender_that_names_no_origin_is_refused(client: TestClient, job_id: UUID) -> None:
    del client.headers["Origin"]

    assert client.post(decisions_of(job_id), json=a_body()).status_code == 403


def test_a_form_is_refused(client: TestClient, job_id: UUID) -> None:
    answer = client.post(
        decisions_of(job_id), content=json.dumps(a_body()), headers={"Content-Type": "text/plain"}
    )

    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ('{"mount": "x"}', 400),
        (json.dumps(a_body(number=0)), 400),
        (json.dumps(a_body(prompt="all")), 400),
        (json.dumps(a_body(selected=[2**40])), 400),
        (json.dumps(a_body(at=10**18)), 400),
        (json.dumps(a_body(more=1)), 400),
        ("x" * 70_000, 413),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(
    client: TestClient, job_id: UUID, content: str, status: int
) -> None:
    answer = client.post(
        decisions_of(job_id), content=content, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == status
    assert len(answer.json()["reason"]) > 20


@pytest.mark.parametrize("range_", ["", "?first=1", "?first=0&last=3", "?first=1&last=99"])
def test_a_range_that_is_none_is_refused(client: TestClient, job_id: UUID, range_: str) -> None:
    answer = client.get(f"/app/static/review/{job_id}/prompts{range_}")

    assert answer.status_code == 400


def test_a_job_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert client.post(decisions_of(uuid4()), json=a_body()).status_code == 404
    assert client.get(f"/app/static/review/{uuid4()}").status_code == 404
    assert client.get(f"/app/static/review/{uuid4()}/prompts?first=1&last=2").status_code == 404


def test_the_job_of_another_person_looks_like_none(
    installation: Installation, job_id: UUID
) -> None:
    stranger = Actor(id=uuid4(), role=Role.MEMBER)
    reviews = installation.studio.reviews

    for ask in (
        lambda: reviews.get(stranger, job_id),
        lambda: reviews.images(stranger, job_id, 1, 2),
        lambda: reviews.decide(stranger, job_id, uuid4(), [], 1),
    ):
        with pytest.raises(NotFoundError):
            ask()


def test_a_heavy_original_is_looked_at_as_a_small_copy_that_is_made_once(
    client: TestClient, job_id: UUID, installation: Installation
) -> None:
    image, light, *_ = installation.store.images.of_job(job_id)
    heavy = _stored_png(installation, image.id)

    first = client.get(f"/app/static/images/{image.id}/preview")
    installation.storage.put(heavy, b"nobody looks here again")
    second = client.get(f"/app/static/images/{image.id}/preview")

    picture = Image.open(BytesIO(first.content))
    assert (picture.format, picture.size) == ("WEBP", (1024, 683))
    assert second.content == first.content
    installation.storage.put(str(light.storage_key), b"a small original")
    assert client.get(f"/app/static/images/{light.id}/preview").content == b"a small original"


def _stored_png(installation: Installation, image_id: UUID) -> str:
    data = BytesIO()
    Image.new("RGB", (1536, 1024), "teal").save(data, "png")
    key = image_key(image_id, "0" * 64, "png", NOW)
    installation.storage.put(key, data.getvalue())
    with installation.store.database.write() as connection:
        connection.execute(
            update(images)
            .where(images.c.id == image_id)
            .values(output_format="png", storage_key=key, size_bytes=1_500_000)
        )
    return key


def test_a_decision_of_a_clock_that_is_ahead_does_not_outlive_later_ones(
    client: TestClient, job_id: UUID, installation: Installation
) -> None:
    client.post(decisions_of(job_id), json=a_body(at=4_000_000_000_000, selected=[1]))

    client.post(decisions_of(job_id), json=a_body(at=4_000_000_000_000, selected=[2]))

    shown = installation.studio.reviews.images(LOCAL_ADMIN, job_id, 2, 2)
    assert [image.selected for image in shown] == [False, True]
