import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bulkgen.cli import arguments, jobs
from bulkgen.domain import errors
from bulkgen.domain.columns import SYNONYMS
from bulkgen.domain.errors import BulkgenError
from bulkgen.domain.prompts import Column
from bulkgen.settings import ROOT, Settings, setting_names
from tests.fakes.factories import a_job

ENV_EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
ERRORS = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
LISTS = (ROOT / "docs" / "lists.md").read_text(encoding="utf-8")

DESCRIPTIONS = {
    name: field.description
    for name, field in zip(setting_names(), Settings.model_fields.values(), strict=True)
}
CLASSES = [
    thing
    for thing in vars(errors).values()
    if isinstance(thing, type) and issubclass(thing, BulkgenError)
]


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Every command and what it takes, such as `run` and `database copy`."""
    return dict(_commands("", arguments._parser()))


def _commands(
    name: str, parser: argparse.ArgumentParser
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    inner = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not inner:
        yield name, parser
    for action in inner:
        for word, command in action.choices.items():
            yield from _commands(f"{name} {word}".strip(), command)


def abouts() -> dict[str, str]:
    """Every command and its one line of help."""
    return {name: parser.description or "" for name, parser in parsers().items()}


def section(text: str, name: str) -> str:
    """What stands under the heading of this name."""
    found = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    assert found is not None, f"there is no section {name}"
    return found[1]


def tree_of(text: str) -> list[tuple[int, str]]:
    """The lines of a drawn tree of classes: depth and name."""
    drawn = re.findall(r"^([│├└─ ]*)(\w+Error)\b", text, re.MULTILINE)
    depths = [len(lines) for lines, _ in drawn]
    indents = sorted(set(depths))
    return [(indents.index(depth), name) for depth, (_, name) in zip(depths, drawn, strict=True)]


@pytest.mark.parametrize("name", setting_names())
def test_every_setting_stands_in_the_example_with_its_description(name):
    assert re.search(
        rf"^# {re.escape(DESCRIPTIONS[name] or '')}\n#{name}=", ENV_EXAMPLE, re.MULTILINE
    )


@pytest.mark.parametrize("name", setting_names())
def test_every_setting_stands_in_its_document_with_its_description(name):
    assert f"| `{name}` | {DESCRIPTIONS[name]} |" in SETTINGS


def test_the_example_and_the_document_name_no_other_setting():
    assert sorted(re.findall(r"^#?([A-Z_]+)=", ENV_EXAMPLE, re.MULTILINE)) == sorted(
        setting_names()
    )
    assert set(re.findall(r"\b(?:BULKGEN|OPENAI)_[A-Z_]+[A-Z]", SETTINGS)) == set(setting_names())


def test_the_example_sets_nothing_until_a_line_is_opened(tmp_path):
    file = tmp_path / ".env"
    file.write_text(ENV_EXAMPLE)

    assert dotenv_values(file) == {}


def test_every_line_of_the_example_can_be_opened(tmp_path, monkeypatch):
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / ".env"
    file.write_text(re.sub(r"^#([A-Z_]+=)", r"\1", ENV_EXAMPLE, flags=re.MULTILINE))
    monkeypatch.setattr("bulkgen.settings._ENV_FILE", file)

    settings = Settings.read()

    assert settings.images_per_minute == 20
    assert settings.openai_base_url == "http://127.0.0.1:9000/v1"
    assert settings.data_dir == Path("/var/lib/bulkgen")


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_stands_in_the_tree_of_its_module(error):
    assert error.__name__ in [name for _, name in tree_of(errors.__doc__ or "")]


@pytest.mark.parametrize("error", CLASSES)
def test_every_error_stands_in_its_document_with_its_meaning(error):
    assert f"| `{error.__name__}` | {error.__doc__} |" in ERRORS


@pytest.mark.parametrize("text", [errors.__doc__ or "", ERRORS], ids=["module", "document"])
def test_the_tree_is_that_of_the_classes(text):
    drawn = tree_of(text)[: len(CLASSES)]

    by_name = {error.__name__: error for error in CLASSES}
    assert sorted(name for _, name in drawn) == sorted(by_name)
    for depth, name in drawn:
        assert depth == len(by_name[name].__mro__) - len(BulkgenError.__mro__)
    for place, (depth, name) in enumerate(drawn[1:], start=1):
        above = [other for other_depth, other in drawn[:place] if other_depth == depth - 1]
        assert by_name[name].__bases__[0].__name__ == above[-1]


@pytest.mark.parametrize("command", parsers())
def test_every_command_has_its_section_with_what_it_does(command):
    text = section(COMMAND_LINE, command)

    assert f"python -m bulkgen {command}" in text
    assert f"\n{abouts()[command]}\n" in text


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (command, option)
        for command, parser in parsers().items()
        for action in parser._actions
        for option in action.option_strings
        if option not in {"-h", "--help"}
    ],
)
def test_every_option_stands_in_the_section_of_its_command(command, option):
    text = section(COMMAND_LINE, command)

    assert re.search(rf"`{re.escape(option)}[ `]", text)


def test_no_section_tells_of_a_command_that_is_not_there():
    headings = re.findall(r"^## (.*)$", COMMAND_LINE, re.MULTILINE)

    assert set(headings) == {*parsers(), "Exit codes", "JSON"}


def test_the_json_of_a_job_is_the_one_that_is_shown():
    shown, _, _ = section(COMMAND_LINE, "JSON").partition("`run --dry-run --json`")

    fields = json.loads(shown[shown.index("{") :])

    made = jobs.job_as_json(a_job())
    assert list(fields) == list(made)
    assert list(fields["images"]) == list(_object(made["images"]))
    assert list(fields["attempts"]) == list(_object(made["attempts"]))


def _object(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize("column", Column)
def test_every_column_of_a_list_stands_in_its_document_with_its_other_names(column):
    assert f"\n| `{column}` | {', '.join(SYNONYMS[column])} | " in LISTS
