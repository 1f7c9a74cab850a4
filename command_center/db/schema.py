"""The schema's history: Alembic migrations, run from Python so that no second configuration file can disagree."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

_MIGRATIONS = Path(__file__).with_name("migrations")


def alembic_config(url: str) -> Config:
    """Alembic's configuration for one database."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Bring the database up to the newest revision; does nothing when it is there already."""
    command.upgrade(alembic_config(url), "head")


def newest_revision() -> str | None:
    """The revision `migrate` leads to."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


def revision_of(url: str) -> str | None:
    """The revision a database is at; None for one that was never migrated."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def drop_everything(url: str) -> None:
    """Remove every table (`downgrade base`); for tests and for starting over on purpose."""
    command.downgrade(alembic_config(url), "base")
