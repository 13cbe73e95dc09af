"""Pictures in a bucket, as a real browser gets them."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.fakes.app_process import running_app
from tests.fakes.finished_jobs import demo_installation, submit_finished
from tests.fakes.s3 import RunningS3

_SEEN = "() => [...document.images].filter((image) => image.naturalWidth > 16).length"


def test_pictures_come_from_the_bucket_once_however_often_the_screen_is_drawn(
    tmp_path: Path, s3: RunningS3, bucket_url: str, page: Page
) -> None:
    with demo_installation(tmp_path / "data", storage_url=bucket_url) as installation:
        submit_finished(installation, 6)
    with running_app(tmp_path / "data", BULKGEN_STORAGE_URL=bucket_url) as app:
        page.goto(f"{app.url}/gallery")
        tile = page.get_by_role("checkbox", name="Prompt 1", exact=True)
        expect(tile).to_be_checked()
        page.wait_for_function(f"({_SEEN})() === 6")
        fetched = _fetched(s3)

        tile.dispatch_event("click")
        expect(page.get_by_role("button", name="Create 5 Prompt Pages")).to_be_visible()
        page.reload()
        expect(tile).not_to_be_checked()
        page.wait_for_function(f"({_SEEN})() === 6")

    assert len(fetched) == len(set(fetched)) == 6
    assert _fetched(s3) == fetched


def _fetched(s3: RunningS3) -> list[str]:
    """What was read from the bucket, in the order it was asked for."""
    return [path for method, path in s3.requests if method == "GET" and "thumbnails/" in path]
