"""The handover report (交接班记录): what an officer may write in it, what holds a signature up, and who signs when.

The catalogue's handover_template.yaml says which sections and fields there are; the rules here say what may become of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from command_center.domain.errors import BlockersOpen, Invalid, SectionNotEditable
from command_center.domain.text import Text
from command_center.domain.vocabulary import HandoverRules, HandoverSection, HandoverTemplate


class HandoverStatus(StrEnum):
    """How far a handover has come."""

    DRAFT = "draft"
    """The figures follow the situation, officers write."""
    OUTGOING_SIGNED = "outgoing_signed"
    """The outgoing officer stands by it, and stays responsible until the incoming one signs."""
    HANDED_OVER = "handed_over"
    """Sealed: nothing of it changes any more."""
    COUNTERSIGNED = "countersigned"


HANDOVER_CHART: Mapping[HandoverStatus, frozenset[HandoverStatus]] = {
    HandoverStatus.DRAFT: frozenset({HandoverStatus.OUTGOING_SIGNED}),
    HandoverStatus.OUTGOING_SIGNED: frozenset({HandoverStatus.DRAFT, HandoverStatus.HANDED_OVER}),
    HandoverStatus.HANDED_OVER: frozenset({HandoverStatus.COUNTERSIGNED}),
    HandoverStatus.COUNTERSIGNED: frozenset(),
}
"""A signature can be taken back while nobody has taken over."""

SEALED = frozenset({HandoverStatus.HANDED_OVER, HandoverStatus.COUNTERSIGNED})


class EntryAct(StrEnum):
    """The four acts of a duty log (接报传跟)."""

    TAKE = "take"
    REPORT = "report"
    PASS_ON = "pass_on"  # noqa: S105 - no secret: an act of the log
    FOLLOW_UP = "follow_up"


# ---- the report as everybody reads it --------------------------------------------------------------------------------------------


Plain = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of the report: for people, for programs, and where the rows behind it are read.

    value : a moment as ISO 8601 UTC, a share from 0 to 1, seconds for a length of time; None where nobody knows.
    """

    text: Text
    value: Plain = None
    link: str | None = None

    def as_row(self) -> dict[str, Any]:
        return {"text": self.text.as_row(), "value": self.value, "link": self.link}

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(Text(**row["text"]), row["value"], row["link"])


NOTHING = Cell(Text("—", "—"))
"""Where nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a section. key : what it is about ("unit:patrol-01"), so that a note stays with it while figures move."""

    key: str
    cells: Mapping[str, Cell]

    def as_row(self) -> dict[str, Any]:
        return {"key": self.key, "cells": {name: cell.as_row() for name, cell in self.cells.items()}}

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(key=row["key"], cells={name: Cell.of_row(cell) for name, cell in row["cells"].items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One of the report's sections with its lines. is_form : exactly one line, read downwards.

    fields : key -> what it is called, in order. note : what people have to know about the section as a whole.
    version, edited_by, edited_at : of what officers wrote in it; 0 and None while nobody has.
    """

    key: str
    source: str
    title: Text
    is_form: bool
    fields: Mapping[str, Text]
    lines: tuple[Line, ...]
    note: Text | None = None
    version: int = 0
    edited_by: str | None = None
    edited_at: str | None = None

    def as_row(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "source": self.source,
            "title": self.title.as_row(),
            "is_form": self.is_form,
            "fields": [{"key": name, "name": text.as_row()} for name, text in self.fields.items()],
            "lines": [line.as_row() for line in self.lines],
            "note": None if self.note is None else self.note.as_row(),
            "version": self.version,
            "edited_by": self.edited_by,
            "edited_at": self.edited_at,
        }

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(
            key=row["key"],
            source=row["source"],
            title=Text(**row["title"]),
            is_form=row["is_form"],
            fields={it["key"]: Text(**it["name"]) for it in row["fields"]},
            lines=tuple(Line.of_row(it) for it in row["lines"]),
            note=None if row["note"] is None else Text(**row["note"]),
            version=row["version"],
            edited_by=row["edited_by"],
            edited_at=row["edited_at"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """Something that must not pass from one officer to the next without a word. note : the word, None while there is none."""

    kind: str
    ref: str
    name: Text
    what: Text
    link: str
    note: str | None = None
    noted_by: str | None = None

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.ref}"

    def as_row(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "kind": self.kind,
            "ref": self.ref,
            "name": self.name.as_row(),
            "what": self.what.as_row(),
            "link": self.link,
            "note": self.note,
            "noted_by": self.noted_by,
        }

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        known = {name: row[name] for name in ("kind", "ref", "link", "note", "noted_by")}
        return cls(name=Text(**row["name"]), what=Text(**row["what"]), **known)


SCHEMA = "handover/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverReport:
    """The whole report in both languages. id : None while nobody has begun it.

    from_at, to_at, drawn_at : as ISO 8601 UTC. log_id, log_hash : the last line of the operations log it was drawn from, and its hash.
    sha256 : over `content()` as canonical JSON, once sealed. leader_by, leader_at : the countersignature, which comes after the seal.
    """

    id: int | None
    watch_id: int
    number: str
    street: Text
    status: HandoverStatus
    is_drill: bool
    from_at: str
    to_at: str
    drawn_at: str
    sections: tuple[Section, ...]
    blockers: tuple[Blocker, ...]
    log_id: int
    log_hash: str
    sha256: str | None = None
    leader_by: str | None = None
    leader_at: Cell | None = None

    def section(self, key: str) -> Section:
        """The section with this key; raises KeyError."""
        return {it.key: it for it in self.sections}[key]

    def content(self) -> dict[str, Any]:
        """What is sealed: all that both officers signed, JSON-plain."""
        return {
            "schema": SCHEMA,
            "id": self.id,
            "watch_id": self.watch_id,
            "number": self.number,
            "street": self.street.as_row(),
            "is_drill": self.is_drill,
            "from_at": self.from_at,
            "to_at": self.to_at,
            "drawn_at": self.drawn_at,
            "sections": [section.as_row() for section in self.sections],
            "blockers": [blocker.as_row() for blocker in self.blockers],
            "log": {"id": self.log_id, "hash": self.log_hash},
        }

    @classmethod
    def of_content(
        cls, row: Mapping[str, Any], *, status: HandoverStatus, sha256: str, leader_by: str | None, leader_at: Cell | None
    ) -> Self:
        """Read a sealed report back."""
        return cls(
            id=row["id"],
            watch_id=row["watch_id"],
            number=row["number"],
            street=Text(**row["street"]),
            status=status,
            is_drill=row["is_drill"],
            from_at=row["from_at"],
            to_at=row["to_at"],
            drawn_at=row["drawn_at"],
            sections=tuple(Section.of_row(it) for it in row["sections"]),
            blockers=tuple(Blocker.of_row(it) for it in row["blockers"]),
            log_id=row["log"]["id"],
            log_hash=row["log"]["hash"],
            sha256=sha256,
            leader_by=leader_by,
            leader_at=leader_at,
        )


FORMS = frozenset({"header", "situation", "reports", "equipment", "remarks", "signatures"})
"""Sections with exactly one line."""


# ---- what an officer may write ---------------------------------------------------------------------------------------------------


LONGEST_FIELD = 300
LONGEST_TEXT = 2000
LONG_FIELDS = frozenset({"summary", "text", "objections"})
MOST_ADDED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Editable:
    """Fields an officer may write. fields : of a form; lines : of the lines the system drafted; added : of lines of the officer's own."""

    fields: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionEdit:
    """What officers wrote in one section: instead of what stood there, to drafted lines by their key, and lines of their own."""

    fields: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    added: Sequence[Mapping[str, str]] = ()

    def as_row(self) -> dict[str, Any]:
        return {
            "fields": dict(self.fields),
            "lines": {key: dict(it) for key, it in self.lines.items()},
            "added": [dict(it) for it in self.added],
        }

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        return cls(fields=row["fields"], lines=row["lines"], added=tuple(row["added"]))

    @property
    def is_empty(self) -> bool:
        return not (self.fields or self.lines or self.added)


_SIGNED_BY_THE_SYSTEM = frozenset({"outgoing_officer", "outgoing_at", "incoming_officer", "incoming_at", "leader", "leader_at"})
_OF_THE_ROLL_CALL = frozenset({"station", "on_duty", "leader", "last_check"})


def editable(section: HandoverSection) -> Editable:
    """What may be written in a section; nothing where the system fills it in."""
    everything = frozenset(section.fields)
    if section.source == "auto":
        return Editable()
    if section.key in FORMS:
        return Editable(fields=everything - _SIGNED_BY_THE_SYSTEM if section.key == "signatures" else everything)
    if section.key == "stations":
        return Editable(lines=everything - _OF_THE_ROLL_CALL)
    return Editable(lines=everything if section.source == "both" else frozenset(), added=everything)


def checked_edit(section: HandoverSection, edit: SectionEdit) -> SectionEdit:
    """The edit without blanks around words, and without what is empty. Raises SectionNotEditable, Invalid (too long, too many)."""
    may = editable(section)
    if may == Editable():
        raise SectionNotEditable(section=section.key)
    if len(edit.added) > MOST_ADDED or len(edit.lines) > MOST_ADDED:
        raise Invalid(field="added", value=f"> {MOST_ADDED}")
    lines = {key: words for key, line in edit.lines.items() if (words := _checked(section, may.lines, line))}
    added = [words for line in edit.added if (words := _checked(section, may.added, line))]
    return SectionEdit(fields=_checked(section, may.fields, edit.fields), lines=lines, added=tuple(added))


def _checked(section: HandoverSection, may: frozenset[str], written: Mapping[str, str]) -> dict[str, str]:
    kept = {name: words.strip() for name, words in written.items() if words.strip()}
    for name, words in kept.items():
        if name not in may:
            raise SectionNotEditable(section=section.key, field=name)
        if len(words) > (LONGEST_TEXT if name in LONG_FIELDS else LONGEST_FIELD):
            raise Invalid(field=name, value=f"{len(words)}")
    return kept


def with_edit(section: Section, edit: SectionEdit) -> Section:
    """The section as the officers have it: their words in the place of the draft's, their lines after it."""
    lines = [_rewritten(line, {**edit.lines.get(line.key, {}), **(edit.fields if section.is_form else {})}) for line in section.lines]
    lines += [_own_line(section, number, words) for number, words in enumerate(edit.added, 1)]
    return replace(section, lines=tuple(lines))


def _rewritten(line: Line, words: Mapping[str, str]) -> Line:
    if not words:
        return line
    written = {name: Cell(Text(said, said), said, line.cells[name].link if name in line.cells else None) for name, said in words.items()}
    return Line(key=line.key, cells={**line.cells, **written})


def _own_line(section: Section, number: int, words: Mapping[str, str]) -> Line:
    cells = {name: Cell(Text(words[name], words[name]), words[name]) if name in words else NOTHING for name in section.fields}
    return Line(key=f"own:{number}", cells=cells)


# ---- what holds a signature up ---------------------------------------------------------------------------------------------------


def unwritten(template: HandoverTemplate, edits: Mapping[str, SectionEdit]) -> list[str]:
    """Sections only an officer can fill, that have to be filled, and are not."""
    return [it.key for it in template.sections if it.required and it.source == "edit" and (it.key not in edits or edits[it.key].is_empty)]


def refuse_without_notes(blockers: Iterable[Blocker]) -> None:
    """Raise BlockersOpen with the list of those that nobody has said a word about."""
    silent = [it for it in blockers if not it.note]
    if silent:
        raise BlockersOpen(
            count=len(silent), blockers=[{"key": it.key, "kind": it.kind, "zh": it.what.zh, "en": it.what.en} for it in silent]
        )


# ---- clocks ----------------------------------------------------------------------------------------------------------------------


def draft_moment(rules: HandoverRules, to_at: datetime) -> datetime:
    """When the draft is put before the outgoing officer."""
    return to_at - timedelta(minutes=rules.draft_before_min)


def late_moment(rules: HandoverRules, to_at: datetime) -> datetime:
    """From when on the duty leader is told that nobody took over."""
    return to_at + timedelta(minutes=rules.grace_min)
