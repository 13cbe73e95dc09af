"""The public pages as their owner sees them: their settings, what is reviewed, the download."""

import pytest
from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.pages import PageStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.site import Site
from tests.fakes.published import add_pages, store_pictures
from tests.fakes.screens import OpenPage, said
from tests.unit.publishers.pages import a_page


def save_site(app: AppTest, **given: object) -> AppTest:
    """Fill fields of the site's form by the beginning of their labels, and save."""
    fields = [*app.text_input, *app.text_area, *app.color_picker, *app.checkbox]
    for label, value in given.items():
        words = label.replace("_", " ")
        next(field for field in fields if field.label.startswith(words)).set_value(value)
    next(button for button in app.button if button.label == "Save the public pages").click()
    return app.run()


def test_the_settings_of_the_site_are_kept(installation: Installation, open_page: OpenPage) -> None:
    app = save_site(
        open_page("settings"),
        Name="Cats & <b>dogs</b>",
        Footer="Made with care.",
        Accent_on_light="#aa2200",
        Search_engines=True,
    )

    assert not app.exception
    assert installation.studio.site.settings() == Site(
        name="Cats & <b>dogs</b>",
        footer="Made with care.",
        accent_light="#aa2200",
        index_unreviewed=True,
    )


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("Address_of_a_logo", "javascript:alert(1)", "Write a whole address"),
        ("Accent_on_light", "#ffff00", "Choose a darker one"),
        ("Name", " ", "The site needs a name"),
    ],
)
def test_what_cannot_be_shown_is_told_and_changes_nothing(
    installation: Installation, open_page: OpenPage, field: str, value: str, reason: str
) -> None:
    app = save_site(open_page("settings"), **{field: value})

    assert reason in said(app.error)
    assert installation.studio.site.settings() == Site()


def test_a_page_is_reviewed_when_a_person_opens_it(
    installation: Installation, open_page: OpenPage
) -> None:
    opened, other = add_pages(installation.store, [a_page(1), a_page(2)])
    store_pictures(installation.storage, [opened, other])
    app = open_page("prompt_pages")

    app.button(key=f"pages.Edit.{opened.id}").click().run()

    assert installation.store.pages.get(opened.id).reviewed_at is not None
    assert installation.store.pages.get(other.id).reviewed_at is None


def test_publishing_alone_is_no_review(installation: Installation, open_page: OpenPage) -> None:
    (page,) = add_pages(installation.store, [a_page(1, status=PageStatus.DRAFT)])
    app = open_page("prompt_pages")

    next(button for button in app.button if button.label == "Publish 1 draft").click().run()

    published = installation.studio.pages.get(LOCAL_ADMIN, page.id)
    assert (published.status, published.reviewed_at) == (PageStatus.PUBLISHED, None)


def test_the_website_can_be_downloaded_once_something_is_published(
    installation: Installation, open_page: OpenPage
) -> None:
    page = a_page(1, status=PageStatus.DRAFT)
    (page,) = add_pages(installation.store, [page])

    assert "Download the website" not in _links(open_page("prompt_pages"))
    installation.studio.pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.PUBLISHED)
    assert "Download the website" in _links(open_page("prompt_pages"))


def _links(app: AppTest) -> list[str]:
    return [element.proto.label for element in app.get("link_button")]
