"""Logging: an event name and fields, and no key in any line, whoever wrote it."""

import logging
import re
import sys
import threading
import traceback
from types import TracebackType
from typing import Any
from urllib.parse import quote

import structlog

_HIDDEN = "[redacted]"
#: OpenAI and Replicate keys, bearer headers, encrypted tokens, storage keys, signed addresses.
_PATTERNS = re.compile(
    r"sk-[A-Za-z0-9_-]{12,}"
    r"|r8_[A-Za-z0-9]{20,}"
    r"|gAAAA[A-Za-z0-9_=-]{60,}"
    r"|K00\d[A-Za-z0-9+/]{27}"
    r"|(?<=Bearer )[^\s'\"]{12,}"
    r"|(?<=X-Amz-Signature=)[0-9a-f]+"
    r"|(?<=X-Amz-Credential=)[^&\s]+"
    r"|(?<=://)[^\s/@:]*:[^\s'\"]+(?=@)"
)

_secrets: set[str] = set()
_plain_record = logging.LogRecord


def hide(secret: str) -> None:
    """Keep this value out of every log line and traceback of the process from now on."""
    if secret:
        forms = {secret, repr(secret)[1:-1]}
        # The same between the quotation marks of a field of a log line.
        quoted = {form.replace("\\", "\\\\").replace('"', '\\"') for form in forms}
        _secrets.update(forms, quoted, {quote(secret, safe="")})


def redact(text: str) -> str:
    """The text without keys: known values first, then whatever looks like one."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return _PATTERNS.sub(_HIDDEN, text)


def configure(level: int) -> None:
    """Send every log line of the process, redacted, to standard error."""
    logging.setLogRecordFactory(_redacted_record)
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    for chatty in ("alembic", "httpx2", "httpcore2"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["event"], bool_as_flag=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _print_exception
    threading.excepthook = _print_thread_exception


def _redacted_record(*args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: ANN401 - logging's own signature
    record = _plain_record(*args, **kwargs)
    message = _message(record)
    if record.exc_info and record.exc_info[0] is not None:
        message += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        record.exc_info = None
    record.msg = redact(message)
    record.args = None
    return record


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        # Logging never raises because of a call that does not fit its own text.
        return f"{record.msg} {record.args!r}"


def _print_exception(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    sys.stderr.write(redact("".join(traceback.format_exception(kind, error, trace))))


def _print_thread_exception(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        _print_exception(args.exc_type, args.exc_value, args.exc_traceback)
