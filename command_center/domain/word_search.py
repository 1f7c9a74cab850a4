"""Finding text by words: what a text is filed under, and what a query asks for.

Chinese has no blanks between words, so a run of Han characters is filed under each of its characters and each two neighbours; a longer
word is then looked for by its pairs. Numbers of more than four digits are filed under every four neighbours: the end of a phone number
is enough. Latin words are filed whole and found by their beginning.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

HAN = "㐀-䶿一-鿿豈-﫿\U00020000-\U000323af〇"
"""Han characters, as the inside of a pattern's class."""

DIGITS = 4
"""So many digits make a word; the last four of a phone number are what people remember."""

SHORTEST_BEGINNING = 3
"""From so many letters on, a Latin word is found by its beginning."""

LONGEST_WORD = 40
MOST_TERMS = 12
"""More words than this nobody types; the rest of a query is left out."""

_RUN = re.compile(rf"([{HAN}]+)|([0-9]+)|([^\W\d_{HAN}]+)")


def plain(text: str) -> str:
    """Text without what people do not search by: full width, capitals, ligatures."""
    return unicodedata.normalize("NFKC", text).casefold()


def squeezed(text: str) -> str:
    """The letters and digits of a text and nothing between them: "Patrol-01" and "patrol 01" are the same."""
    return "".join(run.group() for run in _RUN.finditer(plain(text)))


def filed_words(text: str) -> set[str]:
    """Every word that `text` is to be found by."""
    words: set[str] = set()
    for han, digits, letters in _RUN.findall(plain(text)):
        if han:
            words.update(han)
            words.update(han[at : at + 2] for at in range(len(han) - 1))
        elif digits:
            words.update(_parts(digits, DIGITS))
        else:
            words.add(letters[:LONGEST_WORD])
    return words


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a query, as typed between blanks. words : the text must be filed under all of them.

    beginnings : and under a word that begins so, for each. squeezed : what has to stand in the squeezed text where the words alone
    do not prove it; "" where they do.
    """

    words: tuple[str, ...]
    beginnings: tuple[str, ...]
    squeezed: str


def terms(query: str) -> tuple[Term, ...]:
    """What a query asks for: a text that has every term. Empty for a query without a letter or digit."""
    found = (_term(part) for part in plain(query).split()[:MOST_TERMS])
    return tuple(term for term in found if term.words or term.beginnings)


def _term(part: str) -> Term:
    words: list[str] = []
    beginnings: list[str] = []
    for han, digits, letters in _RUN.findall(part):
        if len(letters) >= SHORTEST_BEGINNING:
            beginnings.append(letters[:LONGEST_WORD])
        else:
            words += _parts(han, 2) if han else _parts(digits, DIGITS) if digits else [letters]
    proven = len(words) + len(beginnings) == 1
    return Term(words=tuple(dict.fromkeys(words)), beginnings=tuple(beginnings), squeezed="" if proven else squeezed(part))


def _parts(run: str, length: int) -> Iterator[str]:
    """Every `length` neighbours of a run, or the run itself where it is no longer than that."""
    return (run[at : at + length] for at in range(max(1, len(run) - length + 1)))
