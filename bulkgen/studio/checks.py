"""What is known of a list before it is started: what may be sent, and what it will take."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from bulkgen.domain.budgets import starting_budget
from bulkgen.domain.dispatch import image_request
from bulkgen.domain.errors import InputError, StorageError
from bulkgen.domain.estimates import Estimate, Observed, check_settings, estimate, row_problem
from bulkgen.domain.filling import Blank, blanks, filled, has_option_lists, remarks
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.people import Actor
from bulkgen.domain.prompts import Problem, PromptRow
from bulkgen.ports import Clock, Moderator, Store, Vault
from bulkgen.studio.choices import Choices

#: Room that must stay free on the disk beside what a job needs.
_SPARE_BYTES = 200 * 1024 * 1024
_MEGABYTE = 1024 * 1024
#: Tokens are an observation from so many images on.
_LEAST_OBSERVED = 5
_OBSERVED_FOR = timedelta(minutes=1)
#: Prompts in one question to the moderation.
_JUDGED_AT_ONCE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Pictures that are there already, made with the same prompts and settings."""

    #: How many prompts of the list have some.
    prompts: int
    images: int
    #: What making them once more would cost.
    about_usd: Decimal
    last_at: datetime
    #: Index of the row in `CheckedList.rows` -> the images, as many as it asks for at most.
    by_row: Mapping[int, tuple[UUID, ...]]

    @property
    def sentence(self) -> str:
        """Such as "2 prompts were made before with the same settings"."""
        prompts = "1 prompt was" if self.prompts == 1 else f"{self.prompts:,} prompts were"
        return f"{prompts} made before with the same settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedList:
    """A list before it is started: what may be sent, what may not, and what it will take."""

    #: With every variable filled in, and one for each option of a list.
    rows: tuple[PromptRow, ...]
    #: For each of them, the place in the list of the row it comes from, from 1.
    places: tuple[int, ...]
    #: By the place of the row in the list, from 1.
    problems: tuple[Problem, ...]
    #: Why nothing of the list can be started, beside rows with problems.
    obstacles: tuple[str, ...]
    warnings: tuple[str, ...]
    has_option_lists: bool
    blanks: Mapping[str, Blank]
    earlier: Earlier | None
    estimate: Estimate
    #: What its job may spend when the person says nothing else.
    budget_usd: Decimal
    #: What the budgets of the day and the month leave; None where there is none.
    left_usd: Decimal | None


@dataclass(slots=True)
class _Read:
    """Rows taken apart into those that may be sent and those that may not."""

    rows: list[PromptRow] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Checks:
    """Looks at lists before anything is spent."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        choices: Choices,
        moderator: Moderator,
        clock: Clock,
        free_bytes: Callable[[], int],
        max_rows: int,
    ) -> None:
        self._store = store
        self._vault = vault
        self._moderator = moderator
        self._choices = choices
        self._clock = clock
        self._free_bytes = free_bytes
        self._max_rows = max_rows
        self._observed: tuple[datetime, Observed] | None = None

    def check(
        self,
        actor: Actor,
        rows: Sequence[PromptRow],
        settings: GenerationSettings,
        *,
        use_earlier: bool = False,
        as_sent: bool = False,
    ) -> CheckedList:
        """Look at every row and price those that may be sent; raises InputError for settings.

        With `use_earlier`, pictures that are there already are not priced. With `as_sent`, rows
        hold no variables and lists, only text.
        """
        now = self._clock.now()
        catalogue = self._choices.catalogue
        check_settings(settings, catalogue, now.date())
        read = self._read(rows, settings, as_sent=as_sent)
        earlier = self._earlier(actor, read.rows, settings)
        whole = made = self._estimate(actor, read.rows, settings)
        if use_earlier and earlier is not None:
            made = self._estimate(actor, _without(read.rows, settings, earlier), settings)
        left_usd = self._left_usd(actor, now)
        models = {row.model or settings.model for row in read.rows} | {settings.model}
        ending = [catalogue.model(name).lifecycle_warning(now.date()) for name in sorted(models)]
        warnings = [*filter(None, ending), *remarks(rows, read.rows)]
        if left_usd is not None and made.cost.about_usd > left_usd:
            warnings.append(
                f"The budgets leave ${left_usd:.2f} and this list costs about "
                f"${made.cost.about_usd:.2f}. The job pauses when the budget is reached."
            )
        return CheckedList(
            rows=tuple(read.rows),
            places=tuple(read.places),
            problems=tuple(read.problems),
            obstacles=tuple(self._obstacles(len(rows), made)),
            warnings=tuple(warnings),
            has_option_lists=any(map(has_option_lists, rows)),
            blanks=blanks(rows),
            earlier=earlier,
            estimate=made,
            budget_usd=starting_budget(whole.most_usd),
            left_usd=left_usd,
        )

    def moderate(self, actor: Actor, prompts: Sequence[str]) -> Iterator[Mapping[str, str | None]]:
        """Ask the free moderation about prompts, some at a time.

        Yields, for each that was judged, the sentence against it or None; those that could not be
        judged are left out. Raises SetupError when there is no key.
        """
        key = self._vault.open_key(actor.id)
        wanted = list(dict.fromkeys(prompts))
        for start in range(0, len(wanted), _JUDGED_AT_ONCE):
            some = wanted[start : start + _JUDGED_AT_ONCE]
            verdicts = self._moderator.judge_prompts(some, key)
            yield {
                prompt: verdict.objection
                for prompt, verdict in zip(some, verdicts, strict=True)
                if not verdict.unavailable
            }

    def _read(
        self, rows: Sequence[PromptRow], settings: GenerationSettings, *, as_sent: bool
    ) -> _Read:
        against = (settings, self._choices.catalogue, self._clock.now().date())
        read = _Read()
        for index, row in enumerate(rows):
            try:
                made = [row]
                if not as_sent:
                    most = self._max_rows - len(read.rows)
                    made = filled(row, most, settings.expansion, index)
                reason = next(filter(None, (row_problem(one, *against) for one in made)), None)
            except InputError as error:
                reason = str(error)
            if reason is None:
                read.rows += made
                read.places += [index + 1] * len(made)
            else:
                read.problems.append(Problem(index + 1, reason))
        return read

    def _estimate(
        self, actor: Actor, rows: Sequence[PromptRow], settings: GenerationSettings
    ) -> Estimate:
        return estimate(
            rows,
            settings,
            self._choices.catalogue,
            bucket=self._choices.bucket(actor),
            waiting_images=self._store.jobs.waiting_images(),
            latency_s=self._choices.latency_s(),
            observed=self._tokens(),
        )

    def _tokens(self) -> Observed:
        """What our own calls have taken, looked up once in a while."""
        now = self._clock.now()
        if self._observed is None or not timedelta() <= now - self._observed[0] < _OBSERVED_FOR:
            found = self._store.jobs.observed_tokens()
            enough = {kind: seen for kind, seen in found.items() if seen.images >= _LEAST_OBSERVED}
            self._observed = now, MappingProxyType(enough)
        return self._observed[1]

    def _earlier(
        self, actor: Actor, rows: Sequence[PromptRow], settings: GenerationSettings
    ) -> Earlier | None:
        requests = [image_request(row, settings) for row in rows]
        prints = [request.fingerprint for request in requests]
        found = self._store.images.made_before(actor.id, set(prints))
        by_row = {
            index: found[wanted].ids[-request.images :]
            for index, (wanted, request) in enumerate(zip(prints, requests, strict=True))
            if wanted in found
        }
        if not by_row:
            return None
        again = [replace(rows[index], images=len(ids)) for index, ids in by_row.items()]
        return Earlier(
            prompts=len(by_row),
            images=sum(map(len, by_row.values())),
            about_usd=self._estimate(actor, again, settings).cost.about_usd,
            last_at=max(images.last_at for images in found.values()),
            by_row=by_row,
        )

    def _left_usd(self, actor: Actor, now: datetime) -> Decimal | None:
        caps = self._store.spending.caps()
        left: list[Decimal] = []
        if caps.person_day_usd is not None:
            day = self._store.spending.of_day(actor.id, now)
            left.append(day.left_usd(caps.person_day_usd))
        if caps.month_usd is not None:
            month = self._store.spending.of_month(now)
            left.append(month.left_usd(caps.month_usd))
        return max(Decimal(0), min(left)) if left else None

    def _obstacles(self, rows: int, needed: Estimate) -> Iterator[str]:
        if rows > self._max_rows:
            yield f"The list has {rows:,} prompts; {self._max_rows:,} is the most. Split it."
        try:
            free_bytes = self._free_bytes()
        except StorageError as error:
            yield str(error)
            return
        if needed.disk_bytes + _SPARE_BYTES > free_bytes:
            yield (
                f"The pictures need about {needed.disk_bytes // _MEGABYTE + 1:,} MB and "
                f"{free_bytes // _MEGABYTE:,} MB is free, of which "
                f"{_SPARE_BYTES // _MEGABYTE} MB must stay free. Free some space first."
            )


def _without(
    rows: Sequence[PromptRow], settings: GenerationSettings, earlier: Earlier
) -> list[PromptRow]:
    """What is left to be made when earlier pictures are used."""
    left: list[PromptRow] = []
    for index, row in enumerate(rows):
        images = settings.images_of(row)
        missing = images - len(earlier.by_row.get(index, ()))
        if missing:
            left.append(row if missing == images else replace(row, images=missing))
    return left
