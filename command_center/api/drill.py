"""Doors of a drill: how it stands, what its director brings about, its end, and the score sheet. In service all of them say 404."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from command_center.api.entrance import AtCenter, AtEntrance, MayRead, SignedIn
from command_center.api.plain_pages import language_of, page
from command_center.api.shapes import PlayedIn, ReasonIn
from command_center.db.board_rows import moment
from command_center.domain.errors import NotADrill
from command_center.domain.rights import Right
from command_center.services import drill_sheets, drills
from command_center.words import N_

router = APIRouter(tags=["drill"])

LOOK_AGAIN_S = 5

PAGE: Mapping[str, str] = {"t_title": N_("Drill"), "t_end": N_("End the drill"), "t_back": N_("Console"), "t_json": N_("For programs")}
NO_DRILL: Mapping[str, str] = {
    "t_title": N_("This is no drill"),
    "t_lead": N_("This centre is in service. A drill is started on the command line and has an address of its own."),
    "t_button": N_("Sign in"),
}


@router.get("/api/v1/drill")
def read_drill(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """The running scenario, its clock, and the notes to those who train."""
    return drill_sheets.state_json(drills.drill_state(center))


@router.get("/api/v1/drill/score")
def read_score(center: AtCenter, _actor: MayRead) -> dict[str, Any]:
    """The score sheet so far; final when the drill is over. Lengths in seconds of the drill's time."""
    return drill_sheets.sheet_json(drills.score_sheet(center))


@router.post("/api/v1/drill/begin")
def begin(center: AtCenter, actor: SignedIn) -> dict[str, Any]:
    """The scenario's minutes count from now; asked twice, from the first time."""
    return {"started_at": moment(drills.begin_drill(center, actor))}


@router.post("/api/v1/drill/steps")
def note_played(body: PlayedIn, center: AtCenter, actor: SignedIn) -> dict[str, str]:
    """The director tells that a step was brought about, or why it could not be."""
    drills.note_played(center, body.step, actor, incident_id=body.incident_id, problem=body.problem)
    return {"step": body.step}


@router.post("/api/v1/drill/end")
def end(center: AtCenter, actor: SignedIn, body: ReasonIn | None = None) -> dict[str, Any]:
    """The drill is over: the score is final. Screens and vehicles go on until its process is stopped."""
    drills.end_drill(center, actor, (body or ReasonIn()).reason)
    return drill_sheets.sheet_json(drills.score_sheet(center))


@router.get("/drill", include_in_schema=False)
def show(request: Request, entrance: AtEntrance, actor: SignedIn) -> Response:
    """The scenario and its score as a page that prints; it looks again by itself while the drill runs."""
    actor.require(Right.SEE_BOARD)
    try:
        sheet = drills.score_sheet(entrance.center)
    except NotADrill as no:
        return page(request, "notice", NO_DRILL, status=no.status)
    drawn = drill_sheets.Sheet(entrance.center, sheet, language_of(request))
    runs = sheet.state.ended_at is None and actor.may(Right.RUN_DRILL)
    answer = page(request, "drill", PAGE, {"hidden": "" if runs else "hidden"}, parts={"sheet": drawn.html()})
    if sheet.state.ended_at is None:
        answer.headers["Refresh"] = str(LOOK_AGAIN_S)
    return answer


@router.post("/drill/end", include_in_schema=False)
def end_by_button(center: AtCenter, actor: SignedIn) -> Response:
    drills.end_drill(center, actor)
    return RedirectResponse("/drill", 303)
