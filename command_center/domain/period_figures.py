"""Figures of a watch, a day, a month: what happened, how fast help came, what it took."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from command_center.domain.alarms import Alarm, AlarmFigures, alarm_figures
from command_center.domain.levels import Level
from command_center.domain.response_time import percentile_s, promise_kept_share

HOURS = 24
HEAT_CELL_DEG = 0.001
"""Side of a heat map's cell: about 110 m by 90 m where the street is."""

STAGES = ("handling", "turnout", "travel", "arrival")
"""As NFPA 1710 cuts them: call to first dispatch; dispatch to rolling and rolling to on scene, both of the unit that arrived first; and
from the call to its arrival, which is what the street promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedIncident:
    """What the figures need of one incident. unit_* : moments of the unit that arrived first; None where a stage was not told."""

    type: str
    level: Level
    area: str | None
    lat: float
    lon: float
    reported_at: datetime
    dispatched_at: datetime | None
    on_scene_at: datetime | None
    unit_dispatched_at: datetime | None = None
    unit_en_route_at: datetime | None = None
    unit_on_scene_at: datetime | None = None
    is_simulated: bool = False
    is_false_alarm: bool = False
    is_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """Of `count` times in seconds; None when there are none."""

    count: int
    p50_s: float | None
    p90_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfType:
    """by_hour : 24 counts by the street's own clock."""

    type: str
    incidents: int
    by_hour: tuple[int, ...]


ROLLING_S, THERE_S = 60.0, 180.0
"""1-3-5 as the province's community stations use it: respond in one minute, be there in three, be at work in five. Counted here by what is
told: rolling within a minute of the order; on scene within three minutes of the call; and within five, which is the street's promise,
because nobody tells the moment at which work begins."""

CUTS = ("area", "type", "hour")
"""What arrivals are cut by; hours are those of the call by the street's own clock, "00" to "23"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Response times of one area, type or hour. of : its code, "" outside every area. p50_s, p90_s : by stage, see STAGES."""

    of: str
    incidents: int
    arrivals: int
    rolling_share: float | None
    there_share: float | None
    kept_share: float | None
    p50_s: Mapping[str, float | None]
    p90_s: Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """The middle of a cell, and how many incidents lie in it."""

    lat: float
    lon: float
    incidents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanUse:
    """How often a plan was put into force or asked for; gravest : the gravest level of it."""

    plan: str
    activations: int
    gravest: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialUse:
    """What the ledger moved of one material. gone : issued or used up in the depot, less what came back; below zero when more came back."""

    material: str
    issued: int
    returned: int
    consumed: int
    written_off: int
    gone: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFigures:
    """Figures of the time from `from_at` until before `to_at`. Incidents that were merged into others count with those.

    kept_share : of the arrivals, those within the promised five minutes; None when nobody arrived anywhere. stages : by name, see STAGES.
    by_level, by_area : counts; an incident outside every area is counted under "". cuts : by the names of CUTS; only what had incidents.
    rolling_share, there_share : of the turnouts and arrivals that are known, those within a minute and within three.
    """

    from_at: datetime
    to_at: datetime
    incidents: int
    open: int
    false_alarms: int
    simulated: int
    calls: int
    calls_joined: int
    arrivals: int
    kept_share: float | None
    rolling_share: float | None
    there_share: float | None
    stages: Mapping[str, Percentiles]
    cuts: Mapping[str, tuple[Cut, ...]]
    by_level: Mapping[str, int]
    by_area: Mapping[str, int]
    by_hour: tuple[int, ...]
    by_type: tuple[OfType, ...]
    heat: tuple[HeatCell, ...]
    alarms: AlarmFigures
    plans: tuple[PlanUse, ...]
    stock: tuple[MaterialUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCounts:
    """joined : how many of them belonged to an incident that was open already."""

    calls: int
    joined: int


def watch_figures(
    incidents: Sequence[CountedIncident],
    calls: CallCounts,
    plans: tuple[PlanUse, ...],
    stock: tuple[MaterialUse, ...],
    *,
    span: tuple[datetime, datetime],
    now: datetime,
    zone: tzinfo,
) -> WatchFigures:
    """Count everything. incidents : those reported in the span. zone : the street's, for hours of the day."""
    from_at, to_at = span
    hours = [incident.reported_at.astimezone(zone).hour for incident in incidents]
    times = {stage: _times(incidents, stage) for stage in STAGES}
    lasted = (min(to_at, now) - from_at) / timedelta(hours=1)
    return WatchFigures(
        from_at=from_at,
        to_at=to_at,
        incidents=len(incidents),
        open=sum(incident.is_open for incident in incidents),
        false_alarms=sum(incident.is_false_alarm for incident in incidents),
        simulated=sum(incident.is_simulated for incident in incidents),
        calls=calls.calls,
        calls_joined=calls.joined,
        arrivals=len(times["arrival"]),
        kept_share=promise_kept_share(times["arrival"]),
        rolling_share=promise_kept_share(times["turnout"], ROLLING_S),
        there_share=promise_kept_share(times["arrival"], THERE_S),
        cuts=_cuts(incidents, hours),
        stages={stage: Percentiles(count=len(it), p50_s=percentile_s(it, 50), p90_s=percentile_s(it, 90)) for stage, it in times.items()},
        by_level=_counts(incident.level.value for incident in incidents),
        by_area=_counts(incident.area or "" for incident in incidents),
        by_hour=_by_hour(hours),
        by_type=_by_type(incidents, hours),
        heat=_heat(incidents),
        alarms=alarm_figures((Alarm(it.reported_at, it.level, (it.type, it.level.value, it.area or "")) for it in incidents), lasted),
        plans=plans,
        stock=stock,
    )


_ENDS: Mapping[str, Callable[[CountedIncident], tuple[datetime | None, datetime | None]]] = {
    "handling": lambda it: (it.reported_at, it.dispatched_at),
    "turnout": lambda it: (it.unit_dispatched_at, it.unit_en_route_at),
    "travel": lambda it: (it.unit_en_route_at, it.unit_on_scene_at),
    "arrival": lambda it: (it.reported_at, it.on_scene_at),
}


def _times(incidents: Iterable[CountedIncident], stage: str) -> list[float]:
    """Seconds of one stage, of the incidents that have both its ends. A clock that was set back in between gives none."""
    both = (_ENDS[stage](incident) for incident in incidents)
    return [(end - begin).total_seconds() for begin, end in both if begin is not None and end is not None and end >= begin]


def _cuts(incidents: Sequence[CountedIncident], hours: Sequence[int]) -> dict[str, tuple[Cut, ...]]:
    keys = {
        "area": [incident.area or "" for incident in incidents],
        "type": [incident.type for incident in incidents],
        "hour": [f"{hour:02d}" for hour in hours],
    }
    return {cut: _cut(incidents, keys[cut]) for cut in CUTS}


def _cut(incidents: Sequence[CountedIncident], keys: Sequence[str]) -> tuple[Cut, ...]:
    """In the order of the keys."""
    found: dict[str, list[CountedIncident]] = {}
    for incident, key in zip(incidents, keys, strict=True):
        found.setdefault(key, []).append(incident)
    return tuple(_of_one(key, found[key]) for key in sorted(found))


def _of_one(key: str, incidents: Sequence[CountedIncident]) -> Cut:
    times = {stage: _times(incidents, stage) for stage in STAGES}
    return Cut(
        of=key,
        incidents=len(incidents),
        arrivals=len(times["arrival"]),
        rolling_share=promise_kept_share(times["turnout"], ROLLING_S),
        there_share=promise_kept_share(times["arrival"], THERE_S),
        kept_share=promise_kept_share(times["arrival"]),
        p50_s={stage: percentile_s(it, 50) for stage, it in times.items()},
        p90_s={stage: percentile_s(it, 90) for stage, it in times.items()},
    )


def _counts(keys: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(keys).items()))


def _by_hour(hours: Iterable[int]) -> tuple[int, ...]:
    counted = Counter(hours)
    return tuple(counted[hour] for hour in range(HOURS))


def _by_type(incidents: Sequence[CountedIncident], hours: Sequence[int]) -> tuple[OfType, ...]:
    """The commonest first."""
    of_type: dict[str, list[int]] = {}
    for incident, hour in zip(incidents, hours, strict=True):
        of_type.setdefault(incident.type, []).append(hour)
    found = (OfType(type=kind, incidents=len(of_it), by_hour=_by_hour(of_it)) for kind, of_it in of_type.items())
    return tuple(sorted(found, key=lambda it: (-it.incidents, it.type)))


def _heat(incidents: Iterable[CountedIncident]) -> tuple[HeatCell, ...]:
    """The hottest first; a year of incidents is no more cells than the street has."""
    cells = Counter((round(it.lat / HEAT_CELL_DEG), round(it.lon / HEAT_CELL_DEG)) for it in incidents)
    ordered = sorted(cells.items(), key=lambda it: (-it[1], it[0]))
    return tuple(HeatCell(lat=round(lat * HEAT_CELL_DEG, 6), lon=round(lon * HEAT_CELL_DEG, 6), incidents=n) for (lat, lon), n in ordered)


# ---- comparing --------------------------------------------------------------------------------------------------------------------


def headline(figures: WatchFigures) -> dict[str, float | None]:
    """The figures that two periods are compared by, in the order in which they are shown. Shares from 0 to 1, times in seconds."""
    stages = {
        f"{stage}_{name}": value for stage, it in figures.stages.items() for name, value in (("p50_s", it.p50_s), ("p90_s", it.p90_s))
    }
    return {
        "incidents": figures.incidents,
        "calls": figures.calls,
        "arrivals": figures.arrivals,
        "kept_share": figures.kept_share,
        "there_share": figures.there_share,
        "rolling_share": figures.rolling_share,
        **stages,
        "false_alarms": figures.false_alarms,
        "alarms_per_hour": figures.alarms.per_hour,
        "most_in_10_min": figures.alarms.most_in_10_min,
        **{f"sounded_{band}": share for band, share in figures.alarms.sounded_share.items()},
        "activations": sum(it.activations for it in figures.plans),
        "stock_gone": sum(it.gone for it in figures.stock),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One headline figure in two periods. difference : value - before, None where either is missing."""

    figure: str
    before: float | None
    value: float | None

    @property
    def difference(self) -> float | None:
        return None if self.before is None or self.value is None else self.value - self.before


def changes(before: WatchFigures, figures: WatchFigures) -> tuple[Change, ...]:
    """How each headline figure changed from one period to another."""
    earlier = headline(before)
    return tuple(Change(figure=name, before=earlier[name], value=value) for name, value in headline(figures).items())


# ---- periods ----------------------------------------------------------------------------------------------------------------------


def day_span(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """A day by the street's own clock."""
    return _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def month_span(year: int, month: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """A month by the street's own clock."""
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return _midnight(date(year, month, 1), zone), _midnight(following, zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
