"""Prompt pages: made from selected images, edited, published."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from bulkgen.domain.errors import InputError, NotFoundError, StateError, StorageError
from bulkgen.domain.page_text import with_columns
from bulkgen.domain.pages import PageProgress, PageStatus, PageText, PromptPage
from bulkgen.domain.people import Actor
from bulkgen.domain.storage_keys import mime_type, variant_key
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

    def edit(self, actor: Actor, page_id: UUID, text: PageText, category: str) -> None:
        """Write other words on a page; raises InputError, NotFoundError."""
        page = self.get(actor, page_id)
        if not text.title.strip():
            raise InputError("A page needs a title. Write one.")
        if category not in (*self._choices.categories(), page.category):
            raise InputError(f"There is no category “{category}”. Choose one of the list.")
        words = with_columns(
            replace(page.text, description="", tags=(), alt=""),
            title=text.title,
            description=text.description,
            tags=text.tags,
            alt=text.alt or page.text.alt,
        )
        self._store.pages.edit(page_id, words, category, self._clock.now())

    def set_status(self, actor: Actor, page_ids: Sequence[UUID], wanted: PageStatus) -> None:
        """Publish, unpublish, accept and so on; raises StateError, NotFoundError, StorageError."""
        pages = [self.get(actor, page_id) for page_id in page_ids]
        unpublished = []
        try:
            for page in pages:
                self._store.pages.set_status(page.id, wanted, self._clock.now())
                if page.status is PageStatus.PUBLISHED:
                    unpublished.append(page)
        finally:
            self._withdraw(unpublished)

    def picture(self, actor: Actor, name: str) -> StoredPicture:
        """A picture file of any page this person sees; raises NotFoundError."""
        actor.check_may_see(self._store.pages.by_variant(name).owner_id, "page")
        return private_picture(self._storage, variant_key(name))

    def published(self) -> list[PromptPage]:
        """What every visitor sees, newest first."""
        return self._store.pages.all(None, PageStatus.PUBLISHED)

    def public_page(self, slug: str) -> PromptPage:
        """The published page at an address; raises NotFoundError for drafts too."""
        return _published(self._store.pages.by_slug(slug))

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
            address=self._cdn.address(key) if self._cdn else None,
            read=lambda: self._storage.get(key),
        )

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
