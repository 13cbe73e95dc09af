"""Copies of published pictures in a public bucket, with a CDN in front of it."""

from collections.abc import Callable, Iterator, Sequence

import httpx2
import structlog
from typing_extensions import override

from bulkgen.domain.errors import StorageError
from bulkgen.ports import Cdn, Storage

_log = structlog.get_logger()

_CLOUDFLARE = "https://api.cloudflare.com/client/v4"
#: The most addresses Cloudflare takes in one request.
_AT_ONCE = 30
_TIMEOUT_S = 15

Purge = Callable[[Sequence[str]], None]


class PublicCopies(Cdn):
    """A second storage that everyone can read; `base_url` is where the CDN serves it."""

    def __init__(
        self, private: Storage, public: Storage, base_url: str, purge: Purge | None
    ) -> None:
        self._private = private
        self._public = public
        self._base_url = base_url.rstrip("/")
        self.origin = "/".join(self._base_url.split("/")[:3])
        self._purge = purge

    @override
    def address(self, key: str) -> str:
        try:
            if not self._public.has(key):
                self._public.put(key, self._private.get(key))
        except StorageError as error:
            # The CDN may have a copy of its own.
            _log.warning("cdn_storage_away", key=key, reason=str(error))
        return self._url(key)

    @override
    def withdraw(self, keys: Sequence[str]) -> None:
        urls = [self._url(key) for key in keys]
        # Before, so that a purge that fails leaves what a later run finds; after, since the CDN may
        # have fetched a file again in between.
        self._purge_all(urls)
        for key in keys:
            self._public.remove(key)
        self._purge_all(urls)

    @override
    def keys(self) -> Iterator[str]:
        return (file.key for file in self._public.files(""))

    def _url(self, key: str) -> str:
        return f"{self._base_url}/{key}"

    def _purge_all(self, urls: Sequence[str]) -> None:
        if self._purge:
            for first in range(0, len(urls), _AT_ONCE):
                self._purge(urls[first : first + _AT_ONCE])


def cloudflare_purge(client: httpx2.Client, zone: str, token: str) -> Purge:
    """What makes Cloudflare forget files of a zone; the token needs the right Cache Purge."""

    def purge(urls: Sequence[str]) -> None:
        try:
            answer = client.post(
                f"{_CLOUDFLARE}/zones/{zone}/purge_cache",
                headers={"Authorization": f"Bearer {token}"},
                json={"files": list(urls)},
                timeout=_TIMEOUT_S,
            )
        except httpx2.HTTPError:
            raise StorageError("Cloudflare does not answer, so nothing was purged.") from None
        if not answer.is_success:
            raise StorageError(
                f"Cloudflare did not purge its copies (HTTP {answer.status_code}). Look at "
                "BULKGEN_CLOUDFLARE_ZONE, BULKGEN_CLOUDFLARE_TOKEN and the rights of the token."
            )

    return purge
