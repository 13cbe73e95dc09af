"""What was decided in review."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("jobs", sa.Column("review_position", sa.Integer(), nullable=True))
    op.add_column("prompts", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("images", sa.Column("starred_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "review_decisions",
        sa.Column("mount_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("prompt_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompts.id"], name=op.f("fk_review_decisions_prompt_id")
        ),
        sa.PrimaryKeyConstraint("mount_id", "number", name=op.f("pk_review_decisions")),
    )
    op.create_index(
        "ix_review_decisions_prompt_id", "review_decisions", ["prompt_id", "decided_at"]
    )
