"""What was decided in review."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, and_, case, func, select, update
from typing_extensions import override

from bulkgen.domain.images import ImageStatus
from bulkgen.domain.review import PromptReview, Review, ReviewDecision
from bulkgen.ports import ReviewStore
from bulkgen.records.database import Database, insert_new
from bulkgen.records.locks import hold_jobs
from bulkgen.records.tables import images, jobs, prompts, review_decisions


class SqlReview(ReviewStore):
    """Review in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def get(self, job_id: UUID) -> Review:
        completed = and_(
            images.c.prompt_id == prompts.c.id,
            images.c.selected,
            images.c.status == ImageStatus.COMPLETED,
        )
        with self._database.read() as connection:
            position = connection.scalar(select(jobs.c.review_position).where(jobs.c.id == job_id))
            rows = connection.execute(
                select(prompts.c.number, prompts.c.decided_at, func.count(images.c.id))
                .outerjoin(images, completed)
                .where(prompts.c.job_id == job_id)
                .group_by(prompts.c.number, prompts.c.decided_at)
                .order_by(prompts.c.number)
            )
            reviewed = tuple(
                PromptReview(number=number, decided=at is not None, selected=selected)
                for number, at, selected in rows
            )
        return Review(prompts=reviewed, position=position)

    @override
    def decide(
        self,
        job_id: UUID,
        mount_id: UUID,
        decisions: Sequence[ReviewDecision],
        position: int | None,
    ) -> None:
        with self._database.write() as connection:
            hold_jobs(connection, jobs.c.id == job_id)
            ids = _prompt_ids(connection, job_id, decisions)
            known = [decision for decision in decisions if decision.prompt_number in ids]
            for decision in _latest(connection, mount_id, known, ids):
                _apply(connection, ids[decision.prompt_number], decision)
            if position is not None:
                connection.execute(
                    update(jobs).where(jobs.c.id == job_id).values(review_position=position)
                )


def _prompt_ids(
    connection: Connection, job_id: UUID, wanted: Sequence[ReviewDecision]
) -> dict[int, UUID]:
    numbers = {decision.prompt_number for decision in wanted}
    rows = connection.execute(
        select(prompts.c.number, prompts.c.id).where(
            prompts.c.job_id == job_id, prompts.c.number.in_(numbers)
        )
    )
    return dict(rows.all())


def _latest(
    connection: Connection, mount_id: UUID, given: Sequence[ReviewDecision], ids: Mapping[int, UUID]
) -> list[ReviewDecision]:
    """Write down the decisions; of those that are new, the ones that count."""
    if not given:
        return []
    new = insert_new(
        connection,
        review_decisions,
        [
            {
                "mount_id": mount_id,
                "number": decision.number,
                "prompt_id": ids[decision.prompt_number],
                "decided_at": decision.at,
            }
            for decision in given
        ],
        counted_by="number",
    )
    last_at: dict[UUID, datetime] = dict(
        connection.execute(
            select(review_decisions.c.prompt_id, func.max(review_decisions.c.decided_at))
            .where(review_decisions.c.prompt_id.in_(ids.values()))
            .group_by(review_decisions.c.prompt_id)
        ).all()
    )
    latest = {
        decision.prompt_number: decision
        for decision in sorted(given, key=lambda decision: decision.number)
        if decision.number in new and decision.at >= last_at[ids[decision.prompt_number]]
    }
    return list(latest.values())


def _apply(connection: Connection, prompt_id: UUID, decision: ReviewDecision) -> None:
    starred = images.c.number.in_(decision.starred)
    connection.execute(
        update(images)
        .where(
            images.c.prompt_id == prompt_id,
            images.c.number.in_(decision.shown),
            images.c.status == ImageStatus.COMPLETED,
        )
        .values(
            selected=images.c.number.in_(decision.selected),
            starred_at=case((starred, func.coalesce(images.c.starred_at, decision.at)), else_=None),
        )
    )
    connection.execute(
        update(prompts)
        .where(prompts.c.id == prompt_id)
        .values(decided_at=decision.at if decision.decided else None)
    )
