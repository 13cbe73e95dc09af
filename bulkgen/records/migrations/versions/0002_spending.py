"""Spending by day and month, where limits come from, and when a job went on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "spending",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("spent_micro_usd", sa.BigInteger(), nullable=False),
        sa.Column("reserved_micro_usd", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "period", name=op.f("pk_spending")),
    )
    op.add_column("attempts", sa.Column("day", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("limited_since", "busy_at", "held_until"):
        op.add_column("buckets", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("buckets", sa.Column("same_as", sa.Text(), nullable=True))
    op.add_column("buckets", sa.Column("source", sa.Text(), nullable=True))
    op.execute(
        "UPDATE buckets SET source = "
        "CASE WHEN entered_images_per_minute IS NULL THEN 'assumed' ELSE 'entered' END"
    )
    with op.batch_alter_table("buckets") as batch:
        batch.alter_column("source", existing_type=sa.Text(), nullable=False)
        batch.create_check_constraint(
            op.f("ck_buckets_source_known"), "source IN ('assumed', 'entered', 'learned')"
        )
