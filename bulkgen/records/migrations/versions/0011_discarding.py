"""Images that nobody selected and that are thrown away."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATUSES = "'pending', 'processing', 'completed', 'failed', 'cancelled', 'unknown', 'discarded'"


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("images") as batch:
        batch.drop_constraint(op.f("ck_images_status_known"), type_="check")
        batch.create_check_constraint(op.f("ck_images_status_known"), f"status IN ({_STATUSES})")
        # Named once more, since SQLite's copy of the table would put it in parentheses.
        batch.alter_column("note", existing_type=sa.Text(), server_default="")
        batch.add_column(sa.Column("discarded_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_index("ix_images_storage_key", ["storage_key"])
    op.add_column(
        "jobs",
        sa.Column("keeps_images", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
