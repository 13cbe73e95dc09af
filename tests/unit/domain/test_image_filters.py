"""What a choice takes of many images."""

from bulkgen.domain.image_filters import Candidate, Choice, change_for
from tests.fakes.factories import a_uuid


def test_the_ten_sharpest_are_of_ten_prompts() -> None:
    candidates = [
        Candidate(id=a_uuid(number), prompt_number=number // 2, selected=True, score=number / 40)
        for number in range(40)
    ]

    change = change_for(Choice.BEST_TEN, candidates)

    assert change.selected == ()
    left = {candidate.id for candidate in candidates} - set(change.deselected)
    assert left == {a_uuid(number) for number in range(21, 40, 2)}
