from importlib import resources

import pytest

from bulkgen.domain.errors import InputError
from bulkgen.domain.presets import preset_name, styles_from_json, usable
from bulkgen.domain.prompts import final_prompt
from tests.fakes.factories import TODAY, a_catalogue, some_settings

CATALOGUE = a_catalogue()
STYLES = styles_from_json(
    (resources.files("bulkgen.domain") / "styles.json").read_text(encoding="utf-8")
)


def test_a_handful_of_styles_comes_with_the_program():
    assert {"Watercolor", "Product photo"} < set(STYLES)
    for name, style in STYLES.items():
        assert preset_name(name) == name
        assert final_prompt(style.prefix, "a boat", style.suffix) == (
            f"{style.prefix} a boat {style.suffix}"
        )


@pytest.mark.parametrize("text", ["x" * 60, " my \n look ", "Ein Bücherschrank 📚"])
def test_a_name_is_one_line_of_up_to_sixty_characters(text):
    assert preset_name(text) == " ".join(text.split())


@pytest.mark.parametrize(("text", "words"), [(" \n", "A name is needed"), ("x" * 61, "60 is")])
def test_another_name_is_refused(text, words):
    with pytest.raises(InputError, match=words):
        preset_name(text)


def _usable(**changes: object):
    settings, defaults = some_settings(**changes), some_settings(prefix="never")
    return usable(settings, defaults, CATALOGUE, ["ChatGPT"], TODAY)


def test_a_preset_that_still_fits_stays_as_it_is():
    chosen = {"quality": "max", "size": "1536x1024", "prefix": "A sketch of", "suffix": "!"}

    assert _usable(**chosen) == (some_settings(**chosen), ())


@pytest.mark.parametrize("model", ["gpt-image-1", "nobody-knows-it"])
def test_a_model_that_has_ended_gives_way_in_one_sentence(model):
    settings, said = _usable(model=model, quality="high", prefix="A sketch of")

    assert settings == some_settings(quality="high", prefix="A sketch of")
    assert said == (f"{model} is not offered any more, so gpt-image-2.5-flare is chosen.",)


def test_choices_the_model_lacks_give_way_together():
    settings, said = _usable(quality="splendid", images_per_prompt=3, suffix="At dusk.")

    assert settings == some_settings(suffix="At dusk.")
    assert len(said) == 1
    assert "has no quality 'splendid'" in said[0]
    assert said[0].endswith("The defaults are chosen instead.")


def test_a_category_that_is_gone_gives_way():
    settings, said = _usable(category="Midjourney")

    assert settings == some_settings()
    assert said == ("There is no category “Midjourney” any more, so “ChatGPT” is chosen.",)
