import csv
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
from bulkgen.domain.published import PublishedPages
from bulkgen.domain.site import Site
from bulkgen.domain.storage_keys import variant_key
from bulkgen.ports import Storage
from bulkgen.publishers.addresses import in_files
from bulkgen.publishers.html import SitePages
from bulkgen.publishers.site import SiteFolder
from bulkgen.publishers.site_files import every_file
from bulkgen.storage.local import LocalStorage
from tests.unit.publishers.markup import Markup
from tests.unit.publishers.pages import NOON, a_page

BASE_URL = "https://cats.example/gallery"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "site"


@pytest.fixture
def pages():
    return [a_page(number, hours_old=number, reviewed_at=NOON) for number in (1, 2, 3)]


@pytest.fixture
def storage(tmp_path, pages):
    storage = LocalStorage(tmp_path / "files")
    for page in pages:
        for variant in page.variants:
            storage.put(variant_key(variant.name), variant.name.encode())
    return storage


@pytest.fixture
def site(out, storage):
    return SiteFolder(out, storage, BASE_URL, Site())


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


FRAME = {"index.html", "manifest.json", "robots.txt"} | {"sitemap.xml", "feed.xml"}
FRAME |= {"pages.csv", "pages.jsonl", f"p/{SitePages(Site(), in_files('')).look.location}"}
LISTS = {f"p/{term}/index.html" for term in ("category/chatgpt", "tag/cat", "tag/moon", "tag/roof")}


def test_a_site_has_its_pages_their_pictures_and_what_crawlers_ask_for(site, out, pages):
    site.publish(pages)

    files = files_in(out)
    assert files.keys() == FRAME | LISTS | files_of(pages[0]) | files_of(pages[1]) | files_of(
        pages[2]
    )
    name = pages[0].variants[0].name
    assert files[f"p/media/{name}"] == name.encode()


@pytest.mark.parametrize("base_url", ["", BASE_URL])
def test_every_address_in_the_site_is_a_file_of_it(out, storage, pages, base_url):
    SiteFolder(out, storage, base_url, Site()).publish(pages)

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
    SiteFolder(out, storage, f"{BASE_URL}/", Site()).publish(pages)

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
        "pages.csv",
        "pages.jsonl",
    }


def test_pictures_that_are_there_are_not_read_from_storage_again(site, out, pages, tmp_path):
    site.publish(pages)
    (tmp_path / "files").rename(tmp_path / "away")

    site.publish(pages[:2])

    assert files_in(out).keys() == FRAME | LISTS | files_of(pages[0]) | files_of(pages[1])


def test_a_lost_or_cut_picture_is_written_again(site, out, pages):
    site.publish(pages)
    whole = files_in(out)
    (out / "p/red-cat-3/index.html").unlink()
    first, second = (out / "p/media" / variant.name for variant in pages[0].variants[:2])
    first.unlink()
    second.unlink()
    second.write_bytes(b"cut")

    site.publish(pages)

    assert files_in(out) == whole


@pytest.mark.parametrize("status", [s for s in PageStatus if s != PageStatus.PUBLISHED])
def test_only_published_pages_are_written(site, out, pages, status):
    site.publish([replace(pages[0], status=status), pages[1]])

    files = files_in(out)
    assert files.keys() == FRAME | LISTS | files_of(pages[1])
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

    assert files_in(out).keys() == FRAME | LISTS | files_of(pages[0]) | own
    assert not (out / "p/red-cat-3").exists()
    assert b"red-cat-2" not in (out / "index.html").read_bytes()


def test_a_picture_that_another_page_shows_stays(site, out, pages):
    twin = replace(pages[1], variants=pages[0].variants)
    site.publish([pages[0], twin])

    site.publish([pages[0]])

    assert files_in(out).keys() == FRAME | LISTS | files_of(pages[0])


def test_the_manifest_names_every_file_with_its_hash_and_size(site, out, pages):
    site.publish(pages)

    files = files_in(out)
    listed = json.loads(files.pop("manifest.json"))["files"]
    assert {name: (file["sha256"], file["size_bytes"]) for name, file in listed.items()} == {
        name: (sha256(data).hexdigest(), len(data)) for name, data in files.items()
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
        f"{BASE_URL}/p/category/chatgpt/",
        f"{BASE_URL}/p/tag/cat/",
        f"{BASE_URL}/p/tag/moon/",
        f"{BASE_URL}/p/tag/roof/",
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
    SiteFolder(out, storage, "", Site()).publish(pages)

    assert b"http" not in (out / "sitemap.xml").read_bytes().partition(b"<url>")[2]
    assert (out / "robots.txt").read_text() == "User-agent: *\nAllow: /\n"


def test_two_exports_of_the_same_pages_are_the_same_byte_for_byte(site, out, pages, storage):
    site.publish(pages)
    other = out.with_name("other")

    SiteFolder(other, storage, BASE_URL, Site()).publish(pages[::-1])

    assert files_in(other) == files_in(out)


def test_pictures_on_the_same_disk_are_linked_and_elsewhere_copied(out, pages, storage, tmp_path):
    class FarStorage(LocalStorage):
        copy_to = Storage.copy_to

    name = pages[0].variants[0].name
    SiteFolder(out, storage, "", Site()).publish(pages)
    far = out.with_name("far")
    SiteFolder(far, FarStorage(tmp_path / "files"), "", Site()).publish(pages)

    stored = storage.path(variant_key(name))
    assert (out / "p/media" / name).samefile(stored)
    assert not (far / "p/media" / name).samefile(stored)
    assert files_in(far) == files_in(out)


def test_other_settings_and_other_neighbours_write_pages_again(out, storage, pages):
    SiteFolder(out, storage, BASE_URL, Site()).publish(pages)

    SiteFolder(out, storage, BASE_URL, Site(name="Cats")).publish(pages[:2])

    files = files_in(out)
    assert b"<title>Cats</title>" in files["index.html"]
    assert b"red-cat-3" not in files["p/red-cat-2/index.html"]


def test_a_run_renders_only_what_has_changed(out, storage, pages, monkeypatch):
    SiteFolder(out, storage, BASE_URL, Site()).publish(pages)
    page = SitePages.page
    rendered = []

    def counted(self, view):
        rendered.append(view.page.slug)
        return page(self, view)

    monkeypatch.setattr(SitePages, "page", counted)
    SiteFolder(out, storage, BASE_URL, Site()).publish(pages)
    assert rendered == []

    pages[2] = replace(pages[2], prompt="Another prompt")
    SiteFolder(out, storage, BASE_URL, Site()).publish(pages)

    assert "red-cat-3" in rendered


def test_a_list_that_ended_goes_with_its_folder(out, storage, pages):
    site = SiteFolder(out, storage, BASE_URL, Site())
    site.publish(pages)

    site.publish([replace(page, text=replace(page.text, tags=("cat",))) for page in pages])

    assert not (out / "p/tag/moon").exists()
    assert (out / "p/tag/cat/index.html").is_file()


def test_importers_get_every_page_with_its_pictures_and_no_formula(out, storage, pages):
    hostile = '=HYPERLINK("http://evil.example")'
    pages[0] = replace(pages[0], prompt=hostile, text=replace(pages[0].text, tags=("+1", "cat")))
    SiteFolder(out, storage, BASE_URL, Site()).publish(pages)

    rows = list(csv.DictReader((out / "pages.csv").read_text().splitlines()))
    entries = [json.loads(line) for line in (out / "pages.jsonl").read_text().splitlines()]

    files = json.loads((out / "manifest.json").read_text())["files"]
    assert [row["url"] for row in rows] == [entry["url"] for entry in entries]
    assert (rows[0]["prompt"], rows[0]["tags"]) == (f"'{hostile}", "'+1, cat")
    assert (entries[0]["prompt"], entries[0]["tags"]) == (hostile, ["+1", "cat"])
    assert rows[0]["picture_sha256"] == files[rows[0]["picture"]]["sha256"]
    for picture in entries[0]["pictures"]:
        assert files[picture["file"]]["sha256"] == picture["sha256"]
    assert len(entries[0]["pictures"]) == 5


def test_a_zip_holds_what_the_folder_does(out, storage, pages):
    SiteFolder(out, storage, BASE_URL, Site()).publish(pages)

    made = every_file(
        PublishedPages(pages), Site(), BASE_URL, lambda name: storage.get(variant_key(name))
    )

    assert dict(made) == files_in(out)
