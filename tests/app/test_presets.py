"""Styles and presets on Generate."""

from streamlit.testing.v1 import AppTest

from bulkgen.bootstrap import Installation
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.presets import Style
from tests.fakes.installations import a_choice
from tests.fakes.screens import OpenPage, click


def _choose(app: AppTest, label: str, name: str | None) -> AppTest:
    next(box for box in app.selectbox if box.label == label).set_value(name)
    app.run()
    assert not app.exception
    return app


def _write(app: AppTest, label: str, text: str) -> AppTest:
    next(box for box in app.text_input if label in box.label).set_value(text)
    return app.run()


def _shown(app: AppTest, label: str) -> str | None:
    value: str | None = next(box for box in app.selectbox if box.label == label).value
    return value


def _texts(app: AppTest) -> Style:
    return Style(app.session_state["generate.prefix"], app.session_state["generate.suffix"])


def test_a_style_fills_the_two_texts_and_they_are_sent(
    installation: Installation, generate: AppTest
) -> None:
    app = _choose(generate, "Style", "Watercolor")

    style = installation.studio.presets.bulkgen_styles["Watercolor"]
    boxes = {box.label: box.value for box in app.text_input}
    assert boxes["Text put before every prompt"] == style.prefix
    assert boxes["Text put after every prompt"] == style.suffix
    next(area for area in app.text_area if area.label.startswith("Paste")).set_value("a boat")
    click(click(app, "Add to the table"), "Start Generation")
    (job,) = installation.studio.jobs.all(LOCAL_ADMIN)
    assert (job.settings.prefix, job.settings.suffix) == (style.prefix, style.suffix)


def test_the_name_of_a_style_is_shown_while_the_texts_are_its_own(generate: AppTest) -> None:
    app = _choose(generate, "Style", "Watercolor")
    assert _shown(app, "Style") == "Watercolor"

    app = _write(app, "before every", "Mine:")
    assert _shown(app, "Style") is None
    assert _texts(app).prefix == "Mine:"
    app = _choose(_choose(app, "Style", "Ink drawing"), "Style", None)

    assert _texts(app) == Style("", "")


def test_the_two_texts_are_saved_as_a_style_under_a_name(
    installation: Installation, generate: AppTest
) -> None:
    app = _write(_write(generate, "before every", "Oil painting:"), "after every", "Thick paint.")
    app = click(_write(app, "Name of the style", " My *oil* "), "Save the style")
    assert _shown(app, "Style") == "My *oil*"

    app = _choose(_choose(app, "Style", "Watercolor"), "Style", "My *oil*")

    assert _texts(app) == Style("Oil painting:", "Thick paint.")
    assert installation.studio.presets.styles(LOCAL_ADMIN) == {
        "My *oil*": Style("Oil painting:", "Thick paint.")
    }


def test_a_name_that_is_taken_is_said_before_it_is_replaced(
    installation: Installation, generate: AppTest
) -> None:
    installation.studio.presets.save_style(LOCAL_ADMIN, "Oil", Style("Oil:", ""), replace=False)
    app = _write(generate, "before every", "Oil painting:")
    next(box for box in app.text_input if box.label == "Name of the style").set_value("Oil")
    app = click(app, "Save the style")
    assert "There is a style “Oil” already" in app.toast[0].value
    assert "saving replaces it" in " ".join(caption.value for caption in app.caption)

    click(app, "Replace the style")

    assert installation.studio.presets.styles(LOCAL_ADMIN) == {"Oil": Style("Oil painting:", "")}


def test_a_style_is_deleted_by_its_name_and_can_be_brought_back(
    installation: Installation, generate: AppTest
) -> None:
    app = click(
        _write(_write(generate, "before every", "Oil:"), "Name of the style", "Oil"),
        "Save the style",
    )

    app = click(app, "Delete “Oil”")
    assert installation.studio.presets.styles(LOCAL_ADMIN) == {}
    assert _texts(app) == Style("Oil:", "")
    click(app, "Bring back “Oil”")

    assert installation.studio.presets.styles(LOCAL_ADMIN) == {"Oil": Style("Oil:", "")}


def test_a_preset_brings_every_setting_back(installation: Installation, generate: AppTest) -> None:
    app = _choose(_choose(generate, "Quality", "high"), "Size", "1536x1024")
    next(box for box in app.number_input if "up to 10" in box.label).set_value(7)
    app = _write(app.run(), "after every", "At dusk.")
    app = click(_write(app, "Name of the preset", "Covers"), "Save the preset")
    assert _shown(app, "Preset") == "Covers"

    app = _choose(app, "Preset", None)
    assert (app.session_state["generate.quality"], _texts(app).suffix) == ("medium", "")
    app = _choose(app, "Preset", "Covers")

    chosen = a_choice(
        installation, quality="high", size="1536x1024", images_per_prompt=7, suffix="At dusk."
    )
    assert installation.studio.presets.all(LOCAL_ADMIN) == {"Covers": chosen}
    assert {name: app.session_state[f"generate.{name}"] for name in chosen.__slots__} == {
        name: getattr(chosen, name) for name in chosen.__slots__
    }
    assert _shown(app, "Preset") == "Covers"
    app = _choose(app, "Quality", "low")
    assert _shown(app, "Preset") is None


def test_a_preset_whose_model_has_ended_says_so_once(
    installation: Installation, open_page: OpenPage
) -> None:
    ended = a_choice(installation, model="gpt-image-1", quality="high")
    installation.studio.presets.save(LOCAL_ADMIN, "Old", ended, replace=False)

    app = _choose(open_page("generate"), "Preset", "Old")

    said = [warning.value.replace("\\", "") for warning in app.warning]
    assert said == ["gpt-image-1 is not offered any more, so gpt-image-2.5-flare is chosen."]
    assert app.session_state["generate.model"] == "gpt-image-2.5-flare"
    assert app.session_state["generate.quality"] == "high"
    assert list(app.run().warning) == []


def test_a_preset_deleted_in_another_tab_is_told(
    installation: Installation, open_page: OpenPage
) -> None:
    presets = installation.studio.presets
    presets.save(LOCAL_ADMIN, "Old", a_choice(installation, quality="high"), replace=False)
    app = open_page("generate")
    presets.remove(LOCAL_ADMIN, "Old")

    app = _choose(app, "Preset", "Old")

    assert "There is no such preset" in app.toast[0].value
    assert app.session_state["generate.quality"] == "medium"


def test_the_preset_of_drafts_takes_the_lowest_quality_and_keeps_its_name(
    installation: Installation, generate: AppTest
) -> None:
    name = "50 drafts, best 10 as finals"
    app = _choose(generate, "Preset", name)
    assert app.session_state["generate.quality"] == "low"

    click(_write(app, "Name of the preset", name), "Save the preset")

    assert "comes with bulkgen" in app.toast[0].value
    assert installation.studio.presets.all(LOCAL_ADMIN) == {}
