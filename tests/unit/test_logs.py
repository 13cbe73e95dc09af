import subprocess
import sys
from pathlib import Path

import pytest

from bulkgen import logs
from tests.fakes.app_process import ROOT

#: Secrets as they look, and the part of each that must be nowhere.
CANARIES = {
    "OpenAI key": ("sk-proj-Zt9aQ2mVb7LxKd41Rw0cT3BlbkFJh5Ye8PuNs6GqTf2JiXv3",) * 2,
    "older OpenAI key": ("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",) * 2,
    "service key": ("sk-svcacct-Zt9aQ2_mVb7L-xKd41Rw0cT3BlbkFJh5Ye8PuNs6G",) * 2,
    "Replicate key": ("r8_Hq3vN8sKd02LmPzXw7RtYb5GcFj1AoEiU9T",) * 2,
    "bearer header": (
        "Authorization: Bearer eyJhbGciOi.J9canary.Q2FuYXJ5",
        "eyJhbGciOi.J9canary.Q2FuYXJ5",
    ),
    "encrypted token": ("gAAAAABn" + "Zx9-_Yw8" * 12 + "==", "Zx9-_Yw8Zx9-_Yw8"),
    "storage key": ("K005hQ3vN8sKd02LmPzXw7RtYb5GcFj",) * 2,
    "signed address": (
        "https://b.s3.amazonaws.com/x.webp?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261122"
        "&X-Amz-Expires=60&X-Amz-Signature=" + "0f1e2d3c" * 8,
        "0f1e2d3c0f1e2d3c",
    ),
    "name in a signed address": (
        "https://b.s3.amazonaws.com/x?X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20261122&y=1",
        "AKIAIOSFODNN7EXAMPLE",
    ),
    "database address": ("postgresql+psycopg://bulkgen:tiger-one@db:5432/x", "tiger-one"),
    "password with an at": ("postgresql://bulkgen:tiger@two@db:5432/x", "two"),
    "password with a slash": ("postgresql://bulkgen:tiger/three@db:5432/x", "three"),
    "password alone": ("redis://:tiger-four@cache:6379/0", "tiger-four"),
}
#: A secret that looks like nothing, as it is and as it stands in an address.
PLAIN = r'correct "horse/battery\staple'
PLAIN_FORMS = [PLAIN, "correct%20%22horse%2Fbattery%5Cstaple"]

SCRIPT = r"""
import logging
import sys
import threading

import structlog

from bulkgen import logs

structlog_before = structlog.get_logger()
logs.configure(logging.INFO)
logs.hide(PLAIN)


class Thing:
    def __init__(self, text):
        self.text = text

    def __str__(self):
        return f"a thing with {self.text}"


def fall(secret):
    try:
        raise KeyError(f"inner {secret}")
    except KeyError as error:
        raise ValueError(f"outer {secret}") from error


def run_in_thread(secret):
    thread = threading.Thread(target=fall, args=(secret,))
    thread.start()
    thread.join()


own = logging.getLogger("library.of.its.own")
own.propagate = False
handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(logging.Formatter("own: %(message)s"))
own.addHandler(handler)

for secret in SECRETS:
    logging.getLogger("library").info("plain %s", secret)
    logging.getLogger("library").warning("by name %(secret)s", {"secret": secret})
    logging.getLogger("library").error(Thing(secret))
    logging.getLogger("library").warning("glued" + secret)
    own.error("own %r", {"headers": [secret.encode(), secret]})
    structlog.get_logger().info("event_of_structlog", secret=secret, nested={"a": [secret]})
    structlog_before.bind(secret=secret).warning("bound_event", text=f"x{secret}y")
    try:
        fall(secret)
    except ValueError:
        logging.getLogger("library").exception("with a traceback")
        own.exception("own with a traceback")
        structlog.get_logger().exception("structlog_traceback")
        sys.excepthook(*sys.exc_info())
    run_in_thread(secret)
print("reached the end")
fall(SECRETS[0])
"""

EVERY_WAY = [
    "INFO plain",
    "WARNING by name",
    "ERROR a thing with",
    "WARNING glued",
    "own: own",
    "INFO event=event_of_structlog",
    "WARNING event=bound_event",
    "ERROR with a traceback",
    "own: own with a traceback",
    "ERROR event=structlog_traceback",
]


def run_script(secrets: list[str], script: str = SCRIPT) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, since it changes how that process logs."""
    given = f"SECRETS = {secrets!r}\nPLAIN = {PLAIN!r}\n"
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", given + script],
        capture_output=True,
        text=True,
        cwd=Path(ROOT),
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def output():
    """What a process prints that logs every secret in every way, and then falls."""
    ended = run_script([*(text for text, _ in CANARIES.values()), *PLAIN_FORMS])
    assert ended.returncode == 1
    assert "reached the end" in ended.stdout
    return ended.stdout + ended.stderr


@pytest.mark.parametrize("secret", [secret for _, secret in CANARIES.values()], ids=CANARIES)
def test_no_secret_is_in_any_line_whoever_wrote_it(output, secret):
    assert output.count(secret) == 0


@pytest.mark.parametrize("part", ["battery", "correct", "horse", "staple"])
def test_a_secret_that_looks_like_nothing_is_hidden_by_its_value(output, part):
    assert output.count(part) == 0


@pytest.mark.parametrize("words", EVERY_WAY)
def test_every_way_of_logging_was_taken(output, words):
    assert output.count(words) >= len(CANARIES) + len(PLAIN_FORMS)


def test_errors_nobody_caught_were_printed_with_their_tracebacks(output):
    """Five tracebacks for each secret, two of them outside of logging, and the last one."""
    secrets = len(CANARIES) + len(PLAIN_FORMS)

    assert output.count("ValueError: outer") == 5 * secrets + 1
    assert output.count("KeyError: 'inner") + output.count('KeyError: "inner') == 5 * secrets + 1
    assert "[redacted]" in output.splitlines()[-1]


def test_a_call_of_logging_that_is_wrong_neither_falls_nor_shows_a_secret():
    """As logging itself has it: a library's slip must not stop the program."""
    secret = CANARIES["OpenAI key"][0]

    ended = run_script(
        [secret],
        """
import logging
from bulkgen import logs
logs.configure(logging.INFO)
logging.warning("a number: %d", SECRETS[0])
logging.warning("too many", SECRETS[0])
logging.warning("no name: %(name)s", {"secret": SECRETS[0]})
print("reached the end")
""",
    )

    assert ended.stdout == "reached the end\n"
    assert "a number" in ended.stderr
    assert "too many" in ended.stderr
    assert secret not in ended.stderr


def test_libraries_that_talk_much_are_heard_when_something_is_wrong():
    ended = run_script(
        [],
        """
import logging
from bulkgen import logs
logs.configure(logging.INFO)
for name in ("httpx2", "httpcore2", "alembic.runtime.migration"):
    logging.getLogger(name).info("small talk")
    logging.getLogger(name).warning("something is wrong")
logging.getLogger("bulkgen").debug("details")
""",
    )

    assert ended.stderr.count("something is wrong") == 3
    assert "small talk" not in ended.stderr
    assert "details" not in ended.stderr
    assert ended.stdout == ""


def test_a_line_break_in_a_field_begins_no_line_of_its_own():
    ended = run_script(
        [],
        r"""
import logging
import structlog
from bulkgen import logs
logs.configure(logging.INFO)
structlog.get_logger().info("prompt_read", prompt="one\n2026-11-22 ERROR forged")
""",
    )

    assert len(ended.stderr.splitlines()) == 1
    assert "event=prompt_read" in ended.stderr


@pytest.fixture
def _no_secrets(monkeypatch):
    monkeypatch.setattr(logs, "_secrets", set())


@pytest.mark.parametrize(
    "text",
    [
        "risk-averse",
        "a desk-lamp in a dusk-lit room",
        "task-management",
        "disk-space, mask-wearing, husk-like",
        "ask-me-anything",
        "sk-",
        "sk-proj-",
        "r8_short",
        "Bearer of news",
        "gAAAA",
        "http://127.0.0.1:8501/p/red-apple",
        "https://pictures.example/a@b.webp",
        "images/2026/11/0f1e2d3c.webp",
        "a ratio of 16:9 @ 60 Hz",
        "",
    ],
)
@pytest.mark.usefixtures("_no_secrets")
def test_ordinary_words_stay(text):
    assert logs.redact(text) == text


@pytest.mark.parametrize(("text", "secret"), CANARIES.values(), ids=CANARIES)
@pytest.mark.usefixtures("_no_secrets")
def test_what_is_round_a_secret_stays(text, secret):
    line = logs.redact(f"before the key {text} and after it")

    assert secret not in line
    assert line.startswith("before the key ")
    assert line.endswith(" and after it")
    assert "[redacted]" in line


@pytest.mark.usefixtures("_no_secrets")
def test_a_secret_that_begins_like_another_is_hidden_to_its_end():
    secrets = ["canary" + "x" * length for length in range(20)]
    for secret in secrets:
        logs.hide(secret)

    assert [logs.redact(secret) for secret in secrets] == ["[redacted]"] * 20


@pytest.mark.usefixtures("_no_secrets")
def test_nothing_is_no_secret():
    logs.hide("")

    assert logs.redact("every word stays") == "every word stays"
