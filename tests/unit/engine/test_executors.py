from threading import Event
from uuid import UUID

from bulkgen.domain.errors import StoreError
from bulkgen.engine.executors import MAX_THREADS, ThreadExecutor
from bulkgen.ports import Step
from tests.fakes.factories import a_uuid


def test_a_crash_that_cannot_be_booked_gives_its_slot_back():
    done, crashed = Event(), []

    def crash(_step: Step, subject_id: UUID) -> None:
        crashed.append(subject_id)
        raise StoreError("The database cannot be used.")

    executor = ThreadExecutor(crash, on_crash=crash, on_done=done.set)

    for _ in range(2):
        done.clear()
        executor.start(Step.GENERATE_IMAGES, a_uuid(1))
        assert done.wait(10)

    assert crashed == [a_uuid(1)] * 4
    assert executor.free_slots() == MAX_THREADS
    assert executor.under_way() == set()
    assert executor.stop(10)


def test_what_is_under_way_is_known_and_not_started_twice():
    begun, go_on = Event(), Event()
    runs = []

    def run(step: Step, subject_id: UUID) -> None:
        runs.append(subject_id)
        begun.set()
        assert go_on.wait(10)

    executor = ThreadExecutor(run, on_crash=lambda *_: None, on_done=lambda: None)
    executor.start(Step.SETTLE, a_uuid(1))
    assert begun.wait(10)
    executor.start(Step.SETTLE, a_uuid(1))

    under_way = executor.under_way()
    go_on.set()
    assert executor.stop(10)

    assert under_way == {a_uuid(1)}
    assert runs == [a_uuid(1)]
