from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bulkgen.domain.storage_check import FileOwners, ImageFile, StorageReport, compare
from bulkgen.domain.storage_keys import (
    StoredFile,
    image_key,
    preview_key,
    thumbnail_key,
    variant_key,
)
from tests.fakes.factories import NOW, a_uuid
from tests.unit.publishers.pages import a_page

SHA256 = "0a1b2c3d" * 8
OLD = NOW - timedelta(days=2)


def an_image(image_id: UUID | None = None, *, stored: bool = True) -> ImageFile:
    image_id = image_id or uuid4()
    return ImageFile(
        id=image_id,
        job_id=uuid4(),
        storage_key=image_key(image_id, SHA256, "webp", OLD) if stored else None,
        sha256=SHA256,
        size_bytes=100,
    )


def key_of(image: ImageFile) -> str:
    assert image.storage_key is not None
    return image.storage_key


def owners(*images: ImageFile, pages=(), slugs=()) -> FileOwners:
    return FileOwners(images=images, pages=pages, slugs=frozenset(slugs))


def look(rows: FileOwners, *keys: str, modified_at=OLD, after: FileOwners | None = None):
    files = [StoredFile(key=key, size_bytes=100, modified_at=modified_at) for key in keys]
    return compare(rows, files, after or rows, (), NOW)


def orphans(report: StorageReport) -> list[str]:
    return [file.key for file in report.orphans]


def test_an_image_with_its_files_is_in_order():
    image = an_image()
    report = look(owners(image), key_of(image), thumbnail_key(image.id), preview_key(image.id))

    assert report.in_order
    assert (report.files, report.size_bytes, report.pictures) == (3, 300, 1)


def test_a_picture_that_is_gone_is_lost_and_its_thumbnail_is_not_asked_for():
    image = an_image()
    report = look(owners(image))

    assert report.lost == (image,)
    assert report.thumbnails == ()


def test_a_picture_of_another_length_is_lost():
    image = an_image()
    file = StoredFile(key=key_of(image), size_bytes=99, modified_at=OLD)

    assert compare(owners(image), [file], owners(image), (), NOW).lost == (image,)


def test_a_thumbnail_that_is_gone_is_found_once_for_all_images_that_share_it():
    first = an_image()
    second = ImageFile(
        id=uuid4(),
        job_id=uuid4(),
        storage_key=first.storage_key,
        sha256=SHA256,
        size_bytes=100,
    )
    report = look(owners(first, second), key_of(first))

    assert len(report.thumbnails) == 1
    assert report.orphans == ()


def test_files_of_a_page_that_are_gone_are_found_with_what_they_can_be_made_from():
    page = a_page()
    image = an_image(page.image_id)
    there = [variant_key(variant.name) for variant in page.variants[1:]]
    rows = owners(image, pages=[page], slugs=[page.slug])
    report = look(rows, key_of(image), thumbnail_key(image.id), *there)

    assert [(found.page, found.names, found.image) for found in report.variants] == [
        (page, (page.variants[0].name,), image)
    ]


def test_what_is_needed_to_make_them_may_be_gone_too():
    page = a_page()
    report = look(owners(an_image(page.image_id), pages=[page], slugs=[page.slug]))

    assert [found.image for found in report.variants] == [None]


@pytest.mark.parametrize("key", [thumbnail_key, preview_key])
def test_small_copies_of_an_image_that_is_gone_belong_to_nothing(key):
    assert orphans(look(owners(an_image()), key(uuid4())))


def test_a_picture_without_a_row_belongs_to_nothing_after_a_day():
    key = key_of(an_image())
    young = look(owners(), key, modified_at=NOW - timedelta(hours=23))

    assert orphans(look(owners(), key)) == [key]
    assert young.orphans == ()


def test_a_picture_whose_row_does_not_know_it_yet_is_left_however_old_it_is():
    image = an_image(stored=False)
    key = image_key(image.id, SHA256, "webp", OLD)

    assert look(owners(image), key).orphans == ()


def test_a_picture_that_its_image_has_replaced_belongs_to_nothing():
    image = an_image()
    other = image_key(image.id, "f" * 64, "png", OLD)
    report = look(owners(image), key_of(image), thumbnail_key(image.id), other)

    assert orphans(report) == [other]


def test_a_picture_that_got_its_row_while_files_were_listed_is_left():
    image = an_image()
    report = look(owners(), key_of(image), after=owners(image))

    assert report.orphans == ()


def test_files_of_pages_belong_to_pages_and_to_those_in_the_making():
    kept = [variant_key(f"{slug}-0a1b2c3d-320.webp") for slug in ("a-cat", "a-dog-2")]
    loose = variant_key("a-dog-0a1b2c3d-320.webp")
    report = look(owners(slugs=["a-cat", "a-dog-2"]), *kept, loose)

    assert orphans(report) == [loose]


@pytest.mark.parametrize(
    "key",
    [
        f"unusable/{a_uuid(1)}/body",
        f"unusable/{a_uuid(1)}",
        "logo.png",
        "images/not-one-of-ours.webp",
    ],
)
def test_paid_answers_and_what_is_not_known_are_never_orphans(key):
    assert look(owners(), key).orphans == ()


@pytest.mark.parametrize(
    ("strange", "known", "foreign"),
    [(10, 0, False), (11, 0, True), (11, 11, False), (12, 11, True)],
)
def test_a_storage_full_of_pictures_without_rows_is_another_installations(strange, known, foreign):
    images = [an_image() for _ in range(known)]
    keys = [key_of(an_image()) for _ in range(strange)]
    report = look(owners(*images), *keys, *(key_of(image) for image in images))

    assert report.looks_foreign is foreign
