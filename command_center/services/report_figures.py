"""The figures behind the reports page: of a watch, a day, a month, any time, and of two of them beside each other; as a workbook too.

Five statements, whatever the time and however much happened in it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.tables import Activation, Assignment, Call, Incident, StockMovement, Watch
from command_center.domain.errors import Invalid, UnknownWatch
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.period_figures import (
    HOURS,
    CallCounts,
    Change,
    CountedIncident,
    HeatCell,
    MaterialUse,
    PlanUse,
    WatchFigures,
    changes,
    day_span,
    headline,
    month_span,
    watch_figures,
)
from command_center.domain.status import ENDED_INCIDENT, IncidentStatus
from command_center.domain.stock import MoveKind
from command_center.domain.watches import WatchStatus
from command_center.services.places import PlaceHit, nearest_place
from command_center.services.spreadsheets import Column, SheetOut, write_sheets
from command_center.words import N_, phrases, translator
from command_center.words.names import catalogue_names

LONGEST = timedelta(days=400)
"""A year and some; whoever wants more compares years."""

Span = tuple[datetime, datetime]


# ---- which time -------------------------------------------------------------------------------------------------------------------


def watch_span(center: Center, watch_id: int) -> Span:
    """The time somebody was responsible: from taking over until being relieved, by the roster where that is not known yet.

    Raises UnknownWatch.
    """
    with center.read() as session:
        watch = session.get(Watch, watch_id)
        if watch is None or watch.status is WatchStatus.DROPPED:
            raise UnknownWatch(watch=watch_id)
        begun = watch.begun_at or watch.from_at
        ended = watch.ended_at or (max(watch.to_at, center.now()) if watch.begun_at else watch.to_at)
        return begun, max(ended, begun + timedelta(seconds=1))


def span_of_day(center: Center, day: date) -> Span:
    return day_span(day, center.zone)


def span_of_month(center: Center, year: int, month: int) -> Span:
    return month_span(year, month, center.zone)


# ---- counting ---------------------------------------------------------------------------------------------------------------------


def figures(center: Center, from_at: datetime, to_at: datetime) -> WatchFigures:
    """Figures of the time from `from_at` until before `to_at`. Raises Invalid for no time at all, or more than 400 days."""
    if not timedelta(0) < to_at - from_at <= LONGEST:
        raise Invalid(field="to", value=to_at.isoformat())
    span = (from_at.astimezone(UTC), to_at.astimezone(UTC))
    with center.read() as session:
        return watch_figures(
            _incidents(session, span),
            _calls(session, span),
            _plans(session, span),
            _stock(session, span),
            span=span,
            now=center.now(),
            zone=center.zone,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A time beside an earlier one."""

    figures: WatchFigures
    before: WatchFigures
    changes: tuple[Change, ...]


def compare(center: Center, span: Span, before: Span) -> Comparison:
    """Two times beside each other. Raises Invalid."""
    now, earlier = figures(center, *span), figures(center, *before)
    return Comparison(figures=now, before=earlier, changes=changes(earlier, now))


def hottest(center: Center, figures: WatchFigures, limit: int = 5) -> list[tuple[HeatCell, PlaceHit]]:
    """Where most incidents lay, each with the place next to the middle of its cell."""
    return [(cell, nearest_place(center, Point(cell.lat, cell.lon))[0]) for cell in figures.heat[:limit]]


def _incidents(session: Session, span: Span) -> list[CountedIncident]:
    """Incidents reported in the span, with the moments of the unit that arrived first."""
    reported = (Incident.reported_at >= span[0], Incident.reported_at < span[1], Incident.status != IncidentStatus.MERGED)
    arrived = (
        select(
            Assignment.incident_id,
            Assignment.dispatched_at,
            Assignment.en_route_at,
            Assignment.on_scene_at,
        )
        .join(Incident, Incident.id == Assignment.incident_id)
        .where(*reported, Assignment.on_scene_at.is_not(None))
        .order_by(Assignment.on_scene_at.desc(), Assignment.id.desc())
    )
    first = {row.incident_id: row for row in session.execute(arrived)}  # the earliest comes last and stays
    columns = select(
        Incident.id,
        Incident.type,
        Incident.severity,
        Incident.status,
        Incident.area_code,
        Incident.lat,
        Incident.lon,
        Incident.is_simulated,
        Incident.reported_at,
        Incident.dispatched_at,
        Incident.on_scene_at,
    )
    found = []
    for row in session.execute(columns.where(*reported)):
        unit = first.get(row.id)
        found.append(
            CountedIncident(
                type=row.type,
                level=row.severity,
                area=row.area_code,
                lat=row.lat,
                lon=row.lon,
                reported_at=row.reported_at,
                dispatched_at=row.dispatched_at,
                on_scene_at=row.on_scene_at,
                unit_dispatched_at=None if unit is None else unit.dispatched_at,
                unit_en_route_at=None if unit is None else unit.en_route_at,
                unit_on_scene_at=None if unit is None else unit.on_scene_at,
                is_simulated=row.is_simulated,
                is_false_alarm=row.status is IncidentStatus.FALSE_ALARM,
                is_open=row.status not in ENDED_INCIDENT,
            )
        )
    return found


def _calls(session: Session, span: Span) -> CallCounts:
    joined = func.sum(case((Call.joined, 1), else_=0))
    calls, of_them_joined = session.execute(select(func.count(), joined).where(Call.at >= span[0], Call.at < span[1])).one()
    return CallCounts(calls=calls, joined=int(of_them_joined or 0))


def _plans(session: Session, span: Span) -> tuple[PlanUse, ...]:
    """Plans that were put into force or asked for in the span, the most used first."""
    query = select(Activation.plan_id, Activation.level).where(Activation.requested_at >= span[0], Activation.requested_at < span[1])
    levels: defaultdict[str, list[Level]] = defaultdict(list)
    for plan, level in session.execute(query):
        levels[plan].append(level)
    used = (PlanUse(plan=plan, activations=len(of_it), gravest=max(of_it, key=lambda it: it.rank)) for plan, of_it in levels.items())
    return tuple(sorted(used, key=lambda it: (-it.activations, it.plan)))


_USES = (MoveKind.ISSUE, MoveKind.RETURN, MoveKind.CONSUME, MoveKind.WRITE_OFF)


def _stock(session: Session, span: Span) -> tuple[MaterialUse, ...]:
    """What left the depots in the span, the most first."""
    query = (
        select(StockMovement.material_code, StockMovement.kind, func.sum(StockMovement.quantity), func.sum(StockMovement.on_hand_change))
        .where(StockMovement.at >= span[0], StockMovement.at < span[1], StockMovement.kind.in_(_USES))
        .group_by(StockMovement.material_code, StockMovement.kind)
    )
    moved: defaultdict[str, dict[MoveKind, int]] = defaultdict(dict)
    gone: defaultdict[str, int] = defaultdict(int)
    for material, kind, quantity, change in session.execute(query):
        moved[material][kind] = int(quantity)
        if kind is not MoveKind.WRITE_OFF:
            gone[material] -= int(change)
    used = (
        MaterialUse(
            material=material,
            issued=by_kind.get(MoveKind.ISSUE, 0),
            returned=by_kind.get(MoveKind.RETURN, 0),
            consumed=by_kind.get(MoveKind.CONSUME, 0),
            written_off=by_kind.get(MoveKind.WRITE_OFF, 0),
            gone=gone[material],
        )
        for material, by_kind in moved.items()
    )
    return tuple(sorted(used, key=lambda it: (-it.gone, it.material)))


# ---- the workbook -----------------------------------------------------------------------------------------------------------------


def figures_book(center: Center, span: Span, before: Span | None, language: str) -> bytes:
    """The figures as .xlsx, a sheet for each part; with `before`, an earlier time stands beside them. Raises Invalid."""
    now = figures(center, *span)
    earlier = None if before is None else figures(center, *before)
    names = catalogue_names(center.catalogue, language)
    areas = {code: area.name.in_(language) for code, area in center.catalogue.areas.items()}
    return write_sheets(
        [
            SheetOut(N_("Figures"), _FIGURES if earlier else _FIGURES[:3], list(_headline_rows(center, now, earlier, language))),
            *(SheetOut(title, _CUT, list(_cut_rows(center, now, cut, language))) for cut, title in _CUT_SHEETS.items()),
            SheetOut(N_("Types by hour"), _TYPES, list(_type_rows(now, names, language))),
            SheetOut(N_("Areas"), _AREAS, [{"area": areas.get(area, area), "incidents": n} for area, n in now.by_area.items()]),
            SheetOut(N_("Positions"), _POSITIONS, [{"lat": it.lat, "lon": it.lon, "incidents": it.incidents} for it in now.heat]),
            SheetOut(N_("Plans"), _PLANS, [_plan_row(it, names) for it in now.plans]),
            SheetOut(N_("Stock used"), _STOCK, [_stock_row(it, names) for it in now.stock]),
        ],
        language,
        is_drill=center.is_drill,
    )


_FIGURES = (
    Column(key="figure", title=N_("Figure"), width=40),
    Column(key="value", title=N_("Value")),
    Column(key="unit", title=N_("Measured in")),
    Column(key="before", title=N_("Before")),
    Column(key="difference", title=N_("Difference")),
)
_TYPES = (
    Column(key="type", title=N_("Emergency type"), width=28),
    Column(key="incidents", title=N_("Incidents"), width=10),
    *(Column(key=f"h{hour}", title=f"{hour:02d}", width=5) for hour in range(HOURS)),
)
_CUT_SHEETS: Mapping[str, str] = {"area": N_("Response by area"), "type": N_("Response by type"), "hour": N_("Response by hour")}
_CUT = (
    Column(key="of", title=N_("Area, type or hour"), width=28),
    Column(key="incidents", title=N_("Incidents"), width=10),
    Column(key="arrivals", title=N_("Incidents that a unit reached"), width=14),
    Column(key="rolling", title=N_("Rolling within a minute, %"), width=16),
    Column(key="there", title=N_("Reached within three minutes, %"), width=16),
    Column(key="kept", title=N_("Reached within five minutes, %"), width=16),
    *(
        Column(key=f"{stage}_{name}", title=title, width=16)
        for stage, titles in {
            "handling": (N_("Call to dispatch, median, s"), N_("Call to dispatch, 90th percentile, s")),
            "turnout": (N_("Dispatch to rolling, median, s"), N_("Dispatch to rolling, 90th percentile, s")),
            "travel": (N_("Rolling to on scene, median, s"), N_("Rolling to on scene, 90th percentile, s")),
            "arrival": (N_("Call to first arrival, median, s"), N_("Call to first arrival, 90th percentile, s")),
        }.items()
        for name, title in zip(("p50", "p90"), titles, strict=True)
    ),
)
_AREAS = (Column(key="area", title=N_("Area"), width=28), Column(key="incidents", title=N_("Incidents")))
_POSITIONS = (
    Column(key="lat", title=N_("Latitude")),
    Column(key="lon", title=N_("Longitude")),
    Column(key="incidents", title=N_("Incidents")),
)
_PLANS = (
    Column(key="plan", title=N_("Plan"), width=28),
    Column(key="activations", title=N_("Activations")),
    Column(key="gravest", title=N_("Gravest level")),
)
_STOCK = (
    Column(key="material", title=N_("Material name"), width=28),
    Column(key="code", title=N_("Material code")),
    Column(key="issued", title=N_("Issued")),
    Column(key="returned", title=N_("Taken back")),
    Column(key="consumed", title=N_("Used up")),
    Column(key="written_off", title=N_("Written off")),
    Column(key="gone", title=N_("Gone")),
)

_HEADLINE: Mapping[str, tuple[str, str]] = {
    "incidents": (N_("Incidents"), ""),
    "calls": (N_("Calls"), ""),
    "arrivals": (N_("Incidents that a unit reached"), ""),
    "kept_share": (N_("Reached within five minutes"), "%"),
    "there_share": (N_("Reached within three minutes"), "%"),
    "rolling_share": (N_("Rolling within a minute of the order"), "%"),
    "handling_p50_s": (N_("Call to dispatch, median"), "s"),
    "handling_p90_s": (N_("Call to dispatch, 90th percentile"), "s"),
    "turnout_p50_s": (N_("Dispatch to rolling, median"), "s"),
    "turnout_p90_s": (N_("Dispatch to rolling, 90th percentile"), "s"),
    "travel_p50_s": (N_("Rolling to on scene, median"), "s"),
    "travel_p90_s": (N_("Rolling to on scene, 90th percentile"), "s"),
    "arrival_p50_s": (N_("Call to first arrival, median"), "s"),
    "arrival_p90_s": (N_("Call to first arrival, 90th percentile"), "s"),
    "false_alarms": (N_("False alarms"), ""),
    "alarms_per_hour": (N_("Alarms per hour"), ""),
    "most_in_10_min": (N_("Most alarms in ten minutes"), ""),
    "sounded_I-II": (N_("Sounded, level I or II"), "%"),
    "sounded_III": (N_("Sounded, level III"), "%"),
    "sounded_IV": (N_("Sounded, level IV"), "%"),
    "activations": (N_("Plan activations"), ""),
    "stock_gone": (N_("Stock items gone"), ""),
}
"""What the headline figures are called, and in what they are measured."""


def headline_name(figure: str, language: str) -> str:
    """What a headline figure is called (domain/period_figures.headline)."""
    return translator(language)(_HEADLINE[figure][0])


def _headline_rows(center: Center, now: WatchFigures, earlier: WatchFigures | None, language: str) -> Iterator[Mapping[str, object]]:
    def clock(at: datetime) -> str:
        return f"{at.astimezone(center.zone):%Y-%m-%d %H:%M}"

    say = translator(language)
    for title, at in ((N_("From"), "from_at"), (N_("Until"), "to_at")):
        yield {"figure": say(title), "value": clock(getattr(now, at)), "before": None if earlier is None else clock(getattr(earlier, at))}
    values = changes(earlier, now) if earlier else [Change(figure=name, before=None, value=it) for name, it in headline(now).items()]
    for it in values:
        factor, unit = (100.0, "%") if _HEADLINE[it.figure][1] == "%" else (1.0, _HEADLINE[it.figure][1])
        cells = {"value": it.value, "before": it.before, "difference": it.difference}
        shown = {key: None if value is None else round(value * factor, 1) for key, value in cells.items()}
        yield {"figure": headline_name(it.figure, language), "unit": unit, **shown}
    for level, count in sorted(now.by_level.items(), key=lambda it: -Level(it[0]).rank):
        name = f"{say(N_('Incidents'))} {level} {say(phrases.LEVEL[level])}"
        yield {"figure": name, "value": count, "before": None if earlier is None else earlier.by_level.get(level, 0)}


def _type_rows(now: WatchFigures, names: Mapping[str, str], language: str) -> Iterator[Mapping[str, object]]:
    for it in now.by_type:
        yield {"type": names.get(it.type, it.type), "incidents": it.incidents, **_hours(it.by_hour)}
    yield {"type": translator(language)(N_("All")), "incidents": now.incidents, **_hours(now.by_hour)}


def _hours(by_hour: Sequence[int]) -> dict[str, object]:
    return {f"h{hour}": count for hour, count in enumerate(by_hour)}


def cut_name(center: Center, cut: str, code: str, language: str) -> str:
    """What one area, type or hour is called (domain/period_figures.CUTS)."""
    if cut == "area":
        known = center.catalogue.areas.get(code)
        return known.name.in_(language) if known else translator(language)(N_("outside every area"))
    return catalogue_names(center.catalogue, language).get(code, code) if cut == "type" else f"{code}:00–{code}:59"


def _cut_rows(center: Center, now: WatchFigures, cut: str, language: str) -> Iterator[Mapping[str, object]]:
    for it in now.cuts[cut]:
        times = {
            f"{stage}_{name}": None if seconds is None else round(seconds, 1)
            for name, by_stage in (("p50", it.p50_s), ("p90", it.p90_s))
            for stage, seconds in by_stage.items()
        }
        shares = {"rolling": it.rolling_share, "there": it.there_share, "kept": it.kept_share}
        percent = {name: None if share is None else round(share * 100, 1) for name, share in shares.items()}
        name = cut_name(center, cut, it.of, language)
        yield {"of": name, "incidents": it.incidents, "arrivals": it.arrivals, **percent, **times}


def _plan_row(it: PlanUse, names: Mapping[str, str]) -> Mapping[str, object]:
    return {"plan": names.get(it.plan, it.plan), "activations": it.activations, "gravest": it.gravest.value}


def _stock_row(it: MaterialUse, names: Mapping[str, str]) -> Mapping[str, object]:
    counts = {name: getattr(it, name) for name in ("issued", "returned", "consumed", "written_off", "gone")}
    return {"material": names.get(it.material, it.material), "code": it.material, **counts}
