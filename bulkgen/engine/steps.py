"""What runs in a slot of the executor: one paid call, or one page."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import structlog
from structlog.contextvars import bound_contextvars

from bulkgen.domain.attempts import Failure, FailureKind
from bulkgen.domain.dispatch import OpenAttempt, SavedImage, UnsavedImage
from bulkgen.domain.errors import InputError, ProviderError, SetupError, StorageError
from bulkgen.domain.images import SUFFIXES, ImageRequest, ProviderAnswer
from bulkgen.domain.jobs import PauseReason
from bulkgen.domain.looks import Look, marks_of
from bulkgen.domain.models import AUTO, Catalogue
from bulkgen.domain.pricing import exact_cost
from bulkgen.domain.storage_keys import image_key, thumbnail_key, unread_key
from bulkgen.engine.accounts import Accounts
from bulkgen.engine.housekeeping import Housekeeping
from bulkgen.engine.page_steps import PageSteps
from bulkgen.engine.patience import patiently
from bulkgen.ports import Clock, ImageProvider, Pictures, Spool, Step, Storage, Store, Vault

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps and the parts they use."""

    store: Store
    spool: Spool
    storage: Storage
    provider: ImageProvider
    pages: PageSteps
    housekeeping: Housekeeping
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
                self.pages.run(subject_id)
            case Step.TIDY:
                self.housekeeping.tidy()

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


def _then_resume(error: StorageError) -> str:
    return f"{error} Then resume."
