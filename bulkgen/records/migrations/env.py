"""Alembic's entry: runs on the connection the caller brings."""

from alembic import context

from bulkgen.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
