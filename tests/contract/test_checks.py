"""What is known of a list before it costs anything, from what an installation has done before."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from bulkgen.bootstrap import Installation
from bulkgen.domain.budgets import Caps
from bulkgen.domain.errors import InputError, StorageError
from bulkgen.domain.images import ImageStatus
from bulkgen.domain.jobs import JobStatus
from bulkgen.domain.people import LOCAL_ADMIN, Actor, Role
from bulkgen.domain.prompts import PromptRow
from bulkgen.domain.templates import Expansion
from bulkgen.studio.checks import CheckedList
from tests.fakes.demo_server import RunningServer
from tests.fakes.installations import (
    a_choice,
    job_of,
    submit,
    wait_for_job,
    wait_for_pages,
)


def _check(
    installation: Installation,
    *prompts: str | PromptRow,
    actor: Actor = LOCAL_ADMIN,
    use_earlier: bool = False,
    **chosen: Any,
) -> CheckedList:
    rows = [row if isinstance(row, PromptRow) else PromptRow(text=row) for row in prompts]
    settings = a_choice(installation, **chosen)
    return installation.studio.checks.check(actor, rows, settings, use_earlier=use_earlier)


def test_prompts_that_were_made_before_are_named_with_what_they_would_cost_again(
    installation: Installation,
) -> None:
    wait_for_job(installation, submit(installation, ["a boat", "a tree"]))

    checked = _check(installation, "a boat", "a hill", "a tree")

    assert checked.earlier is not None
    assert (checked.earlier.prompts, checked.earlier.images) == (2, 2)
    assert set(checked.earlier.by_row) == {0, 2}
    assert Decimal("0.02") < checked.earlier.about_usd < Decimal("0.03")


@pytest.mark.parametrize(
    "other",
    [{"quality": "low"}, {"size": "1536x1024"}, {"prefix": "oil"}, {"output_format": "png"}],
)
def test_another_setting_is_another_picture(
    installation: Installation, other: dict[str, Any]
) -> None:
    wait_for_job(installation, submit(installation, ["a boat"]))

    assert _check(installation, "a boat", **other).earlier is None


def test_pictures_of_another_person_are_not_named(installation: Installation) -> None:
    wait_for_job(installation, submit(installation, ["a boat"]))
    stranger = Actor(id=uuid4(), role=Role.MEMBER)

    assert _check(installation, "a boat", actor=stranger).earlier is None


def test_earlier_pictures_are_taken_instead_of_bought(
    installation: Installation, server: RunningServer
) -> None:
    first = submit(installation, ["a boat"])
    wait_for_job(installation, first)
    rows = [PromptRow(text="a boat", images=3), PromptRow(text="a boat"), PromptRow(text="a hill")]
    calls = len(server.ledger())

    job_id = installation.studio.jobs.submit(
        LOCAL_ADMIN, rows, a_choice(installation), name="", use_earlier=True
    )
    job = wait_for_job(installation, job_id)

    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    (original,) = installation.studio.gallery.images(LOCAL_ADMIN, first)
    assert job.status is JobStatus.COMPLETED
    assert job.images.completed == 5
    assert [image.sha256 == original.sha256 for image in images] == [
        *(True, False, False),
        True,
        False,
    ]
    assert len(server.ledger()) - calls == 2
    assert job.cost_usd == sum(image.cost_usd or 0 for image in images)
    assert installation.studio.gallery.thumbnail(LOCAL_ADMIN, images[0].id).read()


def test_a_job_of_earlier_pictures_alone_is_completed_at_once_and_gets_pages(
    installation: Installation,
) -> None:
    wait_for_job(installation, submit(installation, ["a boat", "a tree"]))
    rows = [PromptRow(text="a tree"), PromptRow(text="a boat")]

    job_id = installation.studio.jobs.submit(
        LOCAL_ADMIN, rows, a_choice(installation), name="", use_earlier=True
    )

    job = job_of(installation, job_id)
    assert (job.status, job.images.completed) == (JobStatus.COMPLETED, 2)
    assert not job.cost_usd
    assert job.selected == 2
    installation.studio.pages.create(LOCAL_ADMIN, job_id)
    assert wait_for_pages(installation, job_id).completed == 2


def test_earlier_pictures_are_not_priced_when_they_are_used(installation: Installation) -> None:
    wait_for_job(installation, submit(installation, ["a boat"]))
    rows = (PromptRow(text="a boat", images=3), PromptRow(text="a hill"))

    checked = _check(installation, *rows, use_earlier=True)

    assert (checked.estimate.prompts, checked.estimate.images) == (2, 3)


def test_rows_that_cannot_be_sent_stay_behind_in_the_sheet(installation: Installation) -> None:
    studio = installation.studio
    sheet = studio.sheets.open(LOCAL_ADMIN)
    rows = (PromptRow(text="a {{colour}} boat"), PromptRow(text="a tree"))
    sheet = studio.sheets.save(LOCAL_ADMIN, replace(sheet, rows=rows)) or sheet

    with pytest.raises(InputError, match=r"Prompt 1: There is no value for “colour”"):
        studio.jobs.submit(LOCAL_ADMIN, rows, a_choice(installation), name="", sheet=sheet)
    job_id = studio.jobs.submit(
        LOCAL_ADMIN,
        rows,
        a_choice(installation),
        name="",
        sheet=sheet,
        leave_problems=True,
    )

    assert [row.text for row in studio.jobs.rows(LOCAL_ADMIN, job_id)] == ["a tree"]
    left = studio.sheets.open(LOCAL_ADMIN)
    assert (left.id, left.rows) == (sheet.id, rows[:1])
    assert left.revision > sheet.revision


def test_a_list_of_problems_alone_is_not_started(installation: Installation) -> None:
    with pytest.raises(InputError, match="There is no value"):
        installation.studio.jobs.submit(
            LOCAL_ADMIN,
            [PromptRow(text="{{a}}")],
            a_choice(installation),
            name="",
            leave_problems=True,
        )


def test_a_list_over_what_the_budgets_leave_is_warned_of(installation: Installation) -> None:
    installation.studio.budgets.set_caps(LOCAL_ADMIN, Caps(person_day_usd=Decimal("0.03")))
    wait_for_job(installation, submit(installation, ["a boat"]))

    checked = _check(installation, "a tree", "a hill")

    assert checked.left_usd is not None
    assert Decimal("0.016") < checked.left_usd < Decimal("0.017")
    (warning,) = checked.warnings
    assert warning == (
        "The budgets leave $0.02 and this list costs about $0.03. "
        "The job pauses when the budget is reached."
    )
    assert not _check(installation, "a tree").warnings


@pytest.mark.parametrize(
    ("free", "says"),
    [
        (100 * 1024 * 1024, "100 MB is free"),
        (StorageError("The spool cannot be read."), "The spool cannot be read."),
    ],
)
def test_a_full_disk_stops_a_list_before_it_starts(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, free: int | Exception, says: str
) -> None:
    def free_bytes() -> int:
        if isinstance(free, Exception):
            raise free
        return free

    monkeypatch.setattr(installation.studio.checks, "_free_bytes", free_bytes)

    (obstacle,) = _check(installation, "a boat").obstacles

    assert says in obstacle
    with pytest.raises(InputError, match=says):
        submit(installation, ["a boat"])


def test_five_images_of_our_own_narrow_the_estimate(installation: Installation) -> None:
    model: dict[str, Any] = {"model": "gpt-image-2.6-flare", "quality": "low"}
    before = _check(installation, "a boat", **model).estimate
    job_id = submit(installation, 5, **model)
    wait_for_job(installation, job_id)
    installation.studio.checks._observed = None

    after = _check(installation, "a boat", **model).estimate

    each_usd = job_of(installation, job_id).cost_usd / 5
    assert before.cost.most_usd / before.cost.least_usd > Decimal("1.5")
    assert after.cost.most_usd - after.cost.least_usd < Decimal("0.001")
    assert abs(after.cost.about_usd - each_usd) < Decimal("0.0005")
    assert after.most_usd == before.most_usd


def test_an_estimate_is_split_by_model_and_quality(installation: Installation) -> None:
    parts = _check(
        installation,
        "a boat",
        PromptRow(text="a tree", quality="high", images=2),
        "a hill",
    ).estimate.parts

    assert [(part.quality, part.prompts, part.images) for part in parts] == [
        ("medium", 2, 2),
        ("high", 1, 2),
    ]


def test_rows_keep_their_places_when_lists_of_options_make_more_of_them(
    installation: Installation,
) -> None:
    lists = ("{{a|1,2,3}}", "{{none}}", "plain")

    checked = _check(installation, *lists)

    assert checked.has_option_lists
    assert checked.places == (1, 1, 1, 3)
    assert [problem.line for problem in checked.problems] == [2]
    each = _check(installation, *lists, expansion=Expansion.ONE_EACH)
    assert [row.text for row in each.rows] == ["1", "plain"]


def test_the_moderation_is_asked_once_for_each_text(
    installation: Installation, server: RunningServer
) -> None:
    prompts = [*(f"a boat {number}" for number in range(40)), "a [violence] boat", "a boat 1"]

    judged = dict(
        item
        for some in installation.studio.checks.moderate(LOCAL_ADMIN, prompts)
        for item in some.items()
    )

    assert len(judged) == 41
    assert judged.pop("a [violence] boat") == "The moderation would block it: violence, 97%."
    assert set(judged.values()) == {None}


def test_texts_that_could_not_be_judged_are_left_out(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "server_error", "endpoint": "moderations"})

    (judged,) = installation.studio.checks.moderate(LOCAL_ADMIN, ["a boat"])

    assert judged == {}


def test_failed_images_are_no_earlier_pictures(
    installation: Installation, server: RunningServer
) -> None:
    server.script({"action": "bad_request", "next": 1})
    job = wait_for_job(installation, submit(installation, ["a boat"]))

    assert job.images.failed == 1
    assert _check(installation, "a boat").earlier is None


def test_a_picture_that_came_over_is_redone_like_any_other(installation: Installation) -> None:
    wait_for_job(installation, submit(installation, ["a boat"]))
    job_id = installation.studio.jobs.submit(
        LOCAL_ADMIN,
        [PromptRow(text="a boat")],
        a_choice(installation),
        name="",
        use_earlier=True,
    )
    (image,) = installation.studio.gallery.images(LOCAL_ADMIN, job_id)

    installation.studio.jobs.redo(LOCAL_ADMIN, image.id, "a red boat")
    wait_for_job(installation, job_id)

    images = installation.studio.gallery.images(LOCAL_ADMIN, job_id)
    assert [image.status for image in images] == [ImageStatus.COMPLETED] * 2
    assert images[0].sha256 == image.sha256
    assert images[1].sha256 != image.sha256
