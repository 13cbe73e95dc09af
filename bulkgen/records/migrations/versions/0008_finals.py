"""Which image is the final of which draft."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("images", sa.Column("draft_id", sa.Uuid(), nullable=True))
    op.create_index("ix_images_draft_id", "images", ["draft_id"])
