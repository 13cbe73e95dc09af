"""What the studio and the engine remember; every method is one transaction."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from bulkgen.domain.attempts import Attempt, Decision, Failure, Outcome, Usage
from bulkgen.domain.budgets import Caps, Spending
from bulkgen.domain.dispatch import (
    Lease,
    NewAttempt,
    NewPageText,
    OpenAttempt,
    PendingPrompt,
    RunnableJob,
    SavedImage,
    SpooledAnswer,
    UnsavedImage,
)
from bulkgen.domain.health import StoreHealth
from bulkgen.domain.image_filters import (
    Choice,
    FoundImages,
    ImageFilter,
    ImageOrder,
    SelectionChange,
)
from bulkgen.domain.images import EarlierImages, GeneratedImage, ImageStatus
from bulkgen.domain.jobs import Job, NewJob, PauseReason
from bulkgen.domain.page_filters import FoundPages, PageFilter
from bulkgen.domain.pages import (
    PageEdit,
    PageProgress,
    PageStatus,
    PageStep,
    PageTask,
    PageText,
    PageWork,
    PromptPage,
    Variant,
    Verdict,
    WorkProgress,
)
from bulkgen.domain.presets import PresetKind
from bulkgen.domain.pricing import ObservedTokens
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.rates import Bucket
from bulkgen.domain.review import Review, ReviewDecision
from bulkgen.domain.sheets import Sheet, SheetSummary
from bulkgen.domain.storage_check import ImageFile
from bulkgen.domain.twins import HashedImage, HashedPage
from bulkgen.ports.discards import DiscardStore
from bulkgen.ports.site import SiteStore


class JobStore(Protocol):
    """Jobs; every method is one transaction."""

    @abstractmethod
    def add(self, new: NewJob) -> UUID:
        """Write a job with its prompts and pending images.

        A token that was used before gives the id of the job it made.
        """

    @abstractmethod
    def get(self, job_id: UUID) -> Job:
        """The job with its counts; raises NotFoundError."""

    @abstractmethod
    def owner(self, job_id: UUID) -> UUID:
        """Whose job it is, without its counts; raises NotFoundError."""

    @abstractmethod
    def all(self, owner_id: UUID | None) -> list[Job]:
        """Jobs of an owner, or of everyone, newest first."""

    @abstractmethod
    def rows(self, job_id: UUID) -> list[PromptRow]:
        """The prompts of a job in their order."""

    @abstractmethod
    def cancel(self, job_id: UUID, now: datetime) -> None:
        """Flip pending images at once; open calls end by themselves. Raises StateError."""

    @abstractmethod
    def pause(self, job_id: UUID, reason: PauseReason, message: str) -> None:
        """Start no more calls until `resume`; raises StateError."""

    @abstractmethod
    def resume(self, job_id: UUID, now: datetime) -> None:
        """Go on after a pause; raises StateError."""

    @abstractmethod
    def resume_paused(self, reason: PauseReason, now: datetime) -> None:
        """Let every job go on that is paused for this reason."""

    @abstractmethod
    def retry(self, job_id: UUID, image_id: UUID | None, now: datetime) -> int:
        """Ask again for every failed or unknown image, or for one; returns how many.

        Raises StateError when there is none.
        """

    @abstractmethod
    def redo(self, image_id: UUID, text: str, now: datetime) -> UUID:
        """Ask for an image again with this prompt; returns the image that will hold it.

        A completed image stays, and one more is asked for. Raises StateError, NotFoundError.
        """

    @abstractmethod
    def attempts(self, job_id: UUID) -> list[Attempt]:
        """Every call of a job in the order they were sent."""

    @abstractmethod
    def observed_tokens(self) -> dict[tuple[str, str, str], ObservedTokens]:
        """Output tokens of an image in the newest jobs, by model, quality and size."""

    @abstractmethod
    def waiting_images(self) -> int:
        """Images still to be asked for, in all jobs that run."""

    @abstractmethod
    def set_budget(self, job_id: UUID, budget_usd: Decimal) -> None:
        """Give the job another budget."""

    @abstractmethod
    def set_priority(self, job_id: UUID, priority: int) -> None:
        """Give the job another priority."""


class ImageStore(Protocol):
    """Images as the gallery sees them, in the order of prompts and variations."""

    @abstractmethod
    def get(self, image_id: UUID) -> GeneratedImage:
        """One image; raises NotFoundError."""

    @abstractmethod
    def of_job(
        self, job_id: UUID, *, offset: int = 0, limit: int | None = None
    ) -> list[GeneratedImage]:
        """Images of a job."""

    @abstractmethod
    def of_prompts(self, job_id: UUID, first: int, last: int) -> list[GeneratedImage]:
        """Images of the prompts with these numbers."""

    @abstractmethod
    def selected(self, job_id: UUID) -> list[GeneratedImage]:
        """Images of a job that are selected and there."""

    @abstractmethod
    def some(self, image_ids: Sequence[UUID]) -> list[GeneratedImage]:
        """These images in this order; one that is gone is left out."""

    @abstractmethod
    def find(self, job_id: UUID, which: ImageFilter, order: ImageOrder) -> FoundImages:
        """The images of a job that a filter holds for."""

    @abstractmethod
    def arrived(
        self,
        job_id: UUID,
        which: ImageFilter,
        order: ImageOrder,
        *,
        since: datetime | None,
        besides: Sequence[UUID],
    ) -> tuple[int, UUID | None]:
        """How many images of a filter arrived after a moment, these left out, and the first."""

    @abstractmethod
    def states(self, image_ids: Sequence[UUID]) -> dict[UUID, tuple[ImageStatus, bool]]:
        """Where each of these images stands, and whether it is selected."""

    @abstractmethod
    def models(self, job_id: UUID) -> list[str]:
        """The models that a job's images were asked from, by name."""

    @abstractmethod
    def selected_prompts(self, job_id: UUID) -> dict[int, int]:
        """Number of each prompt with completed, selected images -> how many."""

    @abstractmethod
    def made_before(
        self, owner_id: UUID, fingerprints: Collection[str]
    ) -> dict[str, EarlierImages]:
        """The completed images of a person that such calls brought, by their fingerprint."""

    @abstractmethod
    def finals(self, image_id: UUID) -> list[GeneratedImage]:
        """Images that are finals of this one, in the order they were asked for."""

    @abstractmethod
    def files(self) -> list[ImageFile]:
        """Every image of every job, as far as its file goes."""

    @abstractmethod
    def hashes(self, job_id: UUID) -> list[HashedImage]:
        """The completed images of a job whose pixels were looked at."""

    @abstractmethod
    def select(self, image_ids: Sequence[UUID], *, selected: bool) -> None:
        """Choose images for pages, or not."""

    @abstractmethod
    def select_instead(self, image_id: UUID, other_id: UUID) -> None:
        """Choose one image for a page and not the other."""

    @abstractmethod
    def choose(self, job_id: UUID, which: ImageFilter, choice: Choice) -> SelectionChange:
        """Change the selection among the completed images of a filter; returns what changed."""

    @abstractmethod
    def change_selection(self, job_id: UUID, change: SelectionChange) -> None:
        """Select some images of a job and deselect others."""

    @abstractmethod
    def star(self, image_id: UUID, starred_at: datetime | None) -> None:
        """Mark an image as one of the best, or take the mark away."""

    @abstractmethod
    def write_note(self, image_id: UUID, note: str) -> None:
        """Replace what a person wrote about an image."""


class ReviewStore(Protocol):
    """What was decided prompt by prompt."""

    @abstractmethod
    def get(self, job_id: UUID) -> Review:
        """How far the review of a job is."""

    @abstractmethod
    def decide(
        self,
        job_id: UUID,
        mount_id: UUID,
        decisions: Sequence[ReviewDecision],
        position: int | None,
    ) -> None:
        """Write what a screen decided, and where it is unless `position` is None.

        A decision that came before, or that is older than another one about its prompt, changes
        nothing.
        """


class PageStore(Protocol):
    """Prompt pages, and the selected images on their way there."""

    @abstractmethod
    def request(self, job_id: UUID, page_status: PageStatus, now: datetime) -> int:
        """Ask for a page of every selected image that has none; returns how many."""

    @abstractmethod
    def retry(self, job_id: UUID, now: datetime) -> int:
        """Ask once more for the pages of the latest request that failed; returns how many."""

    @abstractmethod
    def request_again(self, page_ids: Sequence[UUID], work: PageWork, now: datetime) -> int:
        """Ask for work on pages that are made and not being worked on; returns how many."""

    @abstractmethod
    def work_progress(self, owner_id: UUID | None) -> WorkProgress | None:
        """How far the work is that was last asked for on pages that are made."""

    @abstractmethod
    def wanted(self, job_id: UUID) -> int:
        """Selected images of a job that have no page and none under way."""

    @abstractmethod
    def cancel_tasks(self, job_id: UUID) -> None:
        """Ask for no more pages of a job; those under way end by themselves."""

    @abstractmethod
    def progress(self, job_id: UUID) -> PageProgress | None:
        """How far the latest request of a job is."""

    @abstractmethod
    def get(self, page_id: UUID) -> PromptPage:
        """One page; raises NotFoundError."""

    @abstractmethod
    def by_slug(self, slug: str) -> PromptPage:
        """The page at an address; raises NotFoundError."""

    @abstractmethod
    def by_variant(self, name: str) -> PromptPage:
        """The page a picture file belongs to; raises NotFoundError."""

    @abstractmethod
    def all(
        self,
        owner_id: UUID | None,
        status: PageStatus | None,
        *,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[PromptPage]:
        """Pages of an owner or of everyone, of a status or of all, newest first."""

    @abstractmethod
    def slugs(self) -> frozenset[str]:
        """The names of all pages, and of those that are being made."""

    @abstractmethod
    def find(
        self, owner_id: UUID | None, which: PageFilter, *, offset: int = 0, limit: int | None = None
    ) -> FoundPages:
        """The pages of a filter, of an owner or of everyone."""

    @abstractmethod
    def near_same(self, page_ids: Sequence[UUID]) -> dict[UUID, int]:
        """How many others say nearly the same in their titles; those without any are left out."""

    @abstractmethod
    def jobs(self, owner_id: UUID | None) -> dict[UUID, str]:
        """The names of the jobs that pages were made from, the newest first."""

    @abstractmethod
    def published_hashes(self) -> list[HashedPage]:
        """Published pages whose pictures were looked at, the oldest first."""

    @abstractmethod
    def counts(self, owner_id: UUID | None) -> dict[PageStatus, int]:
        """Pages by status."""

    @abstractmethod
    def edit(self, edits: Sequence[PageEdit], now: datetime) -> None:
        """Write other words on pages, on all or on none.

        Pages with a person's words are reviewed. Raises InputError for a title that another page
        has.
        """

    @abstractmethod
    def mark_reviewed(self, page_ids: Sequence[UUID], now: datetime) -> None:
        """A person has seen these pages; a page keeps the first time."""

    @abstractmethod
    def rewrite(self, image_id: UUID, text: PageText, now: datetime) -> None:
        """Put new words on the page of an image, with a title of its own, and end its task."""

    @abstractmethod
    def judged(self, image_id: UUID, verdict: Verdict, now: datetime) -> None:
        """Give a draft that was not judged its verdict, and end its task."""

    @abstractmethod
    def drawn(self, image_id: UUID, variants: Sequence[Variant], placeholder: str) -> None:
        """The picture files of a page were made again: end its task."""

    @abstractmethod
    def restore(self, page_id: UUID, now: datetime) -> None:
        """Take a deletion back; raises StateError when it is too late."""

    @abstractmethod
    def to_remove(self, now: datetime) -> list[PromptPage]:
        """Deleted pages that nobody can take back any more."""

    @abstractmethod
    def remove(self, page_id: UUID) -> None:
        """Forget a deleted page.

        That of a blocked one stays without files, so that its image never gets another.
        """

    @abstractmethod
    def set_status(self, page_id: UUID, wanted: PageStatus, by: UUID, now: datetime) -> None:
        """Publish, unpublish and so on; raises StateError, NotFoundError.

        A page that needs review keeps who decided about it and when.
        """

    @abstractmethod
    def accept(self, page_id: UUID, by: UUID, now: datetime) -> None:
        """Write down that a person takes a page the moderation did not pass; raises StateError.

        Such a page needs review, or the moderation gave no answer about it.
        """

    @abstractmethod
    def name(self, image_id: UUID, title: str, fallback: str) -> tuple[str, str]:
        """Give a page to be its title and slug, both unique; the same ones each time."""

    @abstractmethod
    def add(self, page: PromptPage, note: str | None) -> None:
        """Write a finished page and end its task; a second page of one image is ignored.

        The note says why its words are not those of the text model.
        """


class SheetStore(Protocol):
    """Lists of prompts that are not jobs yet."""

    @abstractmethod
    def open(self, owner_id: UUID, now: datetime, sheet_id: UUID | None = None) -> Sheet:
        """The latest sheet of a person, a new one if there is none.

        The sheet of an id becomes the latest; raises NotFoundError.
        """

    @abstractmethod
    def all(self, owner_id: UUID) -> list[SheetSummary]:
        """A person's sheets, the latest first; one without prompts and name is left out."""

    @abstractmethod
    def new(self, owner_id: UUID, now: datetime) -> Sheet:
        """A sheet without prompts, name and settings; one without prompts and name is reused."""

    @abstractmethod
    def save(self, owner_id: UUID, sheet: Sheet, now: datetime) -> Sheet | None:
        """Write a sheet over its own revision; None when a newer one is there."""

    @abstractmethod
    def keep_only(
        self, owner_id: UUID, sheet: Sheet, rows: Sequence[PromptRow], now: datetime
    ) -> None:
        """Take out of a sheet what has become a job; forget it when nothing is left.

        A newer revision than this stays untouched.
        """

    @abstractmethod
    def remove(self, owner_id: UUID, sheet_id: UUID) -> None:
        """Forget a sheet; one that is not there, or another's, changes nothing."""


class PresetStore(Protocol):
    """Styles and presets of each person, as JSON values."""

    @abstractmethod
    def all(self, owner_id: UUID, kind: PresetKind) -> dict[str, Any]:
        """A person's values of a kind by their names."""

    @abstractmethod
    def save(
        self,
        owner_id: UUID,
        kind: PresetKind,
        name: str,
        value: Mapping[str, Any],
        *,
        replace: bool,
    ) -> bool:
        """Write a value; False when one of this name is there and is not to be replaced."""

    @abstractmethod
    def remove(self, owner_id: UUID, kind: PresetKind, name: str) -> None:
        """Forget a value; one that is not there changes nothing."""


class BucketStore(Protocol):
    """What accounts may still ask for; keys of one organization share its bucket."""

    @abstractmethod
    def find(self, account: str) -> tuple[str, Bucket] | None:
        """The bucket that counts for an account, as it was last written, and whose it is."""

    @abstractmethod
    def get(self, account: str) -> Bucket | None:
        """The bucket that counts for an account, as it was last written."""

    @abstractmethod
    def all(self) -> dict[str, tuple[str, Bucket]]:
        """What `find` finds, for every account."""

    @abstractmethod
    def join(self, account: str, organization: str, now: datetime) -> None:
        """Let the bucket of an organization count for an account from now on."""

    @abstractmethod
    def entered_limit(self, account: str) -> int | None:
        """The limit a person entered last."""

    @abstractmethod
    def add(self, account: str, bucket: Bucket) -> None:
        """Write the bucket of a new account, with a limit nobody has entered.

        An account that has a bucket keeps it.
        """

    @abstractmethod
    def enter(self, account: str, limit: int, new: Bucket) -> None:
        """Give an account the limit a person entered; `new` is its bucket if it has none yet."""

    @abstractmethod
    def change(self, account: str, change: Callable[[Bucket], Bucket]) -> None:
        """Rewrite a bucket that exists, in one transaction."""


class SpendingStore(Protocol):
    """What is spent by day and by month, and the caps on it."""

    @abstractmethod
    def caps(self) -> Caps:
        """The budgets across jobs."""

    @abstractmethod
    def set_caps(self, caps: Caps) -> None:
        """Replace them."""

    @abstractmethod
    def of_day(self, owner_id: UUID, now: datetime) -> Spending:
        """What a person has spent on the day of this moment."""

    @abstractmethod
    def of_month(self, now: datetime) -> Spending:
        """What everyone has spent in the month of this moment."""


class PreferenceStore(Protocol):
    """Choices of the installation, as JSON values."""

    @abstractmethod
    def get(self, key: str) -> Any:  # noqa: ANN401 - a JSON value
        """The value, or None."""

    @abstractmethod
    def set(self, key: str, value: Any) -> None:  # noqa: ANN401 - a JSON value
        """Write the value."""


class EngineStore(Protocol):
    """What the engine reads and writes; every method is one transaction."""

    @abstractmethod
    def runnable_jobs(self, now: datetime) -> list[RunnableJob]:
        """Jobs that may start calls and have a prompt that is due."""

    @abstractmethod
    def pending_prompts(
        self, job_id: UUID, limit: int, now: datetime, *, skipped: int = 0
    ) -> list[PendingPrompt]:
        """The next prompts of a job in their order, those that wait for a retry left out.

        `skipped` of them are passed over.
        """

    @abstractmethod
    def start_attempts(
        self, wanted: Sequence[NewAttempt], lease: Lease, now: datetime
    ) -> list[UUID]:
        """Write the attempts that still may start, with their money and their images.

        Each may start while its job runs, its prompt waits, and budget and bucket hold it;
        returns the ids of those that do.
        """

    @abstractmethod
    def pause(self, job_id: UUID, reason: PauseReason, message: str) -> None:
        """Stop a running job until a person acts."""

    @abstractmethod
    def open_calls(self) -> dict[str, int]:
        """Account -> calls without an outcome."""

    @abstractmethod
    def open_attempts(self, expired_at: datetime | None = None) -> list[OpenAttempt]:
        """Attempts without an outcome: those whose lease was over then, or all of them."""

    @abstractmethod
    def open_attempt(self, attempt_id: UUID) -> OpenAttempt | None:
        """An attempt, unless it has an outcome."""

    @abstractmethod
    def renew_leases(self, lease: Lease, under_way: Collection[UUID]) -> None:
        """Keep the attempts and the page tasks (by image) that this process works on."""

    @abstractmethod
    def settle_bought(
        self, spooled: SpooledAnswer, cost: Decimal | None, missing: Failure, now: datetime
    ) -> list[UnsavedImage] | None:
        """Book an answer that is on disk and give its pictures their places.

        `cost` None books what was reserved. Images the answer did not bring fail as `missing`
        says. Settling twice changes nothing; both times the pictures to save are returned.
        A call that was taken for lost is bought, late: its pictures fill places of its prompt
        that are still empty, or become images more. None when there is no such call.
        """

    @abstractmethod
    def settle_failed(
        self, attempt_id: UUID, failure: Failure, jitter: float, now: datetime
    ) -> Decision | None:
        """Book a call that brought nothing, by the retry table; None when it was settled before."""

    @abstractmethod
    def image_saved(self, image_id: UUID, saved: SavedImage, now: datetime) -> None:
        """The image is in storage: it is completed."""

    @abstractmethod
    def image_unusable(self, image_id: UUID, message: str, now: datetime) -> None:
        """The image is paid and cannot be shown: it failed."""

    @abstractmethod
    def begin_page_text(self, text: NewPageText, lease: Lease, now: datetime) -> str | None:
        """Write down a call for page text before it is sent.

        Where a budget has no room nothing is written, and the sentence that says so is returned.
        """

    @abstractmethod
    def settle_page_text(
        self,
        attempt_id: UUID,
        outcome: Outcome,
        now: datetime,
        *,
        cost: Decimal | None = None,
        usage: Usage | None = None,
        request_id: str | None = None,
        failure: Failure | None = None,
        text: PageText | None = None,
    ) -> None:
        """Book a call for page text, and keep what it brought."""

    @abstractmethod
    def bought_page_text(
        self, prompt_id: UUID, fingerprint: str, since: datetime | None
    ) -> PageText | None:
        """The words that were bought last for a prompt, if they were since a moment."""

    @abstractmethod
    def take_page_tasks(self, limit: int, lease: Lease) -> list[UUID]:
        """Take the next selected images that wait, one of each prompt."""

    @abstractmethod
    def page_task(self, image_id: UUID) -> PageTask:
        """What is needed to make the page of an image; raises NotFoundError."""

    @abstractmethod
    def page_step(self, image_id: UUID, step: PageStep) -> None:
        """Say what happens to the image now."""

    @abstractmethod
    def fail_page_task(self, image_id: UUID, message: str) -> None:
        """The image gets no page, for this reason."""

    @abstractmethod
    def free_page_tasks(self, under_way: Collection[UUID], expired_at: datetime | None) -> None:
        """Give back page tasks that nobody works on: none of these, and their lease was over then.

        None gives back every other one, whatever its lease.
        """


class Store(Protocol):
    """Everything bulkgen remembers."""

    jobs: JobStore
    images: ImageStore
    review: ReviewStore
    pages: PageStore
    discards: DiscardStore
    site: SiteStore
    sheets: SheetStore
    presets: PresetStore
    buckets: BucketStore
    spending: SpendingStore
    preferences: PreferenceStore
    engine: EngineStore

    @abstractmethod
    def migrate(self) -> None:
        """Bring the schema up to date."""

    @abstractmethod
    def health(self, now: datetime) -> StoreHealth:
        """What the database says of itself and of the work in it."""

    @abstractmethod
    def close(self) -> None:
        """Let go of every connection."""
