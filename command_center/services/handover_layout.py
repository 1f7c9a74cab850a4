"""How a handover report stands on paper, the same for Word and PDF: which fields share a column, what is a table, what the foot says.

GB/T 9704 sets the page (A4; margins 37, 35, 28 and 26 mm) and the type of running text; tables are set smaller.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Literal

from command_center.catalogue import FOLDER
from command_center.center import Center
from command_center.domain.handover import SEALED, Cell, HandoverReport, HandoverStatus, Line, Section
from command_center.domain.text import Language, Text
from command_center.services.handover_drawing import moment_text
from command_center.words import DRILL_MARK, N_, translator

TITLE = N_("Handover report")
WATCH = N_("Watch %(number)s")
NONE = N_("None")
BLOCKERS = N_("Matters that needed a word")
MATTER, SAID, SAID_BY = N_("Matter"), N_("What the officer says about it"), N_("Said by")
DRAFT = N_("Draft, not signed; drawn %(at)s")
HALF_SIGNED = N_("Signed by the outgoing officer only; drawn %(at)s")
IS_SEALED = N_("Sealed %(at)s")
IS_COUNTERSIGNED = N_("Sealed %(at)s, countersigned by %(leader)s")
HASH = N_("SHA-256 of the sealed content: %(hash)s")
NO_HASH = N_("Not sealed yet: no hash")
LOG = N_("Log up to line %(line)s: %(hash)s")

SIGNATURES = "signatures"
"""They stand below everything else, the blockers included."""

Kind = Literal["text", "grid", "table"]
Columns = Sequence[tuple[tuple[str, ...], float]]
"""Per column the fields that stand in it, one below the other, and its share of the width."""

_COLUMNS: Mapping[str, Columns] = {
    "warnings": ((("signal", "color"), 3), (("issued_at",), 2.2), (("expires_at",), 2.2), (("plan",), 2), (("action_taken",), 3)),
    "activations": (
        (("plan", "level"), 2.4),
        (("since",), 2.2),
        (("activated_by", "confirmed_by"), 2.2),
        (("steps_done", "steps_overdue"), 1.7),
        (("next_due",), 4),
    ),
    "incidents": (
        (("number", "severity"), 2.5),
        (("type", "place"), 3.4),
        (("status", "units"), 2.4),
        (("opened_at",), 2.3),
        (("owner",), 1.7),
        (("next_action", "next_action_at"), 3),
    ),
    "closed": ((("number",), 2.3), (("type", "place"), 4), (("arrive_s",), 1.8), (("within_5min",), 1.5), (("outcome",), 1.8)),
    "reports": ((("received",), 1), (("accepted",), 1), (("resolved",), 1), (("open",), 1), (("overdue",), 1), (("due_next_shift",), 1.3)),
    "units": (
        (("unit",), 1.9),
        (("status",), 1.9),
        (("place",), 2.8),
        (("battery",), 1.3),
        (("last_seen",), 2.3),
        (("fault",), 1.8),
        (("crew",), 2),
    ),
    "stations": ((("station",), 2.6), (("on_duty",), 2), (("leader",), 2), (("last_check",), 2.3), (("note",), 2.7)),
    "stock": (
        (("depot",), 3),
        (("item",), 2.6),
        (("issued",), 1.2),
        (("returned",), 1.5),
        (("on_hand",), 1.2),
        (("below_minimum",), 1.6),
        (("expiring_90d",), 1.6),
    ),
    "closures": ((("place",), 3), (("reason",), 2.4), (("since",), 2), (("guarded_by",), 2), (("reopen_rule",), 3)),
    "people": ((("shelter",), 3.6), (("occupied",), 1.5), (("places",), 1.5), (("special_needs",), 1.5), (("next_check",), 2.2)),
    "clocks": ((("incident",), 2.4), (("kind",), 3), (("due_at",), 2.1), (("sent_at",), 2.1), (("receiver",), 1.8)),
    "instructions": ((("given_by", "at"), 2.2), (("text",), 4.6), (("owner",), 1.8), (("due_at",), 2), (("done",), 1.3)),
    "todo": ((("text",), 5.6), (("owner",), 2), (("due_at",), 2.1)),
}
"""Ten fields do not fit side by side on A4: what belongs together shares a column."""

_AS_TABLE = frozenset({"reports"})
"""Forms of short figures, read across."""


def kind_of(key: str, fields: Sequence[str], *, is_form: bool) -> Kind:
    """Whether a section is running text, a grid of names and values, or a table."""
    if not is_form or key in _AS_TABLE:
        return "table"
    return "text" if len(fields) == 1 else "grid"


def columns_of(key: str, fields: Sequence[str]) -> Columns:
    """The columns of a table; each field has one of its own in sections that nobody laid out, or laid out otherwise."""
    known = _COLUMNS.get(key, ())
    if {name for names, _ in known for name in names} == set(fields):
        return known
    return [((name,), 1.0) for name in fields]


_DIGITS = "〇一二三四五六七八九"


def numeral(number: int, language: str) -> str:
    """The number of a section as papers of the language write it. number : 1 to 99."""
    if language == "en":
        return f"{number}. "
    tens, ones = divmod(number, 10)
    return f"{_DIGITS[tens] if tens > 1 else ''}{'十' if tens else ''}{_DIGITS[ones] if ones or not tens else ''}、"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSection:
    """A section as it is set. heads, shares : of a table's columns; of a grid and a text they are empty.

    rows : of a table, one text per column; of a grid, (name, value); of a text, one row with one text.
    """

    key: str
    title: str
    kind: Kind
    heads: Sequence[str]
    shares: Sequence[float]
    rows: Sequence[Sequence[str]]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The whole report in one language, nothing but texts. foot : the lines at the foot of every page."""

    language: Language
    mark: str
    title: str
    street: str
    watch: str
    sections: Sequence[PaperSection]
    foot: Sequence[str]


def title_of(report: HandoverReport, language: Language) -> tuple[str, str, str]:
    """The mark of an exercise or "", the title, and which watch it is."""
    say = translator(language)
    return DRILL_MARK if report.is_drill else "", say(TITLE), say(WATCH) % {"number": report.number}


def foot_of(report: HandoverReport, language: Language, zone: tzinfo) -> tuple[str, str, str]:
    """State, hash of the sealed content, and the log's hash: what every page says at its foot."""
    say = translator(language)
    at = moment_text(datetime.fromisoformat(report.drawn_at).astimezone(zone), with_year=True).in_(language)
    sentences = {HandoverStatus.DRAFT: DRAFT, HandoverStatus.OUTGOING_SIGNED: HALF_SIGNED, HandoverStatus.HANDED_OVER: IS_SEALED}
    state = say(sentences.get(report.status, IS_COUNTERSIGNED)) % {"at": at, "leader": report.leader_by}
    seal = say(NO_HASH) if report.sha256 is None else say(HASH) % {"hash": report.sha256}
    return state, seal, say(LOG) % {"line": report.log_id, "hash": report.log_hash}


def with_countersignature(report: HandoverReport) -> tuple[Section, ...]:
    """The sections as they are read after the seal: the leader signs last, beside what is sealed."""
    if report.status not in SEALED or report.leader_by is None:
        return report.sections
    cells = {"leader": Cell(Text(report.leader_by, report.leader_by), report.leader_by)}
    if report.leader_at is not None:
        cells["leader_at"] = report.leader_at
    return tuple(
        section if section.key != SIGNATURES else replace(section, lines=tuple(_over(line, cells) for line in section.lines))
        for section in report.sections
    )


def _over(line: Line, cells: Mapping[str, Cell]) -> Line:
    return replace(line, cells={**line.cells, **{name: cell for name, cell in cells.items() if name in line.cells}})


_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """The text without what no paper and no XML file can hold."""
    return _UNPRINTABLE.sub("", text)


def word(line: Line, name: str, language: str) -> str:
    """What stands in a field, for people."""
    return printable(line.cells[name].text.in_(language))


def paper_of(report: HandoverReport, language: Language, zone: tzinfo) -> Paper:
    """Set the report in one language."""
    mark, title, watch = title_of(report, language)
    signed_below = [it for it in with_countersignature(report) if it.key != SIGNATURES]
    sections = [_set(section, number, language) for number, section in enumerate(signed_below, 1)]
    sections.append(_blockers(report, len(sections) + 1, language))
    last = [it for it in with_countersignature(report) if it.key == SIGNATURES]
    sections += [_set(section, len(sections) + 1, language) for section in last]
    return Paper(
        language=language,
        mark=mark,
        title=title,
        street=printable(report.street.in_(language)),
        watch=watch,
        sections=sections,
        foot=foot_of(report, language, zone),
    )


def _set(section: Section, number: int, language: Language) -> PaperSection:
    fields = list(section.fields)
    kind = kind_of(section.key, fields, is_form=section.is_form)
    title = numeral(number, language) + section.title.in_(language)
    note = "" if section.note is None else section.note.in_(language)
    heads: Sequence[str] = ()
    shares: Sequence[float] = ()
    rows: Sequence[Sequence[str]]
    if kind == "table":
        columns = columns_of(section.key, fields)
        heads = [head_of([section.fields[name] for name in names], language) for names, _ in columns]
        shares = [share for _, share in columns]
        rows = [["\n".join(word(line, name, language) for name in names) for names, _ in columns] for line in section.lines]
        rows = rows or [[translator(language)(NONE), *([""] * (len(columns) - 1))]]
    elif kind == "grid":
        rows = [(section.fields[name].in_(language), word(line, name, language)) for line in section.lines for name in fields]
    else:
        rows = [[word(line, fields[0], language)] for line in section.lines]
    return PaperSection(key=section.key, title=title, kind=kind, heads=heads, shares=shares, rows=rows, note=note)


def head_of(names: Sequence[Text], language: str) -> str:
    """What stands over a column of one or more fields."""
    return (" / " if language == "en" else "／").join(name.in_(language) for name in names)


def _blockers(report: HandoverReport, number: int, language: Language) -> PaperSection:
    say = translator(language)
    rows = [[printable(it.what.in_(language)), printable(it.note or "—"), printable(it.noted_by or "—")] for it in report.blockers]
    return PaperSection(
        key="blockers",
        title=numeral(number, language) + say(BLOCKERS),
        kind="table",
        heads=[say(MATTER), say(SAID), say(SAID_BY)],
        shares=[4, 4, 1.6],
        rows=rows or [[say(NONE), "", ""]],
        note="",
    )


def template_file(center: Center, name: str) -> Path:
    """Where a template lies: the office's own in the data folder goes first, then its catalogue's, then what came with the centre."""
    places = [center.folder, *([] if center.catalogue_dir is None else [center.catalogue_dir]), FOLDER]
    return next((found for place in places if (found := place / "handover" / name).is_file()), FOLDER / "handover" / name)
