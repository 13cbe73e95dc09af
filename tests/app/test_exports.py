"""What the gallery offers to download."""

from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.image_filters import Choice
from bulkgen.domain.people import LOCAL_ADMIN
from tests.fakes.installations import submit, wait_for_job
from tests.fakes.screens import OpenPage, open_menu


def _links(app: AppTest) -> dict[str, str]:
    return {link.proto.label: link.proto.url for link in app.get("link_button")}


def test_the_selected_pictures_can_be_downloaded(
    installation: Installation, open_page: OpenPage
) -> None:
    installation.engine.start()
    job_id = submit(installation, ["a boat"], quality="low")
    wait_for_job(installation, job_id)

    app = open_menu(open_page("gallery"), f"creation.more.{job_id}")

    assert _links(app) == {
        "Download originals": f"/app/static/jobs/{job_id}/selected.zip",
        "Download contact sheet": f"/app/static/jobs/{job_id}/contact-sheet.html",
    }
    installation.studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.NONE)
    menus = open_page("gallery").get("popover")
    (menu,) = [one for one in menus if one.proto.popover.label == "Finals and downloads"]
    assert menu.proto.popover.disabled
