"""Floor 2: the database. Tables keep the promises, `work` is one transaction, `tracks` keeps positions apart."""

from command_center.db.schema import migrate

__all__ = ["migrate"]
