"""Doors of incidents: take a call, look, propose, dispatch, and run an incident to its end."""

from math import isfinite
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response

from command_center.api.entrance import AtCenter, AtDesk, MayRead, SignedIn
from command_center.api.responsibilities import responsible_row
from command_center.api.shapes import CallIn, CloseIn, Code, IdempotencyKey, MergeIn, PhotoIn, ReasonIn, RowId, ShownIn, UnitsIn
from command_center.center import Center
from command_center.domain.dispatching import DepotStop, Proposal, RankedUnit, Shown
from command_center.domain.geo import Point
from command_center.domain.status import IncidentStatus
from command_center.services import calls, dispatching, history, proposing
from command_center.services import incidents as verbs
from command_center.services.timers import Timer

router = APIRouter(prefix="/api/v1/incidents", tags=["incidents"])


@router.post("", status_code=201)
def take_call(body: CallIn, center: AtCenter, actor: SignedIn, response: Response, key: IdempotencyKey = None) -> dict[str, Any]:
    """Take a call: opens an incident, or joins the open one it belongs to (`join`: auto, new, or an incident's id)."""
    order = calls.TakeCall(
        kind=body.kind,
        at=None if body.at is None else body.at.point(),
        place_id=body.place_id,
        place_text=body.place_text,
        caller_name=body.caller_name,
        caller_phone=body.caller_phone,
        said=body.said,
        answers=dict(body.answers),
        severity=body.severity,
        join=body.join,
        key=key,
        reported_at=body.reported_at,
        is_simulated=body.is_simulated,
    )
    taken = calls.take_call(center, order, actor)
    center.read_roads_ahead()
    response.headers["Location"] = f"{router.prefix}/{taken.incident_id}"
    return {"id": str(taken.incident_id), "incident_id": taken.incident_id, "number": taken.number, "joined": taken.joined}


@router.get("")
def list_incidents(
    center: AtCenter,
    _actor: MayRead,
    status: Annotated[Literal["open", "ended", "all"], Query()] = "open",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Incidents as board rows, newest first; `ended` and `all` go through the newest `limit` incidents."""
    found = history.find_incidents(center, open_only=status == "open", limit=limit)
    return {"incidents": [row for row in found if status != "ended" or row["gone"]]}


@router.get("/joinable")
def list_joinable(
    center: AtCenter,
    _actor: AtDesk,
    kind: Annotated[Code, Query()],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
) -> dict[str, Any]:
    """Open incidents that a call about `kind` at this point (WGS-84) may belong to, nearest first."""
    found = calls.joinable(center, kind, Point(lat, lon))
    return {
        "joinable": [
            {"id": str(it.incident_id), "number": it.number, "distance_m": round(it.distance_m, 1), "age_s": round(it.age_s)}
            for it in found
        ]
    }


@router.get("/{incident_id}")
def read_incident(incident_id: RowId, center: AtCenter, actor: AtDesk) -> dict[str, Any]:
    """One incident with its calls, its units' orders, its lines of the log, its clocks, and whom to phone first about the place."""
    story = history.incident_story(center, incident_id, actor)
    return {
        "incident": story.incident,
        "calls": story.calls,
        "assignments": story.assignments,
        "entries": story.entries,
        "timers": [_timer(it) for it in story.timers],
        "responsible": [responsible_row(it) for it in story.responsible],
    }


def _timer(timer: Timer) -> dict[str, Any]:
    """`lasted_s` is null while the clock runs; `marks` say which plan and level it speaks for, and from when."""
    return {
        "metric": timer.metric,
        "name": timer.name.as_row(),
        "since": timer.since,
        "lasted_s": None if timer.lasted is None else timer.lasted.total_seconds(),
        "marks": [{"plan_id": it.plan_id, "level": it.level.value, "text": it.text.as_row(), "at": it.at} for it in timer.marks],
    }


@router.get("/{incident_id}/proposal")
def propose_units(incident_id: RowId, center: AtCenter, _actor: AtDesk) -> dict[str, Any]:
    """Units ranked for this incident, the set its type asks for preselected, what is short, and what is left of the five-minute circle."""
    return _proposal(proposing.propose_units(center, incident_id, with_cover=True))


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "units": [_ranked(unit) for unit in proposal.units],
        "preselected": list(proposal.preselected),
        "shortfalls": [{"what": it.what, "wanted": it.wanted, "offered": it.offered, "could": it.could} for it in proposal.shortfalls],
        "off_road": proposal.off_road,
        "cover_before": _share(proposal.cover_before),
        "cover_after": _share(proposal.cover_after),
    }


def _ranked(unit: RankedUnit) -> dict[str, Any]:
    """Seconds are null where no road leads there."""
    return {
        "unit_id": unit.unit_id,
        "call_sign": unit.call_sign.as_row(),
        "kind": unit.kind,
        "arrival_s": _seconds(unit.arrival_s),
        "travel_s": _seconds(unit.travel_s),
        "turnout_s": unit.turnout_s,
        "battery_pct": unit.battery_pct,
        "matching": list(unit.matching),
        "reasons": list(unit.reasons),
        "suitable": unit.suitable,
        "preselected": unit.preselected,
        "cover_after": _share(unit.cover_after),
        "stop": None if unit.stop is None else _stop(unit.stop),
    }


def _stop(stop: DepotStop) -> dict[str, Any]:
    """Where it loads on its way; `detour_s`: how much later it arrives than straight."""
    return {"depot": stop.depot, "loads": dict(stop.loads), "seconds": stop.seconds, "detour_s": _seconds(stop.detour_s)}


def _share(value: float | None) -> float | None:
    """Of the street's demand, 0 to 1."""
    return None if value is None else round(value, 4)


def _seconds(value: float) -> float | None:
    return round(value, 1) if isfinite(value) else None


@router.post("/{incident_id}/dispatch", status_code=201)
def dispatch_units(incident_id: RowId, body: UnitsIn, center: AtCenter, actor: SignedIn, key: IdempotencyKey = None) -> dict[str, Any]:
    """Send units: all of them, or none with the one that is not available."""
    shown = None if body.shown is None else _shown(body.shown, center)
    order = dispatching.DispatchUnits(incident_id=incident_id, unit_ids=tuple(body.units), key=key, shown=shown)
    return {"incident_id": str(incident_id), "assignments": [str(it) for it in dispatching.dispatch_units(center, order, actor)]}


def _shown(body: ShownIn, center: Center) -> Shown:
    return Shown(
        proposed=tuple(dispatching.unit_named(center, name) for name in body.proposed),
        arrival_s=dict(body.arrival_s),
        cover_before=body.cover_before,
        cover_proposed=body.cover_proposed,
        cover_sent=body.cover_sent,
    )


@router.post("/{incident_id}/acknowledge")
def acknowledge(incident_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Say "seen": the incident stops sounding."""
    verbs.acknowledge_incident(center, incident_id, actor)
    return _done(incident_id)


@router.post("/{incident_id}/control")
def control(incident_id: RowId, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """The danger is over; units may still be there."""
    verbs.control_incident(center, incident_id, actor)
    return _done(incident_id)


@router.post("/{incident_id}/close")
def close(incident_id: RowId, center: AtCenter, actor: SignedIn, body: CloseIn | None = None) -> dict[str, str]:
    """End an incident as closed, false alarm or transferred."""
    order = body or CloseIn()
    verbs.close_incident(center, incident_id, actor, outcome=IncidentStatus(order.outcome), note=order.note)
    return _done(incident_id)


@router.post("/{incident_id}/reopen")
def reopen(incident_id: RowId, center: AtCenter, actor: SignedIn, body: ReasonIn | None = None) -> dict[str, str]:
    """An ended incident was not over after all."""
    verbs.reopen_incident(center, incident_id, actor, (body or ReasonIn()).reason)
    return _done(incident_id)


@router.post("/{incident_id}/merge")
def merge(incident_id: RowId, body: MergeIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Two incidents are one: calls and units go to `into`."""
    verbs.merge_incidents(center, incident_id, body.into, actor)
    return _done(body.into)


@router.post("/{incident_id}/photos", status_code=201)
def add_photo(incident_id: RowId, body: PhotoIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """Put an uploaded photo to the incident."""
    verbs.add_photo(center, incident_id, body.photo, actor, body.note)
    return _done(incident_id)


def _done(incident_id: int) -> dict[str, str]:
    return {"id": str(incident_id)}
