"""What a person does to single images and to the order of jobs."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from bulkgen.bootstrap import Installation, open_installation
from bulkgen.domain.errors import InputError, StateError
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.jobs import JobStatus
from bulkgen.domain.people import LOCAL_ADMIN
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import running_installation, settings_for, submit, wait_for_job


@pytest.fixture
def installation(tmp_path: Path, server: RunningServer) -> Iterator[Installation]:
    with running_installation(tmp_path / "data", server) as installation:
        yield installation


def _images(installation: Installation, job_id: UUID) -> list[GeneratedImage]:
    return installation.studio.gallery.images(LOCAL_ADMIN, job_id)


def test_one_failed_image_is_retried_and_the_others_are_left(
    installation: Installation, server: RunningServer
) -> None:
    server.script(
        {"action": "bad_request", "prompt": "number 2", "next": 1},
        {"action": "bad_request", "prompt": "number 3", "next": 1},
    )
    job_id = submit(installation, 4)
    wait_for_job(installation, job_id)
    second = _images(installation, job_id)[1]

    asked = installation.studio.jobs.retry(LOCAL_ADMIN, job_id, second.id)
    job = wait_for_job(installation, job_id)

    assert asked == 1
    assert (job.images.completed, job.images.failed) == (3, 1)
    assert _images(installation, job_id)[2].status is ImageStatus.FAILED
    assert len(installation.studio.jobs.receipt(LOCAL_ADMIN, job_id).calls) == 5


def test_an_image_that_did_not_fail_cannot_be_retried(installation: Installation) -> None:
    job_id = submit(installation, 1)
    wait_for_job(installation, job_id)

    with pytest.raises(StateError, match="did not fail"):
        installation.studio.jobs.retry(LOCAL_ADMIN, job_id, _images(installation, job_id)[0].id)


def test_a_refused_prompt_is_edited_and_made(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, ["a boat", "a [blocked] thing"])
    wait_for_job(installation, job_id)
    refused = _images(installation, job_id)[1]

    made_in = installation.studio.jobs.redo(LOCAL_ADMIN, refused.id, "a kind thing")
    job = wait_for_job(installation, job_id)

    image = _images(installation, job_id)[1]
    assert image.id == made_in == refused.id
    assert (image.status, image.sent_prompt) == (ImageStatus.COMPLETED, "a kind thing")
    assert job.status is JobStatus.COMPLETED
    assert [entry["prompt"] for entry in server.ledger()][-1] == "a kind thing"


def test_a_redone_picture_comes_beside_the_old_one_which_keeps_its_prompt(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, ["a boat"], prefix="A watercolor of", suffix=", at dusk")
    wait_for_job(installation, job_id)
    old = _images(installation, job_id)[0]

    installation.studio.jobs.redo(LOCAL_ADMIN, old.id, "a green boat")
    job = wait_for_job(installation, job_id)

    first, second = _images(installation, job_id)
    assert job.images.completed == 2
    assert (first.sha256, first.selected) == (old.sha256, True)
    assert first.sent_prompt == "A watercolor of a boat, at dusk"
    assert second.sent_prompt == "A watercolor of a green boat, at dusk"
    assert second.prompt == "a green boat"
    assert not second.selected


@pytest.mark.parametrize(("text", "words"), [(" ", "empty"), ("x" * 32_001, "32,000")])
def test_a_prompt_that_cannot_be_sent_is_refused_before_it_costs(
    installation: Installation, server: RunningServer, text: str, words: str
) -> None:
    job_id = submit(installation, 1)
    wait_for_job(installation, job_id)

    with pytest.raises(InputError, match=words):
        installation.studio.jobs.redo(LOCAL_ADMIN, _images(installation, job_id)[0].id, text)

    assert len(server.ledger()) == 1


def test_a_job_of_higher_priority_gets_more_turns(tmp_path: Path, server: RunningServer) -> None:
    installation = open_installation(settings_for(tmp_path / "data", server, limit=60))
    slow, fast = submit(installation, ["slow"] * 90), submit(installation, ["fast"] * 90)
    installation.studio.jobs.set_priority(LOCAL_ADMIN, fast, 2)

    installation.engine.start()
    wait_for_job(installation, fast, lambda job: job.images.completed >= 40)
    for job in (slow, fast):
        installation.studio.jobs.cancel(LOCAL_ADMIN, job)
    installation.close(timeout_s=10)

    asked = Counter(entry["prompt"] for entry in server.ledger())
    assert asked["fast"] > 3 * asked["slow"] > 0


@pytest.mark.parametrize("priority", [-1, 11])
def test_a_priority_out_of_range_is_refused(installation: Installation, priority: int) -> None:
    job_id = submit(installation, 1)

    with pytest.raises(InputError, match="from 0 to 10"):
        installation.studio.jobs.set_priority(LOCAL_ADMIN, job_id, priority)
