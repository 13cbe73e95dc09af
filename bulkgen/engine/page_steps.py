"""From a selected image to its page, and what is done to that page again later."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import structlog

from bulkgen.domain.attempts import FailureKind, Outcome
from bulkgen.domain.dispatch import Lease, NewPageText
from bulkgen.domain.errors import (
    InputError,
    NotFoundError,
    ProviderError,
    SetupError,
    StateError,
    StorageError,
    StoreError,
)
from bulkgen.domain.models import Catalogue
from bulkgen.domain.page_rules import PAGE_RULES, PageRules
from bulkgen.domain.page_text import with_columns, write_page_text
from bulkgen.domain.pages import (
    PageStatus,
    PageStep,
    PageTask,
    PageText,
    PageWork,
    PromptPage,
    Variant,
    Verdict,
)
from bulkgen.domain.pricing import page_text_cost, page_text_most
from bulkgen.domain.storage_keys import variant_key
from bulkgen.engine.patience import patiently
from bulkgen.ports import Clock, Moderator, PageWriter, Pictures, Storage, Store, Vault

_log = structlog.get_logger()

#: A call for page text is not kept alive by the heartbeat; it never takes this long.
_TEXT_LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSteps:
    """The work on one page, and the parts it uses; doing it twice gives one page."""

    store: Store
    storage: Storage
    writer: PageWriter
    moderator: Moderator
    pictures: Pictures
    vault: Vault
    catalogue: Catalogue
    clock: Clock

    def run(self, image_id: UUID) -> None:
        """Do what is asked for about one selected image."""
        work: dict[PageWork, Callable[[PageTask], None]] = {
            PageWork.CREATE: self._create,
            PageWork.WRITE: self._write_again,
            PageWork.JUDGE: self._judge_again,
            PageWork.DRAW: self._draw_again,
        }
        try:
            task = self.store.engine.page_task(image_id)
            work[task.work](task)
        except StoreError as error:
            # It is done again when the lease of its task is over.
            _log.warning("page_left", image_id=str(image_id), reason=str(error))
        except (InputError, NotFoundError, SetupError, StateError, StorageError) as error:
            self.store.engine.fail_page_task(image_id, str(error))

    def _create(self, task: PageTask) -> None:
        engine = self.store.engine
        engine.page_step(task.image_id, PageStep.CHECKING)
        data = self._picture(task)
        jpeg = self.pictures.moderation_jpeg(data)
        key = self.vault.open_key(task.owner_id)
        verdict = self.moderator.judge(task.prompt, jpeg, key)
        engine.page_step(task.image_id, PageStep.WRITING)
        rules = self._rules()
        words, note = self._words(task, jpeg, key, rules, bought=verdict.status)
        title, slug = self.store.pages.name(task.image_id, words.title, task.sha256[:8])
        engine.page_step(task.image_id, PageStep.SAVING)
        variants, placeholder = self._draw(task, data, slug, rules)
        now = self.clock.now()
        status = _page_status(verdict, task.page_status)
        largest = max(variants, key=lambda variant: variant.width_px)
        page = PromptPage(
            id=uuid4(),
            owner_id=task.owner_id,
            job_id=task.job_id,
            image_id=task.image_id,
            slug=slug,
            status=status,
            text=replace(words, title=title),
            category=task.category,
            prompt=task.prompt,
            model=task.model,
            width_px=largest.width_px,
            height_px=largest.height_px,
            variants=variants,
            created_at=now,
            updated_at=now,
            published_at=now if status is PageStatus.PUBLISHED else None,
            verdict=verdict,
            placeholder=placeholder,
        )
        self.store.pages.add(page, note)

    def _write_again(self, task: PageTask) -> None:
        """New words for a page; where none can be bought it keeps those it has."""
        engine = self.store.engine
        engine.page_step(task.image_id, PageStep.WRITING)
        jpeg = self.pictures.moderation_jpeg(self._picture(task))
        rules = self._rules()
        key = self.vault.open_key(task.owner_id)
        words, note = self._words(task, jpeg, key, rules, since_asked=True)
        if note:
            engine.fail_page_task(task.image_id, f"{note} The page keeps its words.")
        else:
            self.store.pages.rewrite(task.image_id, words, self.clock.now())

    def _judge_again(self, task: PageTask) -> None:
        engine = self.store.engine
        engine.page_step(task.image_id, PageStep.CHECKING)
        jpeg = self.pictures.moderation_jpeg(self._picture(task))
        key = self.vault.open_key(task.owner_id)
        verdict = self.moderator.judge(task.prompt, jpeg, key)
        if verdict.unavailable:
            engine.fail_page_task(task.image_id, "The moderation gave no answer. Ask it later.")
        else:
            self.store.pages.judged(task.image_id, verdict, self.clock.now())

    def _draw_again(self, task: PageTask) -> None:
        self.store.engine.page_step(task.image_id, PageStep.SAVING)
        data = self._picture(task)
        variants, placeholder = self._draw(task, data, task.slug, self._rules())
        self.store.pages.drawn(task.image_id, variants, placeholder)

    def _rules(self) -> PageRules:
        return PageRules.from_json(self.store.preferences.get(PAGE_RULES))

    def _draw(
        self, task: PageTask, data: bytes, slug: str, rules: PageRules
    ) -> tuple[tuple[Variant, ...], str]:
        """Bring the sizes of a picture to storage; they, and the placeholder for all of them."""
        prompt = task.prompt if rules.prompt_in_files else None
        files = self.pictures.make_variants(data, slug, task.sha256, prompt)
        patiently(lambda: self._store_files(files), StorageError)
        smallest = min(files, key=lambda file: file[0].width_px)
        return tuple(variant for variant, _ in files), self.pictures.placeholder(smallest[1])

    def _store_files(self, files: Sequence[tuple[Variant, bytes]]) -> None:
        for variant, content in files:
            self.storage.put(variant_key(variant.name), content)

    def _picture(self, task: PageTask) -> bytes:
        return patiently(lambda: self.storage.get(task.storage_key), StorageError)

    def _words(
        self,
        task: PageTask,
        jpeg: bytes,
        key: str,
        rules: PageRules,
        *,
        bought: PageStatus = PageStatus.DRAFT,
        since_asked: bool = False,
    ) -> tuple[PageText, str | None]:
        """Columns of the sheet win, then the text model, then the rules, and why it is these.

        Nothing is bought for a page that is blocked.
        """
        row = task.row
        written, note = None, None
        complete = row.title and row.description and row.tags and row.alt
        if not complete and bought is not PageStatus.BLOCKED:
            fingerprint = _fingerprint(task.prompt)
            written = self.store.engine.bought_page_text(
                task.prompt_id, fingerprint, task.requested_at if since_asked else None
            )
            if written is None:
                written, note = self._buy_words(task, jpeg, key, rules.site_tags, fingerprint)
        words = with_columns(
            written or write_page_text(task.prompt, rules.site_tags),
            title=row.title,
            description=row.description,
            tags=row.tags,
            alt=row.alt,
        )
        return words, note

    def _buy_words(
        self,
        task: PageTask,
        jpeg: bytes,
        key: str,
        site_tags: tuple[str, ...],
        fingerprint: str,
    ) -> tuple[PageText | None, str | None]:
        """Ask the text model, as an attempt of its own; None and why when it gave nothing."""
        engine = self.store.engine
        model = self.catalogue.text_model
        attempt_id = uuid4()
        now = self.clock.now()
        full = engine.begin_page_text(
            NewPageText(
                id=attempt_id,
                job_id=task.job_id,
                prompt_id=task.prompt_id,
                owner_id=task.owner_id,
                account=self.vault.account(task.owner_id),
                model=model.id,
                reserved_usd=page_text_most(model, task.prompt),
                price_version=self.catalogue.price_version,
                fingerprint=fingerprint,
            ),
            Lease(owner=attempt_id, until=now + _TEXT_LEASE),
            now,
        )
        if full is not None:
            _log.info("page_text_over_budget", job_id=str(task.job_id), reason=full)
            return None, full
        try:
            written = self.writer.write(task.prompt, jpeg, site_tags, key)
        except ProviderError as error:
            lost = error.failure.kind is FailureKind.NO_ANSWER
            outcome = Outcome.UNKNOWN if lost else Outcome.REFUSED
            engine.settle_page_text(attempt_id, outcome, self.clock.now(), failure=error.failure)
            return None, error.failure.message
        engine.settle_page_text(
            attempt_id,
            Outcome.BOUGHT,
            self.clock.now(),
            cost=page_text_cost(model, written.usage) if written.usage else None,
            usage=written.usage,
            request_id=written.request_id,
            text=written.text,
        )
        return written.text, None


def _fingerprint(prompt: str) -> str:
    return sha256(f"page text\0{prompt}".encode("utf-8", "surrogatepass")).hexdigest()


def _page_status(verdict: Verdict, wanted: PageStatus) -> PageStatus:
    """What the moderator found decides; where it gave no answer the page stays a draft."""
    return wanted if verdict.clean else verdict.status
