"""What the public site asks: who has a tag, what is newest, what a person has reviewed."""

import sqlalchemy as sa
from alembic import op

from bulkgen.domain.site import tag_terms

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_BATCH = 1_000


def upgrade() -> None:
    """Apply."""
    op.add_column("pages", sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_pages_published_at", "pages", ["status", "published_at", "id"])
    op.create_index("ix_pages_category", "pages", ["status", "category"])
    op.create_table(
        "page_tags",
        sa.Column("page_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["pages.id"], name=op.f("fk_page_tags_page_id")),
        sa.PrimaryKeyConstraint("page_id", "slug", name=op.f("pk_page_tags")),
    )
    op.create_index("ix_page_tags_slug", "page_tags", ["slug"])
    _fill()


def _fill() -> None:
    """Write down the tags of the pages that are there."""
    pages = sa.table("pages", sa.column("id", sa.Uuid()), sa.column("tags", sa.JSON()))
    page_tags = sa.table(
        "page_tags",
        sa.column("page_id", sa.Uuid()),
        sa.column("slug", sa.Text()),
        sa.column("name", sa.Text()),
    )
    found = [
        {"page_id": page_id, "slug": term.slug, "name": term.name}
        for page_id, tags in op.get_bind().execute(sa.select(pages.c.id, pages.c.tags))
        for term in tag_terms(tags)
    ]
    for start in range(0, len(found), _BATCH):
        op.bulk_insert(page_tags, found[start : start + _BATCH])
