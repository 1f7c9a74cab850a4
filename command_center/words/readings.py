"""How Chinese is typed without an input method: every reading of every character, and names found by initials or pinyin.

A name answers to any reading of its characters, so 银行 to "yinhang", "yh" and also "yinxing", "yx": nobody has to know which reading
the program thinks of. Initials and whole syllables may be mixed ("yinh"), the last syllable may break off, and Han, letters and
digits may stand beside each other ("樱ny", "dfdj200").
"""

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("readings.txt")

LONGEST_READING = 6
LONGEST_QUERY = 60
MOST_WORDS = 6
FIRST_HAN = "㐀"
DOUBLE_INITIALS = ("zh", "ch", "sh")


@cache
def _table() -> str:
    """The whole table as text: searching it for one of 47,000 characters takes 50 us, and as text it is half a megabyte."""
    return TABLE.read_text("utf-8")


@lru_cache(maxsize=8192)
def readings(character: str) -> tuple[str, ...]:
    """Every reading without tone, the commonest first; empty for what is no Han character. Ü is written v, as on a keyboard."""
    at = _table().find(character) if character >= FIRST_HAN else -1
    if at < 0:
        return ()
    line = _table().rfind("\n", 0, at) + 1
    return tuple(_table()[line : _table().index("\t", line)].split())


def typed(text: str) -> str:
    """What is compared: full width made half, small letters, no blanks and no marks that input methods put between syllables."""
    return re.sub(r"[\s'’·]+", "", unicodedata.normalize("NFKC", text).casefold())


def spelled(name: str) -> str:
    """A name as assets/console.js reads it: for each character its readings, parted by commas, the characters by blanks."""
    return " ".join(",".join(readings(character)) or character for character in typed(name))


class Match(IntEnum):
    """How well a query fits a name; the smaller, the better."""

    WHOLE = 0
    FROM_THE_START = 1
    WITHIN = 2
    BESIDE = 3
    """It fits something else the thing is known by: its street, its people."""


class Spellings:
    """Names that are found by any of their spellings; thousands of them in about a millisecond.

    The names lie in one text. A set of places in it is one integer, bit n for the n-th character, so a query is followed through all
    names at once: from the places reached so far, each part that can come next leads one place on.
    """

    def __init__(self, names: Iterable[str]) -> None:
        """Names : as people read them; hits tell their place in this order."""
        self._starts = array("L")
        parts: list[str] = []
        length = 0
        for name in names:
            self._starts.append(length)
            parts.append(typed(name) + "\n")
            length += len(parts[-1])
        self._text = "".join(parts)
        self._read_as: defaultdict[str, list[str]] = defaultdict(list)
        for character in sorted(set(self._text)):
            for reading in readings(character):
                self._read_as[reading].append(character)
        self._where_known: dict[tuple[str, bool], int] = {}

    def find(self, query: str) -> dict[int, Match]:
        """The places, in their order, of the names that a query spells."""
        wanted = typed(query)[:LONGEST_QUERY]
        if not wanted or not self._starts:
            return {}
        within = self._names_before(self._follow(wanted, (1 << len(self._text)) - 1))
        if not within:
            return {}
        reached = self._follow(wanted, self._places(self._starts))
        from_start = dict.fromkeys(self._names_before(reached), Match.FROM_THE_START)
        whole = dict.fromkeys(self._names_before(reached & self._where("\n", is_reading=False)), Match.WHOLE)
        return dict.fromkeys(within, Match.WITHIN) | from_start | whole

    def _follow(self, wanted: str, begin: int) -> int:
        """The places one after each spelling of `wanted` that begins at one of `begin`."""
        reached = [begin, *([0] * len(wanted))]
        for at, letter in enumerate(wanted):
            if reached[at]:
                reached[at + 1] |= (reached[at] & self._where(letter, is_reading=False)) << 1
                for end in range(at + 1, min(len(wanted), at + LONGEST_READING) + 1):
                    piece = wanted[at:end]
                    if piece.isascii() and piece.isalpha():
                        may_go_on = end == len(wanted) or len(piece) == 1 or piece in DOUBLE_INITIALS
                        reached[end] |= (reached[at] & self._where_read(piece, may_go_on=may_go_on)) << 1
        return reached[-1]

    def _where_read(self, piece: str, *, may_go_on: bool) -> int:
        """Places of characters that are read so, or, if it may go on, have a reading that begins so."""
        if not may_go_on:
            return self._where(piece, is_reading=True) if piece in self._read_as else 0
        places = 0
        for reading in _beginning(piece):
            if reading in self._read_as:
                places |= self._where(reading, is_reading=True)
        return places

    def _where(self, what: str, *, is_reading: bool) -> int:
        """Places of a character, or of all that have a reading; kept, for there are few of them and they are asked for again."""
        known = self._where_known.get((what, is_reading))
        if known is None and not is_reading and what not in self._text:
            return 0
        if known is None:
            places = [at for it in (self._read_as[what] if is_reading else (what,)) for at in _all_places(self._text, it)]
            known = self._where_known[what, is_reading] = self._places(places)
        return known

    def _places(self, places: Iterable[int]) -> int:
        bits = bytearray(len(self._text) // 8 + 1)
        for at in places:
            bits[at >> 3] |= 1 << (at & 7)
        return int.from_bytes(bits, "little")

    def _names_before(self, places: int) -> list[int]:
        """The names within which these places lie, or end; each once."""
        numbers = []
        bits = f"{places:b}"[::-1]
        at = bits.find("1")
        while at >= 0:
            number = bisect_right(self._starts, at - 1) - 1
            numbers.append(number)
            following = self._starts[number + 1] if number + 1 < len(self._starts) else len(bits)
            at = bits.find("1", following + 1)
        return numbers


class PlainNames:
    """Names in letters, and codes: found by any part of them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._starts = array("L")
        parts: list[str] = []
        length = 1
        for name in names:
            self._starts.append(length)
            parts.append(typed(name) + "\n")
            length += len(parts[-1])
        self._text = "\n" + "".join(parts)

    def find(self, query: str) -> dict[int, Match]:
        """The places, in their order, of the names that have the query in them."""
        wanted = typed(query)[:LONGEST_QUERY]
        found: dict[int, Match] = {}
        at = self._text.find(wanted) if wanted else -1
        while at >= 0:
            number = bisect_right(self._starts, at) - 1
            at_start, at_end = self._text[at - 1] == "\n", self._text[at + len(wanted)] == "\n"
            match = Match.WITHIN if not at_start else Match.WHOLE if at_end else Match.FROM_THE_START
            found[number] = min(match, found.get(number, match))
            at = self._text.find(wanted, at + 1)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one thing is known by. names : its own, in any language, and its codes; beside : what else leads to it."""

    names: Sequence[str]
    beside: Sequence[str] = ()


class NameIndex:
    """Things by everything they are known by, in Han or letters."""

    def __init__(self, things: Iterable[Known]) -> None:
        han: list[str] = []
        letters: list[str] = []
        self._whose_han: list[tuple[int, bool]] = []
        self._whose_letters: list[tuple[int, bool]] = []
        for number, thing in enumerate(things):
            for name, is_own in (*((name, True) for name in thing.names), *((name, False) for name in thing.beside)):
                is_han = any(readings(character) for character in name)
                (han if is_han else letters).append(name)
                (self._whose_han if is_han else self._whose_letters).append((number, is_own))
        self._han, self._letters = Spellings(han), PlainNames(letters)

    def find(self, query: str) -> dict[int, Match]:
        """The places of the things that every word of a query leads to, with the worst of its matches."""
        found: dict[int, Match] | None = None
        for word in query.split()[:MOST_WORDS]:
            of_word = self._find_word(word)
            found = of_word if found is None else {it: max(found[it], match) for it, match in of_word.items() if it in found}
        return found or {}

    def _find_word(self, word: str) -> dict[int, Match]:
        found: dict[int, Match] = {}
        for whose, names in ((self._whose_han, self._han.find(word)), (self._whose_letters, self._letters.find(word))):
            for name, match in names.items():
                number, is_own = whose[name]
                fits = match if is_own else Match.BESIDE
                found[number] = min(fits, found.get(number, fits))
        return found


@cache
def _beginning(piece: str) -> tuple[str, ...]:
    """All readings of the language that begin so."""
    return tuple(reading for reading in _all_readings() if reading.startswith(piece))


@cache
def _all_readings() -> tuple[str, ...]:
    lines = (line.partition("\t")[0] for line in _table().splitlines() if not line.startswith("#"))
    return tuple(sorted({reading for line in lines for reading in line.split()}))


def _all_places(text: str, character: str) -> Iterator[int]:
    at = text.find(character)
    while at >= 0:
        yield at
        at = text.find(character, at + 1)
