"""The index of the log's words: one row per word and block of 1,024 lines, on both engines the same.

A row says which lines of its block have the word: up to 63 of them as two bytes each, more as 128 bytes with a bit for each line. So the
commonest word costs as little as 16 bytes a hundred lines, and the newest lines that have several words are found by going down the
blocks, newest first, without looking at a line: a common word is there at once, and one that never occurs is known after one look.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Select, Table, bindparam, func, insert, null, select, update
from sqlalchemy.orm import Session, aliased

from command_center.db.tables import LogIndexed, LogWord

BLOCK = 1024
"""Lines of one block."""

FEW = 63
"""Up to so many lines are written one by one."""

ASKED_AT_ONCE = 500
"""Words in one statement."""

FIRST_WINDOW, WINDOW_GROWTH = 2, 4
"""Blocks that are read at once: few to begin with, because most searches end there, then ever more."""


# ---- filing -----------------------------------------------------------------------------------------------------------------------


def take_turn(session: Session) -> LogIndexed:
    """Lock the mark until the transaction ends; the next line to file is the one after it."""
    return session.scalars(select(LogIndexed).where(LogIndexed.id == 1).with_for_update()).one()


def file_lines(session: Session, words_of: Mapping[int, Iterable[str]]) -> None:
    """Add lines to the index. words_of : line id -> its words. Filing a line twice changes nothing. The caller has taken its turn."""
    blocks: defaultdict[int, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for line, words in words_of.items():
        block, bit = blocks[line // BLOCK], 1 << line % BLOCK
        for word in words:
            block[word] |= bit
    table = cast("Table", LogWord.__table__)
    connection = session.connection()
    for number, block in sorted(blocks.items()):
        held = _held(session, number, list(block))
        fresh = [{"word": word, "block": number, "lines": packed(lines)} for word, lines in block.items() if word not in held]
        grown = [
            {"of_word": word, "of_block": number, "grown": packed(held[word] | lines)}
            for word, lines in block.items()
            if word in held and held[word] | lines != held[word]
        ]
        if fresh:
            connection.execute(insert(table), fresh)
        if grown:
            this = (table.c.word == bindparam("of_word"), table.c.block == bindparam("of_block"))
            connection.execute(update(table).where(*this).values(lines=bindparam("grown")), grown)


def _held(session: Session, block: int, words: Sequence[str]) -> dict[str, int]:
    held: dict[str, int] = {}
    for at in range(0, len(words), ASKED_AT_ONCE):
        query = select(LogWord.word, LogWord.lines).where(LogWord.block == block, LogWord.word.in_(words[at : at + ASKED_AT_ONCE]))
        held |= {word: unpacked(lines) for word, lines in session.execute(query)}
    return held


def packed(lines: int) -> bytes:
    """Bit n of `lines` says that the block's n-th line has the word."""
    if lines.bit_count() > FEW:
        return lines.to_bytes(BLOCK // 8, "little")
    return b"".join(at.to_bytes(2, "little") for at in _bits(lines))


def unpacked(kept: bytes) -> int:
    if len(kept) == BLOCK // 8:
        return int.from_bytes(kept, "little")
    lines = 0
    for at in range(0, len(kept), 2):
        lines |= 1 << (kept[at] | kept[at + 1] << 8)
    return lines


def _bits(lines: int) -> Iterator[int]:
    """The numbers of the bits that are set, highest first."""
    while lines:
        highest = lines.bit_length() - 1
        yield highest
        lines ^= 1 << highest


# ---- finding ----------------------------------------------------------------------------------------------------------------------


def words_beginning(session: Session, beginning: str, most: int) -> list[str]:
    """Up to `most` words that begin so, in their order. One step in the index for each: their lines are passed over."""
    end = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    first = select(func.min(LogWord.word).label("word")).where(LogWord.word >= beginning, LogWord.word < end)
    found = first.cte("found", recursive=True)
    following = aliased(LogWord)
    step = select(func.min(following.word)).where(following.word > found.c.word, following.word < end).scalar_subquery()
    found = found.union_all(select(step).where(found.c.word.is_not(None)))
    return [word for word in session.scalars(select(found.c.word).limit(most)) if word is not None]


def find_lines(session: Session, wanted: Sequence[Collection[str]], *, below: int, above: int = 0) -> Iterator[int]:
    """Ids of lines between `above` and `below` (neither is one of them), newest first, that have one word of every group.

    Reads on as the caller takes ids. Without groups, or with an empty one, nothing is found.
    """
    if not wanted or not all(wanted):
        return
    words = sorted({word for group in wanted for word in group})
    top, last, window = (below - 1) // BLOCK, above // BLOCK, FIRST_WINDOW
    while top >= last:
        newest = _newest_blocks(session, words, top)
        reach = [max((newest[word] for word in group if word in newest), default=-1) for group in wanted]
        top = min(reach)  # above it, some group has no line
        if top < last:
            return
        bottom = max(last, top - window + 1)
        held = _window(session, words, bottom, top)
        for block in range(top, bottom - 1, -1):
            for at in _bits(_with_all(held.get(block, {}), wanted)):
                line = block * BLOCK + at
                if above < line < below:
                    yield line
        top, window = bottom - 1, window * WINDOW_GROWTH


def _newest_blocks(session: Session, words: Sequence[str], top: int) -> dict[str, int]:
    """The newest block up to `top` that has each word; words that none has are left out."""
    found = session.execute(_newest_of(len(words)), {"top": top} | {f"word_{at}": word for at, word in enumerate(words)}).one()[1:]
    return {word: block for word, block in zip(words, found, strict=True) if block is not None}


@lru_cache(maxsize=128)
def _newest_of(count: int) -> Select[Any]:
    """One look into the index for each of `count` words."""
    newest = select(func.max(LogWord.block)).where(LogWord.block <= bindparam("top"))
    return select(null(), *(newest.where(LogWord.word == bindparam(f"word_{at}")).scalar_subquery() for at in range(count)))


def _window(session: Session, words: Sequence[str], bottom: int, top: int) -> dict[int, dict[str, int]]:
    held: defaultdict[int, dict[str, int]] = defaultdict(dict)
    query = select(LogWord.block, LogWord.word, LogWord.lines).where(LogWord.word.in_(words), LogWord.block.between(bottom, top))
    for block, word, lines in session.execute(query):
        held[block][word] = unpacked(lines)
    return held


def _with_all(held: Mapping[str, int], wanted: Sequence[Collection[str]]) -> int:
    """The lines of a block that have one word of every group."""
    lines = -1
    for group in wanted:
        of_group = 0
        for word in group:
            of_group |= held.get(word, 0)
        lines &= of_group
    return lines
