"""Measurements beside their goals: `make bench`, or `python -m tests.bench limit cpu`."""

import logging
import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bulkgen import logs
from tests.bench import (
    accounts,
    cpu,
    crash,
    demo,
    dispatching,
    fairness,
    gallery,
    limit,
    long_lists,
    memory,
    pages,
    peers,
    review,
    site,
    table,
)
from tests.bench.processes import ROOT
from tests.bench.rows import Row, markdown, text_line

_GROUPS: dict[str, Callable[[], Iterator[Row]]] = {
    "limit": limit.rows,
    "accounts": accounts.rows,
    "cpu": cpu.rows,
    "memory": memory.rows,
    "lists": long_lists.rows,
    "dispatcher": dispatching.rows,
    "fairness": fairness.rows,
    "crash": crash.rows,
    "pool": peers.rows,
    "gallery": gallery.rows,
    "painter": demo.painter_rows,
    "demo": demo.rows,
    "table": table.rows,
    "review": review.rows,
    "pages": pages.rows,
    "site": site.rows,
}
_DOCUMENT = ROOT / "docs" / "benchmarks.md"
_LIBRARIES = ("openai", "httpx2", "SQLAlchemy", "pybase64", "Pillow")


def main(names: Sequence[str]) -> int:
    """Measure these groups, or all of them, which writes the document; the exit code."""
    unknown = [name for name in names if name not in _GROUPS]
    if unknown:
        sys.stderr.write(f"There is no group {unknown[0]}; there are {', '.join(_GROUPS)}.\n")
        return 2
    logs.configure(logging.WARNING)
    rows = list(_print_all(row for name in names or _GROUPS for row in _GROUPS[name]()))
    if not names:
        _DOCUMENT.write_text(_document(rows), encoding="utf-8")
    return 0


def _print_all(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        sys.stdout.write(text_line(row))
        sys.stdout.flush()
        yield row


def _document(rows: Sequence[Row]) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return f"""# Benchmarks

{datetime.now(UTC):%-d %B %Y}, {os.cpu_count()} cores ({_processor()}), {platform.system()}, \
Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}.

`make bench` measures all of this again and writes this page; \
`python -m tests.bench limit cpu` measures some groups ({", ".join(_GROUPS)}) and prints them.

{markdown(rows)}
## How it is measured

The engine runs in a process of its own, without Streamlit, against the demo server in another:
prepared pictures, a bucket of the account's images per minute, latencies log-normal with a median
of 12 s and a sigma of 0.35.
Time runs ten times as fast for both, and the pictures are scaled likewise: 150 kB, one thumbnail
for ten of them. Figures of images of full size run at five times the speed or in real time.

- **Share of the limit used**: images bought, over what the limit allowed from the first call to
  the last call admitted. Three minutes' worth of images, median of five seeds.
- **Wall over ideal**: from the first call to the last image saved, over two minutes of refill and
  one median latency. A perfect client reaches 1.07, since the last pictures are not all of median
  latency.
- **CPU**: "answer to settled" is the time of the call's thread from the headers of the answer to
  the commit of its attempt; "whole process" is that of 600 images less that of none, divided.
- **Review**: Chromium without a screen, 200 prompts x 4 WebP pictures of 768 pixels, a key every
  100 ms. From the moment the browser has the key to the frame that shows all four pictures of the
  next prompt; the median of three runs.
- **Public site**: 10,000 pages of a made-up store, five files of 20 kB each; answers of the app
  without a network, an export by the command without its start; medians of 20 answers and of 3
  exports.
- **Plain thread pool**: `ThreadPoolExecutor`, `images.generate` with the SDK's two retries, base64,
  a file. Its waits between retries are scaled too.
"""


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
