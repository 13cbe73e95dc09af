"""Joins the parts; the only module that knows them all."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module, resources

import httpx2
import structlog
from typing_extensions import override

from bulkgen import logs
from bulkgen.demo.process import DemoServer
from bulkgen.domain.errors import SetupError, storage_error
from bulkgen.domain.models import Catalogue
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.presets import Style, styles_from_json
from bulkgen.engine import Engine
from bulkgen.engine.accounts import Accounts
from bulkgen.engine.executors import MAX_THREADS
from bulkgen.engine.housekeeping import Housekeeping
from bulkgen.engine.page_steps import PageSteps
from bulkgen.engine.spool import FolderSpool
from bulkgen.engine.steps import Steps
from bulkgen.moderators.openai import OpenAIModerator
from bulkgen.ports import Cdn, Clock, EngineLock, ImageProvider, Storage
from bulkgen.providers import PROVIDERS
from bulkgen.records.engine_lock import engine_lock_of
from bulkgen.records.store import SqlStore
from bulkgen.records.vault import EnvironmentVault
from bulkgen.settings import Settings, unknown_settings
from bulkgen.storage import open_storage, variants
from bulkgen.storage.cdn import PublicCopies, cloudflare_purge
from bulkgen.studio import Studio
from bulkgen.studio.budgets import Budgets
from bulkgen.studio.checks import Checks
from bulkgen.studio.choices import Choices
from bulkgen.studio.column_choices import ColumnChoices
from bulkgen.studio.discards import DiscardedImages
from bulkgen.studio.exports import Exports
from bulkgen.studio.finals import Finals
from bulkgen.studio.gallery import Gallery
from bulkgen.studio.health import HealthCheck
from bulkgen.studio.jobs import Jobs
from bulkgen.studio.pages import Pages
from bulkgen.studio.presets import Presets
from bulkgen.studio.review import Reviews
from bulkgen.studio.sheets import Sheets
from bulkgen.studio.site import PublicSite
from bulkgen.studio.storage import StorageCheck
from bulkgen.writers.openai import OpenAIPageWriter

#: The demo's server takes any key; this one says whose it is.
_DEMO_KEY = "demo-key-of-bulkgen"
#: Connections kept for the next call; each of them is asked at every call whether it still is one.
_IDLE = 16

_log = structlog.get_logger()


class SystemClock(Clock):
    """The machine's clock."""

    @override
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """One installation, open in this process."""

    settings: Settings
    store: SqlStore
    storage: Storage
    studio: Studio
    engine: Engine
    engine_lock: EngineLock
    demo_server: DemoServer | None
    http_client: httpx2.Client

    def close(self, timeout_s: float | None = None) -> None:
        """Let open calls end, at most this long or as long as is set, and let go of everything."""
        self.engine.stop(self.settings.stop_timeout_s if timeout_s is None else timeout_s)
        if self.demo_server is not None:
            self.demo_server.stop()
        self.http_client.close()
        self.store.close()


def open_installation(settings: Settings) -> Installation:
    """Open the data of these settings, bring its schema up to date, and join all parts.

    The engine is not started. Raises SetupError, StorageError, StoreError.
    """
    clock = SystemClock()
    catalogue = read_catalogue()
    store = _open_store(settings)
    storage = open_storage(settings.effective_storage_url)
    http_client = httpx2.Client(
        limits=httpx2.Limits(max_connections=MAX_THREADS, max_keepalive_connections=_IDLE)
    )
    cdn = _open_cdn(settings, storage, http_client)
    spool = FolderSpool(settings.folder / "spool")
    vault = EnvironmentVault(_key(settings))
    choices = Choices(
        store=store,
        vault=vault,
        catalogue=catalogue,
        clock=clock,
        demo=settings.demo_mode,
        fixed_images_per_minute=settings.images_per_minute,
    )
    choices.apply_fixed_limit(LOCAL_ADMIN)
    demo_server = DemoServer() if settings.demo_mode else None
    base_url = _address(settings, choices, demo_server)
    page_steps = PageSteps(
        store=store,
        storage=storage,
        writer=OpenAIPageWriter(catalogue.text_model, base_url, http_client),
        moderator=OpenAIModerator(
            catalogue.moderation_model,
            base_url,
            http_client,
            lambda: choices.page_rules().thresholds,
        ),
        pictures=variants,
        vault=vault,
        catalogue=catalogue,
        clock=clock,
    )
    steps = Steps(
        store=store,
        spool=spool,
        storage=storage,
        provider=load_provider("openai")(base_url, http_client),
        pages=page_steps,
        housekeeping=Housekeeping(store=store, storage=storage, clock=clock),
        pictures=variants,
        vault=vault,
        catalogue=catalogue,
        clock=clock,
        accounts=Accounts(store, clock),
    )
    engine_lock = engine_lock_of(store.database)
    engine = Engine(steps, engine_lock)
    return Installation(
        settings=settings,
        store=store,
        storage=storage,
        studio=_join_studio(
            steps, choices, engine, engine_lock, cdn=cdn, max_rows=settings.max_rows
        ),
        engine=engine,
        engine_lock=engine_lock,
        demo_server=demo_server,
        http_client=http_client,
    )


@contextmanager
def opened(settings: Settings) -> Iterator[Installation]:
    """An installation for the length of one command."""
    installation = open_installation(settings)
    try:
        yield installation
    finally:
        installation.close()


def read_catalogue() -> Catalogue:
    """The catalogue that comes with the program."""
    file = resources.files("bulkgen.domain") / "catalogue.json"
    return Catalogue.from_json(file.read_text(encoding="utf-8"))


def _read_styles() -> dict[str, Style]:
    """The styles that come with the program."""
    file = resources.files("bulkgen.domain") / "styles.json"
    return styles_from_json(file.read_text(encoding="utf-8"))


def load_provider(name: str) -> Callable[..., ImageProvider]:
    """The class of a registered provider, imported now."""
    module, _, class_name = PROVIDERS[name].partition(":")
    provider: Callable[..., ImageProvider] = getattr(import_module(module), class_name)
    return provider


def installation() -> Installation:
    """The installation of this process, opened at the first call; its engine is not started."""
    global _installation  # noqa: PLW0603 - one for each process, whatever imports this
    with _opening:
        if _installation is None:
            logs.configure(logging.INFO)
            for sentence in unknown_settings():
                _log.warning("unknown_setting", message=sentence)
            _installation = open_installation(Settings.read())
        return _installation


def close_installation() -> None:
    """Close the installation of this process, if it was opened."""
    global _installation  # noqa: PLW0603 - see above
    with _opening:
        if _installation is not None:
            _installation.close()
            _installation = None


_opening = threading.Lock()
_installation: Installation | None = None


def _open_store(settings: Settings) -> SqlStore:
    try:
        settings.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, settings.folder) from None
    store = SqlStore(settings.effective_database_url, settings.zone)
    store.migrate()
    demo = store.preferences.get("demo")
    if demo is None:
        store.preferences.set("demo", settings.demo_mode)
    elif demo is not settings.demo_mode:
        kind = "demo pictures" if demo else "real pictures"
        raise SetupError(
            f"The database holds {kind}, and demo mode is {'on' if settings.demo_mode else 'off'}. "
            "Set BULKGEN_DATABASE_URL or BULKGEN_DEMO so that they fit."
        )
    return store


def _open_cdn(settings: Settings, storage: Storage, client: httpx2.Client) -> Cdn | None:
    url, public_url = settings.cdn_url, settings.cdn_storage_url
    zone, token = settings.cloudflare_zone, settings.cloudflare_token
    if bool(url) != bool(public_url):
        raise SetupError("BULKGEN_CDN_URL and BULKGEN_CDN_STORAGE_URL need each other. Set both.")
    if bool(zone) != bool(token):
        raise SetupError(
            "BULKGEN_CLOUDFLARE_ZONE and BULKGEN_CLOUDFLARE_TOKEN need each other. Set both."
        )
    if not (url and public_url):
        return None
    if public_url == settings.effective_storage_url:
        raise SetupError(
            "BULKGEN_CDN_STORAGE_URL is the storage of everything. Name a bucket of its own."
        )
    purge = None
    if zone and token:
        logs.hide(token.get_secret_value())
        purge = cloudflare_purge(client, zone, token.get_secret_value())
    return PublicCopies(storage, open_storage(public_url), url, purge)


def _key(settings: Settings) -> str | None:
    if settings.demo_mode:
        return _DEMO_KEY
    return settings.openai_api_key.get_secret_value() if settings.openai_api_key else None


def _address(
    settings: Settings, choices: Choices, demo_server: DemoServer | None
) -> Callable[[], str | None]:
    """Where OpenAI's API is; in demo mode that starts the server and keeps its pace."""

    def base_url() -> str | None:
        if demo_server is None:
            return settings.openai_base_url
        pace = choices.pace()
        demo_server.set_pace(pace.images_per_minute, pace.latency_s)
        return demo_server.base_url

    return base_url


def _join_studio(
    steps: Steps,
    choices: Choices,
    engine: Engine,
    engine_lock: EngineLock,
    *,
    cdn: Cdn | None,
    max_rows: int,
) -> Studio:
    store, clock = steps.store, steps.clock
    checks = Checks(
        store=store,
        vault=steps.vault,
        choices=choices,
        moderator=steps.pages.moderator,
        clock=clock,
        free_bytes=steps.spool.free_bytes,
        max_rows=max_rows,
    )
    jobs = Jobs(
        store=store,
        vault=steps.vault,
        choices=choices,
        checks=checks,
        clock=clock,
        wake=engine.wake,
    )
    return Studio(
        choices=choices,
        column_choices=ColumnChoices(store),
        sheets=Sheets(store, clock),
        checks=checks,
        presets=Presets(store=store, choices=choices, clock=clock, styles=_read_styles()),
        jobs=jobs,
        gallery=Gallery(store, steps.storage, steps.pictures, clock),
        reviews=Reviews(store, clock),
        finals=Finals(store, jobs, checks),
        exports=Exports(store, steps.storage, clock),
        pages=Pages(
            store=store,
            storage=steps.storage,
            cdn=cdn,
            choices=choices,
            clock=clock,
            wake=engine.wake,
        ),
        storage=StorageCheck(
            store=store,
            storage=steps.storage,
            cdn=cdn,
            pictures=steps.pictures,
            clock=clock,
        ),
        discards=DiscardedImages(store, clock),
        site=PublicSite(store, steps.storage),
        budgets=Budgets(store, clock, engine.wake),
        health=HealthCheck(
            store=store,
            spool=steps.spool,
            clock=clock,
            engine_lock=engine_lock,
            dispatches=lambda: engine.dispatches,
        ),
    )
