"""Styles and presets."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "presets",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.CheckConstraint("kind IN ('style', 'preset')", name=op.f("ck_presets_kind_known")),
        sa.PrimaryKeyConstraint("owner_id", "kind", "name", name=op.f("pk_presets")),
    )
