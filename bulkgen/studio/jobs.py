"""Jobs: start a list, and steer it while it runs."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

from bulkgen.domain.errors import InputError
from bulkgen.domain.estimates import row_problem
from bulkgen.domain.jobs import GenerationSettings, Job, NewJob, PauseReason
from bulkgen.domain.people import Actor
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.rates import expected_s
from bulkgen.domain.receipts import Receipt
from bulkgen.domain.sheets import Sheet, first_words, plain_name, submission_token
from bulkgen.ports import Clock, Store, Vault
from bulkgen.studio.checks import CheckedList, Checks
from bulkgen.studio.choices import Choices

#: A job of the highest priority gets a thousand turns for one of the lowest.
MAX_PRIORITY = 10


class Jobs:
    """What a person does with whole lists."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        choices: Choices,
        checks: Checks,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._vault = vault
        self._choices = choices
        self._checks = checks
        self._clock = clock
        self._wake = wake

    def needs_confirmation(self, checked: CheckedList) -> bool:
        """Whether a person has to agree to the sum first; nothing is charged in demo mode."""
        return (
            not self._choices.demo and checked.estimate.most_usd > self._choices.confirm_above_usd()
        )

    def submit(
        self,
        actor: Actor,
        rows: Sequence[PromptRow],
        settings: GenerationSettings,
        *,
        name: str,
        sheet: Sheet | None = None,
        click_id: UUID | None = None,
        budget_usd: Decimal | None = None,
        try_first: int | None = None,
        leave_problems: bool = False,
        use_earlier: bool = False,
        draft_ids: Sequence[UUID] = (),
    ) -> UUID:
        """Start a job; the same content of one sheet or one `click_id` gives the same job again.

        The sheet is gone then, unless another tab has written a newer revision of it. With
        `leave_problems` rows that may not be sent stay behind in it, and with `use_earlier`
        pictures that are there already are taken instead of being made again. With `draft_ids` each
        row is sent as it is written and gives the final of one of these images. Raises InputError
        when a row may not be sent or there is no room for the pictures, and SetupError when nobody
        pays.
        """
        if not rows:
            raise InputError("There is no prompt yet. Write or upload some first.")
        checked = self._checks.check(
            actor, rows, settings, use_earlier=use_earlier, as_sent=bool(draft_ids)
        )
        if checked.obstacles:
            raise InputError(checked.obstacles[0])
        if checked.problems and not (leave_problems and checked.rows):
            first = checked.problems[0]
            raise InputError(f"Prompt {first.line}: {first.reason}")
        if budget_usd is not None and budget_usd <= 0:
            raise InputError("The budget must be more than $0.")
        self._vault.account(actor.id)
        earlier = checked.earlier
        job_id = self._store.jobs.add(
            NewJob(
                id=uuid4(),
                owner_id=actor.id,
                name=plain_name(name) or first_words(checked.rows),
                settings=settings,
                rows=checked.rows,
                estimated_usd=checked.estimate.cost.about_usd,
                budget_usd=budget_usd or checked.budget_usd,
                submission_token=submission_token(
                    sheet.id if sheet else click_id or uuid4(), checked.rows, settings
                ),
                try_first=try_first if try_first and try_first < len(checked.rows) else None,
                created_at=self._clock.now(),
                earlier=earlier.by_row if use_earlier and earlier else {},
                drafts=dict(enumerate(draft_ids)),
            )
        )
        if sheet is not None:
            left = tuple(rows[problem.line - 1] for problem in checked.problems)
            self._store.sheets.keep_only(actor.id, sheet, left, self._clock.now())
        self._wake()
        return job_id

    def get(self, actor: Actor, job_id: UUID) -> Job:
        """One job; raises NotFoundError."""
        job = self._store.jobs.get(job_id)
        actor.check_may_see(job.owner_id, "job")
        return job

    def all(self, actor: Actor) -> list[Job]:
        """The jobs this person sees, newest first."""
        return self._store.jobs.all(actor.owner_filter)

    def rows(self, actor: Actor, job_id: UUID) -> list[PromptRow]:
        """The prompts of a job."""
        return self._store.jobs.rows(self.get(actor, job_id).id)

    def remaining_s(self, actor: Actor, job: Job) -> float:
        """Seconds until the last image of a running job is there, if nothing fails."""
        model = self._choices.catalogue.model(job.settings.model)
        latency_s = self._choices.latency_s() or model.median_latency_s
        bucket = self._choices.bucket(actor)
        if not job.images.pending:
            return latency_s / 2
        return expected_s(bucket, job.images.pending, latency_s)

    def cancel(self, actor: Actor, job_id: UUID) -> None:
        """Start no more calls; those under way end and are kept. Raises StateError."""
        self._store.jobs.cancel(self.get(actor, job_id).id, self._clock.now())

    def pause(self, actor: Actor, job_id: UUID) -> None:
        """Start no more calls until resumed; raises StateError."""
        self._store.jobs.pause(
            self.get(actor, job_id).id, PauseReason.PERSON, "Paused. Resume to go on."
        )

    def resume(self, actor: Actor, job_id: UUID) -> None:
        """Go on after a pause; raises StateError."""
        self._store.jobs.resume(self.get(actor, job_id).id, self._clock.now())
        self._wake()

    def retry(self, actor: Actor, job_id: UUID, image_id: UUID | None = None) -> int:
        """Ask again for each image that failed, or for one; returns how many. Raises StateError."""
        images = self._store.jobs.retry(self.get(actor, job_id).id, image_id, self._clock.now())
        self._wake()
        return images

    def redo(self, actor: Actor, image_id: UUID, text: str) -> UUID:
        """Make an image again with this prompt; returns the image that will hold it.

        A picture that is there stays, and the new one comes beside it. Raises InputError,
        StateError, NotFoundError.
        """
        image = self._store.images.get(image_id)
        actor.check_may_see(image.owner_id, "image")
        job = self._store.jobs.get(image.job_id)
        row = replace(self._store.jobs.rows(job.id)[image.prompt_number - 1], text=text.strip())
        if not row.text:
            raise InputError("The prompt is empty. Write one.")
        today = self._clock.now().date()
        problem = row_problem(row, job.settings, self._choices.catalogue, today)
        if problem is not None:
            raise InputError(problem)
        made_in = self._store.jobs.redo(image_id, row.text, self._clock.now())
        self._wake()
        return made_in

    def receipt(self, actor: Actor, job_id: UUID) -> Receipt:
        """Every call of a job that cost money, or may have."""
        return Receipt(calls=self._store.jobs.attempts(self.get(actor, job_id).id))

    def set_priority(self, actor: Actor, job_id: UUID, priority: int) -> None:
        """Give the job turns more often: twice as often for each step; raises InputError."""
        if not 0 <= priority <= MAX_PRIORITY:
            raise InputError(f"The priority must be from 0 to {MAX_PRIORITY}.")
        self._store.jobs.set_priority(self.get(actor, job_id).id, priority)
        self._wake()

    def set_budget(self, actor: Actor, job_id: UUID, budget_usd: Decimal) -> None:
        """Give the job another budget; a job that waits for one goes on. Raises InputError."""
        job = self.get(actor, job_id)
        committed_usd = job.cost_usd + job.reserved_usd
        if budget_usd <= committed_usd:
            raise InputError(
                f"${committed_usd:.2f} is spent or held already. Choose a larger budget."
            )
        self._store.jobs.set_budget(job.id, budget_usd)
        if job.pause_reason is PauseReason.BUDGET:
            self._store.jobs.resume(job.id, self._clock.now())
        self._wake()
