"""Alembic's entry: runs the steps on the connection that `schema` hands over."""

from alembic import context

from samen.adapters.db.models import Base


def run() -> None:
    """Run the asked steps in one transaction, the DDL of both engines included."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


run()
