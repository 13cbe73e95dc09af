"""Decisions about pages, their bin, their placeholders, and work that is done on them again."""

import sqlalchemy as sa
from alembic import op

from bulkgen.domain.page_text import title_key

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_STATUSES = "'draft', 'needs_review', 'blocked', 'scheduled', 'published', 'trashed'"


def upgrade() -> None:
    """Apply."""
    op.add_column("attempts", sa.Column("page_text", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("page_tasks") as batch:
        batch.add_column(sa.Column("work", sa.Text(), server_default="create", nullable=False))
        batch.add_column(sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_check_constraint(
            op.f("ck_page_tasks_work_known"), "work IN ('create', 'write', 'judge', 'draw')"
        )
    with op.batch_alter_table("pages") as batch:
        batch.add_column(sa.Column("title_key", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("placeholder", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("decided_by", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("trashed_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("trashed_from", sa.Text(), nullable=True))
        batch.create_check_constraint(
            op.f("ck_pages_trashed_from_known"), f"trashed_from IN ({_STATUSES})"
        )
        batch.create_index("ix_pages_title_key", ["title_key"])
    pages = sa.table("pages", *map(sa.column, ("id", "title", "title_key")))
    connection = op.get_bind()
    for page_id, title in connection.execute(sa.select(pages.c.id, pages.c.title)).all():
        connection.execute(
            sa.update(pages).where(pages.c.id == page_id).values(title_key=title_key(title))
        )
