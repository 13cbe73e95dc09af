"""Finals of drafts, on every kind of database."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from bulkgen.bootstrap import Installation
from bulkgen.domain.errors import InputError, NotFoundError, StateError
from bulkgen.domain.image_filters import Choice
from bulkgen.domain.images import GeneratedImage
from bulkgen.domain.people import LOCAL_ADMIN, Actor, Role
from bulkgen.domain.prompts import PromptRow
from bulkgen.studio.finals import FinalsChoice
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import job_of, submit, wait_for_job

SUNBURST = "gpt-image-2.5-sunburst"
HIGH = FinalsChoice(model="gpt-image-2.5-flare", quality="high", size=None)
ROWS = [
    PromptRow(text="a boat", title="My boat", size="1536x1024"),
    PromptRow(text="a tree", model=SUNBURST, quality="low"),
    PromptRow(text=r"the words \{{colour}} and \{{a|red,blue}}"),
    PromptRow(text="a hill"),
]


@pytest.fixture
def draft_job(installation: Installation) -> UUID:
    """Four drafts, the last of which is not selected."""
    job_id = submit(installation, ROWS, quality="low", prefix="Oil painting.")
    wait_for_job(installation, job_id)
    last = _images(installation, job_id)[-1]
    installation.studio.gallery.select(LOCAL_ADMIN, [last.id], selected=False)
    return job_id


def _images(installation: Installation, job_id: UUID) -> list[GeneratedImage]:
    return installation.studio.gallery.images(LOCAL_ADMIN, job_id)


def _made(installation: Installation, draft_job: UUID, choice: FinalsChoice = HIGH) -> UUID:
    job_id = installation.studio.finals.make(LOCAL_ADMIN, draft_job, choice, uuid4())
    wait_for_job(installation, job_id)
    return job_id


def test_each_selected_draft_gets_a_final_of_the_very_words_that_were_sent(
    installation: Installation, draft_job: UUID, server: RunningServer
) -> None:
    drafts = _images(installation, draft_job)

    finals = _images(installation, _made(installation, draft_job))

    assert [final.draft_id for final in finals] == [draft.id for draft in drafts[:3]]
    assert [final.sent_prompt for final in finals] == [draft.sent_prompt for draft in drafts[:3]]
    assert finals[2].sent_prompt == "Oil painting. the words {{colour}} and {{a|red,blue}}"
    assert {(final.model, final.quality) for final in finals} == {(HIGH.model, "high")}
    assert [final.size for final in finals] == ["1536x1024", "1024x1024", "1024x1024"]
    assert len(server.ledger()) == 7


def test_a_size_can_be_chosen_for_all_finals(installation: Installation, draft_job: UUID) -> None:
    choice = FinalsChoice(model=SUNBURST, quality="medium", size="1024x1536")

    finals = _images(installation, _made(installation, draft_job, choice))

    assert {(final.model, final.size) for final in finals} == {(SUNBURST, "1024x1536")}


def test_a_row_keeps_what_it_sets_for_its_page(installation: Installation, draft_job: UUID) -> None:
    job_id = _made(installation, draft_job)

    assert installation.studio.jobs.rows(LOCAL_ADMIN, job_id)[0].title == "My boat"
    assert job_of(installation, job_id).name.startswith("Finals of ")


def test_a_final_replaces_its_draft_only_when_a_person_says_so(
    installation: Installation, draft_job: UUID
) -> None:
    finals_job = _made(installation, draft_job)
    first = _images(installation, finals_job)[0]
    assert job_of(installation, finals_job).selected == 0
    assert job_of(installation, draft_job).selected == 3

    installation.studio.finals.choose(LOCAL_ADMIN, first.id, final=True)
    taken = (_images(installation, draft_job)[0].selected, _images(installation, finals_job)[0])
    installation.studio.finals.choose(LOCAL_ADMIN, first.id, final=False)
    kept = (_images(installation, draft_job)[0].selected, _images(installation, finals_job)[0])

    assert (taken[0], taken[1].selected) == (False, True)
    assert (kept[0], kept[1].selected) == (True, False)


def test_a_draft_and_its_finals_are_found_from_both_ends(
    installation: Installation, draft_job: UUID
) -> None:
    finals = installation.studio.finals
    first = _images(installation, _made(installation, draft_job))[0]
    second = _images(installation, _made(installation, draft_job))[0]
    draft = _images(installation, draft_job)[0]

    assert finals.pairs(LOCAL_ADMIN, draft) == [(draft, first), (draft, second)]
    assert finals.pairs(LOCAL_ADMIN, second) == [(draft, second)]


def test_a_final_made_once_more_is_a_final_of_the_same_draft(
    installation: Installation, draft_job: UUID
) -> None:
    finals_job = _made(installation, draft_job)
    first = _images(installation, finals_job)[0]

    again = installation.studio.jobs.redo(LOCAL_ADMIN, first.id, first.prompt)

    assert installation.studio.gallery.image(LOCAL_ADMIN, again).draft_id == first.draft_id


def test_two_clicks_make_one_job(installation: Installation, draft_job: UUID) -> None:
    click_id = uuid4()

    made = {
        installation.studio.finals.make(LOCAL_ADMIN, draft_job, HIGH, click_id) for _ in range(2)
    }

    assert len(made) == 1


def test_the_offer_compares_with_making_everything_like_this(
    installation: Installation, draft_job: UUID
) -> None:
    drafts_usd = job_of(installation, draft_job).cost_usd

    offer = installation.studio.finals.offer(LOCAL_ADMIN, draft_job, HIGH)

    assert (offer.finals, offer.everything) == (3, 4)
    assert offer.drafts_usd == drafts_usd > 0
    one_more = offer.everything_usd - offer.checked.estimate.cost.about_usd
    assert one_more > 0
    assert offer.saved_usd == (one_more - drafts_usd if one_more > drafts_usd else None)


def test_nothing_is_said_to_be_saved_when_every_draft_becomes_a_final(
    installation: Installation, draft_job: UUID
) -> None:
    installation.studio.gallery.choose(LOCAL_ADMIN, draft_job, Choice.ALL)

    offer = installation.studio.finals.offer(LOCAL_ADMIN, draft_job, HIGH)

    assert offer.everything_usd >= offer.checked.estimate.cost.about_usd > Decimal(0)
    assert offer.saved_usd is None


def test_without_a_selection_there_is_nothing_to_make(
    installation: Installation, draft_job: UUID
) -> None:
    installation.studio.gallery.choose(LOCAL_ADMIN, draft_job, Choice.NONE)

    with pytest.raises(InputError, match="No picture is selected"):
        installation.studio.finals.make(LOCAL_ADMIN, draft_job, HIGH, uuid4())


def test_what_the_model_cannot_make_is_said_before_it_costs_anything(
    installation: Installation, draft_job: UUID, server: RunningServer
) -> None:
    choice = FinalsChoice(model="gpt-image-2", quality="max", size=None)
    calls = len(server.ledger())

    with pytest.raises(InputError, match="max"):
        installation.studio.finals.make(LOCAL_ADMIN, draft_job, choice, uuid4())

    assert len(server.ledger()) == calls


def test_nobody_makes_or_chooses_finals_of_another(
    installation: Installation, draft_job: UUID
) -> None:
    stranger = Actor(id=uuid4(), role=Role.MEMBER)
    finals = installation.studio.finals
    draft = _images(installation, draft_job)[0]

    for act in (
        lambda: finals.offer(stranger, draft_job, HIGH),
        lambda: finals.make(stranger, draft_job, HIGH, uuid4()),
        lambda: finals.pairs(stranger, draft),
        lambda: finals.choose(stranger, draft.id, final=True),
    ):
        with pytest.raises(NotFoundError):
            act()
    with pytest.raises(StateError, match="not the final"):
        finals.choose(LOCAL_ADMIN, draft.id, final=True)
