"""The bucket that a URL names, and how it is talked to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from bulkgen.domain.errors import SetupError
from bulkgen.logs import hide

_OPTIONS = ("endpoint", "region")
_FORM = "s3://bucket/prefix?endpoint=https://...&region=..."
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{1,61}[A-Za-z0-9]")
_PREFIX = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]*/)*")
#: The region in the names of services that have one, such as s3.us-west-004.backblazeb2.com.
_REGION = re.compile(r"https?://s3[.-]([a-z]+-[a-z0-9-]+)\.")
_REGION_OF_OTHERS = "us-east-1"
#: Every request may be sent again: a key always gets the same bytes.
_TRIES = 4
_CONNECT_TIMEOUT_S = 5
_READ_TIMEOUT_S = 60
_CONNECTIONS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket and the client that reaches it."""

    client: Any
    name: str
    #: What every name in it begins with: "" or "some/folder/".
    prefix: str


def open_bucket(url: str) -> Bucket:
    """The bucket of "s3://KEY:SECRET@bucket/prefix?endpoint=https://...&region=...".

    All but the bucket may be left out; the key then comes from where boto3 looks for it. Nothing is
    asked of the service. Raises SetupError, which never repeats the URL.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SetupError(f"The s3: URL cannot be read; it looks like {_FORM}") from None
    options = _options(parts.query)
    name = parts.netloc.rpartition("@")[2]
    prefix = f"{parts.path.strip('/')}/".lstrip("/")
    if not _BUCKET.fullmatch(name) or not _PREFIX.fullmatch(prefix):
        raise SetupError(f"The s3: URL names no bucket that can be used; it looks like {_FORM}")
    return Bucket(client=_client(parts, options), name=name, prefix=prefix)


def _options(query: str) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    if not options.keys() <= set(_OPTIONS):
        known = " and ".join(_OPTIONS)
        raise SetupError(f"Behind the ? of an s3: URL only {known} can stand.")
    if not options.get("endpoint", "https://").startswith(("https://", "http://")):
        raise SetupError("The endpoint in an s3: URL has to begin with https://")
    return options


def _client(parts: SplitResult, options: Mapping[str, str]) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
    endpoint = options.get("endpoint")
    try:
        session = _session(parts)
        region = options.get("region") or _region_in(endpoint) or session.region_name
        return session.client(
            "s3",
            endpoint_url=endpoint,
            region_name=region or _REGION_OF_OTHERS,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if endpoint else "auto"},
                # Backblaze B2 and others refuse the checksums that boto3 would send by itself.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                retries={"mode": "standard", "total_max_attempts": _TRIES},
                connect_timeout=_CONNECT_TIMEOUT_S,
                read_timeout=_READ_TIMEOUT_S,
                max_pool_connections=_CONNECTIONS,
            ),
        )
    except (BotoCoreError, ValueError):
        raise SetupError(
            "The S3 storage cannot be set up: see that endpoint and region in its URL and the AWS_ "
            "variables and files of this machine are right."
        ) from None


def _session(parts: SplitResult) -> Session:
    """A session with a key, which no log line shows."""
    key_id, secret = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(key_id) != bool(secret):
        raise SetupError("An s3: URL needs both parts of the key, s3://KEY:SECRET@bucket, or none.")
    session = Session(aws_access_key_id=key_id or None, aws_secret_access_key=secret or None)
    credentials = session.get_credentials()
    if credentials is None:
        raise SetupError(
            "There is no key for the S3 storage. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or put it into the URL: s3://KEY:SECRET@bucket"
        )
    frozen = credentials.get_frozen_credentials()
    hide(frozen.secret_key)
    hide(frozen.token or "")
    return session


def _region_in(endpoint: str | None) -> str | None:
    found = _REGION.match(endpoint or "")
    return found[1] if found else None
