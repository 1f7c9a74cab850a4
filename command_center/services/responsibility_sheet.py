"""The list of responsible cadres as a sheet: exported, edited, imported again; one wrong cell and nothing is taken over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Cadre as CadreRow
from command_center.db.tables import Responsibility
from command_center.domain import events
from command_center.domain.catalogue import Cadre, Place
from command_center.domain.rights import Actor, Right
from command_center.services.responsibilities import LEAD, OF_COMMUNITY, gaps_in, held_in, targets
from command_center.services.spreadsheets import Cell, Column, Problems, SheetRow, read_sheet, write_sheet
from command_center.words import N_, phrases, translator

SHEET = N_("Responsible cadres")
COLUMNS = (
    Column(key="target", title=N_("Place no."), width=12),
    Column(key="name", title=N_("Place"), width=36),
    Column(key="kind", title=N_("Kind of place"), width=18),
    Column(key="lead", title=N_("Street lead"), width=22),
    Column(key="community", title=N_("Community cadres"), width=40),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    target: Place
    lead: str
    community: tuple[str, ...]


def responsibility_sheet(center: Center, language: str) -> bytes:
    """All targets with who answers for them, as an .xlsx workbook; gaps are empty cells."""
    with center.read() as session:
        held = _held(session)
    names = {it.id: it.name.in_(language) for it in center.catalogue.cadres.values()}
    say = translator(language)
    rows = []
    for place in targets(center.catalogue):
        lead, community = held.get(place.id, (None, []))
        listed = (", " if language == "en" else "、").join(names.get(it, it) for it in community)
        kind = say(phrases.PLACE_KIND[place.kind])
        row = {"target": place.id, "name": place.name.in_(language), "kind": kind, "community": listed}
        rows.append(row | {"lead": "" if lead is None else names.get(lead, lead)})
    return write_sheet(SHEET, COLUMNS, rows, language, is_drill=center.is_drill)


def _held(session: Session) -> dict[str, tuple[str | None, list[str]]]:
    """Target -> its lead, its community cadres."""
    found: dict[str, tuple[str | None, list[str]]] = {}
    for it in session.scalars(select(Responsibility).order_by(Responsibility.cadre_id)):
        lead, community = found.get(it.target_id, (None, []))
        found[it.target_id] = (it.cadre_id, community) if it.part == LEAD else (lead, [*community, it.cadre_id])
    return found


def import_responsibilities(center: Center, content: bytes, actor: Actor) -> int:
    """Take a sheet over: who answers for the places in its rows, and for no others; returns for how many places that changed.

    Raises SheetUnreadable, SheetRefused with every cell that cannot be right; then nothing changed.
    """
    actor.require(Right.KEEP_ROSTER)
    lines = _read(center, content)
    with center.work(actor) as work:
        work.take_turns("responsibilities")
        held = _held(work.session)
        changed = [it for it in lines if _changes(it, held)]
        for start in range(0, len(changed), 500):
            ids = [it.target.id for it in changed[start : start + 500]]
            work.session.execute(delete(Responsibility).where(Responsibility.target_id.in_(ids)))
        work.session.add_all(row for line in changed for row in _rows(line))
        if changed:
            work.record(events.ResponsibilitiesImported(targets=len(changed)))
    return len(changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetChange:
    """A place that a sheet gives to others. *_before, *_after : ids of cadres; no lead is None."""

    target_id: str
    lead_before: str | None
    lead_after: str
    community_before: tuple[str, ...]
    community_after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPreview:
    """What a sheet would do. rows : places it names. gaps_before, gaps_after : what the whole list lacks now and would lack then."""

    rows: int
    changes: tuple[SheetChange, ...]
    gaps_before: int
    gaps_after: int


def preview_responsibilities(center: Center, content: bytes, actor: Actor) -> SheetPreview:
    """What taking a sheet over would change; writes nothing. Raises as `import_responsibilities` does."""
    actor.require(Right.KEEP_ROSTER)
    lines = _read(center, content)
    with center.read() as session:
        held, answering = _held(session), held_in(session)
        cadres = session.scalars(select(CadreRow.id)).all()
    changed = [it for it in lines if _changes(it, held)]
    then = answering | {it.target.id: [(it.lead, LEAD), *((cadre, OF_COMMUNITY) for cadre in it.community)] for it in changed}
    return SheetPreview(
        rows=len(lines),
        changes=tuple(_change(it, held.get(it.target.id, (None, []))) for it in changed),
        gaps_before=len(gaps_in(center.catalogue, answering, cadres)),
        gaps_after=len(gaps_in(center.catalogue, then, cadres)),
    )


def _change(line: _Line, held: tuple[str | None, list[str]]) -> SheetChange:
    return SheetChange(
        target_id=line.target.id,
        lead_before=held[0],
        lead_after=line.lead,
        community_before=tuple(held[1]),
        community_after=tuple(sorted(line.community)),
    )


def _changes(line: _Line, held: Mapping[str, tuple[str | None, list[str]]]) -> bool:
    return held.get(line.target.id) != (line.lead, sorted(line.community))


def _read(center: Center, content: bytes) -> list[_Line]:
    """The rows of a sheet; raises SheetUnreadable, SheetRefused."""
    problems = Problems()
    lines = _lines(center, read_sheet(content, COLUMNS, problems), problems)
    problems.refuse()
    return lines


def _rows(line: _Line) -> list[Responsibility]:
    parts = [(line.lead, LEAD), *((it, OF_COMMUNITY) for it in line.community)]
    return [
        Responsibility(target_id=line.target.id, target_kind=line.target.kind, cadre_id=cadre, part=part, basis="own")
        for cadre, part in parts
    ]


def _lines(center: Center, rows: Iterable[SheetRow], problems: Problems) -> list[_Line]:
    places = {it.id: it for it in targets(center.catalogue)}
    cadres = {name: it for it in center.catalogue.cadres.values() for name in (it.id, it.name.zh, it.name.en)}
    seen: set[str] = set()
    found = []
    for row in rows:
        cell = row["target"]
        place = places.get(cell.text)
        if place is None:
            problems.tell(cell, "unknown_target" if cell.text else "empty", cell.text)
            continue
        if place.id in seen:
            problems.tell(cell, "double_row", cell.text)
        seen.add(place.id)
        lead, community = _lead(row["lead"], cadres, problems), _community(row["community"], place, cadres, problems)
        if lead is not None and community:
            found.append(_Line(target=place, lead=lead, community=community))
    return found


def _lead(cell: Cell, cadres: Mapping[str, Cadre], problems: Problems) -> str | None:
    cadre = cadres.get(cell.text)
    if cadre is None:
        problems.tell(cell, "unknown_cadre" if cell.text else "empty", cell.text)
    elif cadre.kind != "street_cadre":
        problems.tell(cell, "not_a_street_cadre", cell.text)
    return None if cadre is None else cadre.id


def _community(cell: Cell, place: Place, cadres: Mapping[str, Cadre], problems: Problems) -> tuple[str, ...]:
    if not cell.names:
        problems.tell(cell, "empty")
    found = []
    for name in cell.names:
        cadre = cadres.get(name)
        if cadre is None:
            problems.tell(cell, "unknown_cadre", name)
        elif cadre.community != place.community:
            problems.tell(cell, "not_of_the_community", name)
        else:
            found.append(cadre.id)
    return tuple(dict.fromkeys(found))
