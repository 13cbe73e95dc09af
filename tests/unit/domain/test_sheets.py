from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.sheets import submission_token
from tests.fakes.factories import a_uuid, some_settings

ROWS = (
    PromptRow(text="a hot air balloon", tags=("sky", "travel"), images=2),
    PromptRow(text="a black hole", title="Black hole"),
)
OTHER_ROWS = {
    "another text": (replace(ROWS[0], text="a hot air ballon"), ROWS[1]),
    "another order": (ROWS[1], ROWS[0]),
    "one row less": (ROWS[0],),
    "one row twice": (*ROWS, ROWS[1]),
    "another count": (replace(ROWS[0], images=3), ROWS[1]),
    "another title": (ROWS[0], replace(ROWS[1], title="Black Hole")),
    "tags in another order": (replace(ROWS[0], tags=("travel", "sky")), ROWS[1]),
    "tags that read alike": (replace(ROWS[0], tags=("sky, travel",)), ROWS[1]),
    "a model of its own": (ROWS[0], replace(ROWS[1], model="gpt-image-2")),
    "empty and nothing": (ROWS[0], replace(ROWS[1], description="")),
}
OTHER_SETTINGS = [
    {"model": "gpt-image-2"},
    {"size": "1536x1024"},
    {"quality": "high"},
    {"images_per_prompt": 2},
    {"output_format": "png"},
    {"background": "opaque"},
    {"output_compression": 80},
    {"moderation": "low"},
    {"prefix": "Oil painting."},
    {"suffix": "In soft light."},
    {"category": "Midjourney"},
    {"page_status": "published"},
]


def test_two_clicks_on_start_are_one_submission():
    first = submission_token(a_uuid(1), ROWS, some_settings())

    second = submission_token(a_uuid(1), tuple(replace(row) for row in ROWS), some_settings())

    assert first == second


@pytest.mark.parametrize("rows", OTHER_ROWS.values(), ids=OTHER_ROWS)
def test_other_rows_are_another_submission(rows):
    first = submission_token(a_uuid(1), ROWS, some_settings())

    assert submission_token(a_uuid(1), rows, some_settings()) != first


@pytest.mark.parametrize("changes", OTHER_SETTINGS, ids=lambda changes: next(iter(changes)))
def test_other_settings_are_another_submission(changes):
    first = submission_token(a_uuid(1), ROWS, some_settings())

    assert submission_token(a_uuid(1), ROWS, some_settings(**changes)) != first


def test_the_same_content_of_another_sheet_is_another_submission():
    first = submission_token(a_uuid(1), ROWS, some_settings())

    assert submission_token(a_uuid(2), ROWS, some_settings()) != first


TEXTS = st.lists(st.text(max_size=20), max_size=4).map(
    lambda texts: tuple(PromptRow(text=text) for text in texts)
)


@given(TEXTS, TEXTS)
def test_tokens_are_equal_exactly_when_the_rows_are(rows, others):
    token = submission_token(a_uuid(1), rows, some_settings())

    assert (submission_token(a_uuid(1), others, some_settings()) == token) is (rows == others)


def test_text_that_no_encoding_holds_has_a_token_too():
    rows = (PromptRow(text="half a pair: \ud83c"),)

    assert submission_token(a_uuid(1), rows, some_settings())
