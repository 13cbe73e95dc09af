"""What a person writes about an image."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("images", sa.Column("note", sa.Text(), server_default="", nullable=False))
