"""The check of storage on a whole installation, with files in a folder and in a bucket."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bulkgen.bootstrap import Installation
from bulkgen.domain.errors import NotAllowedError, StateError, StorageError
from bulkgen.domain.pages import PageStatus, PromptPage
from bulkgen.domain.people import LOCAL_ADMIN, Actor, Role
from bulkgen.domain.storage_check import StorageReport
from bulkgen.domain.storage_keys import image_key, thumbnail_key, variant_key
from bulkgen.storage import STORAGES, open_storage
from bulkgen.studio.storage import StorageCheck
from tests.fakes.demo_server import RunningServer
from tests.fakes.factories import NOW
from tests.fakes.installations import (
    running_installation,
    submit,
    wait_for_job,
    wait_for_pages,
)
from tests.fakes.storage_checks import check_in_two_days

#: Sizes of a page's picture of 1024 pixels.
_VARIANTS = 4


@pytest.fixture(params=STORAGES)
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, server: RunningServer
) -> Iterator[Installation]:
    """An installation with three images and two pages, on each kind of storage."""
    url = request.getfixturevalue("bucket_url") if request.param == "s3" else None
    with running_installation(
        tmp_path / "data",
        server,
        storage_url=url,
        cdn_url="https://cdn.example",
        cdn_storage_url=f"file:{tmp_path / 'public'}",
    ) as installation:
        job_id = submit(installation, 3, page_status="published")
        wait_for_job(installation, job_id)
        last = installation.studio.gallery.images(LOCAL_ADMIN, job_id)[-1]
        installation.studio.gallery.select(LOCAL_ADMIN, [last.id], selected=False)
        installation.studio.pages.create(LOCAL_ADMIN, job_id)
        wait_for_pages(installation, job_id)
        yield installation


@pytest.fixture
def check(installation: Installation) -> StorageCheck:
    return check_in_two_days(installation)


@pytest.fixture
def pages(installation: Installation) -> list[PromptPage]:
    return installation.studio.pages.all(LOCAL_ADMIN)


def keys_of(installation: Installation) -> set[str]:
    return {file.key for file in installation.storage.files("")}


def storage_key(installation: Installation, image_id: UUID) -> str:
    return installation.store.images.get(image_id).storage_key or ""


def test_after_a_run_every_row_has_its_files_and_every_file_its_row(
    installation: Installation, check: StorageCheck
) -> None:
    report = check.look(LOCAL_ADMIN)

    assert report.in_order
    assert (report.files, report.pictures) == (3 + 3 + 2 * _VARIANTS, 3)
    assert check.repair(LOCAL_ADMIN, report) == (0, [])
    assert check.sweep(LOCAL_ADMIN, report) == 0


def test_looking_changes_nothing(installation: Installation, check: StorageCheck) -> None:
    installation.storage.put(image_key(uuid4(), "a" * 64, "webp", NOW), b"picture")
    before = keys_of(installation)

    check.look(LOCAL_ADMIN)

    assert keys_of(installation) == before


def test_thumbnails_and_pictures_of_pages_are_made_again_under_their_names(
    installation: Installation, check: StorageCheck, pages: list[PromptPage]
) -> None:
    before = keys_of(installation)
    names = [variant.name for variant in pages[0].variants]
    first = {name: installation.storage.get(variant_key(name)) for name in names}
    for key in (*map(variant_key, names[:3]), thumbnail_key(pages[1].image_id)):
        installation.storage.remove(key)

    report = check.look(LOCAL_ADMIN)
    made, failures = check.repair(LOCAL_ADMIN, report)

    assert [image.id for image in report.thumbnails] == [pages[1].image_id]
    assert [found.names for found in report.variants] == [tuple(names[:3])]
    assert (made, failures) == (4, [])
    assert keys_of(installation) == before
    assert {name: installation.storage.get(variant_key(name)) for name in names} == first
    assert check.look(LOCAL_ADMIN).in_order


def test_a_picture_that_is_gone_is_named_and_fails_nothing_else(
    installation: Installation, check: StorageCheck, pages: list[PromptPage]
) -> None:
    installation.storage.remove(storage_key(installation, pages[0].image_id))
    for page in pages:
        installation.storage.remove(variant_key(page.variants[0].name))

    report = check.look(LOCAL_ADMIN)
    made, failures = check.repair(LOCAL_ADMIN, report)

    assert [image.id for image in report.lost] == [pages[0].image_id]
    assert made == 1
    assert failures == [
        f"Page {pages[0].slug}: Its picture is gone too, so nothing can be made of it."
    ]


def test_only_what_belongs_to_nothing_is_swept(
    installation: Installation, check: StorageCheck, pages: list[PromptPage]
) -> None:
    before = keys_of(installation)
    loose = {
        image_key(uuid4(), "a" * 64, "webp", NOW),
        thumbnail_key(uuid4()),
        variant_key("a-page-of-nobody-0a1b2c3d-320.webp"),
    }
    kept = {f"unusable/{uuid4()}/body", "notes.txt"}
    for key in loose | kept:
        installation.storage.put(key, b"bytes")
    today = installation.studio.storage.look(LOCAL_ADMIN)

    report = check.look(LOCAL_ADMIN)
    swept = check.sweep(LOCAL_ADMIN, report)

    assert today.orphans == ()
    assert {file.key for file in report.orphans} == loose
    assert swept == 3
    assert keys_of(installation) == before | kept


def test_what_has_come_to_be_used_since_the_look_is_not_swept(
    installation: Installation, check: StorageCheck, pages: list[PromptPage]
) -> None:
    key = storage_key(installation, pages[0].image_id)
    file = next(installation.storage.files(key))
    stale = StorageReport(
        files=1,
        size_bytes=1,
        pictures=1,
        lost=(),
        thumbnails=(),
        variants=(),
        orphans=(file,),
        strays=(),
    )

    assert check.sweep(LOCAL_ADMIN, stale) == 0
    assert installation.storage.has(key)


def test_what_is_at_the_cdn_and_not_published_is_swept(
    installation: Installation, check: StorageCheck, pages: list[PromptPage], tmp_path: Path
) -> None:
    public = open_storage(f"file:{tmp_path / 'public'}")
    for page in pages:
        installation.studio.pages.public_picture(page.variants[0].name)
    gone = variant_key(pages[0].variants[0].name)
    picture = public.get(gone)
    installation.studio.pages.set_status(LOCAL_ADMIN, [pages[0].id], PageStatus.DRAFT)
    public.put(gone, picture)

    report = check.look(LOCAL_ADMIN)
    swept = check.sweep(LOCAL_ADMIN, report)

    assert (report.strays, swept) == ((gone,), 1)
    assert [file.key for file in public.files("")] == [variant_key(pages[1].variants[0].name)]
    assert installation.storage.has(gone)


def test_another_installations_storage_is_not_swept(
    installation: Installation, check: StorageCheck
) -> None:
    for _ in range(11):
        installation.storage.put(image_key(uuid4(), "a" * 64, "webp", NOW), b"picture")
    before = keys_of(installation)

    with pytest.raises(StateError, match="another installation's"):
        check.sweep(LOCAL_ADMIN, check.look(LOCAL_ADMIN))

    assert keys_of(installation) == before


def test_trying_storage_out_leaves_nothing_behind(
    installation: Installation, check: StorageCheck
) -> None:
    before = keys_of(installation)

    check.try_out(LOCAL_ADMIN)

    assert keys_of(installation) == before


def test_a_storage_that_forgets_is_found_out(
    installation: Installation, check: StorageCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation.storage, "get", lambda _key: b"other")

    with pytest.raises(StorageError, match="other bytes"):
        check.try_out(LOCAL_ADMIN)


def test_only_an_admin_looks_after_storage(installation: Installation, check: StorageCheck) -> None:
    member = Actor(id=uuid4(), role=Role.MEMBER)
    report = check.look(LOCAL_ADMIN)

    for act in (
        lambda: check.look(member),
        lambda: check.try_out(member),
        lambda: check.repair(member, report),
        lambda: check.sweep(member, report),
    ):
        with pytest.raises(NotAllowedError):
            act()
