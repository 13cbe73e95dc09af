"""From selected images to pages, against a server that moderates and writes."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from PIL import Image
from sqlalchemy import select

from bulkgen.bootstrap import Installation
from bulkgen.domain.budgets import Caps
from bulkgen.domain.errors import NotFoundError, StateError
from bulkgen.domain.image_filters import Choice
from bulkgen.domain.moderation import Thresholds
from bulkgen.domain.page_rules import PageRules
from bulkgen.domain.pages import PageEdit, PageProgress, PageStatus
from bulkgen.domain.people import LOCAL_ADMIN
from bulkgen.domain.prompts import PromptRow
from bulkgen.records.tables import attempts
from bulkgen.storage.provenance import AI_MADE
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import (
    submit,
    wait_for_job,
    wait_for_pages,
    wait_for_work,
)

IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"


def _create(installation: Installation, job_id: UUID) -> PageProgress:
    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    return wait_for_pages(installation, job_id)


def test_each_selected_image_becomes_one_page_with_pictures_in_storage(
    installation: Installation,
) -> None:
    job_id = submit(installation, ["a red fox in the snow", "a harbour at dawn"])
    wait_for_job(installation, job_id)

    progress = _create(installation, job_id)

    pages = installation.studio.pages.all(LOCAL_ADMIN)
    assert (progress.completed, progress.drafts) == (2, 2)
    assert {page.prompt for page in pages} == {"a red fox in the snow", "a harbour at dawn"}
    for page in pages:
        for variant in page.variants:
            picture = installation.studio.pages.picture(LOCAL_ADMIN, variant.name)
            data = picture.read()
            assert picture.mime_type == variant.mime_type
            assert data[:4] in (b"RIFF", b"\xff\xd8\xff\xe0")
            assert variant.name.startswith(page.slug)


def test_creating_again_makes_no_second_page(installation: Installation) -> None:
    job_id = submit(installation, 2)
    wait_for_job(installation, job_id)
    _create(installation, job_id)

    with pytest.raises(StateError, match="its page already"):
        installation.studio.pages.create(LOCAL_ADMIN, job_id)

    assert len(installation.studio.pages.all(LOCAL_ADMIN)) == 2


def test_two_pictures_of_one_prompt_become_two_pages_with_different_titles(
    installation: Installation,
) -> None:
    job_id = submit(installation, ["a hot air balloon over a valley"], images_per_prompt=3)
    wait_for_job(installation, job_id)
    selected_at_first = installation.studio.jobs.get(LOCAL_ADMIN, job_id).selected
    installation.studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.ALL)

    _create(installation, job_id)

    pages = installation.studio.pages.all(LOCAL_ADMIN)
    assert selected_at_first == 0
    assert len({page.text.title for page in pages}) == 3
    assert len({page.slug for page in pages}) == 3


def test_a_flagged_picture_is_blocked_and_never_public(installation: Installation) -> None:
    job_id = submit(installation, ["a [violence] scene"], page_status="published")
    wait_for_job(installation, job_id)

    progress = _create(installation, job_id)

    page = installation.studio.pages.all(LOCAL_ADMIN)[0]
    assert progress.held_back == 1
    assert page.status is PageStatus.BLOCKED
    with pytest.raises(StateError):
        installation.studio.pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.PUBLISHED)
    with pytest.raises(NotFoundError):
        installation.studio.site.view(page.slug)


def test_the_verdict_is_kept_with_its_scores_its_model_and_what_was_judged(
    installation: Installation,
) -> None:
    job_id = submit(installation, ["a [violence] scene"])
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    (page,) = installation.studio.pages.all(LOCAL_ADMIN)
    verdict = page.verdict
    assert verdict is not None
    assert (verdict.status, verdict.category) == (PageStatus.BLOCKED, "violence")
    assert verdict.scores["violence"] == 0.97
    assert verdict.model == "omni-moderation-latest"
    assert verdict.looked_at["violence"] == ["text", "image"]
    assert verdict.input_sha256[0] == sha256(b"a [violence] scene").hexdigest()


def test_nothing_is_bought_for_a_page_that_is_blocked(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, ["a [violence] scene"])
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    assert server.ledger("responses") == []


def test_a_doubtful_page_is_published_after_a_person_has_accepted_it(
    installation: Installation,
) -> None:
    job_id = submit(installation, ["a [sexual?] scene"], page_status="published")
    wait_for_job(installation, job_id)
    _create(installation, job_id)
    pages = installation.studio.pages
    (page,) = pages.all(LOCAL_ADMIN)
    assert page.status is PageStatus.NEEDS_REVIEW
    with pytest.raises(StateError):
        pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.PUBLISHED)

    pages.accept(LOCAL_ADMIN, page.id)
    pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.PUBLISHED)

    page = pages.get(LOCAL_ADMIN, page.id)
    assert (page.status, page.decided_by) == (PageStatus.PUBLISHED, LOCAL_ADMIN.id)
    assert page.decided_at is not None


def test_thresholds_of_the_installation_decide(installation: Installation) -> None:
    rules = PageRules(thresholds=Thresholds(block_from={"sexual": 0.3}))
    installation.studio.choices.set_page_rules(LOCAL_ADMIN, rules)
    job_id = submit(installation, ["a [sexual?] scene"])
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    assert installation.studio.pages.all(LOCAL_ADMIN)[0].status is PageStatus.BLOCKED


def test_an_unjudged_draft_is_published_once_the_moderation_has_answered(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "server_error", "endpoint": "moderations"})
    job_id = submit(installation, 1)
    wait_for_job(installation, job_id)
    _create(installation, job_id)
    pages = installation.studio.pages
    (page,) = pages.all(LOCAL_ADMIN)
    with pytest.raises(StateError, match="gave no answer"):
        pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.PUBLISHED)

    server.script()
    assert pages.judge_again(LOCAL_ADMIN, [page.id]) == 1
    wait_for_work(installation)
    pages.set_status(LOCAL_ADMIN, [page.id], PageStatus.PUBLISHED)

    assert pages.get(LOCAL_ADMIN, page.id).status is PageStatus.PUBLISHED


def test_a_page_that_could_not_be_judged_stays_a_draft(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "server_error", "endpoint": "moderations"})
    job_id = submit(installation, 1, page_status="published")
    wait_for_job(installation, job_id)

    progress = _create(installation, job_id)

    assert (progress.drafts, progress.published) == (1, 0)


def test_without_an_answer_of_the_text_model_the_rules_write(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "server_error", "endpoint": "responses"})
    job_id = submit(installation, ["a photo of a lighthouse on a cliff, stormy sea"])
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    page = installation.studio.pages.all(LOCAL_ADMIN)[0]
    assert page.text.title == "Lighthouse on a cliff, stormy sea"
    assert "lighthouse" in page.text.tags


def test_what_a_row_sets_for_its_picture_and_its_page_wins_over_the_job(
    installation: Installation, server: RunningServer
) -> None:
    row = PromptRow(
        text="a boat",
        output_format="png",
        background="transparent",
        category="Boats",
        page_status="published",
    )
    job_id = submit(installation, [row, "a tree"], output_format="jpeg", category="Trees")
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    assert [image.output_format for image in images] == ["png", "jpeg"]
    pages = installation.studio.pages.all(LOCAL_ADMIN)
    assert sorted((page.prompt, page.category, page.status) for page in pages) == [
        ("a boat", "Boats", PageStatus.PUBLISHED),
        ("a tree", "Trees", PageStatus.DRAFT),
    ]


def test_the_columns_of_the_sheet_win(installation: Installation, server: RunningServer) -> None:
    row = PromptRow(
        text="a boat",
        title="The boat of my uncle",
        description="He built it himself in the winter of 1962.",
        tags=("boats", "family"),
        alt="A small blue boat on a beach",
    )
    job_id = submit(installation, [row])
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    text = installation.studio.pages.all(LOCAL_ADMIN)[0].text
    assert text.title == row.title
    assert text.description == row.description
    assert text.tags == row.tags
    assert text.alt == row.alt
    assert server.ledger("responses") == []


def test_words_are_bought_once_for_a_prompt(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, ["a hot air balloon over a valley"], images_per_prompt=3)
    wait_for_job(installation, job_id)
    installation.studio.gallery.choose(LOCAL_ADMIN, job_id, Choice.ALL)

    _create(installation, job_id)

    pages = installation.studio.pages.all(LOCAL_ADMIN)
    assert len(server.ledger("responses")) == 1
    assert len({page.text.description for page in pages}) == 1
    assert len({page.text.title for page in pages}) == 3
    assert set(installation.studio.pages.near_same(pages).values()) == {2}


def test_the_tags_of_the_site_come_first(installation: Installation, server: RunningServer) -> None:
    rules = PageRules(site_tags=("seaside", "harbour"))
    installation.studio.choices.set_page_rules(LOCAL_ADMIN, rules)
    server.script({"action": "server_error", "endpoint": "responses", "prompt": "old"})
    job_id = submit(installation, ["a boat in a harbour at dawn", "an old harbour"])
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    for page in installation.studio.pages.all(LOCAL_ADMIN):
        assert page.text.tags[0] == "harbour"


def test_beyond_the_days_budget_for_page_text_the_rules_write_and_say_so(
    installation: Installation, server: RunningServer
) -> None:
    installation.studio.budgets.set_caps(LOCAL_ADMIN, Caps(page_text_day_usd=Decimal("0.0001")))
    job_id = submit(installation, 3)
    wait_for_job(installation, job_id)

    progress = _create(installation, job_id)

    assert server.ledger("responses") == []
    assert progress.by_rules == {"Today's budget for page text is reached.": 3}


def test_the_days_budget_for_page_text_is_never_passed(
    installation: Installation, server: RunningServer
) -> None:
    cap_usd = Decimal("0.002")
    installation.studio.budgets.set_caps(LOCAL_ADMIN, Caps(page_text_day_usd=cap_usd))
    job_id = submit(installation, 20)
    wait_for_job(installation, job_id)

    progress = _create(installation, job_id)

    bought = server.ledger("responses")
    assert 0 < len(bought) < 20
    assert sum(Decimal(entry["cost_usd"]) for entry in bought) <= cap_usd
    assert sum(progress.by_rules.values()) == 20 - len(bought)


def test_written_again_a_page_gets_other_words_and_its_columns_still_win(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "server_error", "endpoint": "responses"})
    row = PromptRow(text="a boat on a lake", alt="My own boat on my own lake")
    job_id = submit(installation, [row, "a red fox in the snow"])
    wait_for_job(installation, job_id)
    _create(installation, job_id)
    pages = installation.studio.pages
    before = {page.id: page for page in pages.all(LOCAL_ADMIN)}
    for page in before.values():
        text = replace(page.text, title=f"Something else {page.slug}", description="Other.")
        edit = PageEdit(page_id=page.id, text=text, category=page.category)
        pages.edit(LOCAL_ADMIN, [edit])
    server.script()

    assert pages.write_again(LOCAL_ADMIN, list(before)) == 2
    work = wait_for_work(installation)

    assert (work.total, work.failures) == (2, ())
    after = {page.prompt: page for page in pages.all(LOCAL_ADMIN)}
    assert after["a boat on a lake"].text.alt == row.alt
    for page in after.values():
        assert page.text.title == before[page.id].text.title
        assert page.slug == before[page.id].slug
    receipt = installation.studio.jobs.receipt(LOCAL_ADMIN, job_id)
    assert (receipt.page_texts, receipt.page_text_usd > 0) == (2, True)
    progress = pages.progress(LOCAL_ADMIN, job_id)
    assert progress is not None
    assert (progress.total, progress.completed) == (2, 2)


def test_what_cannot_be_written_again_keeps_its_words(
    installation: Installation, server: RunningServer
) -> None:
    job_id = submit(installation, 1)
    wait_for_job(installation, job_id)
    _create(installation, job_id)
    pages = installation.studio.pages
    (page,) = pages.all(LOCAL_ADMIN)
    server.script({"action": "server_error", "endpoint": "responses"})

    pages.write_again(LOCAL_ADMIN, [page.id])
    work = wait_for_work(installation)

    assert "The page keeps its words." in work.failures[0]
    assert pages.get(LOCAL_ADMIN, page.id).text == page.text


def test_one_failing_image_stops_no_other_and_is_made_alone_afterwards(
    installation: Installation,
) -> None:
    job_id = submit(installation, 4)
    wait_for_job(installation, job_id)
    image = installation.store.images.of_job(job_id)[1]
    assert image.storage_key is not None
    master = installation.storage.get(image.storage_key)
    installation.storage.remove(image.storage_key)

    progress = _create(installation, job_id)
    assert (progress.completed, progress.failed) == (3, 1)
    assert progress.failures[0].startswith("Image 2: ")
    installation.storage.put(image.storage_key, master)
    assert installation.studio.pages.retry(LOCAL_ADMIN, job_id) == 1
    progress = wait_for_pages(installation, job_id)

    assert (progress.completed, progress.failed, progress.total) == (4, 0, 4)
    assert len(installation.studio.pages.all(LOCAL_ADMIN)) == 4


def test_every_file_says_that_ai_made_it_and_the_master_is_the_providers(
    installation: Installation,
) -> None:
    job_id = submit(installation, ["a fox & <a> hare"])
    wait_for_job(installation, job_id)
    _create(installation, job_id)
    (page,) = installation.studio.pages.all(LOCAL_ADMIN)
    (image,) = installation.store.images.of_job(job_id)

    for variant in page.variants:
        data = installation.studio.pages.picture(LOCAL_ADMIN, variant.name).read()
        xmp = Image.open(BytesIO(data)).info["xmp"]
        source = ET.fromstring(xmp).iter(f"{IPTC}DigitalSourceType")  # noqa: S314 - our own
        assert [tag.text for tag in source] == [AI_MADE]
        assert b"hare" not in xmp
    assert image.storage_key is not None
    assert sha256(installation.storage.get(image.storage_key)).hexdigest() == image.sha256
    assert page.placeholder.startswith("data:image/webp;base64,")
    assert len(page.placeholder) < 500


def test_the_prompt_stands_in_the_files_when_the_owner_wants_it(
    installation: Installation,
) -> None:
    rules = PageRules(prompt_in_files=True)
    installation.studio.choices.set_page_rules(LOCAL_ADMIN, rules)
    job_id = submit(installation, ["a fox & <a> hare"])
    wait_for_job(installation, job_id)
    _create(installation, job_id)
    (page,) = installation.studio.pages.all(LOCAL_ADMIN)

    for variant in page.variants:
        data = installation.studio.pages.picture(LOCAL_ADMIN, variant.name).read()
        xmp = Image.open(BytesIO(data)).info["xmp"]
        said = ET.fromstring(xmp).iter(f"{IPTC}AIPromptInformation")  # noqa: S314 - our own
        assert [tag.text for tag in said] == ["a fox & <a> hare"]


def test_cancelling_the_creation_keeps_the_pages_that_are_made(
    installation: Installation,
) -> None:
    job_id = submit(installation, 40)
    wait_for_job(installation, job_id)
    installation.studio.pages.create(LOCAL_ADMIN, job_id)

    installation.studio.pages.cancel_creation(LOCAL_ADMIN, job_id)

    progress = wait_for_pages(installation, job_id)
    assert progress.cancelled > 0
    assert progress.completed + progress.cancelled == 40
    assert len(installation.studio.pages.all(LOCAL_ADMIN)) == progress.completed


def test_page_text_is_an_attempt_with_its_cost(installation: Installation) -> None:
    job_id = submit(installation, 1)
    wait_for_job(installation, job_id)

    _create(installation, job_id)

    with installation.store.database.read() as connection:
        rows = connection.execute(select(attempts).where(attempts.c.kind == "page_text")).all()
    assert [row.outcome for row in rows] == ["bought"]
    assert 0 < rows[0].cost_micro_usd <= rows[0].reserved_micro_usd
