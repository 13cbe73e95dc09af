"""Files in a bucket of AWS, Backblaze B2, Cloudflare R2 or another S3 service."""

import hashlib
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from io import SEEK_END, BufferedReader, BytesIO
from pathlib import Path
from typing import Self

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from typing_extensions import override

from bulkgen.domain.errors import NotFoundError, StorageError, storage_error
from bulkgen.domain.storage_keys import StoredFile, is_final, is_key, is_public, mime_type
from bulkgen.ports import Storage
from bulkgen.storage.s3_client import Bucket, open_bucket
from bulkgen.storage.s3_errors import explained, has_no_versions, is_missing

_LINK_LASTS_S = 900
#: A link is given out again for so long, so that a browser does not fetch its picture again.
_LINK_REUSED_S = 540
_LINKS = 10_000
#: The body of an answer is not read again by boto3 when it breaks off.
_READS = 3
_BROKEN_OFF = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)


class S3Storage(Storage):
    """A bucket; a file is there when the service has confirmed its length and its hash."""

    def __init__(self, bucket: Bucket) -> None:
        self._client = bucket.client
        self._bucket = bucket.name
        self._prefix = bucket.prefix
        self._links: dict[str, tuple[float, str]] = {}

    @classmethod
    def from_url(cls, url: str) -> Self:
        """The bucket of a URL; raises SetupError."""
        return cls(open_bucket(url))

    @override
    def take(self, key: str, source: Path) -> None:
        try:
            with source.open("rb") as file:
                self._upload(key, file)
        except OSError as error:
            if not (isinstance(error, FileNotFoundError) and self.has(key)):
                raise storage_error(error, source.parent) from error

    @override
    def put(self, key: str, data: bytes) -> None:
        self._upload(key, BytesIO(data))

    @override
    def get(self, key: str) -> bytes:
        name = self._existing(key)
        with self._explained(key):
            for _ in range(_READS - 1):
                try:
                    return self._read(name)
                except _BROKEN_OFF:
                    continue
            return self._read(name)

    @override
    def has(self, key: str) -> bool:
        if not is_key(key):
            return False
        try:
            with self._explained(key):
                self._client.head_object(Bucket=self._bucket, Key=self._prefix + key)
        except NotFoundError:
            return False
        return True

    @override
    def remove(self, key: str) -> None:
        name = self._name(key)
        with self._explained(key):
            # One by one: the request that deletes many carries a checksum that B2 refuses.
            for version in self._versions(name):
                self._client.delete_object(Bucket=self._bucket, Key=name, **version)

    @override
    def files(self, prefix: str) -> Iterator[StoredFile]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix + prefix
        )
        with self._explained(prefix):
            for page in pages:
                for entry in page.get("Contents", ()):
                    key = entry["Key"].removeprefix(self._prefix)
                    if is_key(key):
                        yield StoredFile(
                            key=key, size_bytes=entry["Size"], modified_at=entry["LastModified"]
                        )

    @override
    def link(self, key: str) -> str:
        name = self._existing(key)
        now = time.time()
        signed_at, url = self._links.get(key, (0.0, ""))
        if not 0 <= now - signed_at < _LINK_REUSED_S:
            url = self._client.generate_presigned_url(
                "get_object",
                Params={"Bucket": self._bucket, "Key": name},
                ExpiresIn=_LINK_LASTS_S,
            )
            if len(self._links) >= _LINKS:
                self._links.clear()
            self._links[key] = now, url
        return url

    def _upload(self, key: str, file: BufferedReader | BytesIO) -> None:
        """Send a file in one request, which carries up to 5 GB, and see that it has arrived."""
        name = self._name(key)
        digest = hashlib.file_digest(file, _md5)
        size_bytes = file.seek(0, SEEK_END)
        file.seek(0)
        with self._explained(key):
            self._client.put_object(
                Bucket=self._bucket,
                Key=name,
                Body=file,
                ContentLength=size_bytes,
                ContentMD5=b64encode(digest.digest()).decode(),
                ContentType=mime_type(key),
                CacheControl=_cache_control(key),
            )
        if not self._holds(key, size_bytes, digest.hexdigest()):
            raise StorageError(
                f"The S3 storage does not hold what was sent to it as {key!r}. Try again."
            )

    def _holds(self, key: str, size_bytes: int, digest: str) -> bool:
        try:
            with self._explained(key):
                there = self._client.head_object(Bucket=self._bucket, Key=self._prefix + key)
            if there["ContentLength"] != size_bytes:
                return False
            # Where files are encrypted with a key of one's own, the ETag is another hash.
            return there["ETag"].strip('"') == digest or _md5(self.get(key)).hexdigest() == digest
        except NotFoundError:
            return False

    def _read(self, name: str) -> bytes:
        data: bytes = self._client.get_object(Bucket=self._bucket, Key=name)["Body"].read()
        return data

    def _versions(self, name: str) -> list[dict[str, str]]:
        """How each version of a file is named; where none are kept, the file itself."""
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=self._bucket, Prefix=name
        )
        try:
            return [
                {"VersionId": version["VersionId"]}
                for page in pages
                for kind in ("Versions", "DeleteMarkers")
                for version in page.get(kind, ())
                if version["Key"] == name
            ]
        except ClientError as error:
            if has_no_versions(error):
                return [{}]
            raise

    def _name(self, key: str) -> str:
        if not is_key(key):
            raise StorageError(f"{key!r} cannot name a file in storage.")
        return self._prefix + key

    def _existing(self, key: str) -> str:
        if not is_key(key):
            raise _not_found(key)
        return self._prefix + key

    @contextmanager
    def _explained(self, key: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            if is_missing(error):
                raise _not_found(key) from None
            raise explained(error, self._bucket) from None
        except BotoCoreError as error:
            raise explained(error, self._bucket) from None


def _md5(data: bytes = b"") -> "hashlib._Hash":
    return hashlib.md5(data, usedforsecurity=False)


def _not_found(key: str) -> NotFoundError:
    return NotFoundError(f"There is no file {key!r} in storage.")


def _cache_control(key: str) -> str:
    who = "public" if is_public(key) else "private"
    how_long = "max-age=31536000, immutable" if is_final(key) else "max-age=3600"
    return f"{who}, {how_long}"
