"""Settings, from the environment or a `.env` file beside the program."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self
from urllib.parse import quote
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bulkgen.domain.errors import SetupError
from bulkgen.domain.prompts import ListLimits
from bulkgen.domain.tables import MAX_RECORDS

ROOT = Path(__file__).resolve().parent.parent
_PREFIX = "BULKGEN_"
_ENV_FILE = ROOT / ".env"


class Settings(BaseSettings):
    """What an installation can set; each field is one environment variable."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, extra="ignore", frozen=True
    )

    database_url: str | None = Field(
        None, description="Address of the database. Default: a SQLite file in the data folder."
    )
    data_dir: Path = Field(
        ROOT / "data",
        description="Folder for everything bulkgen writes. Demo mode uses `demo` inside it.",
    )
    storage_url: str | None = Field(
        None,
        description="Where pictures are kept, a `file:` or `s3:` URL. Default: in the data folder.",
    )
    cdn_url: str | None = Field(
        None, description="Where a CDN serves the pictures of published pages."
    )
    cdn_storage_url: str | None = Field(
        None, description="The public storage behind that CDN; pictures are copied there."
    )
    cloudflare_zone: str | None = Field(
        None, description="Id of the Cloudflare zone in which unpublished pictures are purged."
    )
    cloudflare_token: SecretStr | None = Field(
        None, description="Token for that, with the right Cache Purge."
    )
    images_per_minute: int | None = Field(
        None,
        ge=1,
        description="Limit of the OpenAI account; when set, it wins over the Settings page.",
    )
    max_upload_mb: int = Field(
        ListLimits().megabytes,
        ge=1,
        le=50,
        description="Megabytes an uploaded list may have, 1 to 50.",
    )
    max_rows: int = Field(
        ListLimits().rows,
        ge=1,
        le=MAX_RECORDS,
        description="Prompts one list or one job may have, 1 to 100000.",
    )
    demo: bool | None = Field(
        None,
        description="1 forces demo mode, 0 forbids it. Default: on while there is no OpenAI key.",
    )
    public_url: str | None = Field(
        None, description="Address visitors use, when it is not this machine's own."
    )
    time_zone: str = Field(
        "UTC", description="Where days and months of budgets are counted, such as Europe/Berlin."
    )
    stop_timeout_s: float = Field(
        25.0, ge=0, description="Seconds that calls under way may take to end when bulkgen stops."
    )
    master_keys: SecretStr | None = Field(
        None, description="Keys that encrypt stored API keys; newest first. Not used yet."
    )
    openai_api_key: SecretStr | None = Field(
        None, validation_alias="OPENAI_API_KEY", description="The OpenAI key that pays."
    )
    openai_base_url: str | None = Field(
        None,
        validation_alias="OPENAI_BASE_URL",
        description="Another address that speaks OpenAI's API.",
    )

    @field_validator("data_dir")
    @classmethod
    def _expanded(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("public_url", "cdn_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/") if value else None

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("must be a time zone such as Europe/Berlin")
        return value

    @classmethod
    def read(cls) -> Self:
        """The settings of this process; raises SetupError with one sentence for a wrong value."""
        try:
            return cls(_env_file=_ENV_FILE)  # type: ignore[call-arg]  # pydantic-settings' own argument
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            name = str(first["loc"][0]).upper()
            if not name.startswith(("OPENAI_", _PREFIX)):
                name = _PREFIX + name
            reason = first["msg"].removeprefix("Value error, ")
            raise SetupError(f"The setting {name} cannot be used: {reason}.") from None

    @property
    def demo_mode(self) -> bool:
        """Whether pictures are painted locally and nothing is charged."""
        return self.openai_api_key is None if self.demo is None else self.demo

    @property
    def list_limits(self) -> ListLimits:
        """The most an uploaded list may be."""
        return ListLimits(rows=self.max_rows, megabytes=self.max_upload_mb)

    @property
    def zone(self) -> ZoneInfo:
        """Where days and months are counted."""
        return ZoneInfo(self.time_zone)

    @property
    def folder(self) -> Path:
        """Where this mode keeps its data; the two modes never share one."""
        return self.data_dir / "demo" if self.demo_mode else self.data_dir

    @property
    def effective_database_url(self) -> str:
        """Where the database is."""
        return self.database_url or f"sqlite:///{quote(str(self.folder / 'bulkgen.db'))}"

    @property
    def effective_storage_url(self) -> str:
        """Where pictures are kept."""
        return self.storage_url or f"file:{self.folder / 'storage'}"


def setting_names() -> list[str]:
    """Every environment variable bulkgen reads."""
    return [
        str(field.validation_alias or _PREFIX + name.upper())
        for name, field in Settings.model_fields.items()
    ]


def unknown_settings() -> list[str]:
    """A sentence for each `BULKGEN_*` name that is set and means nothing."""
    known = set(setting_names())
    return [_sentence(name) for name in sorted(_given_names()) if name.upper() not in known]


def _given_names() -> set[str]:
    names: Iterable[str] = [*os.environ, *dotenv_values(_ENV_FILE)]
    return {name for name in names if name.upper().startswith(_PREFIX)}


def _sentence(name: str) -> str:
    # Without the prefix, which would make any two names look alike.
    known = {known.removeprefix(_PREFIX): known for known in setting_names()}
    near = difflib.get_close_matches(name.upper().removeprefix(_PREFIX), known, n=1)
    hint = f" Did you mean {known[near[0]]}?" if near else ""
    return f"{name} is not a setting of bulkgen and is ignored.{hint}"
