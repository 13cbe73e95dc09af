import pytest


@pytest.fixture
def quick_migrations() -> None:
    """The migrations themselves are tested here."""
