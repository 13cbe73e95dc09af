import os
import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

import bulkgen.settings
from bulkgen.domain.errors import SetupError
from bulkgen.domain.prompts import ListLimits
from bulkgen.settings import ROOT, Settings, setting_names, unknown_settings

KEY = "sk-proj-Zt9aQ2mVb7LxKd41Rw0cT3BlbkFJh5Ye8PuNs6GqTf2JiXv3"


@pytest.fixture(autouse=True)
def env_file(monkeypatch, tmp_path):
    """An environment that sets nothing, and the `.env` file a test may write."""
    for name in os.environ:
        if name.upper().startswith(("BULKGEN_", "OPENAI_")):
            monkeypatch.delenv(name)
    file = tmp_path / "settings.env"
    monkeypatch.setattr(bulkgen.settings, "_ENV_FILE", file)
    return file


def given(**values: Any) -> Settings:
    """Settings of these values and the environment."""
    return Settings(**values)


def test_without_a_word_bulkgen_runs_its_demo_in_the_data_folder():
    settings = Settings.read()

    assert settings.data_dir == ROOT / "data"
    assert settings.demo_mode
    assert settings.folder == ROOT / "data" / "demo"
    assert settings.effective_database_url == f"sqlite:///{ROOT / 'data' / 'demo' / 'bulkgen.db'}"
    assert settings.effective_storage_url == f"file:{ROOT / 'data' / 'demo' / 'storage'}"
    assert settings.images_per_minute is None
    assert settings.public_url is None
    assert settings.master_keys is None
    assert settings.openai_api_key is None
    assert settings.openai_base_url is None


def test_every_setting_is_one_name():
    assert setting_names() == [
        "BULKGEN_DATABASE_URL",
        "BULKGEN_DATA_DIR",
        "BULKGEN_STORAGE_URL",
        "BULKGEN_CDN_URL",
        "BULKGEN_CDN_STORAGE_URL",
        "BULKGEN_CLOUDFLARE_ZONE",
        "BULKGEN_CLOUDFLARE_TOKEN",
        "BULKGEN_IMAGES_PER_MINUTE",
        "BULKGEN_MAX_UPLOAD_MB",
        "BULKGEN_MAX_ROWS",
        "BULKGEN_DEMO",
        "BULKGEN_PUBLIC_URL",
        "BULKGEN_TIME_ZONE",
        "BULKGEN_STOP_TIMEOUT_S",
        "BULKGEN_MASTER_KEYS",
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
    ]


def test_the_server_takes_the_largest_upload_that_can_be_set():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

    assert given(max_upload_mb=config["server"]["maxUploadSize"]).max_upload_mb == 50


def test_every_setting_says_what_it_is_for():
    assert all(field.description for field in Settings.model_fields.values())


def test_the_environment_sets_what_it_names(monkeypatch, tmp_path):
    monkeypatch.setenv("BULKGEN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("BULKGEN_DATABASE_URL", "sqlite:////somewhere/else.db")
    monkeypatch.setenv("BULKGEN_STORAGE_URL", "file:/somewhere/pictures")
    monkeypatch.setenv("BULKGEN_IMAGES_PER_MINUTE", "250")
    monkeypatch.setenv("BULKGEN_MAX_UPLOAD_MB", "50")
    monkeypatch.setenv("BULKGEN_MAX_ROWS", "10000")
    monkeypatch.setenv("BULKGEN_DEMO", "0")
    monkeypatch.setenv("BULKGEN_PUBLIC_URL", "https://pictures.example/studio/")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9999/v1")

    settings = Settings.read()

    assert settings.folder == tmp_path
    assert settings.effective_database_url == "sqlite:////somewhere/else.db"
    assert settings.effective_storage_url == "file:/somewhere/pictures"
    assert settings.images_per_minute == 250
    assert settings.list_limits == ListLimits(rows=10_000, megabytes=50)
    assert settings.public_url == "https://pictures.example/studio"
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == KEY
    assert settings.openai_base_url == "http://127.0.0.1:9999/v1"


def test_the_file_sets_what_the_environment_leaves_open(monkeypatch, env_file):
    env_file.write_text("BULKGEN_IMAGES_PER_MINUTE=20\nBULKGEN_DEMO=1\nOTHER=x\n")
    monkeypatch.setenv("BULKGEN_IMAGES_PER_MINUTE", "50")

    settings = Settings.read()

    assert (settings.images_per_minute, settings.demo) == (50, True)


def test_only_the_settings_of_the_process_read_the_file(env_file):
    """So a test, or a script, that makes settings gets what it gives and nothing else."""
    env_file.write_text("BULKGEN_DEMO=0\n")

    assert given().demo is None
    assert Settings.read().demo is False


@pytest.mark.parametrize("name", ["BULKGEN_DEMO", "BULKGEN_DATA_DIR", "OPENAI_API_KEY"])
def test_an_empty_value_is_no_value(monkeypatch, name):
    monkeypatch.setenv(name, "")

    assert Settings.read() == given()


@pytest.mark.parametrize(("demo", "key"), list(product([None, "1", "0"], [None, KEY])))
def test_the_demo_runs_when_asked_for_or_when_there_is_no_key(monkeypatch, tmp_path, demo, key):
    monkeypatch.setenv("BULKGEN_DATA_DIR", str(tmp_path))
    if demo is not None:
        monkeypatch.setenv("BULKGEN_DEMO", demo)
    if key is not None:
        monkeypatch.setenv("OPENAI_API_KEY", key)

    settings = Settings.read()

    expected = {("1", None), ("1", KEY), (None, None)}
    assert settings.demo_mode is ((demo, key) in expected)
    assert settings.folder == (tmp_path / "demo" if settings.demo_mode else tmp_path)


def test_the_demo_and_the_paid_mode_share_no_file(tmp_path):
    demo = given(data_dir=tmp_path, demo=True)
    paid = given(data_dir=tmp_path, demo=False)

    assert demo.folder != paid.folder
    assert demo.effective_database_url != paid.effective_database_url
    assert demo.effective_storage_url != paid.effective_storage_url


@pytest.mark.parametrize("name", ["plain", "with space", "a?b", "50%20", "a#b", "ü@x:y", "a&b=c"])
def test_the_database_lies_in_the_data_folder_whatever_that_is_called(tmp_path, name):
    settings = given(data_dir=tmp_path / name, demo=False)

    database = make_url(settings.effective_database_url).database

    assert database is not None
    assert Path(database) == tmp_path / name / "bulkgen.db"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("BULKGEN_IMAGES_PER_MINUTE", "5 a minute", "Input should be a valid integer"),
        ("BULKGEN_IMAGES_PER_MINUTE", "0", "Input should be greater than or equal to 1"),
        ("BULKGEN_MAX_UPLOAD_MB", "51", "Input should be less than or equal to 50"),
        ("BULKGEN_MAX_ROWS", "100001", "Input should be less than or equal to 100000"),
        ("BULKGEN_DEMO", "perhaps", "Input should be a valid boolean"),
        ("BULKGEN_PUBLIC_URL", "pictures.example", "must begin with http:// or https://"),
        ("BULKGEN_PUBLIC_URL", "ftp://me:secret@x", "must begin with http:// or https://"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_sentence_without_it(monkeypatch, name, value, reason):
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)

    with pytest.raises(SetupError) as refused:
        Settings.read()

    sentence = str(refused.value)
    assert sentence.startswith(f"The setting {name} cannot be used: {reason}")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert KEY not in sentence
    assert len(value) < 2 or value not in sentence
    assert refused.value.__cause__ is None


def test_no_secret_shows_when_settings_are_printed(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("BULKGEN_MASTER_KEYS", "a-master-key-nobody-may-see")

    settings = Settings.read()

    for shown in (repr(settings), str(settings), f"{settings.model_dump()}", f"{vars(settings)}"):
        assert KEY not in shown
        assert "nobody-may-see" not in shown


def test_settings_cannot_be_changed():
    settings = given()

    with pytest.raises(ValueError, match="frozen"):
        settings.demo = True


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("BULKGEN_DATADIR", "BULKGEN_DATA_DIR"),
        ("BULKGEN_IMAGES_PER_MIN", "BULKGEN_IMAGES_PER_MINUTE"),
        ("BULKGEN_PUBLIC_ADDRESS_URL", "BULKGEN_PUBLIC_URL"),
        ("bulkgen_dem", "BULKGEN_DEMO"),
        ("BULKGEN_OPENAI_API_KEY", "OPENAI_API_KEY"),
    ],
)
def test_a_name_that_means_nothing_is_told_with_the_near_one(monkeypatch, name, near):
    monkeypatch.setenv(name, "1")

    assert unknown_settings() == [
        f"{name} is not a setting of bulkgen and is ignored. Did you mean {near}?"
    ]


def test_a_name_that_is_near_to_none_is_told_as_it_is(monkeypatch):
    monkeypatch.setenv("BULKGEN_XQZ", "1")

    assert unknown_settings() == ["BULKGEN_XQZ is not a setting of bulkgen and is ignored."]


def test_names_in_the_file_are_looked_at_too(env_file):
    env_file.write_text("BULKGEN_DEMMO=1\nBULKGEN_DEMO=1\nOPENAI_ORG_ID=x\n")

    (sentence,) = unknown_settings()

    assert sentence.endswith("Did you mean BULKGEN_DEMO?")


@pytest.mark.parametrize("name", ["bulkgen_demo", "Bulkgen_Demo", "BULKGEN_DEMO"])
def test_a_name_in_small_letters_counts_and_is_not_said_to_be_ignored(monkeypatch, name):
    monkeypatch.setenv(name, "0")

    assert Settings.read().demo is False
    assert unknown_settings() == []


def test_other_programs_names_are_none_of_bulkgens_business(monkeypatch):
    monkeypatch.setenv("BULKGENERATOR_X", "1")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")

    assert unknown_settings() == []


def test_a_tilde_in_the_data_folder_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("BULKGEN_DATA_DIR", "~/bulkgen")

    assert Settings.read().data_dir == Path("/home/someone/bulkgen")
