"""Searching the operations log: any word a person reads or somebody said, newest first, and what the relay files for it.

A line is found by its sentence in both languages, by who is behind it, and, where a call was taken, by what was said and where. Callers'
names and numbers are filed apart, for the duty desk only. The index follows the log by less than a second; orders pay nothing for it.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.engine import writing_sessions
from command_center.db.log_index import file_lines, find_lines, take_turn, words_beginning
from command_center.db.tables import Call, Incident, LogEntry, LogIndexed
from command_center.domain import events
from command_center.domain.board import without_words
from command_center.domain.errors import Unknown
from command_center.domain.rights import Actor, Right
from command_center.domain.text import Text
from command_center.domain.word_search import Term, filed_words, plain, squeezed, terms
from command_center.services.live import log_row
from command_center.words import LANGUAGES, phrases, translator
from command_center.words.names import SameCatalogue, catalogue_names

log = logging.getLogger(__name__)

FILED_AT_ONCE = 200
"""Lines in one transaction: short, because an order that comes meanwhile waits for it."""

MOST_CHECKED = 300
"""Lines that one answer looks at; where most of them do not fit after all it comes with what it has, and says from where to go on."""

MOST_BEGINNINGS = 32
"""Different words that the beginning of one may stand for."""

OUT_OF_ORDER = 64
"""Lines are in the order of their commits; a clock that was set may put so many of them beside their time."""

NEWEST = 2**53
"""Above every id."""

LONGEST_MARK = 64
OF_CALLER = "#"
"""Stands before words of callers' names and numbers in the index."""

NOT_TOLD = frozenset({events.DrillStepPlayed.__name__})
"""What a drill's director does is not for those who train, so its words are not filed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """What to look for; everything stated must hold.

    text : words; a line must have all of them. from_at, to_at : both are still in. groups : parts of the house (`event_group`).
    before : only lines with a smaller id, to page back.
    """

    text: str = ""
    from_at: datetime | None = None
    to_at: datetime | None = None
    groups: Collection[str] = ()
    incident_id: int | None = None
    unit_id: str | None = None
    actor: str | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line as people read it. row : as screens get it (services.live.log_row)."""

    at: datetime
    row: Mapping[str, Any]
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Lines, newest first. older : `before` of the next page, also of one without any line; None when there is nothing more to look at."""

    lines: tuple[LogLine, ...]
    older: int | None


def event_group(event: str) -> str:
    """The part of the house a kind of event belongs to ("incidents", "units", "stock" ...); "" for one this version does not know."""
    kind = events.EVENTS.get(event)
    return "" if kind is None else kind.__module__.rpartition(".")[2]


# ---- searching --------------------------------------------------------------------------------------------------------------------


def search_log(center: Center, query: LogQuery, actor: Actor) -> LogPage:
    """Lines of the log that fit, newest first. Raises NotPermitted for words where the actor may not read any (displays)."""
    actor.require(Right.SEE_BOARD)
    asked = terms(query.text)
    if query.text.strip():
        actor.require(Right.READ_WORDS)
        if not asked:
            return LogPage(lines=(), older=None)
    with center.read() as session:
        above, below = _span(session, query)
        wanted = [*_wanted(session, asked, actor), *_filters(query)]
        ids = find_lines(session, wanted, above=above, below=below) if wanted else _every_line(session, above, below)
        return _page(_Reader(center, session, actor), query, asked, ids)


def _span(session: Session, query: LogQuery) -> tuple[int, int]:
    """Ids between which the wanted time lies; neither is wanted itself."""
    above, below = 0, NEWEST if query.before is None else query.before
    if query.to_at is not None:
        last = select(LogEntry.id).where(LogEntry.at <= query.to_at).order_by(LogEntry.at.desc(), LogEntry.id.desc()).limit(1)
        below = min(below, (session.scalar(last) or 0) + OUT_OF_ORDER)
    if query.from_at is not None:
        first = select(LogEntry.id).where(LogEntry.at >= query.from_at).order_by(LogEntry.at, LogEntry.id).limit(1)
        above = max(0, (session.scalar(first) or NEWEST) - OUT_OF_ORDER)
    return above, below


def _wanted(session: Session, asked: Sequence[Term], actor: Actor) -> list[list[str]]:
    """For each thing the query asks for, the words of the index that answer it."""
    marks = ("", OF_CALLER) if actor.may(Right.TAKE_CALLS) else ("",)
    filed = [[mark + word for mark in marks] for term in asked for word in term.words]
    beginnings = [beginning for term in asked for beginning in term.beginnings]
    return filed + [[word for mark in marks for word in words_beginning(session, mark + it, MOST_BEGINNINGS)] for it in beginnings]


def _filters(query: LogQuery) -> Iterator[list[str]]:
    if query.groups:
        yield [_mark("group", group) for group in query.groups]
    for kind, value in (("incident", query.incident_id), ("unit", query.unit_id), ("actor", query.actor)):
        if value is not None:
            yield [_mark(kind, value)]


def _mark(kind: str, value: object) -> str:
    return f"@{kind}:{plain(str(value))}"[:LONGEST_MARK]


def _every_line(session: Session, above: int, below: int) -> Iterator[int]:
    query = select(LogEntry.id).where(LogEntry.id > above, LogEntry.id < below).order_by(LogEntry.id.desc())
    yield from session.scalars(query.limit(2 * MOST_CHECKED))


def _page(reader: "_Reader", query: LogQuery, asked: Sequence[Term], ids: Iterator[int]) -> LogPage:
    found: list[LogLine] = []
    looked_at, last = 0, 0
    to_prove = [term.squeezed for term in asked if term.squeezed]
    while looked_at < MOST_CHECKED:
        chunk = list(islice(ids, query.limit + 1))
        for entry in reader.entries(chunk):
            if len(found) == query.limit:
                return LogPage(lines=tuple(found), older=last)
            looked_at, last = looked_at + 1, entry.id
            if _is_within(entry, query) and reader.proves(entry, to_prove):
                found.append(reader.line(entry))
        if len(chunk) <= query.limit:
            return LogPage(lines=tuple(found), older=None)
    return LogPage(lines=tuple(found), older=last)


def _is_within(entry: LogEntry, query: LogQuery) -> bool:
    return (query.from_at is None or entry.at >= query.from_at) and (query.to_at is None or entry.at <= query.to_at)


def read_line(center: Center, entry_id: int, actor: Actor) -> LogLine:
    """One line. Raises Unknown."""
    actor.require(Right.SEE_BOARD)
    with center.read() as session:
        entry = session.get(LogEntry, entry_id)
        if entry is None:
            raise Unknown(kind="log_entry", id=str(entry_id))
        return _Reader(center, session, actor).line(entry)


# ---- what a line says -------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    """Reads lines with the calls they tell of; callers' words only for an actor who may take calls."""

    center: Center
    session: Session
    actor: Actor
    _calls: dict[int, tuple[Call, Incident]] | None = None

    def entries(self, ids: Sequence[int]) -> list[LogEntry]:
        """These lines, newest first, with their calls at hand."""
        if not ids:
            return []
        entries = list(self.session.scalars(select(LogEntry).where(LogEntry.id.in_(ids)).order_by(LogEntry.id.desc())))
        self._calls = _calls_of(self.session, entries)
        return entries

    def proves(self, entry: LogEntry, squeezed_terms: Sequence[str]) -> bool:
        """Whether each of them stands in the line, in one of its texts."""
        if not squeezed_terms:
            return True
        texts = list(_texts(self.center, entry, self._call(entry)))
        if self.actor.may(Right.TAKE_CALLS):
            texts += _of_caller(self._call(entry))
        within = [squeezed(text) for text in texts]
        return all(any(term in text for text in within) for term in squeezed_terms)

    def line(self, entry: LogEntry) -> LogLine:
        row = log_row(entry)
        if not self.actor.may(Right.READ_WORDS):
            row["facts"] = without_words(entry.facts)
        sentences = {language: phrases.event(language, entry.event, row["facts"], _names(self.center, language)) for language in LANGUAGES}
        return LogLine(at=entry.at, row=row, text=Text(sentences["zh_CN"], sentences["en"]))

    def _call(self, entry: LogEntry) -> tuple[Call, Incident] | None:
        return (self._calls or {}).get(entry.id)


def _calls_of(session: Session, entries: Iterable[LogEntry]) -> dict[int, tuple[Call, Incident]]:
    """Line id -> the call it tells of, with its incident."""
    line_of = {entry.facts.get("call_id"): entry.id for entry in entries if entry.event == events.CallTaken.__name__}
    if not line_of:
        return {}
    query = select(Call, Incident).join(Incident, Incident.id == Call.incident_id).where(Call.id.in_(line_of))
    return {line_of[call.id]: (call, incident) for call, incident in session.execute(query)}


def _texts(center: Center, entry: LogEntry, call: tuple[Call, Incident] | None) -> Iterator[str]:
    """What is to be found of a line: its sentences, who is behind it, what was said and where."""
    for language in LANGUAGES:
        yield phrases.event(language, entry.event, entry.facts, _names(center, language))
    yield entry.actor
    if call is not None:
        taken, incident = call
        yield from (taken.said, incident.place_zh, incident.place_en, *map(str, taken.answers.values()))


def _of_caller(call: tuple[Call, Incident] | None) -> list[str]:
    return [] if call is None else [call[0].caller_name, call[0].caller_phone]


def _names(center: Center, language: str) -> Mapping[str, str]:
    return _names_in(SameCatalogue(center.catalogue), language)


@lru_cache(maxsize=8)
def _names_in(of: SameCatalogue, language: str) -> Mapping[str, str]:
    say = translator(language)
    return catalogue_names(of.catalogue, language) | {code: say(name) for code, name in phrases.AUDIENCE.items()}


# ---- filing -----------------------------------------------------------------------------------------------------------------------


def file_log(center: Center, at_most: int = FILED_AT_ONCE) -> int:
    """File the oldest lines that are not filed yet; returns how many. Safe to repeat, by several at once and after any crash."""
    with center.read() as session:
        mark = session.get_one(LogIndexed, 1).up_to
        entries = session.scalars(select(LogEntry).where(LogEntry.id > mark).order_by(LogEntry.id).limit(at_most)).all()
        calls = _calls_of(session, entries)
        words_of = {entry.id: _words(center, entry, calls.get(entry.id)) for entry in entries}
    if not words_of:
        return 0
    with writing_sessions(center.engine)() as session, session.begin():
        indexed = take_turn(session)
        if indexed.up_to != mark:
            return 0  # somebody else was quicker
        file_lines(session, words_of)
        indexed.up_to = max(words_of)
    return len(words_of)


def _words(center: Center, entry: LogEntry, call: tuple[Call, Incident] | None) -> set[str]:
    marks = {_mark("event", entry.event), _mark("group", event_group(entry.event)), _mark("actor", entry.actor)}
    marks |= {_mark(kind, value) for kind, value in (("incident", entry.incident_id), ("unit", entry.unit_id)) if value is not None}
    if entry.event in NOT_TOLD:
        return marks
    try:
        words = filed_words("\n".join(_texts(center, entry, call)))
    except Exception:  # one line that cannot be put into words must not keep the others from being found
        log.exception("an entry of the log could not be filed by its words", extra={"entry": entry.id, "event": entry.event})
        return marks
    return words | {OF_CALLER + word for word in filed_words("\n".join(_of_caller(call)))} | marks
