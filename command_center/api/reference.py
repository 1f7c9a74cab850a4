"""Doors of what the street keeps ready: depots with their stock, and the contingency plans."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from sqlalchemy import select

from command_center.api.entrance import AtCenter, MayRead
from command_center.api.shapes import PathCode
from command_center.center import Center
from command_center.db.tables import Stock
from command_center.domain.catalogue import Depot, IncidentType
from command_center.domain.plan_book import Plan
from command_center.services.plan_books import plan_named, plans_now

router = APIRouter(prefix="/api/v1", tags=["street"])


@router.get("/depots")
def list_depots(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """Every depot with what it holds now, by material code."""
    on_hand = _stock(center)
    return {"depots": [_depot(depot, on_hand[depot.code]) for depot in center.catalogue.depots.values()]}


def _stock(center: Center) -> dict[str, dict[str, int]]:
    held: dict[str, dict[str, int]] = defaultdict(dict)
    with center.read() as session:
        for row in session.scalars(select(Stock)):
            held[row.depot_code][row.material_code] = row.on_hand
    return held


def _depot(depot: Depot, stock: dict[str, int]) -> dict[str, Any]:
    return {
        "code": depot.code,
        "tier": depot.tier,
        "area": depot.area,
        "name": depot.name.as_row(),
        "lat": depot.point.lat,
        "lon": depot.point.lon,
        "stock": stock,
    }


@router.get("/incident-types")
def list_incident_types(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """The kinds a call can have; `code` is what POST /api/v1/incidents takes as `kind`."""
    return {"incident_types": [_incident_type(it) for it in center.catalogue.incident_types.values() if it.stream == "emergency"]}


def _incident_type(kind: IncidentType) -> dict[str, Any]:
    return {
        "code": kind.code,
        "name": kind.name.as_row(),
        "category": kind.category,
        "severity": kind.severity.value,
        "life_risk": kind.life_risk,
        "plan": kind.plan,
        "questions": [question.as_row() for question in kind.questions],
    }


@router.get("/plans")
def list_plans(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """The twelve plans in short, as they would be activated now."""
    with center.read() as session:
        return {"plans": [_plan_in_short(plan) for plan in plans_now(center, session).values()]}


def _plan_in_short(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "slug": plan.slug,
        "name": plan.name.as_row(),
        "short": plan.short.as_row(),
        "category": plan.category,
        "basis": plan.basis,
        "months": list(plan.season.months),
        "incident_types": list(plan.incident_types),
        "levels": [level.value for level in plan.levels],
        "steps": len(plan.steps),
        "version": plan.version,
    }


@router.get("/plans/{plan_id}")
def read_plan(plan_id: PathCode, center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """One plan with its triggers, levels, steps, resources and notifications, as it would be activated now."""
    with center.read() as session:
        return asdict(plan_named(center, session, plan_id))
