"""Review as a script; what its screen does is proved in a browser."""

from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from tests.app.conftest import SHELL
from tests.fakes.app_process import ROOT
from tests.fakes.installations import submit
from tests.fakes.screens import OpenPage


def test_without_a_job_it_says_what_to_do_first(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("review")

    assert [button.label for button in app.button] == ["Write prompts"]


def test_it_opens_the_latest_job(installation: Installation, open_page: OpenPage) -> None:
    submit(installation, 2, images_per_prompt=3)

    app = open_page("review")

    assert not app.error
    assert not app.button


def test_an_address_that_leads_nowhere_says_so(installation: Installation) -> None:
    app = AppTest.from_file(SHELL, default_timeout=30).run()
    app.query_params["job"] = "nonsense"
    app.switch_page(str(ROOT / "pages" / "review.py")).run()

    assert "There is no such job" in app.error[0].value.replace("\\", "")
