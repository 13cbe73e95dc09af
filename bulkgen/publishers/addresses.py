"""Where the things of a site are, in the app and in an export."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Addresses:
    """Leads from one location to another; "" is the list of all pages, "tag/cat" a tag's list.

    Links are relative, so that a site works wherever it is put; `full` needs to know where.
    """

    #: "" when nobody knows it.
    base_url: str
    #: The path of a location below `base_url`.
    path: Callable[[str], str]

    def href(self, to: str, *, at: str) -> str:
        """The address of a location as a page at another one writes it."""
        here, there = self.path(at).split("/")[:-1], self.path(to).split("/")
        shared = 0
        while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
            shared += 1
        return "../" * (len(here) - shared) + "/".join(there[shared:]) or "./"

    def full(self, to: str) -> str:
        """The whole address of a location, "" when nobody knows it."""
        return self.base_url and f"{self.base_url}/{self.path(to).removesuffix('index.html')}"


def in_app(address: str) -> Addresses:
    """A site that the app at this address serves."""
    return Addresses(f"{address}/p", _same)


def in_files(base_url: str) -> Addresses:
    """A site of plain files, whose links name each file, so that they lead there without a host."""
    return Addresses(base_url.rstrip("/"), file_path)


def file_path(location: str) -> str:
    """The file of a location."""
    if location.startswith("media/"):
        return f"p/{location}"
    if location.endswith(".xml"):
        return location
    return f"p/{location}/index.html" if location else "index.html"


def _same(location: str) -> str:
    return location
