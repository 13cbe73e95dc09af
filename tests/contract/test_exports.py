"""Downloads of selected pictures, through the routes the browser asks."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bulkgen.bootstrap import Installation
from bulkgen.domain.image_filters import Choice
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.web.routes import routes
from tests.fakes.demo_server import running_server
from tests.fakes.installations import running_installation, submit, wait_for_job

PROMPTS = [
    '=HYPERLINK("http://x","a boat")',
    "../../etc/passwd <script>alert(1)</script>",
    "a hill",
]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with (
        running_server(images_per_minute=6000, latency_s=0.05) as server,
        running_installation(tmp_path / "data", server) as installation,
    ):
        yield installation


@pytest.fixture
def job_id(installation: Installation) -> UUID:
    """Three pictures of hostile prompts, the last of which is not selected."""
    job_id = submit(installation, PROMPTS, quality="low")
    wait_for_job(installation, job_id)
    last = _images(installation, job_id)[-1]
    installation.studio.gallery.select(LOCAL_ADMIN, [last.id], selected=False)
    return job_id


@pytest.fixture
def browser(installation: Installation) -> TestClient:
    return TestClient(Starlette(routes=routes(lambda: installation.studio, None)))


def _images(installation: Installation, job_id: UUID) -> list[GeneratedImage]:
    return installation.studio.gallery.images(LOCAL_ADMIN, job_id)


def _zip(browser: TestClient, job_id: UUID) -> ZipFile:
    answer = browser.get(f"/app/static/jobs/{job_id}/selected.zip")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "no-store"
    return ZipFile(io.BytesIO(answer.content))


def test_the_zip_holds_the_selected_originals_and_a_manifest(
    installation: Installation, job_id: UUID, browser: TestClient
) -> None:
    archive = _zip(browser, job_id)

    names = archive.namelist()
    assert names == [
        "images/0001-1-hyperlink-http-x-a-boat.webp",
        "images/0002-1-etc-passwd-script-alert-1-script.webp",
        "manifest.csv",
    ]
    for name, image in zip(names[:2], _images(installation, job_id)[:2], strict=True):
        original = installation.studio.gallery.original(LOCAL_ADMIN, image.id).read()
        assert archive.read(name) == original


def test_no_cell_of_the_manifest_is_a_formula(job_id: UUID, browser: TestClient) -> None:
    text = _zip(browser, job_id).read("manifest.csv").decode("utf-8-sig")

    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["prompt"] for row in rows] == [f"'{PROMPTS[0]}", PROMPTS[1]]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]


def test_a_picture_that_storage_lost_is_named_and_the_others_come(
    installation: Installation, job_id: UUID, browser: TestClient, tmp_path: Path
) -> None:
    lost = _images(installation, job_id)[0]
    next((tmp_path / "data").rglob(f"images/**/{lost.id}-*")).unlink()

    archive = _zip(browser, job_id)

    assert len([name for name in archive.namelist() if name.startswith("images/")]) == 1
    assert archive.read("missing.txt").decode().endswith("Prompt 1, image 1\n")


def test_the_contact_sheet_is_one_file_to_keep(job_id: UUID, browser: TestClient) -> None:
    answer = browser.get(f"/app/static/jobs/{job_id}/contact-sheet.html")

    assert answer.headers["content-disposition"] == 'attachment; filename="a-job.html"'
    assert answer.text.count('<img src="data:image/webp;base64,') == 2
    assert "<script" not in answer.text
    assert "2 of 3 pictures, made by AI" in answer.text


@pytest.mark.parametrize("name", ["selected.zip", "contact-sheet.html"])
def test_what_is_not_there_cannot_be_downloaded(
    installation: Installation, job_id: UUID, browser: TestClient, name: str
) -> None:
    installation.studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.NONE)

    unknown = browser.get(f"/app/static/jobs/{uuid4()}/{name}")
    nothing = browser.get(f"/app/static/jobs/{job_id}/{name}")

    assert (unknown.status_code, unknown.text) == (404, "There is no such job.")
    assert (nothing.status_code, nothing.text.startswith("No picture is selected")) == (404, True)
