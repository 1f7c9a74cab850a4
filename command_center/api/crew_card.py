"""The crew's page on a phone: one card with the present order and one tap per status, also where there is no network.

The page, its scripts and its words are cached by a service worker; taps wait in the phone's own outbox with their time and an idempotency
key, and are sent in order when the network is back.
"""

import json
from collections.abc import Mapping
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response

from command_center.api.entrance import AtEntrance, Entrance, MayRead
from command_center.api.plain_pages import STATIC, document, language_of, page, template, translated
from command_center.domain.rights import Right
from command_center.domain.status import AssignmentStatus
from command_center.services.dispatching import unit_named
from command_center.words import N_, drill_marks, phrases, translator

router = APIRouter(include_in_schema=False)

TEXTS: Mapping[str, str] = {
    "title": N_("Crew card"),
    "live": N_("Connected"),
    "quiet": N_("Connection is weak"),
    "lost": N_("No connection. Use radio or phone; taps are kept and sent later."),
    "no_job": N_("No order. Standing by."),
    "new_job": N_("New order"),
    "acknowledge": N_("Acknowledge"),
    "roll": N_("Roll out"),
    "arrive": N_("Arrived"),
    "done": N_("Done"),
    "decline": N_("Cannot go"),
    "why": N_("Why can you not go?"),
    "vehicle_fault": N_("Vehicle fault"),
    "low_battery": N_("Battery too low"),
    "crew_missing": N_("Crew not complete"),
    "on_other_task": N_("On another task"),
    "other_reason": N_("Other reason"),
    "send": N_("Report"),
    "back": N_("Back"),
    "waiting": N_("%(count)s taps wait for the network"),
    "refused": N_("Not accepted: %(reason)s"),
    "sign_in_again": N_("Sign in again to send the waiting taps"),
    "since_call": N_("since the call"),
    "limit": N_("on scene within %(minutes)s min"),
    "over_limit": N_("past the %(minutes)s minute limit"),
    "expected": N_("Expected there in %(time)s"),
    "expected_past": N_("Expected arrival passed %(time)s ago"),
    "away": N_("%(distance)s away"),
    "load_first": N_("First load at %(depot)s: %(loads)s"),
    "on_scene_after": N_("On scene after %(time)s"),
    "incident": N_("Incident %(number)s"),
    "callers": N_("%(count)s calls"),
    "life_risk": N_("Lives at risk"),
    "simulated": N_("Simulated"),
    "share_on": N_("Share position: on"),
    "share_off": N_("Share position: off"),
    "share_failed": N_("No position: %(reason)s"),
    "share_age": N_("Position sent %(seconds)s s ago"),
    "night_day": N_("Day or night"),
    "sign_out": N_("Sign out"),
    "sign_out_sure": N_("Sign out of this phone? You need a new link to come back."),
    "ended": N_("The command center ended this order."),
    "level": N_("Level %(level)s"),
    "roll_call": N_("Roll call: how many are on duty at %(station)s?"),
    "roll_call_due": N_("%(expected)s are expected, to answer by %(at)s"),
    "roll_call_late": N_("%(expected)s are expected; the time to answer is over"),
    "people": N_("People on duty"),
    "fewer": N_("One fewer"),
    "more": N_("One more"),
    "roll_call_done": N_("The command center knows: %(n)s on duty"),
    "roll_call_failed": N_("Not sent: %(reason)s"),
}

CHOOSE: Mapping[str, str] = {"t_title": N_("Which unit?"), "t_lead": N_("You stand in for its crew; the log shows your name.")}


@router.get("/m")
async def crew_card(request: Request, entrance: AtEntrance, actor: MayRead, unit: str = "") -> Response:
    """The card of one's own unit; an officer chooses a unit to stand in for."""
    unit_id = actor.unit_id
    if unit_id is None and actor.may(Right.REPORT_ANY_STATUS):
        if not unit:
            return _choose_unit(request, entrance)
        unit_id = unit_named(entrance.center, unit)
    return RedirectResponse("/wall", 303) if unit_id is None else _card(request, entrance, unit_id)


def _card(request: Request, entrance: Entrance, unit_id: str) -> Response:
    language = language_of(request)
    say = translator(language)
    call_sign = entrance.center.catalogue.vehicles[unit_id].call_sign.in_(language)
    settings = {
        "unit": unit_id,
        "call_sign": call_sign,
        "lang": language,
        "zone": entrance.center.catalogue.street.timezone,
        "mark": drill_marks(is_drill=entrance.center.is_drill)["drill_title"],
        "texts": {key: say(msgid) for key, msgid in TEXTS.items()},
        "levels": {level: say(word) for level, word in phrases.LEVEL.items()},
        "statuses": {status.value: phrases.status(language, status.value) for status in AssignmentStatus},
    }
    parts = {"call_sign": escape(call_sign), "settings": _as_script_data(settings)}
    return HTMLResponse(template("crew_card").substitute(translated(TEXTS, language) | document(request) | parts))


def _as_script_data(settings: Mapping[str, object]) -> str:
    """JSON that may stand inside a script element: no "<" can end it."""
    return json.dumps(settings, ensure_ascii=False).replace("<", "\\u003c")


def _choose_unit(request: Request, entrance: Entrance) -> Response:
    language = "en" if language_of(request) == "en" else "zh"
    rows = [(escape(row["id"]), escape(row["call_sign"][language])) for row in entrance.live.board.rows("unit")]
    units = "".join(f'<li><a class="button" href="/m?unit={unit_id}">{name}</a></li>' for unit_id, name in rows)
    return page(request, "choose_unit", CHOOSE, parts={"units": units})


@router.get("/m/worker.js")
async def service_worker() -> Response:
    """The service worker; it may answer for /m itself, which lies above its own folder."""
    headers = {"Service-Worker-Allowed": "/m", "Cache-Control": "no-cache"}
    return FileResponse(STATIC / "crew_worker.js", media_type="text/javascript", headers=headers)


@router.get("/m/manifest.json")
async def manifest(request: Request) -> Response:
    """What a phone needs to put the card on its home screen."""
    name = translator(language_of(request))(TEXTS["title"])
    icon = {"src": "/assets/favicon.svg", "sizes": "any", "type": "image/svg+xml"}
    described = {"name": name, "short_name": name, "start_url": "/m", "scope": "/m", "display": "standalone", "background_color": "#15181c"}
    return JSONResponse(described | {"theme_color": "#15181c", "icons": [icon]}, media_type="application/manifest+json")
