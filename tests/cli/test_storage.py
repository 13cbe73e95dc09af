"""`storage check` and what doctor says of storage."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.fakes.s3 import RunningS3
from tests.fakes.swift import SECRET


@pytest.fixture
def made(command: Command, prompts: Callable[..., Path]) -> None:
    command("run", prompts("a boat", "a tree"), "--create-pages")


@pytest.mark.usefixtures("made")
def test_a_whole_storage_has_nothing_to_do(command: Command) -> None:
    code, output, _ = command("storage", "check")

    assert code == 0
    assert output.splitlines()[1:] == ["Nothing was changed."]
    assert output.startswith("12 files, ")


@pytest.mark.usefixtures("made")
def test_missing_files_are_named_and_made_again_when_told(command: Command, data_dir: Path) -> None:
    thumbnail = next((data_dir / "storage" / "thumbnails").rglob("*.webp"))
    variant = next((data_dir / "storage" / "pages").glob("*-320.webp"))
    thumbnail.unlink()
    variant.unlink()

    looked = command("storage", "check")
    repaired = command("storage", "check", "--repair")

    assert looked[0] == 1
    assert "missing thumbnail of images/" in looked[1]
    assert f"{variant.name} missing" in looked[1]
    assert "--repair makes" in looked[1]
    assert looked[1].endswith("Nothing was changed.\n")
    assert repaired[0] == 0
    assert "2 files were made again." in repaired[1]
    assert thumbnail.is_file()
    assert variant.is_file()


@pytest.mark.usefixtures("made")
def test_a_lost_picture_is_named_with_its_job(command: Command, data_dir: Path) -> None:
    picture = next((data_dir / "storage" / "images").rglob("*.webp"))
    picture.unlink()

    code, output, _ = command("storage", "check", "--repair", "--sweep")

    assert code == 1
    assert f"{picture.name} (job " in output


def test_doctor_says_whether_storage_works(
    command: Command, s3: RunningS3, bucket_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKGEN_STORAGE_URL", bucket_url)
    works = command("doctor")
    wrong = s3.url("no-such-bucket").replace(SECRET, "s3cret-of-nobody")
    monkeypatch.setenv("BULKGEN_STORAGE_URL", wrong)
    fails = command("doctor")

    assert works[0] == 0
    assert "a file was written, read back and deleted" in works[1]
    assert fails[0] == 1
    assert "problem" in fails[1]
    assert "refused the key" in fails[1]
    said = "".join((works[1], works[2], fails[1], fails[2]))
    assert "s3://no-such-bucket/some/folder?endpoint=" in said
    assert not any(secret in said for secret in ("s3cret-of-nobody", SECRET))
