import pytest

from bulkgen.domain.errors import InputError
from bulkgen.domain.moderation import CATEGORIES, Thresholds
from bulkgen.domain.page_rules import PageRules
from bulkgen.domain.pages import PageStatus


@pytest.mark.parametrize(
    ("scores", "flagged", "decided"),
    [
        ({"sexual": 0.2}, (), (PageStatus.DRAFT, None)),
        ({"sexual": 0.25}, (), (PageStatus.NEEDS_REVIEW, "sexual")),
        ({"sexual": 0.5}, (), (PageStatus.BLOCKED, "sexual")),
        ({"violence": 0.99}, (), (PageStatus.DRAFT, None)),
        ({"violence": 0.1}, ("violence",), (PageStatus.BLOCKED, "violence")),
        ({"sexual": 0.3, "sexual/minors": 0.04}, (), (PageStatus.NEEDS_REVIEW, "sexual/minors")),
    ],
)
def test_the_score_nearest_to_its_threshold_decides(scores, flagged, decided):
    assert Thresholds().decide(scores, flagged) == decided


def test_without_any_threshold_the_flag_alone_decides():
    thresholds = Thresholds(block_from={})

    assert thresholds.decide({"sexual": 1.0}, ()) == (PageStatus.DRAFT, None)
    assert thresholds.decide({"sexual": 0.1}, ("sexual",)) == (PageStatus.BLOCKED, "sexual")


@pytest.mark.parametrize(
    "thresholds",
    [
        Thresholds(block_from={"sexual": 0.0}),
        Thresholds(block_from={"sexual": 1.1}),
        Thresholds(block_from={"rudeness": 0.5}),
        Thresholds(review_from=0.0),
    ],
)
def test_a_number_that_cannot_be_a_threshold_is_refused(thresholds):
    with pytest.raises(InputError):
        thresholds.check()


def test_the_defaults_are_thresholds_of_known_categories():
    Thresholds().check()

    assert set(Thresholds().block_from) < set(CATEGORIES)


def test_rules_are_the_same_after_they_were_stored():
    rules = PageRules(
        thresholds=Thresholds(block_from={"violence": 0.7}, review_from=0.8),
        site_tags=("sea", "sky"),
        prompt_in_files=True,
    )

    assert PageRules.from_json(rules.to_json()) == rules
    assert PageRules.from_json(None) == PageRules()
