"""Choices of the installation: categories, defaults, the account's limit, the demo's pace."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from bulkgen.domain.errors import InputError, SetupError
from bulkgen.domain.estimates import check_settings
from bulkgen.domain.jobs import GenerationSettings
from bulkgen.domain.models import Catalogue
from bulkgen.domain.page_rules import PAGE_RULES, PageRules
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import Actor
from bulkgen.domain.prompts import MAX_CATEGORY_CHARACTERS
from bulkgen.domain.rates import Bucket, LimitSource, full_bucket
from bulkgen.ports import Clock, Store, Vault

_FIRST_CATEGORY = "ChatGPT"
_MAX_IMAGES_PER_MINUTE = 100_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the demo's account is."""

    images_per_minute: int
    latency_s: float


#: The demo as it opens: 50 prompts end within 20 seconds.
FAST_PACE = Pace(images_per_minute=250, latency_s=1.5)
#: Seconds a real picture takes, about.
REAL_LATENCY_S = 12.0


class Choices:
    """What admins set for everyone."""

    def __init__(
        self,
        *,
        store: Store,
        vault: Vault,
        catalogue: Catalogue,
        clock: Clock,
        demo: bool,
        fixed_images_per_minute: int | None,
    ) -> None:
        self.catalogue = catalogue
        self.demo = demo
        #: Set by the environment; the Settings page cannot change it.
        self.fixed_images_per_minute = fixed_images_per_minute
        self._store = store
        self._vault = vault
        self._clock = clock

    def categories(self) -> list[str]:
        """The generator categories a page may have."""
        return list(self._store.preferences.get("categories") or [_FIRST_CATEGORY])

    def set_categories(self, actor: Actor, names: Sequence[str]) -> None:
        """Replace the list; raises InputError for a name that cannot be one."""
        actor.must_be_admin()
        cleaned = list(dict.fromkeys(" ".join(name.split()) for name in names if name.strip()))
        if not cleaned:
            raise InputError("At least one category is needed. Write its name.")
        for name in cleaned:
            if len(name) > MAX_CATEGORY_CHARACTERS:
                raise InputError(
                    f"The category “{name[:20]}…” is too long. "
                    f"Use at most {MAX_CATEGORY_CHARACTERS} characters."
                )
        self._store.preferences.set("categories", cleaned)

    def page_rules(self) -> PageRules:
        """What every page has to meet."""
        return PageRules.from_json(self._store.preferences.get(PAGE_RULES))

    def set_page_rules(self, actor: Actor, rules: PageRules) -> None:
        """Ask something else of the pages that are made from now on; raises InputError."""
        actor.must_be_admin()
        rules.check()
        self._store.preferences.set(PAGE_RULES, rules.to_json())

    def default_settings(self) -> GenerationSettings:
        """What a new list starts with; a default that has ended gives way to the catalogue's."""
        stored = self._store.preferences.get("default_settings") or {}
        catalogue = self.catalogue
        settings = GenerationSettings(
            model=stored.get("model", catalogue.default_model),
            size=catalogue.default_size,
            quality=stored.get("quality", catalogue.default_quality),
            images_per_prompt=1,
            output_format=catalogue.default_output_format,
            background="auto",
            output_compression=catalogue.default_output_compression,
            moderation="auto",
            prefix="",
            category=self.categories()[0],
            page_status=str(PageStatus.DRAFT),
        )
        try:
            check_settings(settings, catalogue, self._clock.now().date())
        except InputError:
            return replace(
                settings, model=catalogue.default_model, quality=catalogue.default_quality
            )
        return settings

    def set_defaults(self, actor: Actor, *, model: str, quality: str) -> None:
        """Choose the model and quality a new list starts with; raises InputError."""
        actor.must_be_admin()
        settings = replace(self.default_settings(), model=model, quality=quality)
        check_settings(settings, self.catalogue, self._clock.now().date())
        self._store.preferences.set("default_settings", {"model": model, "quality": quality})

    def images_per_minute(self, actor: Actor) -> int:
        """The limit of the account that pays for this person."""
        return self.bucket(actor).images_per_minute

    def bucket(self, actor: Actor) -> Bucket:
        """What that account may ask for now."""
        now = self._clock.now()
        try:
            known = self._store.buckets.get(self._vault.account(actor.id))
        except SetupError:
            known = None
        if known is None:
            limit = self.catalogue.unknown_images_per_minute
            known = full_bucket(limit, now, LimitSource.ASSUMED)
        return known.at(now)

    def set_images_per_minute(self, actor: Actor, limit: int) -> None:
        """Enter the limit of the account; raises InputError, SetupError."""
        actor.must_be_admin()
        if self.fixed_images_per_minute is not None:
            raise InputError(
                "The limit is set by BULKGEN_IMAGES_PER_MINUTE. Change it there and start again."
            )
        if not 1 <= limit <= _MAX_IMAGES_PER_MINUTE:
            raise InputError("The limit must be a number of images from 1 upwards.")
        self._enter(self._vault.account(actor.id), limit)

    def apply_fixed_limit(self, actor: Actor) -> None:
        """Give the account the limit the environment, or the pace of the demo, sets.

        A limit that OpenAI has corrected since it was set stays corrected.
        """
        limit = self.pace().images_per_minute if self.demo else self.fixed_images_per_minute
        if limit is None:
            return
        try:
            account = self._vault.account(actor.id)
        except SetupError:
            return
        if self._store.buckets.entered_limit(account) != limit:
            self._enter(account, limit)

    def pace(self) -> Pace:
        """How fast the demo's account is."""
        if self.fixed_images_per_minute is not None:
            return Pace(self.fixed_images_per_minute, FAST_PACE.latency_s)
        stored = self._store.preferences.get("pace")
        return Pace(**stored) if stored else FAST_PACE

    def set_pace(self, actor: Actor, pace: Pace) -> None:
        """Make the demo's account faster or slower, and tell the limiter."""
        actor.must_be_admin()
        self._store.preferences.set("pace", asdict(pace))
        self._enter(self._vault.account(actor.id), pace.images_per_minute)

    def latency_s(self) -> float | None:
        """Seconds a picture takes when the provider's own figure does not hold; else None."""
        return self.pace().latency_s if self.demo else None

    def confirm_above_usd(self) -> Decimal:
        """A job that may cost more has to be confirmed."""
        return Decimal(str(self._store.preferences.get("confirm_above_usd") or 20))

    def set_confirm_above_usd(self, actor: Actor, usd: Decimal) -> None:
        """Choose from which sum on a job has to be confirmed."""
        actor.must_be_admin()
        self._store.preferences.set("confirm_above_usd", str(usd))

    def _enter(self, account: str, limit: int) -> None:
        new = full_bucket(self.catalogue.unknown_images_per_minute, self._clock.now())
        self._store.buckets.enter(account, limit, new)
