"""How Alembic runs here: on a connection it is given, within that connection's transaction."""

from alembic import context
from sqlalchemy import Connection

from service.store.tables import Row


def run(connection: Connection) -> None:
    """Run the migrations that Alembic was asked for."""
    # SQLite can't alter most things in place: there a table is written anew.
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        transactional_ddl=False,
    )
    context.run_migrations()


run(context.config.attributes["connection"])
