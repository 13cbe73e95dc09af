"""Executors that run nothing."""

from collections.abc import Iterable
from uuid import UUID

from typing_extensions import override

from bulkgen.ports import Executor, Step


class RecordingExecutor(Executor):
    """Remembers what it was told to start."""

    def __init__(self, under_way: Iterable[UUID] = ()) -> None:
        self.started: list[tuple[Step, UUID]] = []
        self._under_way = set(under_way)

    @override
    def free_slots(self) -> int:
        return 256

    @override
    def start(self, step: Step, subject_id: UUID) -> None:
        self.started.append((step, subject_id))

    @override
    def running(self, step: Step) -> int:
        return 0

    @override
    def under_way(self) -> set[UUID]:
        return self._under_way

    @override
    def stop(self, timeout_s: float) -> bool:
        return True
