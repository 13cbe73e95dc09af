"""What only a storage in a bucket does, against a real service that refuses what B2 refuses."""

import time
import urllib.error
import urllib.request
from io import BytesIO

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from bulkgen.domain.errors import NotFoundError, StorageError
from bulkgen.storage import open_storage
from bulkgen.storage.s3 import S3Storage
from bulkgen.storage.s3_client import open_bucket

IMAGE = "images/2026/11/cat-0a1b2c3d.png"
KEPT_FOR_EVER = "max-age=31536000, immutable"


@pytest.fixture
def bucket(s3):
    return s3.new_bucket()


@pytest.fixture
def storage(s3, bucket):
    return S3Storage(open_bucket(s3.url(bucket)))


def status_of(url: str) -> int:
    try:
        with urllib.request.urlopen(url) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        (IMAGE, ("image/png", f"private, {KEPT_FOR_EVER}")),
        ("pages/cat-0a1b2c3d-320.webp", ("image/webp", f"public, {KEPT_FOR_EVER}")),
        ("pages/cat-0a1b2c3d-1024.jpg", ("image/jpeg", f"public, {KEPT_FOR_EVER}")),
        ("thumbnails/ab/abc.webp", ("image/webp", "private, max-age=3600")),
        ("unusable/abc/body", ("application/octet-stream", "private, max-age=3600")),
    ],
)
def test_a_file_carries_its_type_and_how_long_it_may_be_kept(s3, bucket, storage, key, headers):
    storage.put(key, b"picture")

    there = s3.client.head_object(Bucket=bucket, Key=f"some/folder/{key}")
    assert (there["ContentType"], there["CacheControl"]) == headers


def test_every_version_of_a_removed_file_is_gone(s3):
    bucket = s3.new_bucket(versions=True)
    storage = open_storage(s3.url(bucket))
    for data in (b"first", b"second"):
        storage.put(IMAGE, data)
        storage.put(f"{IMAGE}.jpg", data)
    s3.client.delete_object(Bucket=bucket, Key=f"some/folder/{IMAGE}")

    storage.remove(IMAGE)

    left = s3.client.list_object_versions(Bucket=bucket)
    assert "DeleteMarkers" not in left
    assert {version["Key"] for version in left["Versions"]} == {f"some/folder/{IMAGE}.jpg"}
    assert storage.get(f"{IMAGE}.jpg") == b"second"


def test_a_service_that_keeps_no_versions_is_asked_to_delete_the_file(storage):
    with Stubber(storage._client) as stubber:
        stubber.add_client_error("list_object_versions", "NotImplemented", http_status_code=501)
        stubber.add_response("delete_object", {}, {"Bucket": ANY, "Key": f"some/folder/{IMAGE}"})
        storage.remove(IMAGE)


def test_two_folders_of_a_bucket_do_not_see_each_other(s3, bucket, storage):
    other = open_storage(s3.url(bucket).replace("some/folder", "some/folder-2"))
    whole = open_storage(s3.url(bucket).replace("/some/folder", ""))
    storage.put(IMAGE, b"picture")

    assert not other.has(IMAGE)
    assert list(other.files("")) == []
    assert [file.key for file in whole.files("")] == [f"some/folder/{IMAGE}"]


def test_files_that_are_not_ours_are_not_told(s3, bucket, storage):
    s3.client.put_object(Bucket=bucket, Key="some/folder/Über uns.html", Body=b"")

    assert list(storage.files("")) == []


def test_a_link_gives_the_file_to_a_browser(storage):
    storage.put(IMAGE, b"picture")

    with urllib.request.urlopen(storage.link(IMAGE)) as answer:
        assert answer.read() == b"picture"
        assert answer.headers["content-type"] == "image/png"


def test_a_file_without_its_link_is_refused(storage):
    storage.put(IMAGE, b"picture")
    url = storage.link(IMAGE)

    assert status_of(url.partition("?")[0]) in {400, 401, 403}


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
        ("X-Amz-Expires=900", "X-Amz-Expires=9000"),
        (IMAGE, "images/2026/11/dog-0a1b2c3d.png"),
    ],
)
def test_a_link_that_was_changed_is_refused(storage, part, instead):
    storage.put(IMAGE, b"picture")
    storage.put("images/2026/11/dog-0a1b2c3d.png", b"picture")
    url = storage.link(IMAGE)

    assert part in url
    assert status_of(url.replace(part, instead)) == 403


def test_a_link_ends_after_a_quarter_of_an_hour(storage, monkeypatch):
    storage.put(IMAGE, b"picture")
    assert "X-Amz-Expires=900" in storage.link(IMAGE)

    monkeypatch.setattr("bulkgen.storage.s3._LINK_LASTS_S", 1)
    storage.put("images/dog.png", b"picture")
    url = storage.link("images/dog.png")
    time.sleep(2)

    assert status_of(url) == 403


def test_a_link_stays_the_same_while_a_browser_may_keep_it(storage, monkeypatch):
    now = time.time()
    monkeypatch.setattr("bulkgen.storage.s3.time.time", lambda: now)
    first = storage.link(IMAGE)
    now += 500
    again = storage.link(IMAGE)
    now += 100
    later = storage.link(IMAGE)

    assert first == again
    assert "X-Amz-Signature" in later
    assert storage._links[IMAGE][0] == now


def test_a_link_of_what_cannot_be_a_file_is_not_made(storage):
    with pytest.raises(NotFoundError):
        storage.link("../cat.png")


def test_a_service_that_is_busy_is_asked_again(s3, storage):
    s3.errors += [503, 500]

    storage.put(IMAGE, b"picture")

    assert storage.get(IMAGE) == b"picture"


def test_an_upload_whose_answer_is_lost_is_sent_again(s3, storage):
    s3.losses = 2

    storage.put(IMAGE, b"picture")

    assert storage.get(IMAGE) == b"picture"
    assert len(list(storage.files(""))) == 1


def test_an_answer_that_breaks_off_is_read_again(s3, storage):
    storage.put(IMAGE, bytes(100_000))
    s3.cuts = 2

    assert storage.get(IMAGE) == bytes(100_000)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ({"secret": "s3cret-of-nobody"}, "refused the key"),
        ({"key_id": "nobody:at-all"}, "refused the key"),
    ],
)
def test_a_wrong_key_is_told_without_repeating_it(s3, bucket, key, words):
    storage = open_storage(s3.url(bucket, **key))

    with pytest.raises(StorageError, match=words) as caught:
        storage.put(IMAGE, b"picture")

    assert not any(part in str(caught.value) for part in key.values())
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "act",
    [
        lambda storage: storage.put(IMAGE, b"picture"),
        lambda storage: list(storage.files("")),
        lambda storage: storage.remove(IMAGE),
    ],
    ids=["put", "files", "remove"],
)
def test_a_bucket_that_is_missing_is_told(s3, act):
    storage = open_storage(s3.url("no-such-bucket"))

    with pytest.raises(StorageError, match="no bucket no-such-bucket"):
        act(storage)


def test_a_service_that_is_away_is_told(s3, storage, monkeypatch):
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", _at_once)
    s3.shut = True

    with pytest.raises(StorageError, match="does not answer"):
        storage.put(IMAGE, b"picture")
    with pytest.raises(StorageError, match="does not answer"):
        storage.get(IMAGE)


def _at_once(*_: object) -> int:
    return 0


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        ("AccessDenied", 403, "does not let this key into the bucket"),
        ("RequestTimeTooSkewed", 403, "clock of this machine"),
        ("PermanentRedirect", 301, "another region"),
        ("SlowDown", 503, "does not answer"),
        ("BadDigest", 400, "other bytes than were sent"),
        ("EntityTooLarge", 400, r"refused a request .* \(EntityTooLarge, HTTP 400\)"),
    ],
)
def test_each_refusal_says_what_to_do(storage, code, status, words):
    with Stubber(storage._client) as stubber:
        stubber.add_client_error(
            "put_object", code, "AKIA-key-of-somebody", http_status_code=status
        )
        with pytest.raises(StorageError, match=words) as caught:
            storage.put(IMAGE, b"picture")

    assert "AKIA" not in str(caught.value)


def read_back(data: bytes) -> dict[str, object]:
    return {"Body": StreamingBody(BytesIO(data), len(data))}


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ({"ContentLength": 3, "ETag": '"5456fc54c74a297ce994998c2873b370"'}, None),
        ({"ContentLength": 7, "ETag": '"0"'}, b"another"),
        (None, None),
    ],
)
def test_a_file_that_did_not_arrive_whole_is_not_stored(storage, there, instead):
    with Stubber(storage._client) as stubber:
        stubber.add_response("put_object", {})
        if there:
            stubber.add_response("head_object", there)
        else:
            stubber.add_client_error("head_object", "404", http_status_code=404)
        if instead:
            stubber.add_response("get_object", read_back(instead))

        with pytest.raises(StorageError, match="does not hold what was sent"):
            storage.put(IMAGE, b"picture")


def test_a_file_that_the_service_names_by_another_hash_is_read_back(storage):
    with Stubber(storage._client) as stubber:
        stubber.add_response("put_object", {})
        stubber.add_response("head_object", {"ContentLength": 7, "ETag": '"0"'})
        stubber.add_response("get_object", read_back(b"picture"))
        storage.put(IMAGE, b"picture")

        stubber.assert_no_pending_responses()


def test_what_was_sent_is_there_for_any_other_client(s3, bucket, storage, tmp_path):
    source = tmp_path / "spooled"
    source.write_bytes(bytes(range(256)) * 20_000)

    storage.take(IMAGE, source)

    there = s3.client.get_object(Bucket=bucket, Key=f"some/folder/{IMAGE}")
    assert there["Body"].read() == source.read_bytes()
