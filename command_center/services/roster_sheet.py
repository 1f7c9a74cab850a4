"""The roster as a sheet: what is exported can be edited and imported again; one wrong cell and nothing is taken over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Person, Watch
from command_center.db.work import Work
from command_center.domain import events
from command_center.domain.rights import Actor, Right
from command_center.domain.watches import CENTRE, OVER, Duty, PlannedWatch, WatchStatus, overlaps, two_places
from command_center.services.roster import LONGEST_WATCH, drop, gives_way, new_watch, seat
from command_center.services.spreadsheets import Cell, Column, Problems, SheetRow, local_moment, read_sheet, write_sheet
from command_center.services.watches import TURN, call_up, find_watches, planned, watches_between
from command_center.words import LANGUAGES, N_, phrases, translator

SHEET = N_("Roster")
COLUMNS = (
    Column(key="post", title=N_("Post"), width=14),
    Column(key="from", title=N_("From"), width=17),
    Column(key="to", title=N_("To"), width=17),
    Column(key="leader", title=N_("Duty leader"), width=18),
    Column(key="officer", title=N_("Duty officer"), width=18),
    Column(key="assistant", title=N_("Assistant officer"), width=18),
    Column(key="crew", title=N_("Crew"), width=60),
)
SEATS: Mapping[str, Duty] = {"leader": Duty.LEADER, "officer": Duty.OFFICER, "assistant": Duty.ASSISTANT, "crew": Duty.CREW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many watches an import made and changed."""

    added: int
    changed: int


@dataclass(slots=True, kw_only=True)
class _Line:
    """A row of the sheet as far as it could be read. cells : where to complain about what."""

    post: str
    from_at: datetime
    to_at: datetime
    seats: dict[str, Duty] = field(default_factory=dict)
    cells: Mapping[str, Cell]
    seat_cells: dict[str, Cell] = field(default_factory=dict)

    def plan(self, number: str) -> PlannedWatch:
        return PlannedWatch(number=number, post=self.post, from_at=self.from_at, to_at=self.to_at, people=self.seats)


def roster_sheet(center: Center, from_at: datetime, to_at: datetime, language: str) -> bytes:
    """The watches of some days as an .xlsx workbook; people by name, or by id where two have the same name."""
    with center.read() as session:
        named = _named(session)
    rows = []
    for watch in find_watches(center, from_at, to_at):
        row: dict[str, object] = {"post": _post_name(center, watch.post, language)}
        row |= {"from": watch.from_at.astimezone(center.zone), "to": watch.to_at.astimezone(center.zone)}
        for key, duty in SEATS.items():
            names = [it.name.in_(language) if len(named[it.name.in_(language)]) == 1 else it.person_id for it in watch.on(duty)]
            row[key] = (", " if language == "en" else "、").join(names)
        rows.append(row)
    return write_sheet(SHEET, COLUMNS, rows, language, is_drill=center.is_drill)


def _post_name(center: Center, post: str, language: str) -> str:
    if post == CENTRE:
        return translator(language)(phrases.POST[CENTRE])
    station = center.catalogue.stations.get(post)
    return post if station is None else station.name.in_(language)


def _named(session: Session) -> dict[str, list[str]]:
    """Name in either language, or id -> the ids it can mean. Who left is still known, so that old rows can be read."""
    found: dict[str, list[str]] = {}
    for person in session.scalars(select(Person).order_by(Person.id)):
        for name in {person.id, person.name_zh, person.name_en}:
            found.setdefault(name, []).append(person.id)
    return found


def import_roster(center: Center, content: bytes, actor: Actor) -> Imported:
    """Take a sheet over: its rows replace the watches of the same post and start, others are new; made-up watches give way.

    Raises SheetUnreadable, SheetRefused with every cell that cannot be right; then nothing changed.
    """
    actor.require(Right.KEEP_ROSTER)
    problems = Problems()
    rows = read_sheet(content, COLUMNS, problems)
    with center.work(actor) as work:
        work.take_turns(TURN)
        lines = _lines(center, work.session, rows, problems)
        problems.refuse()
        if not lines:
            return Imported(added=0, changed=0)
        return _take_over(center, work, lines, problems)


# ---- reading rows -----------------------------------------------------------------------------------------------------------------


def _lines(center: Center, session: Session, rows: Iterable[SheetRow], problems: Problems) -> list[_Line]:
    named, posts = _named(session), _posts(center)
    lines = (_line(center, row, named, posts, problems) for row in rows)
    return [line for line in lines if line is not None]


def _posts(center: Center) -> dict[str, str]:
    """What a post may be called in a cell -> the post."""
    centre = {CENTRE: CENTRE, **{_post_name(center, CENTRE, language): CENTRE for language in LANGUAGES}}
    stations = center.catalogue.stations.values()
    return centre | {name: it.code for it in stations for name in (it.code, it.name.zh, it.name.en)}


def _line(center: Center, row: SheetRow, named: Mapping[str, list[str]], posts: Mapping[str, str], problems: Problems) -> _Line | None:
    post = posts.get(row["post"].text)
    if post is None:
        problems.tell(row["post"], "unknown_post" if row["post"].text else "empty", row["post"].text)
    from_at, to_at = (local_moment(row[key], center.zone, problems) for key in ("from", "to"))
    if from_at is not None and to_at is not None and not from_at < to_at <= from_at + LONGEST_WATCH:
        problems.tell(row["to"], "ends_before_it_begins" if to_at <= from_at else "not_a_time", row["to"].text)
    seats, seat_cells = _seats(row, named, problems)
    if post is None or from_at is None or to_at is None:
        return None
    return _Line(post=post, from_at=from_at.astimezone(UTC), to_at=to_at.astimezone(UTC), seats=seats, cells=row, seat_cells=seat_cells)


def _seats(row: SheetRow, named: Mapping[str, list[str]], problems: Problems) -> tuple[dict[str, Duty], dict[str, Cell]]:
    seats: dict[str, Duty] = {}
    cells: dict[str, Cell] = {}
    for key, duty in SEATS.items():
        for name in row[key].names:
            match named.get(name, []):
                case [person_id] if person_id in seats:
                    problems.tell(row[key], "double_person", name)
                case [person_id]:
                    seats[person_id], cells[person_id] = duty, row[key]
                case []:
                    problems.tell(row[key], "unknown_person", name)
                case _:
                    problems.tell(row[key], "ambiguous_person", name)
    return seats, cells


# ---- taking them over -------------------------------------------------------------------------------------------------------------


def _take_over(center: Center, work: Work, lines: Sequence[_Line], problems: Problems) -> Imported:
    around = watches_between(work.session, min(it.from_at for it in lines) - LONGEST_WATCH, max(it.to_at for it in lines) + LONGEST_WATCH)
    held = {(it.post, it.from_at): it for it in around}
    _check_rows(lines, held, work.now, problems)
    _check_people(work.session, lines, held, problems)
    kept = [it for it in around if not _makes_room(it, lines)]
    _check_together(lines, kept, problems)
    problems.refuse()
    for watch in set(around) - set(kept) - {held.get((it.post, it.from_at)) for it in lines}:
        drop(watch)
    changed = [line for line in lines if not _is_same(held.get((line.post, line.from_at)), line)]
    for line in changed:
        _make_room(line, held.get((line.post, line.from_at)))
    work.session.flush()
    for line in changed:
        _write(center, work, line, held.get((line.post, line.from_at)))
    for post in sorted({line.post for line in lines}):
        call_up(work, post)
    added = sum((line.post, line.from_at) not in held for line in changed)
    imported = Imported(added=added, changed=len(changed) - added)
    if changed:
        work.record(events.RosterImported(added=imported.added, changed=imported.changed))
    return imported


def _is_same(watch: Watch | None, line: _Line) -> bool:
    return watch is not None and watch.to_at == line.to_at and planned(watch).people == line.seats


def _check_rows(lines: Sequence[_Line], held: Mapping[tuple[str, datetime], Watch], now: datetime, problems: Problems) -> None:
    """No watch stands twice, and what began or is past is left as it was."""
    seen = set()
    for line in lines:
        at, watch = (line.post, line.from_at), held.get((line.post, line.from_at))
        if at in seen:
            problems.tell(line.cells["from"], "double_row", line.cells["from"].text)
        seen.add(at)
        if _is_same(watch, line):
            continue
        if line.to_at <= now or (watch is not None and watch.status in OVER):
            problems.tell(line.cells["from"], "watch_is_over", "" if watch is None else watch.number)
        elif watch is not None and watch.status is not WatchStatus.SCHEDULED and watch.to_at != line.to_at:
            problems.tell(line.cells["to"], "watch_is_over", watch.number)


def _check_people(session: Session, lines: Sequence[_Line], held: Mapping[tuple[str, datetime], Watch], problems: Problems) -> None:
    """Who left the directory may stand in a row as before, but gets no new seat."""
    left = set(session.scalars(select(Person.id).where(Person.left_at.is_not(None))))
    for line in lines:
        watch = held.get((line.post, line.from_at))
        seated = set() if watch is None else {it.person_id for it in watch.members}
        for person_id in sorted((line.seats.keys() & left) - seated):
            problems.tell(line.seat_cells[person_id], "unknown_person", person_id)


def _makes_room(watch: Watch, lines: Sequence[_Line]) -> bool:
    """Whether a row takes this watch's place: it is the same watch, or a made-up one in the way."""
    return any(
        line.post == watch.post
        and (line.from_at == watch.from_at or (gives_way(watch) and line.from_at < watch.to_at and line.to_at > watch.from_at))
        for line in lines
    )


def _check_together(lines: Sequence[_Line], kept: Sequence[Watch], problems: Problems) -> None:
    """The rows, together with the watches that stay, leave no post with two watches and nobody in two places."""
    marked = {f"#{place}": line for place, line in enumerate(lines)}
    plans = [*(line.plan(mark) for mark, line in marked.items()), *(planned(watch) for watch in kept)]
    for one, other in overlaps(plans):
        for line, against in ((marked.get(one.number), other), (marked.get(other.number), one)):
            if line is not None:
                problems.tell(line.cells["from"], "watches_overlap", _number(against, marked))
    for person, one, other in two_places(plans):
        for line in (marked.get(one.number), marked.get(other.number)):
            if line is not None:
                problems.tell(line.seat_cells[person], "person_busy", person)


def _number(plan: PlannedWatch, marked: Mapping[str, _Line]) -> str:
    return marked[plan.number].cells["from"].address if plan.number in marked else plan.number


def _make_room(line: _Line, watch: Watch | None) -> None:
    """Free the times and seats that change before any is taken: two rows may have changed people with each other."""
    if watch is not None:
        watch.to_at = line.to_at
        for member in [it for it in watch.members if it.person_id not in line.seats]:
            watch.members.remove(member)


def _write(center: Center, work: Work, line: _Line, watch: Watch | None) -> None:
    if watch is None:
        watch = work.add(new_watch(center, work.session, line.post, line.from_at, line.to_at))
    seat(work, watch, line.seats)
