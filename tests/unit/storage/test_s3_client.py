import pytest

from bulkgen import logs
from bulkgen.domain.errors import SetupError
from bulkgen.storage import open_storage, without_secret
from bulkgen.storage.s3_client import open_bucket

SECRET = "K005s3cret/with+signs"  # noqa: S105 - of nobody
QUOTED = "K005s3cret%2Fwith%2Bsigns"
B2 = "https://s3.us-west-004.backblazeb2.com"


@pytest.fixture(autouse=True)
def _no_key_of_the_machine(monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def test_a_url_names_bucket_folder_key_and_endpoint():
    bucket = open_bucket(f"s3://005key:{QUOTED}@pictures/one/two?endpoint={B2}")

    credentials = bucket.client._request_signer._credentials
    assert (bucket.name, bucket.prefix) == ("pictures", "one/two/")
    assert bucket.client.meta.endpoint_url == B2
    assert (credentials.access_key, credentials.secret_key) == ("005key", SECRET)


def test_a_bucket_needs_no_folder_and_the_key_may_be_that_of_the_machine(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-machine")

    bucket = open_bucket("s3://pictures")

    assert (bucket.name, bucket.prefix) == ("pictures", "")
    assert bucket.client._request_signer._credentials.access_key == "AKIA0"
    assert logs.redact("secret-of-the-machine") == "[redacted]"


@pytest.mark.parametrize(
    ("options", "region"),
    [
        (f"?endpoint={B2}", "us-west-004"),
        (f"?endpoint={B2}&region=eu-central-003", "eu-central-003"),
        ("?endpoint=https://0a1b.r2.cloudflarestorage.com", "us-east-1"),
        ("?endpoint=https://0a1b.r2.cloudflarestorage.com&region=auto", "auto"),
        ("?endpoint=http://127.0.0.1:9000", "us-east-1"),
        ("?region=eu-west-1", "eu-west-1"),
        ("", "us-east-1"),
    ],
)
def test_the_region_is_that_of_the_url_or_of_the_endpoints_name(options, region):
    bucket = open_bucket(f"s3://key:secret@pictures{options}")

    assert bucket.client.meta.region_name == region


def test_the_client_sends_no_checksums_that_b2_refuses_and_gives_up_in_time():
    config = open_bucket(f"s3://key:secret@pictures?endpoint={B2}").client.meta.config

    assert config.request_checksum_calculation == "when_required"
    assert config.response_checksum_validation == "when_required"
    assert config.signature_version == "s3v4"
    assert config.retries == {"mode": "standard", "total_max_attempts": 4}
    assert (config.connect_timeout, config.read_timeout) == (5, 60)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        (f"s3://key:{QUOTED}@", "names no bucket"),
        (f"s3://key:{QUOTED}@pictures/../other", "names no bucket"),
        (f"s3://key:{QUOTED}@pictures:99/", "names no bucket"),
        (f"s3:pictures?region={QUOTED}", "names no bucket"),
        (f"s3://key:{QUOTED}@[pictures", "cannot be read"),
        (f"s3://key:{QUOTED}@pictures?endpont=https://example.com", "only endpoint and region"),
        (f"s3://key:{QUOTED}@pictures?endpoint=example.com", "begin with https://"),
        (f"s3://key:{QUOTED}@pictures?endpoint=https://", "cannot be set up"),
        (f"s3://{QUOTED}@pictures", "both parts of the key"),
        (f"s3://:{QUOTED}@pictures", "both parts of the key"),
        ("s3://pictures", "AWS_ACCESS_KEY_ID"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(url, words):
    with pytest.raises(SetupError, match=words) as caught:
        open_storage(url)

    assert "s3cret" not in str(caught.value)


def test_half_a_key_of_the_machine_is_refused(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA0")

    with pytest.raises(SetupError, match="AWS_ variables"):
        open_storage("s3://pictures")


def test_the_secret_is_in_no_log_line():
    open_bucket(f"s3://key:{QUOTED}@pictures")

    assert SECRET not in logs.redact(f"the secret is {SECRET} or {QUOTED}")
    assert QUOTED not in logs.redact(f"the secret is {SECRET} or {QUOTED}")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"s3://key:{QUOTED}@pictures/a?endpoint={B2}", f"s3://pictures/a?endpoint={B2}"),
        ("s3://pictures", "s3://pictures"),
        ("file:/srv/me@home/files", "file:/srv/me@home/files"),
    ],
)
def test_a_url_is_shown_without_its_key(url, shown):
    assert without_secret(url) == shown
