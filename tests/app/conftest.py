from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from bulkgen import bootstrap
from bulkgen.bootstrap import Installation
from tests.fakes.app_process import ROOT
from tests.fakes.screens import OpenPage

SHELL = str(ROOT / "bulkgen" / "ui" / "shell.py")


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """This process's own installation, in demo mode, its engine at rest."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BULKGEN_DEMO", "BULKGEN_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BULKGEN_DATA_DIR", str(tmp_path / "data"))
    yield bootstrap.installation()
    bootstrap.close_installation()


@pytest.fixture
def paying_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """The same with a key, so that a job would be charged."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-of-bulkgen")
    monkeypatch.setenv("BULKGEN_DATA_DIR", str(tmp_path / "data"))
    yield bootstrap.installation()
    bootstrap.close_installation()


@pytest.fixture
def open_page() -> OpenPage:
    """Opens a screen by the name of its script."""

    def open_page(name: str) -> AppTest:
        app = AppTest.from_file(SHELL, default_timeout=30).run()
        if name != "generate":
            app.switch_page(str(ROOT / "pages" / f"{name}.py")).run()
        assert not app.exception
        return app

    return open_page


@pytest.fixture
def generate(installation: Installation, open_page: OpenPage) -> AppTest:
    """The first screen, empty."""
    return open_page("generate")
