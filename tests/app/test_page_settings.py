"""What admins set about pages."""

from decimal import Decimal

from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.moderation import CATEGORIES
from bulkgen.domain.people import LOCAL_ADMIN
from tests.fakes.screens import OpenPage


def _press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def test_a_threshold_is_changed_and_another_taken_away(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("settings")
    app.session_state["settings.moderation.table"] = {
        "edited_rows": {
            CATEGORIES.index("violence"): {"Blocked from": 0.7},
            CATEGORIES.index("sexual"): {"Blocked from": None},
        },
        "added_rows": [],
        "deleted_rows": [],
    }

    _press(app, "Save the thresholds")

    assert not app.exception
    limits = installation.studio.choices.page_rules().thresholds.block_from
    assert limits["violence"] == 0.7
    assert "sexual" not in limits
    assert limits["sexual/minors"] == 0.05


def test_the_tags_of_the_site_are_a_list(installation: Installation, open_page: OpenPage) -> None:
    app = open_page("settings")
    box = next(area for area in app.text_area if area.label.startswith("Tags of the site"))
    box.set_value("Seaside\n\n night  sky\nseaside")
    next(box for box in app.checkbox if "into the picture files" in box.label).check()

    _press(app, "Save the words")

    rules = installation.studio.choices.page_rules()
    assert rules.site_tags == ("seaside", "night sky")
    assert rules.prompt_in_files


def test_what_cannot_be_a_tag_is_told_in_one_sentence(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("settings")
    box = next(area for area in app.text_area if area.label.startswith("Tags of the site"))
    box.set_value("a tag of far too many words to be one")

    _press(app, "Save the words")

    assert "cannot be a tag" in app.error[0].value
    assert installation.studio.choices.page_rules().site_tags == ()


def test_page_text_has_a_budget_of_its_own(installation: Installation, open_page: OpenPage) -> None:
    app = open_page("settings")
    next(box for box in app.number_input if "page text" in box.label).set_value(0.5)

    _press(app, "Save the budgets")

    caps = installation.studio.budgets.now(LOCAL_ADMIN).caps
    assert caps.page_text_day_usd == Decimal("0.5")


def test_unselected_images_are_kept_for_ever_or_for_some_days(
    installation: Installation, open_page: OpenPage
) -> None:
    app = open_page("settings")
    assert installation.studio.choices.page_rules().discard_after_days == 30

    next(box for box in app.number_input if "last page" in box.label).set_value(7)
    _press(app, "Save what becomes of them")
    assert installation.studio.choices.page_rules().discard_after_days == 7
    next(box for box in app.checkbox if box.label == "Keep them for ever").check()
    _press(app, "Save what becomes of them")

    assert installation.studio.choices.page_rules().discard_after_days is None
