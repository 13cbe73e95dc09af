"""What the pixels of a picture say."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("images", sa.Column("marks", sa.JSON(), nullable=True))
    op.add_column("images", sa.Column("score", sa.Float(), nullable=True))
    op.add_column("images", sa.Column("hash", sa.Text(), nullable=True))
