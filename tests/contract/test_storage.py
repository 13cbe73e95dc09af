"""What every storage promises."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bulkgen.domain.errors import NotFoundError, SetupError, StorageError
from bulkgen.domain.storage_keys import image_key, thumbnail_key, variant_key
from bulkgen.storage import STORAGES, open_storage
from tests.fakes.swift import FILES_IN_ONE_ANSWER

KEY = "images/2026/11/cat.webp"

#: Beginning of a key -> the keys that have it.
PREFIXES = {
    "": ["images-2/c.webp", "images/2026/a.webp", "images/2026/b.webp", "pages/d.webp"],
    "images/": ["images/2026/a.webp", "images/2026/b.webp"],
    "images/2026/b": ["images/2026/b.webp"],
    "images": ["images-2/c.webp", "images/2026/a.webp", "images/2026/b.webp"],
    "nothing/": [],
}

ESCAPES = [
    "",
    ".",
    "..",
    "../cat.webp",
    "images/../../cat.webp",
    "images/./cat.webp",
    "images/..",
    "/etc/passwd",
    "//host/share",
    "images//cat.webp",
    "images/",
    "images/.hidden",
    "images\\..\\cat.webp",
    "C:\\cat.webp",
    "c:cat.webp",
    "images/cat.webp\0.png",
    "images/cat.webp\n",
    "images/cat pictures.webp",
    "images/%2e%2e/cat.webp",
    "images/\N{FULLWIDTH ASTERISK}.webp",
    "images/\N{FULLWIDTH FULL STOP}\N{FULLWIDTH FULL STOP}/cat.webp",
    "~/cat.webp",
    "a" * 300,
    "a/" * 600 + "a",
]


@pytest.fixture(params=STORAGES)
def url(request, tmp_path):
    """How each storage is named; a new one in the registry needs its fixture here."""
    if request.param == "file":
        return f"file:{tmp_path / 'a' / 'b' / 'files'}"
    return request.getfixturevalue({"s3": "bucket_url"}[request.param])


@pytest.fixture
def storage(url):
    return open_storage(url)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "spooled"
    path.write_bytes(b"picture")
    return path


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 12_000])
def test_get_returns_the_bytes_that_were_put(storage, data):
    storage.put(KEY, data)

    assert storage.get(KEY) == data


def test_put_replaces_what_was_there(storage):
    storage.put(KEY, b"a long first version")
    storage.put(KEY, b"second")

    assert storage.get(KEY) == b"second"


def test_has_tells_whether_a_key_is_stored(storage):
    assert not storage.has(KEY)

    storage.put(KEY, b"picture")

    assert storage.has(KEY)
    assert not storage.has("images/2026/11")
    assert not storage.has("images/2026/11/cat")


def test_take_stores_a_file(storage, source):
    storage.take(KEY, source)

    assert storage.get(KEY) == b"picture"


def test_take_again_after_the_source_is_gone_changes_nothing(storage, source):
    storage.take(KEY, source)
    source.unlink(missing_ok=True)
    storage.take(KEY, source)

    assert storage.get(KEY) == b"picture"


def test_take_again_while_the_source_is_still_there_stores_it(storage, source):
    storage.put(KEY, b"older")
    storage.take(KEY, source)

    assert storage.get(KEY) == b"picture"


def test_take_without_a_source_and_without_the_key_is_an_error(storage, tmp_path):
    with pytest.raises(StorageError):
        storage.take(KEY, tmp_path / "nothing")

    assert not storage.has(KEY)


def test_a_removed_file_is_gone(storage):
    storage.put(KEY, b"picture")

    storage.remove(KEY)

    assert not storage.has(KEY)
    with pytest.raises(NotFoundError):
        storage.get(KEY)


def test_a_file_that_was_replaced_is_removed_with_its_earlier_bytes(storage):
    storage.put(KEY, b"first")
    storage.put(KEY, b"second")

    storage.remove(KEY)

    assert not storage.has(KEY)


@pytest.mark.parametrize("key", [KEY, "images", "images/2026/11/dog.webp/more"])
def test_removing_what_is_not_there_changes_nothing(storage, key):
    storage.put("images/2026/11/dog.webp", b"dog")

    storage.remove(key)

    assert storage.get("images/2026/11/dog.webp") == b"dog"


def test_files_are_told_by_the_beginning_of_their_keys(storage):
    began_at = datetime.now(UTC) - timedelta(seconds=5)
    for key in ("images/2026/a.webp", "images/2026/b.webp", "images-2/c.webp", "pages/d.webp"):
        storage.put(key, key.encode())

    found = {prefix: sorted(file.key for file in storage.files(prefix)) for prefix in PREFIXES}
    file = next(storage.files("pages/d"))

    assert found == PREFIXES
    assert file.size_bytes == len("pages/d.webp")
    assert began_at <= file.modified_at <= datetime.now(UTC) + timedelta(seconds=5)


def test_a_storage_that_nothing_was_put_into_has_no_files(storage):
    assert list(storage.files("")) == []


def test_more_files_than_one_answer_holds_are_all_told(storage):
    keys = [f"images/{number:04}" for number in range(2 * FILES_IN_ONE_ANSWER + 1)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: storage.put(key, b""), keys))

    assert sorted(file.key for file in storage.files("images/")) == keys


def test_get_of_an_unknown_key_is_not_found(storage):
    with pytest.raises(NotFoundError, match=r"images/2026/11/cat\.webp"):
        storage.get(KEY)


@pytest.mark.parametrize("key", ESCAPES)
def test_a_key_that_could_leave_the_storage_is_refused(storage, source, tmp_path, key):
    with pytest.raises(StorageError):
        storage.put(key, b"picture")
    with pytest.raises(StorageError):
        storage.take(key, source)
    with pytest.raises(StorageError):
        storage.remove(key)
    with pytest.raises(NotFoundError):
        storage.get(key)

    assert not storage.has(key)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [source]


def test_the_keys_of_the_project_are_accepted(storage):
    keys = [
        image_key(uuid4(), "0" * 64, "png", datetime(2026, 11, 22, tzinfo=UTC)),
        thumbnail_key(uuid4()),
        variant_key("a-red-cat-0a1b2c3d-320.webp"),
    ]
    for key in keys:
        storage.put(key, key.encode())

    assert [storage.get(key) for key in keys] == [key.encode() for key in keys]


@pytest.mark.parametrize("url", ["", "file", "/srv/files", "ftp://user:s3cret@host/", "C:\\files"])
def test_an_unknown_kind_of_storage_is_refused_without_repeating_its_url(url):
    with pytest.raises(SetupError, match="BULKGEN_STORAGE_URL has to begin with") as caught:
        open_storage(url)

    assert "s3cret" not in str(caught.value)
