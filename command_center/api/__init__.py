"""Floor 4, the doors that outside programs and plain pages use. `open_doors` puts all of them on a server."""

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from command_center.api import (
    answers,
    assignments,
    board,
    channels,
    closures,
    coverage,
    crew_card,
    docs,
    drill,
    duty,
    figures,
    handover,
    health,
    incidents,
    photos,
    plan_texts,
    plans,
    positions,
    reference,
    reports,
    responsibilities,
    roll_calls,
    search,
    shelters,
    sign_in,
    stock,
    task_groups,
    units,
    waiting,
    warnings,
)
from command_center.api.entrance import Entrance
from command_center.api.plain_pages import STATIC
from command_center.api.problems import tell_problems

ROUTERS = (
    health.router,
    board.router,
    positions.router,
    incidents.router,
    waiting.router,
    assignments.router,
    units.router,
    plans.router,
    plan_texts.router,
    reports.router,
    shelters.router,
    closures.router,
    coverage.router,
    photos.router,
    duty.router,
    handover.router,
    channels.router,
    responsibilities.router,
    warnings.router,
    search.router,
    figures.router,
    reference.router,
    stock.router,
    docs.router,
    sign_in.router,
    crew_card.router,
    answers.router,
    roll_calls.router,
    drill.router,
    task_groups.router,
)

_no_other_doors = APIRouter(include_in_schema=False)


@_no_other_doors.api_route("/api/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
async def no_such_door(request: Request) -> None:
    """Answer below /api where no door is, or none of this method; without this, the screens' catch-all would answer with a page."""
    taken = sorted({method for route in _doors() if route.path_regex.match(request.url.path) for method in route.methods or ()})
    raise HTTPException(405, headers={"Allow": ", ".join(taken)}) if taken else HTTPException(404)


def _doors() -> list[APIRoute]:
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def open_doors(server: FastAPI, entrance: Entrance) -> None:
    """Mount every door. Comes before the screens: they answer whatever address is left."""
    server.state.entrance = entrance
    server.state.tries = sign_in.Tries()
    tell_problems(server)
    for router in ROUTERS:
        server.include_router(router)
    server.mount("/api/static", StaticFiles(directory=STATIC), name="plain-static")
    server.include_router(_no_other_doors)
