import json
from dataclasses import asdict, fields

from bulkgen.domain.prompts import PromptRow
from bulkgen.records.convert import row_from_json, settings_from_json
from tests.fakes.factories import some_settings

FULL = PromptRow(
    text=" a fox\n",
    model="gpt-image-2",
    size="1536x1024",
    quality="high",
    images=2,
    output_format="png",
    background="opaque",
    title="Fox",
    description="It sits.",
    tags=("animal", "snow"),
    alt="A fox",
    category="Animals",
    page_status="published",
    variables=(("mood", "calm"), ("mood_2", " wild ")),
)


def test_a_row_comes_back_from_the_database_as_it_went_in():
    for row in (FULL, PromptRow(text="a fox")):
        assert row_from_json(json.loads(json.dumps(row.chosen()))) == row


def test_every_field_is_tried():
    assert all(getattr(FULL, field.name) for field in fields(PromptRow))


def test_settings_come_back_as_they_went_in():
    settings = some_settings(prefix="A watercolor of", suffix=", at dusk")

    assert settings_from_json(json.loads(json.dumps(asdict(settings)))) == settings


def test_settings_from_before_there_was_a_suffix_have_none():
    older = {name: value for name, value in asdict(some_settings()).items() if name != "suffix"}

    assert settings_from_json(older) == some_settings(suffix="")
