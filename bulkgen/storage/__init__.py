"""Where files are kept: one module a kind of storage, chosen by the scheme of a URL."""

from importlib import import_module

from bulkgen.domain.errors import SetupError
from bulkgen.ports import Storage

#: URL scheme -> class, imported on first use; each has `from_url`.
STORAGES = {"file": "bulkgen.storage.local:LocalStorage", "s3": "bulkgen.storage.s3:S3Storage"}


def open_storage(url: str) -> Storage:
    """The storage at a URL such as "file:data/files"; raises SetupError.

    The URL is never repeated in a message, since it can hold a secret.
    """
    scheme = url.partition(":")[0]
    if scheme not in STORAGES or ":" not in url:
        known = ", ".join(f"{name}:" for name in STORAGES)
        raise SetupError(f"BULKGEN_STORAGE_URL has to begin with one of these: {known}")
    module, _, name = STORAGES[scheme].partition(":")
    storage: Storage = getattr(import_module(module), name).from_url(url)
    return storage


def without_secret(url: str) -> str:
    """The URL of a storage as it may be shown."""
    scheme, slashes, rest = url.partition("://")
    place, mark, options = rest.partition("?")
    return f"{scheme}{slashes}{place.rpartition('@')[2]}{mark}{options}"
