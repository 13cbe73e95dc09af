"""What the studio and the engine need from the outside."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

from bulkgen.domain.dispatch import (
    SpooledAnswer,
)
from bulkgen.domain.images import ImageRequest, ProviderAnswer, ProviderImage
from bulkgen.domain.looks import Look
from bulkgen.domain.pages import (
    PromptPage,
    Variant,
    Verdict,
    WrittenText,
)
from bulkgen.domain.storage_keys import StoredFile


class Clock(Protocol):
    """The time; tests bring their own."""

    @abstractmethod
    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class Vault(Protocol):
    """Where API keys are; a key leaves it only for the call that needs it."""

    @abstractmethod
    def open_key(self, owner_id: UUID) -> str:
        """The key that pays for this owner's images; raises SetupError when there is none."""

    @abstractmethod
    def account(self, owner_id: UUID) -> str:
        """The name of the account behind that key, which shares one limit; raises SetupError."""


class ImageSink(Protocol):
    """Takes one picture in parts."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Append bytes; raises DiskFullError."""

    @abstractmethod
    def finish(self) -> ProviderImage:
        """Make the picture durable under a name of its own."""


class Arrival(Protocol):
    """One answer on its way into the spool; nothing of it is visible until `keep`."""

    @abstractmethod
    def new_image(self) -> ImageSink:
        """Start the next picture of the answer."""

    @abstractmethod
    def finished(self) -> tuple[ProviderImage, ...]:
        """Pictures that are complete so far."""

    @abstractmethod
    def keep_unread(self, body: bytes) -> None:
        """Keep a body in which no picture could be found."""

    @abstractmethod
    def keep(self, answer: ProviderAnswer, *, complete: bool) -> None:
        """Make the answer durable, in one step that a crash cannot halve."""

    @abstractmethod
    def discard(self) -> None:
        """Remove what is not kept."""


class Spool(Protocol):
    """Where bytes land first, and what a restart reads."""

    @abstractmethod
    def begin(self, attempt_id: UUID) -> Arrival:
        """Make room for the answer of a call; raises StorageError."""

    @abstractmethod
    def answer(self, attempt_id: UUID) -> SpooledAnswer | None:
        """The kept answer of a call, if there is one."""

    @abstractmethod
    def picture(self, attempt_id: UUID, index: int) -> Path:
        """The file of one picture of a kept answer."""

    @abstractmethod
    def unread(self, spooled: SpooledAnswer) -> list[Path]:
        """The files of a kept answer that are no pictures: what of it could not be read."""

    @abstractmethod
    def remove(self, attempt_id: UUID) -> None:
        """Forget an answer whose pictures are all in storage."""

    @abstractmethod
    def attempts(self) -> list[UUID]:
        """The calls whose answers are kept here; raises StorageError."""

    @abstractmethod
    def remove_unfinished(self, untouched_s: float) -> None:
        """Throw away what is half written and has not grown for so long."""

    @abstractmethod
    def free_bytes(self) -> int:
        """Room left on its disk; raises StorageError."""


class ImageProvider(Protocol):
    """A service that makes pictures."""

    @abstractmethod
    def generate(self, request: ImageRequest, key: str, arrival: Arrival) -> ProviderAnswer:
        """Send exactly one call and write its pictures into `arrival`.

        Raises ProviderError for every other end; pictures that arrived before it stay in
        `arrival`.
        """


class PageWriter(Protocol):
    """Writes the words of a page."""

    @abstractmethod
    def write(
        self, prompt: str, picture_jpeg: bytes, known_tags: Sequence[str], key: str
    ) -> WrittenText:
        """The words, and the tokens they took; raises ProviderError."""


class Moderator(Protocol):
    """Judges a prompt and its picture."""

    @abstractmethod
    def judge_prompts(self, prompts: Sequence[str], key: str) -> list[Verdict]:
        """A verdict for each prompt, in their order; an outage is a verdict too."""

    @abstractmethod
    def judge(self, prompt: str, picture_jpeg: bytes, key: str) -> Verdict:
        """The verdict; an outage is a verdict too (`unavailable`)."""


class Storage(Protocol):
    """Keeps files by key; a key looks like "images/2026/11/name.webp"."""

    @abstractmethod
    def take(self, key: str, source: Path) -> None:
        """Store a file; `source` may be gone afterwards. Raises StorageError."""

    @abstractmethod
    def put(self, key: str, data: bytes) -> None:
        """Store bytes, replacing what was there. Raises StorageError."""

    @abstractmethod
    def get(self, key: str) -> bytes:
        """The bytes of a key; raises NotFoundError or StorageError."""

    @abstractmethod
    def has(self, key: str) -> bool:
        """Whether something is stored under the key."""

    @abstractmethod
    def remove(self, key: str) -> None:
        """Delete a file for good; a missing one is no error. Raises StorageError."""

    @abstractmethod
    def files(self, prefix: str) -> Iterator[StoredFile]:
        """The files whose keys begin with a prefix, "" for all, in no order.

        Raises StorageError.
        """

    @abstractmethod
    def link(self, key: str) -> str | None:
        """Where a browser gets the file itself in the next minutes; None when it cannot.

        Whether the file is there is not asked.
        """

    def copy_to(self, key: str, target: Path) -> None:
        """Bring the bytes of a key to a file that is not there yet, and is never written into.

        A storage on the same disk may give it the stored file itself. Raises NotFoundError,
        StorageError, OSError.
        """
        target.write_bytes(self.get(key))


class Cdn(Protocol):
    """Where visitors get the pictures of published pages, by addresses that last."""

    #: What its addresses begin with, such as "https://cdn.example".
    origin: str

    @abstractmethod
    def address(self, key: str) -> str:
        """The address of a file, which is copied there first if it can be.

        Only what is published may be asked for. Raises NotFoundError.
        """

    @abstractmethod
    def withdraw(self, keys: Sequence[str]) -> None:
        """Take files away from there; those that are not there are no error.

        Raises StorageError.
        """

    @abstractmethod
    def keys(self) -> Iterator[str]:
        """What is there; raises StorageError."""


class Publisher(Protocol):
    """Brings published pages somewhere."""

    @abstractmethod
    def publish(self, pages: Sequence[PromptPage]) -> None:
        """Bring exactly these pages there; running it twice changes nothing."""


class Pictures(Protocol):
    """What is done with the pixels of a picture; every method raises InputError for bad bytes."""

    @abstractmethod
    def describe(self, data: bytes) -> tuple[str, int, int]:
        """Format (png, jpeg, webp), width and height in pixels."""

    @abstractmethod
    def thumbnail(self, data: bytes) -> tuple[bytes, Look]:
        """A small WebP, and what it shows."""

    @abstractmethod
    def preview(self, data: bytes) -> bytes:
        """A WebP large enough to judge the picture by."""

    @abstractmethod
    def moderation_jpeg(self, data: bytes) -> bytes:
        """A JPEG to show to a model."""

    @abstractmethod
    def make_variants(
        self, data: bytes, slug: str, sha256: str, prompt: str | None
    ) -> list[tuple[Variant, bytes]]:
        """The sizes a page needs, with their final names, marked as made by AI.

        The prompt is written into them unless it is None.
        """

    @abstractmethod
    def placeholder(self, data: bytes) -> str:
        """A tiny copy as a data URI."""


class Step(StrEnum):
    """What an executor can run; each takes one id."""

    #: An attempt: call the provider, then settle.
    GENERATE_IMAGES = "generate_images"
    #: An attempt whose answer is in the spool: book it and save its pictures.
    SETTLE = "settle"
    #: An image: make its page.
    CREATE_PAGE = "create_page"
    #: Any id: clear away what nobody can take back any more.
    TIDY = "tidy"


class Executor(Protocol):
    """Where steps run."""

    @abstractmethod
    def free_slots(self) -> int:
        """How many more steps may be started now."""

    @abstractmethod
    def start(self, step: Step, subject_id: UUID) -> None:
        """Run a step on an attempt or an image, soon; a subject that is being worked on is left."""

    @abstractmethod
    def running(self, step: Step) -> int:
        """How many of a step have been started and are not over."""

    @abstractmethod
    def under_way(self) -> set[UUID]:
        """The attempts and images whose steps have been started and are not over."""

    @abstractmethod
    def stop(self, timeout_s: float) -> bool:
        """Start nothing more and let running steps end; False when some did not in time."""


class EngineLock(Protocol):
    """Held by the one process that dispatches."""

    #: Whether the process that gets it is the only one left that may send calls.
    proves_others_ended: bool

    @abstractmethod
    def hold(self) -> bool:
        """Take it if nobody has it, or make sure that it is still held; returns at once.

        A process that dispatches asks before each look, since a lock can be lost. StoreError says
        that nobody can have it now.
        """

    @abstractmethod
    def release(self) -> None:
        """Let another process dispatch."""

    @abstractmethod
    def held_elsewhere(self) -> bool:
        """Whether another process dispatches."""
