import errno
import json
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest

from bulkgen.domain.errors import DiskFullError, NotFoundError, StorageError
from bulkgen.domain.pages import PageStatus, PromptPage
from bulkgen.domain.storage_keys import variant_key
from bulkgen.publishers.site import SiteFolder
from bulkgen.storage.local import LocalStorage
from tests.unit.publishers.markup import Markup
from tests.unit.publishers.pages import a_page

BASE_URL = "https://cats.example/gallery"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "site"


@pytest.fixture
def pages():
    return [a_page(number, hours_old=number) for number in (1, 2, 3)]


@pytest.fixture
def storage(tmp_path, pages):
    storage = LocalStorage(tmp_path / "files")
    for page in pages:
        for variant in page.variants:
            storage.put(variant_key(variant.name), variant.name.encode())
    return storage


@pytest.fixture
def site(out, storage):
    return SiteFolder(out, storage, BASE_URL)


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def written_at(folder: Path) -> dict[str, int]:
    return {name: (folder / name).stat().st_mtime_ns for name in files_in(folder)}


def files_of(page: PromptPage) -> set[str]:
    media = {f"p/media/{variant.name}" for variant in page.variants}
    return media | {f"p/{page.slug}/index.html"}


FRAME = {"index.html", "sitemap.xml", "robots.txt", "manifest.json"}


def test_a_site_has_its_pages_their_pictures_and_what_crawlers_ask_for(site, out, pages):
    site.publish(pages)

    files = files_in(out)
    assert files.keys() == FRAME | files_of(pages[0]) | files_of(pages[1]) | files_of(pages[2])
    name = pages[0].variants[0].name
    assert files[f"p/media/{name}"] == name.encode()


@pytest.mark.parametrize("base_url", ["", BASE_URL])
def test_every_address_in_the_site_is_a_file_of_it(out, storage, pages, base_url):
    SiteFolder(out, storage, base_url).publish(pages)

    checked = 0
    for page in out.rglob("*.html"):
        for address in Markup(page.read_text()).addresses():
            if base_url and address.startswith(f"{base_url}/"):
                target = out / address.removeprefix(f"{base_url}/")
                target = target / "index.html" if address.endswith("/") else target
            else:
                assert not urlsplit(address).scheme
                assert not address.startswith("/")
                target = page.parent / address
            assert target.is_file()
            checked += 1
    assert checked >= 40


def test_a_base_url_may_end_with_a_slash(out, storage, pages):
    SiteFolder(out, storage, f"{BASE_URL}/").publish(pages)

    markup = Markup((out / "p/red-cat-1/index.html").read_text())
    assert markup.one("link", rel="canonical")["href"] == f"{BASE_URL}/p/red-cat-1/"
    assert markup.one("meta", property="og:image")["content"] == (
        f"{BASE_URL}/p/media/red-cat-1-0a1b2c3d-1024.jpg"
    )


def test_publishing_twice_writes_nothing_again(site, out, pages):
    site.publish(pages)
    before = files_in(out), written_at(out)

    site.publish(pages[::-1])

    assert (files_in(out), written_at(out)) == before


def test_a_changed_page_is_written_again_and_its_pictures_are_not(site, out, pages):
    site.publish(pages)
    before = written_at(out)

    site.publish([replace(pages[0], prompt="Another prompt"), *pages[1:]])

    now = written_at(out)
    assert {name for name in now if now[name] != before[name]} == {
        "p/red-cat-1/index.html",
        "manifest.json",
    }


def test_pictures_that_are_there_are_not_read_from_storage_again(site, out, pages, tmp_path):
    site.publish(pages)
    (tmp_path / "files").rename(tmp_path / "away")

    site.publish(pages[:2])

    assert files_in(out).keys() == FRAME | files_of(pages[0]) | files_of(pages[1])


def test_a_lost_or_cut_picture_is_written_again(site, out, pages):
    site.publish(pages)
    whole = files_in(out)
    first, second = (out / "p/media" / variant.name for variant in pages[0].variants[:2])
    first.unlink()
    second.write_bytes(b"cut")

    site.publish(pages)

    assert files_in(out) == whole


@pytest.mark.parametrize("status", [s for s in PageStatus if s != PageStatus.PUBLISHED])
def test_only_published_pages_are_written(site, out, pages, status):
    site.publish([replace(pages[0], status=status), pages[1]])

    files = files_in(out)
    assert files.keys() == FRAME | files_of(pages[1])
    assert not [name for name, data in files.items() if b"red-cat-1" in data]


def test_a_page_that_is_no_longer_published_goes_and_foreign_files_stay(site, out, pages):
    site.publish(pages)
    own = {
        "CNAME",
        "p/notes.txt",
        "p/red-cat-2/notes.txt",
        "p/media/logo.webp",
        "p/other/index.html",
    }
    for name in own:
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_text("mine")

    site.publish([pages[0]])

    assert files_in(out).keys() == FRAME | files_of(pages[0]) | own
    assert not (out / "p/red-cat-3").exists()
    assert b"red-cat-2" not in (out / "index.html").read_bytes()


def test_a_picture_that_another_page_shows_stays(site, out, pages):
    twin = replace(pages[1], variants=pages[0].variants)
    site.publish([pages[0], twin])

    site.publish([pages[0]])

    assert files_in(out).keys() == FRAME | files_of(pages[0])


def test_the_manifest_names_every_file_with_its_hash_and_size(site, out, pages):
    site.publish(pages)

    files = files_in(out)
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["files"] == {
        name: {"sha256": sha256(data).hexdigest(), "size_bytes": len(data)}
        for name, data in files.items()
    }


def test_a_manifest_that_names_other_files_deletes_none_of_them(site, out, pages, tmp_path):
    site.publish(pages)
    victim = tmp_path / "victim.txt"
    victim.write_text("mine")
    (out / "CNAME").write_text("mine")
    manifest = json.loads((out / "manifest.json").read_text())
    paths = ["../victim.txt", "p/../../victim.txt", str(victim), "CNAME"]
    manifest["files"] |= {path: {"sha256": "", "size_bytes": 4} for path in paths}
    (out / "manifest.json").write_text(json.dumps(manifest))

    site.publish(pages)

    assert victim.exists()
    assert (out / "CNAME").exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": "My app"}', '{"files": 3}', "\0"])
def test_a_manifest_of_something_else_is_left_alone(site, out, pages, text):
    out.mkdir()
    (out / "manifest.json").write_text(text)

    with pytest.raises(StorageError, match="was not written by an earlier export"):
        site.publish(pages)

    assert files_in(out) == {"manifest.json": text.encode()}


def test_what_a_failed_run_wrote_is_known_to_the_next(site, out, pages, storage):
    storage.path(variant_key(pages[1].variants[0].name)).unlink()
    with pytest.raises(NotFoundError, match="red-cat-2-0a1b2c3d-320"):
        site.publish(pages)

    site.publish([])

    assert files_in(out).keys() == FRAME


def test_a_full_disk_is_one_sentence_and_leaves_no_half_file(site, out, pages, monkeypatch):
    site.publish(pages)
    before = files_in(out)

    def fail(path, data):
        with path.open("wb") as file:
            file.write(data[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(DiskFullError, match=r"The disk that holds .*site is full"):
        site.publish([replace(pages[0], prompt="Another prompt"), *pages[1:]])

    assert files_in(out) == before


@pytest.mark.parametrize("slug", ["../../taken", "..", "/taken", "a b", "taken\0"])
def test_a_slug_that_could_leave_the_folder_is_refused(site, pages, tmp_path, slug):
    with pytest.raises(StorageError):
        site.publish([replace(pages[0], slug=slug)])

    assert not list(tmp_path.rglob("taken*"))


def test_the_sitemap_names_every_page_and_picture(site, out, pages):
    site.publish(pages)

    root = ET.fromstring((out / "sitemap.xml").read_bytes())  # noqa: S314 - our own file
    spaces = {
        "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
        "image": "http://www.google.com/schemas/sitemap-image/1.1",
    }
    assert [node.text for node in root.findall("s:url/s:loc", spaces)] == [
        f"{BASE_URL}/",
        f"{BASE_URL}/p/red-cat-1/",
        f"{BASE_URL}/p/red-cat-2/",
        f"{BASE_URL}/p/red-cat-3/",
    ]
    assert [node.text for node in root.findall("s:url/image:image/image:loc", spaces)] == [
        f"{BASE_URL}/p/media/red-cat-{number}-0a1b2c3d-1536.webp" for number in (1, 2, 3)
    ]
    assert (out / "robots.txt").read_text() == (
        f"User-agent: *\nAllow: /\nSitemap: {BASE_URL}/sitemap.xml\n"
    )


def test_a_site_without_an_address_points_crawlers_nowhere(out, storage, pages):
    SiteFolder(out, storage, "").publish(pages)

    assert b"image:loc" not in (out / "sitemap.xml").read_bytes()
    assert (out / "robots.txt").read_text() == "User-agent: *\nAllow: /\n"
