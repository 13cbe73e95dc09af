"""What a person does on a screen that runs as a script, and what they read there."""

from collections.abc import Callable, Iterable
from typing import Any

from streamlit.testing.v1 import AppTest

OpenPage = Callable[[str], AppTest]


def click(app: AppTest, label: str) -> AppTest:
    """Press the first button with this label; fails when the screen then does."""
    next(button for button in app.button if button.label.replace("\\", "") == label).click()
    app.run()
    assert not app.exception
    return app


def paste(app: AppTest, *prompts: str) -> AppTest:
    """Bring prompts to the table of Generate through its box."""
    box = next(area for area in app.text_area if area.label.startswith("Paste many"))
    box.set_value("\n".join(prompts))
    return click(app, "Add to the table")


def said(*elements: Iterable[Any]) -> str:
    """What elements of several kinds say, a line each, as it is read."""
    lines = [str(element.value) for some in elements for element in some]
    return "\n".join(lines).replace("\\", "")


def open_menu(app: AppTest, key: str) -> AppTest:
    """Open a menu whose content is drawn only then."""
    app.session_state[key] = True
    return app.run()
