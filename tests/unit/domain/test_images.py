import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.images import IMAGE_TRANSITIONS, MIME_TYPES, SUFFIXES, ImageStatus
from tests.fakes.factories import a_catalogue

#: The drawing: from each status, where an image may go.
DRAWN = {
    "pending": {"processing", "cancelled"},
    "processing": {"pending", "completed", "failed", "cancelled", "unknown"},
    "completed": {"discarded"},
    "discarded": {"completed"},
    "failed": {"pending", "processing"},
    "cancelled": {"pending", "processing"},
    "unknown": {"pending", "processing"},
}


@pytest.mark.parametrize("current", ImageStatus)
def test_an_image_goes_only_where_the_drawing_shows_a_way(current):
    assert IMAGE_TRANSITIONS[current] == DRAWN[current]


def test_every_status_of_an_image_is_drawn():
    assert set(IMAGE_TRANSITIONS) == set(ImageStatus)


@given(st.lists(st.sampled_from(list(ImageStatus)), max_size=30))
def test_an_image_that_is_there_stays_there_whatever_is_asked(wishes):
    status = ImageStatus.PENDING
    was_there = False
    for wanted in wishes:
        if wanted in IMAGE_TRANSITIONS[status]:
            status = wanted
        was_there = was_there or status is ImageStatus.COMPLETED

        assert not was_there or status in {ImageStatus.COMPLETED, ImageStatus.DISCARDED}


@given(st.lists(st.sampled_from(list(ImageStatus)), max_size=30))
def test_an_image_is_paid_for_only_through_a_call(wishes):
    status = ImageStatus.PENDING
    called = False
    for wanted in wishes:
        if wanted in IMAGE_TRANSITIONS[status]:
            status = wanted
        called = called or status is ImageStatus.PROCESSING

        assert called or status in {ImageStatus.PENDING, ImageStatus.CANCELLED}


@pytest.mark.parametrize("model", [model.id for model in a_catalogue().offered()])
def test_every_format_a_model_gives_has_a_type_and_a_suffix(model):
    formats = set(a_catalogue().model(model).output_formats)

    assert formats <= set(MIME_TYPES)
    assert formats <= set(SUFFIXES)


def test_a_jpeg_is_named_jpg_and_served_as_jpeg():
    assert (SUFFIXES["jpeg"], MIME_TYPES["jpeg"]) == ("jpg", "image/jpeg")
