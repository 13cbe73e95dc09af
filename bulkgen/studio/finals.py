"""Finals: the selected drafts of a job, made once more at another quality."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from bulkgen.domain.errors import InputError, StateError
from bulkgen.domain.images import GeneratedImage, ImageStatus
from bulkgen.domain.jobs import GenerationSettings, Job
from bulkgen.domain.people import Actor
from bulkgen.domain.prompts import MAX_IMAGES_PER_PROMPT, PromptRow, final_prompt
from bulkgen.ports import Store
from bulkgen.studio.checks import CheckedList, Checks
from bulkgen.studio.jobs import Jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalsChoice:
    """How finals are made."""

    model: str
    quality: str
    #: None leaves each picture in the size of its draft.
    size: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalsOffer:
    """What finals of the selected drafts would take."""

    finals: int
    checked: CheckedList
    #: How many pictures the drafts' job has, and what all of them would have cost like this.
    everything: int
    everything_usd: Decimal
    drafts_usd: Decimal

    @property
    def saved_usd(self) -> Decimal | None:
        """Less than making everything like this, the drafts counted; None when it is not less."""
        cost = self.checked.estimate.cost
        saved_usd = self.everything_usd - self.drafts_usd - cost.about_usd
        return saved_usd if cost.known and saved_usd > 0 else None


class Finals:
    """Makes finals of drafts, and puts them in the drafts' place.

    A final is a new picture of the same words: a model paints anew each time, so it may show
    something else than its draft.
    """

    def __init__(self, store: Store, jobs: Jobs, checks: Checks) -> None:
        self._store = store
        self._jobs = jobs
        self._checks = checks

    def offer(self, actor: Actor, job_id: UUID, choice: FinalsChoice) -> FinalsOffer:
        """Price the finals of a job's selected images; raises InputError, StateError."""
        job = self._jobs.get(actor, job_id)
        drafts = self._drafts(job)
        rows = self._store.jobs.rows(job_id)
        settings = _settings(job, choice)
        checked = self._checks.check(actor, _rows(rows, drafts, choice), settings, as_sent=True)
        each = min(MAX_IMAGES_PER_PROMPT, -(-job.images.total // job.prompts))
        before, after = job.settings.prefix, job.settings.suffix
        every = [
            replace(
                _final(row, final_prompt(before, row.text, after), choice),
                images=row.images or each,
            )
            for row in rows
        ]
        everything = self._checks.check(actor, every, settings, as_sent=True).estimate
        return FinalsOffer(
            finals=len(drafts),
            checked=checked,
            everything=everything.images,
            everything_usd=everything.cost.about_usd,
            drafts_usd=job.cost_usd,
        )

    def make(self, actor: Actor, job_id: UUID, choice: FinalsChoice, click_id: UUID) -> UUID:
        """Start a job with a final of each selected image; returns its id.

        The same `click_id` gives the same job. Raises InputError, StateError, SetupError.
        """
        job = self._jobs.get(actor, job_id)
        drafts = self._drafts(job)
        return self._jobs.submit(
            actor,
            _rows(self._store.jobs.rows(job_id), drafts, choice),
            _settings(job, choice),
            name=f"Finals of {job.name}",
            click_id=click_id,
            draft_ids=[draft.id for draft in drafts],
        )

    def pairs(
        self, actor: Actor, image: GeneratedImage
    ) -> list[tuple[GeneratedImage, GeneratedImage]]:
        """Each draft and final that an image belongs to, as far as both are there."""
        actor.check_may_see(image.owner_id, "image")
        pairs = [(image, final) for final in self._store.images.finals(image.id)]
        if image.draft_id is not None:
            pairs.append((self._store.images.get(image.draft_id), image))
        return [
            (draft, final)
            for draft, final in pairs
            if draft.status is final.status is ImageStatus.COMPLETED
        ]

    def choose(self, actor: Actor, final_id: UUID, *, final: bool) -> None:
        """Select a final instead of its draft, or the draft instead of the final."""
        image = self._store.images.get(final_id)
        actor.check_may_see(image.owner_id, "image")
        if image.draft_id is None:
            raise StateError("This image is not the final of another.")
        chosen, other = (final_id, image.draft_id) if final else (image.draft_id, final_id)
        self._store.images.select_instead(chosen, other)

    def _drafts(self, job: Job) -> list[GeneratedImage]:
        drafts = self._store.images.selected(job.id)
        if not drafts:
            raise InputError("No picture is selected. Select those that you want finals of.")
        return drafts


def _settings(job: Job, choice: FinalsChoice) -> GenerationSettings:
    """The drafts' own; their words hold what is put round every prompt already."""
    return replace(
        job.settings,
        model=choice.model,
        quality=choice.quality,
        size=choice.size or job.settings.size,
        images_per_prompt=1,
        prefix="",
        suffix="",
    )


def _rows(
    rows: Sequence[PromptRow], drafts: Sequence[GeneratedImage], choice: FinalsChoice
) -> list[PromptRow]:
    return [_final(rows[draft.prompt_number - 1], draft.sent_prompt, choice) for draft in drafts]


def _final(row: PromptRow, words: str, choice: FinalsChoice) -> PromptRow:
    size = None if choice.size else row.size
    return replace(row, text=words, model=None, quality=None, size=size, images=None)
