"""Every step of a process that outlives it, in order, and its death before one of them."""

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event

from bulkgen.bootstrap import Installation
from bulkgen.domain.images import ImageRequest, ProviderAnswer
from bulkgen.ports import Arrival
from bulkgen.providers.openai import OpenAIImages

_FILE_STEPS = frozenset({"open", "os.mkdir", "os.remove", "os.rename", "os.rmdir"})


class CrashPoints:
    """Writes down each step before it is taken, and kills the process before step `crash_at`.

    A step changes what a restart finds: a commit, a file or folder made, renamed or removed, or a
    call that is sent. The state after one step is the state before the next, so the death before
    each covers the death after each.
    """

    def __init__(self, data_dir: Path, journal: Path, crash_at: int | None) -> None:
        self._data_dir = str(data_dir)
        self._journal = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._crash_at = crash_at
        self._steps = 0
        self._lock = threading.Lock()

    def watch(self, installation: Installation) -> None:
        """Count from now on, for the rest of the process."""
        engine = installation.store.database.engine
        event.listen(engine, "before_cursor_execute", _remember)
        event.listen(engine, "commit", self._on_commit)
        self._watch_calls()
        sys.addaudithook(self._on_audit)

    def _reach(self, step: str) -> None:
        with self._lock:
            self._steps += 1
            os.write(self._journal, f"{step}\n".encode())
            if self._steps == self._crash_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def _on_commit(self, connection: Connection) -> None:
        if connection.get_execution_options().get("bulkgen_write"):
            self._reach(f"commit after {connection.info.get('statement')}")

    def _on_audit(self, name: str, values: tuple[Any, ...]) -> None:
        if name in _FILE_STEPS and self._is_ours(values[0]) and _changes(name, values):
            self._reach(f"{name} {Path(os.fsdecode(values[0])).name}")

    def _is_ours(self, path: Any) -> bool:
        """Whether it lies in the data folder; what a tree's removal names by descriptor does."""
        if not isinstance(path, str | os.PathLike):
            return False
        return os.fsdecode(path).startswith(self._data_dir) or not Path(path).is_absolute()

    def _watch_calls(self) -> None:
        generate = OpenAIImages.generate

        def watched(
            provider: OpenAIImages, request: ImageRequest, key: str, arrival: Arrival
        ) -> ProviderAnswer:
            self._reach("call")
            answer = generate(provider, request, key, arrival)
            self._reach("answer")
            return answer

        OpenAIImages.generate = watched  # type: ignore[method-assign, assignment]  # of this process alone


def _remember(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
    if not statement.lstrip().upper().startswith("SELECT"):
        connection.info["statement"] = " ".join(statement.split()[:3])


def _changes(name: str, values: tuple[Any, ...]) -> bool:
    if name != "open":
        return True
    _, mode, flags = values
    return "w" in mode or "x" in mode if isinstance(mode, str) else bool(flags & os.O_CREAT)
