import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkgen.domain.errors import StateError
from bulkgen.domain.jobs import (
    ENDED,
    JOB_TRANSITIONS,
    RUNNING,
    AttemptCounts,
    ImageCounts,
    JobStatus,
    NewJob,
    check_transition,
)
from bulkgen.domain.prompts import PromptRow
from tests.fakes.factories import NOW, a_job, a_uuid, some_settings

#: The drawing: from each status, where a job may go.
DRAWN = {
    "pending": {"processing", "paused", "completed", "cancelled", "failed"},
    "processing": {"pending", "paused", "completed", "cancelled", "failed"},
    "paused": {"pending", "completed", "cancelled"},
    "completed": {"pending"},
    "cancelled": {"pending"},
    "failed": {"pending"},
}
STATUSES = st.sampled_from(list(JobStatus))
COUNTS = st.integers(0, 10_000)
IMAGE_COUNTS = st.builds(
    ImageCounts,
    pending=COUNTS,
    processing=COUNTS,
    completed=COUNTS,
    failed=COUNTS,
    cancelled=COUNTS,
    unknown=COUNTS,
)


def is_allowed(current: JobStatus, wanted: JobStatus) -> bool:
    try:
        check_transition(current, wanted)
    except StateError:
        return False
    return True


@pytest.mark.parametrize("current", JobStatus)
@pytest.mark.parametrize("wanted", JobStatus)
def test_a_job_goes_only_where_the_drawing_shows_a_way(current, wanted):
    assert is_allowed(current, wanted) is (wanted in DRAWN[current])


@given(start=STATUSES, wishes=st.lists(STATUSES, max_size=30))
def test_whatever_is_asked_of_a_job_it_never_leaves_the_drawing(start, wishes):
    status = start
    for wanted in wishes:
        if is_allowed(status, wanted):
            assert str(wanted) in DRAWN[status]
            status = wanted
        else:
            assert str(wanted) not in DRAWN[status]


def test_a_refused_way_is_one_sentence():
    with pytest.raises(StateError) as refused:
        check_transition(JobStatus.COMPLETED, JobStatus.PAUSED)

    assert str(refused.value) == "The job is completed and cannot become paused."


def test_every_status_has_a_way_on_so_that_no_paid_image_is_stuck():
    assert set(JOB_TRANSITIONS) == set(JobStatus)
    assert all(JOB_TRANSITIONS.values())


def test_a_job_runs_waits_for_a_person_or_has_ended():
    assert {*RUNNING, *ENDED, JobStatus.PAUSED} == set(JobStatus)
    assert not set(RUNNING) & set(ENDED)


@given(IMAGE_COUNTS)
def test_every_image_is_counted_once(counts):
    by_status = (
        counts.pending,
        counts.processing,
        counts.completed,
        counts.failed,
        counts.cancelled,
        counts.unknown,
    )

    assert counts.total == sum(by_status)
    assert counts.total == counts.open + counts.ended
    assert counts.open == counts.pending + counts.processing


def test_an_image_without_an_answer_has_ended_for_the_engine():
    assert ImageCounts(unknown=1).ended == 1
    assert ImageCounts(unknown=1).open == 0


@given(st.builds(AttemptCounts, bought=COUNTS, refused=COUNTS, unknown=COUNTS, open=COUNTS))
def test_every_call_is_counted_once(counts):
    assert counts.total == counts.bought + counts.refused + counts.unknown + counts.open


@pytest.mark.parametrize(
    ("status", "processing", "active"),
    [
        (JobStatus.PENDING, 0, True),
        (JobStatus.PROCESSING, 0, True),
        (JobStatus.PAUSED, 0, False),
        (JobStatus.PAUSED, 1, True),
        (JobStatus.CANCELLED, 0, False),
        (JobStatus.CANCELLED, 2, True),
        (JobStatus.COMPLETED, 0, False),
        (JobStatus.FAILED, 0, False),
    ],
)
def test_a_job_is_active_while_images_may_still_arrive(status, processing, active):
    job = a_job(status=status, images=ImageCounts(processing=processing, completed=1))

    assert job.active is active


@pytest.mark.parametrize(("row_images", "images"), [(None, 3), (1, 1), (10, 10)])
def test_the_number_of_images_of_a_row_wins_over_the_jobs(row_images, images):
    row = PromptRow(text="a hot air balloon", images=row_images)
    job = a_job()
    new = NewJob(
        id=a_uuid(1),
        owner_id=a_uuid(2),
        name="balloons",
        settings=some_settings(images_per_prompt=3),
        rows=(row,),
        estimated_usd=job.estimated_usd,
        budget_usd=job.budget_usd,
        submission_token="",
        try_first=None,
        created_at=NOW,
    )

    assert new.settings.images_of(row) == images
