"""Finds a Chromium for the browser tests, or brings one: `python -m tests.browser.chromium`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

#: Quiet, and asking nobody.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable() -> str | None:
    """The path of a Chromium of the system; None leaves the choice to Playwright."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def main() -> int:
    """Make sure that there is one; ends with a sentence when there is none."""
    if executable() or _playwright_has_one() or _installed():
        return 0
    sys.stderr.write(
        "The browser tests need Chromium and it could not be installed. "
        "Install the package chromium of your system and try again.\n"
    )
    return 1


def _playwright_has_one() -> bool:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow, and seldom needed

    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def _installed() -> bool:
    sys.stderr.write("Installing Chromium for the browser tests ...\n")
    return _run(sys.executable, "-m", "playwright", "install", "chromium") or (
        hasattr(os, "geteuid")
        and os.geteuid() == 0
        and shutil.which("apt-get") is not None
        and _run("apt-get", "update", "-qq")
        and _run("apt-get", "install", "-y", "-qq", "chromium")
    )


def _run(*command: str) -> bool:
    result = subprocess.run(command, check=False, capture_output=True)
    return result.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
