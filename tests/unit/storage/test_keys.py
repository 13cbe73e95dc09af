import os
import re
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bulkgen.domain.storage_keys import first_owner, image_key, is_key, thumbnail_key, variant_key

IMAGE_ID = UUID("0123abcd-0000-4000-8000-000000000000")


@settings(deadline=None)
@given(st.text(alphabet="aab./-\\~ \0\n%é\N{FULLWIDTH FULL STOP}", max_size=8))
@example("a/../..")
@example("a/b\n")
@example("a//b")
@example("a/b-c/d.e")
def test_what_counts_as_a_key_is_a_plain_path_inside_its_folder(key):
    path = f"/srv/files/{key}"

    assert not is_key(key) or (os.path.normpath(path) == path and re.fullmatch(r"[!-~]+", path))


def test_a_key_may_be_long_but_not_longer_than_a_storage_takes():
    assert is_key("a" * 200)
    assert not is_key("a" * 201)
    assert is_key("a/" * 511 + "bc")
    assert not is_key("a/" * 511 + "bcd")


def test_keys_say_what_they_hold_and_when_it_came():
    at = datetime(2026, 3, 9, tzinfo=UTC)

    assert image_key(IMAGE_ID, "feedc0de" * 8, "jpg", at) == (
        "images/2026/03/0123abcd-0000-4000-8000-000000000000-feedc0de.jpg"
    )
    assert first_owner(image_key(IMAGE_ID, "feedc0de" * 8, "jpg", at)) == IMAGE_ID
    assert thumbnail_key(IMAGE_ID) == ("thumbnails/01/0123abcd-0000-4000-8000-000000000000.webp")
    assert variant_key("cat-feedc0de-320.webp") == "pages/cat-feedc0de-320.webp"
