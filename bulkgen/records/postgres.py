"""Connections to Postgres."""

from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import make_conninfo
from psycopg.types.string import StrDumper
from sqlalchemy import URL, Engine, create_engine, event
from typing_extensions import override

from bulkgen.domain.errors import SetupError

_POOL_SIZE = 4
_MORE_WHEN_BUSY = 4
#: A process that freezes inside a transaction keeps others waiting no longer than this.
_FROZEN_MS = 5_000
#: The same wait that SQLite allows.
_LOCK_TIMEOUT_MS = 30_000
#: A server that is cut off is given up, instead of being waited for without end.
_DEFAULTS = {
    "application_name": "bulkgen",
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


class _TextDumper(StrDumper):
    """Text without the one character that Postgres cannot keep."""

    @override
    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\x00", ""))


def open_postgres(url: URL) -> Engine:
    """A small pool; what the address itself sets wins over the defaults."""
    options = [
        str(url.query.get("options", "")),
        f"-c idle_in_transaction_session_timeout={_FROZEN_MS} -c lock_timeout={_LOCK_TIMEOUT_MS}",
    ]
    given = {"options": " ".join(options).strip()}
    given |= {name: value for name, value in _DEFAULTS.items() if name not in url.query}
    try:
        make_conninfo("", **{name: str(value) for name, value in url.query.items()})
    except ProgrammingError as error:
        raise SetupError(
            f"The address of the database sets what Postgres does not know: {str(error).strip()}."
        ) from None
    engine = create_engine(
        url,
        pool_size=_POOL_SIZE,
        max_overflow=_MORE_WHEN_BUSY,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=given,
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:  # noqa: ANN401 - a raw DBAPI object
        connection.adapters.register_dumper(str, _TextDumper)

    return engine
