"""Alembic's door: connects, compares with the tables, runs revisions."""

from alembic import context

from command_center.db.engine import make_engine
from command_center.db.tables import Base


def _run() -> None:
    engine = make_engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


_run()
