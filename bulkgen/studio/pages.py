"""Prompt pages: made from selected images, edited, published."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from bulkgen.domain.errors import InputError, NotFoundError, StateError, StorageError
from bulkgen.domain.page_filters import FoundPages, PageFilter
from bulkgen.domain.page_text import with_columns
from bulkgen.domain.pages import (
    PageEdit,
    PageProgress,
    PageStatus,
    PageWork,
    PromptPage,
    WorkProgress,
)
from bulkgen.domain.people import Actor
from bulkgen.domain.storage_keys import PAGE_FILES, mime_type, variant_key
from bulkgen.ports import Cdn, Clock, Storage, Store
from bulkgen.studio.choices import Choices
from bulkgen.studio.pictures import StoredPicture, private_picture


class Pages:
    """What a person does with pages, and what a visitor sees of them."""

    def __init__(
        self,
        *,
        store: Store,
        storage: Storage,
        cdn: Cdn | None,
        choices: Choices,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._storage = storage
        self._cdn = cdn
        self._choices = choices
        self._clock = clock
        self._wake = wake

    def create(self, actor: Actor, job_id: UUID) -> int:
        """Make a page of every selected image that has none yet; returns how many are to come.

        They get the status the job was started with. Raises StateError when there is nothing to
        make.
        """
        job = self._store.jobs.get(job_id)
        actor.check_may_see(job.owner_id, "job")
        wanted = PageStatus(job.settings.page_status)
        count = self._store.pages.request(job_id, wanted, self._clock.now())
        if count == 0:
            raise StateError("Every selected image has its page already. Select other images.")
        self._wake()
        return count

    def retry(self, actor: Actor, job_id: UUID) -> int:
        """Make the pages of the latest creation that failed; returns how many are to come."""
        actor.check_may_see(self._store.jobs.owner(job_id), "job")
        count = self._store.pages.retry(job_id, self._clock.now())
        self._wake()
        return count

    def to_create(self, actor: Actor, job_id: UUID) -> int:
        """How many pages `create` would make."""
        actor.check_may_see(self._store.jobs.owner(job_id), "job")
        return self._store.pages.wanted(job_id)

    def cancel_creation(self, actor: Actor, job_id: UUID) -> None:
        """Make no more pages of a job; those made stay."""
        actor.check_may_see(self._store.jobs.owner(job_id), "job")
        self._store.pages.cancel_tasks(job_id)

    def progress(self, actor: Actor, job_id: UUID) -> PageProgress | None:
        """How far the latest creation of a job is; None when there was none."""
        actor.check_may_see(self._store.jobs.owner(job_id), "job")
        return self._store.pages.progress(job_id)

    def get(self, actor: Actor, page_id: UUID) -> PromptPage:
        """One page; raises NotFoundError."""
        page = self._store.pages.get(page_id)
        actor.check_may_see(page.owner_id, "page")
        return page

    def all(
        self,
        actor: Actor,
        status: PageStatus | None = None,
        *,
        offset: int = 0,
        limit: int | None = None,
    ) -> list[PromptPage]:
        """The pages this person sees, newest first."""
        return self._store.pages.all(actor.owner_filter, status, offset=offset, limit=limit)

    def counts(self, actor: Actor) -> dict[PageStatus, int]:
        """The pages this person sees, by status."""
        return self._store.pages.counts(actor.owner_filter)

    def find(
        self, actor: Actor, which: PageFilter, *, offset: int = 0, limit: int | None = None
    ) -> FoundPages:
        """The pages of a filter that this person sees."""
        return self._store.pages.find(actor.owner_filter, which, offset=offset, limit=limit)

    def near_same(self, pages: Iterable[PromptPage]) -> dict[UUID, int]:
        """How many other titles say nearly the same; pages whose title is alone are left out."""
        return self._store.pages.near_same([page.id for page in pages])

    def jobs(self, actor: Actor) -> dict[UUID, str]:
        """The names of the jobs that this person's pages were made from."""
        return self._store.pages.jobs(actor.owner_filter)

    def edit(self, actor: Actor, edits: Sequence[PageEdit]) -> None:
        """Write other words on pages, on all or on none; raises InputError, NotFoundError.

        Tags or an alt text that are left empty stay as they were.
        """
        categories = set(self._choices.categories())
        checked = [self._checked(actor, edit, categories) for edit in edits]
        self._store.pages.edit(checked, self._clock.now())

    def _checked(self, actor: Actor, edit: PageEdit, categories: Collection[str]) -> PageEdit:
        page = self.get(actor, edit.page_id)
        text = edit.text
        if not text.title.strip():
            raise InputError(f"The page “{page.text.title}” needs a title. Write one.")
        if edit.category not in categories and edit.category != page.category:
            raise InputError(
                f"There is no category “{edit.category}”. Choose one of the list, "
                "or add it in Settings."
            )
        words = with_columns(
            replace(page.text, description=""),
            title=text.title,
            description=text.description,
            tags=text.tags,
            alt=text.alt,
        )
        return replace(edit, text=words)

    def change(self, actor: Actor, page_ids: Sequence[UUID], wanted: PageStatus) -> list[str]:
        """Bring every page to a status that may have it; the sentences of those that may not."""
        refused = []
        for page_id in page_ids:
            try:
                self.set_status(actor, [page_id], wanted)
            except StateError as error:
                refused.append(str(error))
        return refused

    def mark_reviewed(self, actor: Actor, page_ids: Sequence[UUID]) -> None:
        """A person has seen these pages, which search engines may list then; NotFoundError."""
        for page_id in page_ids:
            self.get(actor, page_id)
        self._store.pages.mark_reviewed(page_ids, self._clock.now())

    def set_status(self, actor: Actor, page_ids: Sequence[UUID], wanted: PageStatus) -> None:
        """Publish, unpublish, block and so on; raises StateError, NotFoundError, StorageError."""
        pages = [self.get(actor, page_id) for page_id in page_ids]
        unpublished = []
        try:
            for page in pages:
                self._store.pages.set_status(page.id, wanted, actor.id, self._clock.now())
                if page.status is PageStatus.PUBLISHED:
                    unpublished.append(page)
        finally:
            self._withdraw(unpublished)

    def accept(self, actor: Actor, page_id: UUID) -> None:
        """Take a page that the moderation left to a person, who is written down.

        Raises StateError, NotFoundError.
        """
        self.get(actor, page_id)
        self._store.pages.accept(page_id, actor.id, self._clock.now())

    def restore(self, actor: Actor, page_ids: Sequence[UUID]) -> None:
        """Take deletions back; raises StateError when it is too late, NotFoundError."""
        for page_id in page_ids:
            self.get(actor, page_id)
        for page_id in page_ids:
            self._store.pages.restore(page_id, self._clock.now())

    def write_again(self, actor: Actor, page_ids: Sequence[UUID]) -> int:
        """Let the words of pages be written anew, blocked ones left out; how many are to come."""
        public = [
            page_id
            for page_id in page_ids
            if self.get(actor, page_id).status is not PageStatus.BLOCKED
        ]
        return self._again(actor, public, PageWork.WRITE)

    def judge_again(self, actor: Actor, page_ids: Sequence[UUID]) -> int:
        """Ask the moderation about drafts that it has not judged; returns how many."""
        unjudged = [page_id for page_id in page_ids if self.get(actor, page_id).unjudged]
        return self._again(actor, unjudged, PageWork.JUDGE)

    def draw_again(self, actor: Actor, page_ids: Sequence[UUID]) -> int:
        """Make the picture files of pages again; returns how many are to come."""
        return self._again(actor, page_ids, PageWork.DRAW)

    def _again(self, actor: Actor, page_ids: Sequence[UUID], work: PageWork) -> int:
        for page_id in page_ids:
            self.get(actor, page_id)
        asked = self._store.pages.request_again(page_ids, work, self._clock.now())
        self._wake()
        return asked

    def work_progress(self, actor: Actor) -> WorkProgress | None:
        """How far what was last asked for on pages is; None when nothing ever was."""
        return self._store.pages.work_progress(actor.owner_filter)

    def broken(self, actor: Actor) -> list[PromptPage]:
        """Pages of which a picture file is missing in storage; raises StorageError."""
        there = {file.key for file in self._storage.files(PAGE_FILES)}
        return [
            page
            for page in self._store.pages.find(actor.owner_filter, PageFilter()).pages
            if any(variant_key(variant.name) not in there for variant in page.variants)
        ]

    def picture(self, actor: Actor, name: str) -> StoredPicture:
        """A picture file of any page this person sees; raises NotFoundError."""
        actor.check_may_see(self._store.pages.by_variant(name).owner_id, "page")
        return private_picture(self._storage, variant_key(name))

    @property
    def pictures_from(self) -> str:
        """The host, if it is another one, where visitors get the pictures."""
        return self._cdn.origin if self._cdn else ""

    def public_picture(self, name: str) -> StoredPicture:
        """A picture file of a published page, at the CDN if there is one; raises NotFoundError."""
        _published(self._store.pages.by_variant(name))
        key = variant_key(name)
        return StoredPicture(
            mime_type=mime_type(key),
            address=self._public_address(self._cdn, name) if self._cdn else None,
            read=lambda: self._storage.get(key),
        )

    def _public_address(self, cdn: Cdn, name: str) -> str:
        address = cdn.address(variant_key(name))
        try:
            _published(self._store.pages.by_variant(name))
        except NotFoundError:
            # It was unpublished while it was copied.
            cdn.withdraw([variant_key(name)])
            raise
        return address

    def _withdraw(self, pages: Sequence[PromptPage]) -> None:
        """Take the pictures of pages away from visitors; raises StorageError."""
        if self._cdn is None or not pages:
            return
        try:
            self._cdn.withdraw(
                [variant_key(variant.name) for page in pages for variant in page.variants]
            )
        except StorageError as error:
            raise StorageError(
                f"{error} The pages are not published any more, but their pictures can still be "
                "reached at the CDN. Run: python -m bulkgen storage check --sweep"
            ) from error


def _published(page: PromptPage) -> PromptPage:
    if page.status is not PageStatus.PUBLISHED:
        raise NotFoundError("There is no such page.")
    return page
