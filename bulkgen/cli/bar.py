"""A progress bar on standard error; plain lines where that is no terminal."""

import sys
import time

_WIDTH = 30
_LINE_EVERY_S = 5.0


class ProgressBar:
    """Draws how far something is."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._last: tuple[str, float] = ("", 0.0)

    def draw(self, done: int, total: int, words: str) -> None:
        """Show the state if it changed; outside a terminal at most every five seconds."""
        text = f"{done}/{total} {words}"
        shown, at = self._last
        now = time.monotonic()
        if text == shown or (not self._terminal and done < total and now - at < _LINE_EVERY_S):
            return
        self._last = (text, now)
        if self._terminal:
            filled = _WIDTH * done // max(1, total)
            sys.stderr.write(f"\r[{'#' * filled}{'.' * (_WIDTH - filled)}] {text}\x1b[K")
        else:
            sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._terminal:
            sys.stderr.write("\n")
