"""What a call asked for, in a form that finds equal ones."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("attempts", sa.Column("fingerprint", sa.Text(), nullable=True))
    op.create_index("ix_attempts_fingerprint", "attempts", ["fingerprint"])
