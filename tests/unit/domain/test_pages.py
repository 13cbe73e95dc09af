import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.errors import StateError
from bulkgen.domain.pages import PAGE_TRANSITIONS, PageProgress, PageStatus, check_transition

#: The drawing: from each status, where a page may go.
DRAWN = {
    "draft": {"published", "scheduled", "trashed"},
    "needs_review": {"draft", "blocked", "trashed"},
    "blocked": {"trashed"},
    "scheduled": {"draft", "published", "trashed"},
    "published": {"draft", "trashed"},
    "trashed": set(),
}
STATUSES = st.sampled_from(list(PageStatus))
COUNTS = st.integers(0, 5000)


def is_allowed(current: PageStatus, wanted: PageStatus) -> bool:
    try:
        check_transition(current, wanted)
    except StateError:
        return False
    return True


def some_progress(**counts: int) -> PageProgress:
    none = dict.fromkeys(
        (
            *("pending", "processing", "completed", "failed", "cancelled"),
            *("drafts", "published", "held_back"),
        ),
        0,
    )
    return PageProgress(**{**none, **counts}, current=None, failures=(), by_rules={})


@pytest.mark.parametrize("current", PageStatus)
@pytest.mark.parametrize("wanted", PageStatus)
def test_a_page_goes_only_where_the_drawing_shows_a_way(current, wanted):
    assert is_allowed(current, wanted) is (wanted in DRAWN[current])


def test_every_status_of_a_page_is_drawn():
    assert set(PAGE_TRANSITIONS) == set(PageStatus)


@given(start=STATUSES, wishes=st.lists(STATUSES, max_size=30))
def test_whatever_is_asked_of_a_page_it_never_leaves_the_drawing(start, wishes):
    status = start
    for wanted in wishes:
        if is_allowed(status, wanted):
            assert str(wanted) in DRAWN[status]
            status = wanted
        else:
            assert str(wanted) not in DRAWN[status]


@given(start=STATUSES, wishes=st.lists(STATUSES, max_size=30))
def test_a_page_is_published_from_a_draft_or_a_date_only(start, wishes):
    """So nothing that moderation holds back is seen without a person's word."""
    status = start
    for wanted in wishes:
        if is_allowed(status, wanted):
            if wanted is PageStatus.PUBLISHED:
                assert status in {PageStatus.DRAFT, PageStatus.SCHEDULED}
            status = wanted


def test_a_refused_way_is_one_sentence_in_plain_words():
    with pytest.raises(StateError) as refused:
        check_transition(PageStatus.NEEDS_REVIEW, PageStatus.PUBLISHED)

    assert str(refused.value) == "A page with the status needs review cannot become published."


@given(pending=COUNTS, processing=COUNTS, completed=COUNTS, failed=COUNTS, cancelled=COUNTS)
def test_every_image_on_its_way_to_a_page_is_counted_once(**counts):
    progress = some_progress(**counts)

    assert progress.total == sum(counts.values())
    assert progress.total == progress.ended + counts["pending"] + counts["processing"]
    assert progress.active == (progress.ended < progress.total)
