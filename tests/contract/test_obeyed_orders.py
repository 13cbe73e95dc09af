"""Prompts that give the text model orders, which a model that obeys carries out."""

import json
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.ports import Step
from bulkgen.writers.openai import OpenAIPageWriter
from tests.contract.test_writers import INJECTIONS
from tests.fakes.answering_server import AnsweringServer
from tests.fakes.demo_server import RunningServer
from tests.fakes.finished_jobs import bring_pictures
from tests.fakes.installations import settings_for, submit
from tests.unit.storage.pictures import a_picture


@pytest.fixture
def installation(tmp_path, server: RunningServer) -> Iterator[Installation]:
    installation = open_installation(settings_for(tmp_path / "data", server))
    yield installation
    installation.close(timeout_s=0)


def test_no_order_of_ten_shows_on_its_page(installation):
    prompts = [f"A red apple on a table. {order}" for order, _ in INJECTIONS]
    job_id = submit(installation, prompts)
    bring_pictures(installation, job_id, a_picture(output_format="WEBP"))
    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    with AnsweringServer() as obeying:
        writer = OpenAIPageWriter(
            installation.studio.choices.catalogue.text_model,
            obeying.base_url,
            installation.http_client,
        )
        steps = installation.engine._steps
        steps = replace(steps, pages=replace(steps.pages, writer=writer))
        for image, (_, wanted) in zip(_images(installation, job_id), INJECTIONS, strict=True):
            obeying.body = _obeyed(wanted)
            steps.run(Step.CREATE_PAGE, image)

        asked = len(obeying.requests)

    pages = {page.prompt: page for page in installation.studio.pages.all(LOCAL_ADMIN)}
    assert asked == len(pages) == 10
    for prompt, (_, wanted) in zip(prompts, INJECTIONS, strict=True):
        page = pages[prompt]
        text = page.text
        shown = " ".join([text.title, text.description, text.alt, page.slug, *text.tags])
        assert wanted.casefold() not in shown.casefold()
        assert "apple" in text.title.lower()


def _images(installation: Installation, job_id: UUID) -> list[UUID]:
    """The images of a job, whose tasks are this process's from now on."""
    return [image.id for image in installation.store.images.of_job(job_id)]


def _obeyed(wanted: str) -> dict[str, object]:
    words = {"title": wanted, "description": f"{wanted}!", "tags": [wanted], "alt": wanted * 2}
    content = {"type": "output_text", "text": json.dumps(words)}
    return {
        "output": [{"type": "message", "content": [content]}],
        "usage": {"input_tokens": 1500, "output_tokens": 90},
    }
