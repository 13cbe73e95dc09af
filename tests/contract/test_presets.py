"""Styles and presets of several people, on every kind of database."""

from dataclasses import asdict
from uuid import uuid4

import pytest

from bulkgen.domain.errors import InputError, NotFoundError, StateError
from bulkgen.domain.people import LOCAL_ADMIN, Actor, Role
from bulkgen.domain.presets import PresetKind, Style
from bulkgen.domain.templates import Expansion
from bulkgen.records.store import SqlStore
from bulkgen.records.vault import EnvironmentVault
from bulkgen.studio.choices import Choices
from bulkgen.studio.presets import Presets
from tests.fakes.clocks import StandingClock
from tests.fakes.factories import a_catalogue, some_settings

SKETCH = Style("A sketch of", "")
OIL = Style("Oil painting:", "Thick paint.")


@pytest.fixture
def presets(store: SqlStore) -> Presets:
    clock = StandingClock()
    choices = Choices(
        store=store,
        vault=EnvironmentVault(None),
        catalogue=a_catalogue(),
        clock=clock,
        demo=False,
        fixed_images_per_minute=None,
    )
    return Presets(store=store, choices=choices, clock=clock, styles={"Watercolor": SKETCH})


def test_what_is_saved_comes_back_by_its_name(presets: Presets) -> None:
    settings = some_settings(prefix="A *sketch* of", suffix="📚", expansion=Expansion.ONE_EACH)
    presets.save_style(LOCAL_ADMIN, "  Thick \n paint ", OIL, replace=False)
    presets.save(LOCAL_ADMIN, "Book covers", settings, replace=False)

    assert presets.styles(LOCAL_ADMIN) == {"Thick paint": OIL}
    assert presets.all(LOCAL_ADMIN) == {"Book covers": settings}
    assert presets.all(LOCAL_ADMIN)["Book covers"].expansion is Expansion.ONE_EACH
    assert presets.usable(LOCAL_ADMIN, "Book covers") == (settings, ())


def test_a_style_and_a_preset_may_have_one_name(presets: Presets) -> None:
    presets.save_style(LOCAL_ADMIN, "Paint", OIL, replace=False)
    presets.save(LOCAL_ADMIN, "Paint", some_settings(), replace=False)
    presets.remove(LOCAL_ADMIN, "Paint")

    assert presets.styles(LOCAL_ADMIN) == {"Paint": OIL}
    assert presets.all(LOCAL_ADMIN) == {}


def test_a_name_that_is_taken_is_written_over_only_when_that_is_said(presets: Presets) -> None:
    presets.save_style(LOCAL_ADMIN, "Paint", OIL, replace=False)

    with pytest.raises(StateError, match="There is a style “Paint” already"):
        presets.save_style(LOCAL_ADMIN, "Paint", SKETCH, replace=False)
    assert presets.styles(LOCAL_ADMIN) == {"Paint": OIL}
    presets.save_style(LOCAL_ADMIN, "Paint", SKETCH, replace=True)

    assert presets.styles(LOCAL_ADMIN) == {"Paint": SKETCH}


@pytest.mark.parametrize(
    ("name", "style", "words"),
    [
        ("watercolor", OIL, "comes with bulkgen"),
        (" ", OIL, "A name is needed"),
        ("Paint", Style(" ", ""), "Both texts are empty"),
    ],
)
def test_a_style_that_cannot_be_kept_is_refused(
    presets: Presets, name: str, style: Style, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        presets.save_style(LOCAL_ADMIN, name, style, replace=True)

    assert presets.styles(LOCAL_ADMIN) == {}


def test_the_presets_of_another_look_like_ones_that_are_missing(presets: Presets) -> None:
    stranger = Actor(id=uuid4(), role=Role.ADMIN)
    presets.save_style(LOCAL_ADMIN, "Paint", OIL, replace=False)
    presets.save(LOCAL_ADMIN, "Covers", some_settings(), replace=False)

    said = []
    for actor, name in ((stranger, "Covers"), (LOCAL_ADMIN, "Nothing")):
        with pytest.raises(NotFoundError) as raised:
            presets.usable(actor, name)
        said.append(str(raised.value))
    presets.remove(stranger, "Covers")
    presets.remove_style(stranger, "Paint")
    presets.save_style(stranger, "Paint", SKETCH, replace=False)

    assert said == ["There is no such preset."] * 2
    assert presets.styles(stranger) == {"Paint": SKETCH}
    assert presets.styles(LOCAL_ADMIN) == {"Paint": OIL}
    assert list(presets.all(LOCAL_ADMIN)) == ["Covers"]


def test_a_preset_from_another_version_takes_defaults_for_what_it_lacks(
    store: SqlStore, presets: Presets
) -> None:
    value = {**asdict(some_settings(quality="high")), "a_choice_that_went": 1}
    del value["suffix"]
    store.presets.save(LOCAL_ADMIN.id, PresetKind.SETTINGS, "Old", value, replace=False)

    assert presets.all(LOCAL_ADMIN) == {"Old": some_settings(quality="high", suffix="")}
