"""Many lists for each person, with names."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for name in ("name", "first_words"):
        op.add_column("sheets", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("sheets", sa.Column("prompts", sa.Integer(), nullable=True))
    op.execute("UPDATE sheets SET name = '', first_words = '', prompts = json_array_length(rows)")
    with op.batch_alter_table("sheets") as batch:
        for name in ("name", "first_words"):
            batch.alter_column(name, existing_type=sa.Text(), nullable=False)
        batch.alter_column("prompts", existing_type=sa.Integer(), nullable=False)
