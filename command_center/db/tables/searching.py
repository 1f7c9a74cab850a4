"""The index of the log's words: what services/log_search finds lines by. It is made from the log and can be made again."""

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from command_center.db.tables.base import Base
from command_center.db.types import BigId


class LogWord(Base):
    """In which of a thousand lines a word stands. block : line id // 1024; lines : see db/log_index.

    Words are kept in the order of their bytes, so that all with one beginning lie together, whatever language the server sorts by.
    """

    __tablename__ = "log_word"
    word: Mapped[str] = mapped_column(String(64).with_variant(String(64, collation="C"), "postgresql"), primary_key=True)
    block: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    lines: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = ({"sqlite_with_rowid": False},)


class LogIndexed(Base):
    """How far the index has come: one row; locking it makes the indexers take turns."""

    __tablename__ = "log_indexed"
    id: Mapped[int] = mapped_column(primary_key=True)
    up_to: Mapped[int] = mapped_column(BigId)
