"""What runs in a slot of the executor: one paid call, or one page."""

import os
import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import structlog
from structlog.contextvars import bound_contextvars

from bulkgen.domain.attempts import Failure, FailureKind, Outcome
from bulkgen.domain.dispatch import Lease, NewPageText, OpenAttempt, SavedImage, UnsavedImage
from bulkgen.domain.errors import (
    InputError,
    NotFoundError,
    ProviderError,
    SetupError,
    StorageError,
    StoreError,
)
from bulkgen.domain.images import SUFFIXES, ImageRequest, ProviderAnswer
from bulkgen.domain.jobs import PauseReason
from bulkgen.domain.looks import Look, marks_of
from bulkgen.domain.models import AUTO, Catalogue
from bulkgen.domain.page_text import with_columns, write_page_text
from bulkgen.domain.pages import (
    PageStatus,
    PageStep,
    PageTask,
    PageText,
    PromptPage,
    Variant,
    Verdict,
)
from bulkgen.domain.pricing import exact_cost, page_text_cost, page_text_most
from bulkgen.domain.storage_keys import image_key, thumbnail_key, unread_key, variant_key
from bulkgen.engine.accounts import Accounts
from bulkgen.engine.patience import patiently
from bulkgen.ports import (
    Clock,
    ImageProvider,
    Moderator,
    PageWriter,
    Pictures,
    Spool,
    Step,
    Storage,
    Store,
    Vault,
)

_log = structlog.get_logger()

#: Looks at pictures, however many answers come together: a thread keeps the memory of one picture.
_pictures = ThreadPoolExecutor((os.cpu_count() or 1) + 1, thread_name_prefix="bulkgen-pictures")

_NOT_BROUGHT = Failure(
    kind=FailureKind.UNUSABLE,
    message="The answer broke off before this picture. It may have been charged; retry it.",
)
_UNREADABLE = Failure(
    kind=FailureKind.UNUSABLE,
    message="OpenAI's answer did not hold this picture, and it was charged. Retry it.",
)
_CRASHED = Failure(
    kind=FailureKind.NO_ANSWER, message="bulkgen failed during the call. It may have been charged."
)
_TOO_LATE = Failure(
    kind=FailureKind.NOT_SENT, message="bulkgen was held up and did not send the call."
)
#: A call for page text is not kept alive by the heartbeat; it never takes this long.
_TEXT_LEASE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps and the parts they use."""

    store: Store
    spool: Spool
    storage: Storage
    provider: ImageProvider
    writer: PageWriter
    moderator: Moderator
    pictures: Pictures
    vault: Vault
    catalogue: Catalogue
    clock: Clock
    accounts: Accounts

    def run(self, step: Step, subject_id: UUID) -> None:
        """Run one step to its end."""
        match step:
            case Step.GENERATE_IMAGES:
                self.generate_images(subject_id)
            case Step.SETTLE:
                self.settle(subject_id, again=True)
            case Step.CREATE_PAGE:
                self.create_page(subject_id)

    def crashed(self, step: Step, subject_id: UUID) -> None:
        """Book a step that ended by a fault of ours; an answer in the spool is the sweeper's."""
        if step is Step.GENERATE_IMAGES and self.spool.answer(subject_id) is None:
            self._fail(subject_id, _CRASHED)
        elif step is Step.CREATE_PAGE:
            self.store.engine.fail_page_task(
                subject_id, "bulkgen failed while making the page. Create it again."
            )

    def generate_images(self, attempt_id: UUID) -> None:
        """Send the one call of an attempt; its answer is durable before anything else happens."""
        attempt = patiently(lambda: self.store.engine.open_attempt(attempt_id))
        if attempt is None or attempt.request is None:
            return
        if attempt.lease.until < self.clock.now():
            self._fail(attempt_id, _TOO_LATE)
            return
        with bound_contextvars(
            job_id=str(attempt.job_id), prompt_id=str(attempt.prompt_id), attempt_id=str(attempt_id)
        ):
            self._send(attempt, attempt.request)

    def _send(self, attempt: OpenAttempt, request: ImageRequest) -> None:
        attempt_id = attempt.id
        try:
            key = self.vault.open_key(attempt.owner_id)
            arrival = self.spool.begin(attempt_id)
        except SetupError as error:
            self._fail(attempt_id, Failure(kind=FailureKind.KEY, message=str(error)))
            return
        except StorageError as error:
            self._fail(attempt_id, Failure(kind=FailureKind.NO_ROOM, message=_then_resume(error)))
            return
        try:
            answer = self.provider.generate(request, key, arrival)
            arrival.keep(answer, complete=True)
            self.accounts.answered(attempt.account, answer)
        except ProviderError as error:
            some = arrival.finished()
            if not some:
                arrival.discard()
                self._refused(attempt, error.failure)
                return
            answer = ProviderAnswer(
                images=some,
                usage=None,
                request_id=error.failure.request_id,
                model=request.model,
            )
            arrival.keep(answer, complete=False)
        except StorageError as error:
            arrival.discard()
            self._fail(attempt_id, Failure(kind=FailureKind.NOT_KEPT, message=_then_resume(error)))
            return
        self.settle(attempt_id)

    def settle(self, attempt_id: UUID, *, again: bool = False) -> None:
        """Book an answer that is in the spool and bring its pictures to storage.

        Safe to repeat: a restart and the sweeper call it for whatever they find. When pictures have
        to stay in the spool `again`, their job buys no more.
        """
        spooled = self.spool.answer(attempt_id)
        if spooled is None:
            return
        answer = spooled.answer
        cost = (
            exact_cost(self.catalogue.model(answer.model), answer.usage) if answer.usage else None
        )
        missing = _UNREADABLE if spooled.complete else _NOT_BROUGHT
        unsaved = self.store.engine.settle_bought(spooled, cost, missing, self.clock.now())
        if unsaved is None:
            _log.warning("answer_of_no_call", attempt_id=str(attempt_id))
            return
        _log.info("attempt_bought", attempt_id=str(attempt_id), request_id=answer.request_id)
        try:
            for image in unsaved:
                self._save(image)
            for path in self.spool.unread(spooled):
                self.storage.take(unread_key(attempt_id, path.name), path)
        except FileNotFoundError:
            # Another process is just bringing it to storage; what it leaves is swept up again.
            _log.warning("picture_not_in_spool", attempt_id=str(attempt_id))
            return
        except StorageError as error:
            _log.warning("pictures_not_stored", attempt_id=str(attempt_id), reason=str(error))
            if again and unsaved:
                self._pause_for_storage(unsaved[0].job_id, error)
            return
        self.spool.remove(attempt_id)

    def _pause_for_storage(self, job_id: UUID, error: StorageError) -> None:
        message = f"{error} Pictures wait in the spool and are stored by themselves; then resume."
        self.store.engine.pause(job_id, PauseReason.STORAGE, message)

    def _refused(self, attempt: OpenAttempt, failure: Failure) -> None:
        patiently(lambda: self.accounts.refused(attempt, failure))
        request = attempt.request
        if failure.kind is FailureKind.MODEL and request is not None:
            other = self.catalogue.other_model(request.model)
            message = f"{failure.message} {request.model} can be replaced by {other}."
            failure = replace(failure, message=message)
        self._fail(attempt.id, failure)

    def _fail(self, attempt_id: UUID, failure: Failure) -> None:
        jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
        decision = patiently(
            lambda: self.store.engine.settle_failed(attempt_id, failure, jitter, self.clock.now())
        )
        if decision is not None:
            _log.info(
                "attempt_failed",
                kind=failure.kind,
                http_status=failure.http_status,
                request_id=failure.request_id,
                next_step=decision.next_step,
            )

    def _save(self, image: UnsavedImage) -> None:
        """Move one picture to storage, with its thumbnail; its name is final."""
        path = self.spool.picture(image.attempt_id, image.index)
        keys = {
            output_format: image_key(image.id, image.sha256, suffix, image.created_at)
            for output_format, suffix in SUFFIXES.items()
        }
        stored = None
        if not path.exists():
            stored = next((key for key in keys.values() if self.storage.has(key)), None)
        looked_at = _pictures.submit(self._look_at, image, path, stored).result()
        if looked_at is None:
            return
        (output_format, width_px, height_px), thumbnail, look = looked_at
        self.storage.put(thumbnail_key(image.id), thumbnail)
        if stored is None:
            self.storage.take(keys[output_format], path)
        self.store.engine.image_saved(
            image.id,
            SavedImage(
                storage_key=keys[output_format],
                output_format=output_format,
                width_px=width_px,
                height_px=height_px,
                marks=marks_of(
                    look, None if image.size == AUTO else image.size, f"{width_px}x{height_px}"
                ),
                score=look.score,
                hash=look.hash,
            ),
            self.clock.now(),
        )

    def _look_at(
        self, image: UnsavedImage, path: Path, stored: str | None
    ) -> tuple[tuple[str, int, int], bytes, Look] | None:
        """What the picture is, and its thumbnail; None for a bad one, which is kept."""
        data = path.read_bytes() if stored is None else self.storage.get(stored)
        try:
            described = self.pictures.describe(data)
            thumbnail, look = self.pictures.thumbnail(data)
        except InputError as error:
            self.storage.put(f"unusable/{image.id}", data)
            message = f"{error} It was charged, and its bytes are kept; retry it."
            self.store.engine.image_unusable(image.id, message, self.clock.now())
            return None
        return described, thumbnail, look

    def create_page(self, image_id: UUID) -> None:
        """Make the page of one selected image; making it twice gives one page."""
        try:
            self._create_page(self.store.engine.page_task(image_id))
        except StoreError as error:
            # It is made again when the lease of its task is over.
            _log.warning("page_left", image_id=str(image_id), reason=str(error))
        except (InputError, NotFoundError, StorageError) as error:
            self.store.engine.fail_page_task(image_id, str(error))

    def _create_page(self, task: PageTask) -> None:
        engine = self.store.engine
        engine.page_step(task.image_id, PageStep.CHECKING)
        data = patiently(lambda: self.storage.get(task.storage_key), StorageError)
        jpeg = self.pictures.moderation_jpeg(data)
        key = self.vault.open_key(task.owner_id)
        verdict = self.moderator.judge(task.prompt, jpeg, key)
        engine.page_step(task.image_id, PageStep.WRITING)
        words = self._words(task, jpeg, key)
        title, slug = self.store.pages.name(task.image_id, words.title, task.sha256[:8])
        engine.page_step(task.image_id, PageStep.SAVING)
        variants = self.pictures.make_variants(data, slug, task.sha256)
        patiently(lambda: self._store_variants(variants), StorageError)
        now = self.clock.now()
        status = _page_status(verdict, task.page_status)
        largest = max((variant for variant, _ in variants), key=lambda variant: variant.width_px)
        page = PromptPage(
            id=uuid4(),
            owner_id=task.owner_id,
            job_id=task.job_id,
            image_id=task.image_id,
            slug=slug,
            status=status,
            text=PageText(
                title=title, description=words.description, tags=words.tags, alt=words.alt
            ),
            category=task.category,
            prompt=task.prompt,
            model=task.model,
            width_px=largest.width_px,
            height_px=largest.height_px,
            variants=tuple(variant for variant, _ in variants),
            created_at=now,
            updated_at=now,
            published_at=now if status is PageStatus.PUBLISHED else None,
        )
        self.store.pages.add(page, verdict)

    def _store_variants(self, variants: Sequence[tuple[Variant, bytes]]) -> None:
        for variant, content in variants:
            self.storage.put(variant_key(variant.name), content)

    def _words(self, task: PageTask, jpeg: bytes, key: str) -> PageText:
        """Columns of the sheet win, then the text model, then the rules."""
        row = task.row
        written = None
        if not (row.title and row.description and row.tags and row.alt):
            written = self._buy_words(task, jpeg, key)
        return with_columns(
            written or write_page_text(task.prompt),
            title=row.title,
            description=row.description,
            tags=row.tags,
            alt=row.alt,
        )

    def _buy_words(self, task: PageTask, jpeg: bytes, key: str) -> PageText | None:
        """Ask the text model, as an attempt of its own; None when it gave nothing."""
        model = self.catalogue.text_model
        attempt_id = uuid4()
        now = self.clock.now()
        begun = self.store.engine.begin_page_text(
            NewPageText(
                id=attempt_id,
                job_id=task.job_id,
                prompt_id=task.prompt_id,
                owner_id=task.owner_id,
                account=self.vault.account(task.owner_id),
                model=model.id,
                reserved_usd=page_text_most(model, task.prompt),
                price_version=self.catalogue.price_version,
            ),
            Lease(owner=attempt_id, until=now + _TEXT_LEASE),
            now,
        )
        if not begun:
            _log.info("page_text_over_budget", job_id=str(task.job_id))
            return None
        try:
            written = self.writer.write(task.prompt, jpeg, (), key)
        except ProviderError as error:
            outcome = (
                Outcome.UNKNOWN if error.failure.kind is FailureKind.NO_ANSWER else Outcome.REFUSED
            )
            self.store.engine.settle_page_text(
                attempt_id, outcome, self.clock.now(), failure=error.failure
            )
            return None
        self.store.engine.settle_page_text(
            attempt_id,
            Outcome.BOUGHT,
            self.clock.now(),
            cost=page_text_cost(model, written.usage) if written.usage else None,
            usage=written.usage,
            request_id=written.request_id,
        )
        return written.text


def _then_resume(error: StorageError) -> str:
    return f"{error} Then resume."


def _page_status(verdict: Verdict, wanted: PageStatus) -> PageStatus:
    """What the moderator found decides; where it gave no answer the page stays a draft."""
    if verdict.status is not PageStatus.DRAFT or verdict.unavailable:
        return verdict.status
    return wanted
