"""Closed roads on the screen: each with its reason and its guard, what may be done about it, and where idle vehicles would stand best."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dash import html
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.closures import TAKE_BACK_S, ClosureState
from command_center.services.closure_questions import ClosureEffect, EndedClosure, GuardSight
from command_center.ui import roads_form
from command_center.ui.console_parts import key, minutes_seconds, moment
from command_center.ui.desk_page import At
from command_center.ui.desk_parts import address_of, asks, goes, hour_minute, orders, section
from command_center.ui.roads_form import PATH, guard_offer, percent, points, price, tab_of
from command_center.ui.shell import Screen
from command_center.ui.speech import call_signs
from command_center.ui.widgets import clock, empty_state, icon, skeleton
from command_center.words import N_, phrases

Guards = Mapping[int, GuardSight]


# ---- the list -----------------------------------------------------------------------------------------------------


def waiting_first(rows: Sequence[Row]) -> list[Row]:
    """What is to be decided, then the roads that their guards have left, then the others, the newest first."""

    def order(row: Row) -> tuple[int, float]:
        urgency = 0 if row["state"] == ClosureState.PROPOSED else 1 if row["guard_left_at"] else 2
        at = moment(row["closed_at"] or row["proposed_at"])
        return urgency, -(at.timestamp() if at else 0.0)

    return sorted(rows, key=order)


def standing(rows: Sequence[Row], guards: Guards, at: At, screen: Screen) -> list[Component]:
    """Every road that nobody drives through now."""
    if not rows:
        return [empty_state(screen.say(N_("Every road is open.")), screen.say(N_("Draw a line on the map to close one.")))]
    lines = [_line(row, guards.get(int(row["id"])), at, screen) for row in waiting_first(rows)]
    return [html.Ul(lines, className="lines")]


def _line(row: Row, guard: GuardSight | None, at: At, screen: Screen) -> html.Li:
    proposed, left = row["state"] == ClosureState.PROPOSED, row["guard_left_at"] is not None
    marks = {"aria-current": "true"} if at.get("closure") == row["id"] else {}
    when = [clock(row["proposed_at"] if proposed else row["closed_at"])]
    if not proposed:
        when.append(html.Small(screen.say(N_("since %(time)s"), time=hour_minute(row["closed_at"], screen))))
    return html.Li(
        [
            html.Span(icon("cloud-rain" if proposed else "ban"), className="sign bad" if proposed or left else "sign"),
            html.Div([html.B(screen.read(row["name"])), html.Small(_facts(row, screen)), _guard(row, guard, screen)], className="what"),
            html.Div(when, className="when"),
            html.Div(_line_keys(row, screen), className="acts"),
        ],
        className="line late" if left else "line",
        **{"data-closure": row["id"]},
        **marks,
    )


def _facts(row: Row, screen: Screen) -> str:
    """Kind, water, reason, by whom."""
    parts = [screen.say(phrases.CLOSURE_STATE["proposed"]) if row["state"] == ClosureState.PROPOSED else ""]
    parts.append(screen.say(phrases.CLOSURE_KIND[row["closure_kind"]]))
    if row["depth_cm"] is not None:
        water = N_("water %(n)s cm, gone") if row["drained_at"] else N_("water %(n)s cm")
        parts.append(screen.say(water, n=f"{row['depth_cm']:g}"))
    parts += [row["reason"], screen.say(N_("by %(name)s"), name=row["closed_by"]) if row["closed_by"] else ""]
    return " · ".join(part for part in parts if part)


def _guard(row: Row, guard: GuardSight | None, screen: Screen) -> Component:
    """Who guards it, and how far away he is."""
    if row["state"] == ClosureState.PROPOSED:
        return html.Span()
    if row["guard_unit_id"] is None:
        return html.Span(screen.say(N_("nobody guards it")), className="guard muted")
    unit = call_signs(screen).get(row["guard_unit_id"], row["guard_unit_id"])
    away = screen.say(N_("place unknown")) if guard is None or guard.distance_m is None else metres(guard.distance_m, screen)
    names = {"unit": unit, "away": away}
    if row["guard_left_at"]:
        return html.Span(
            [screen.say(N_("%(unit)s has left the road, %(away)s"), **names), " ", clock(row["guard_left_at"])], className="guard bad"
        )
    here = N_("Guard %(unit)s is there, %(away)s") if row["guard_arrived_at"] else N_("Guard %(unit)s is on its way, %(away)s")
    return html.Span(screen.say(here, **names), className="guard")


def metres(distance_m: float, screen: Screen) -> str:
    """How far away, as exactly as a fix can say."""
    if distance_m >= 1000:
        return screen.say(N_("%(n)s km away"), n=f"{distance_m / 1000:.1f}")
    return screen.say(N_("%(n)s m away"), n=round(distance_m / 5) * 5)


def _line_keys(row: Row, screen: Screen) -> list[Component]:
    closure, name = int(row["id"]), screen.read(row["name"])
    if row["state"] == ClosureState.PROPOSED:
        title = screen.say(N_("%(road)s stays open although the water stands"), road=name)
        nearest = row["suggested_units"][:1]
        guarded = {"guard": nearest[0]} if nearest else {}
        unit = call_signs(screen).get(nearest[0], nearest[0]) if nearest else ""
        label = screen.say(N_("Close it, %(unit)s guards"), unit=unit) if nearest else screen.say(N_("Close this road"))
        return [
            key(label, symbol="ban", look="order", **orders("confirm", closure=closure, **guarded)),
            key(
                screen.say(N_("Stays open…")),
                symbol="x",
                **asks("decline", title, screen.say(N_("Why")), screen.say(N_("Leave it open")), closure=closure),
            ),
            _show(row, screen),
        ]
    return [_take_back(closure, row["closed_at"], screen), _show(row, screen), _reopen(row, screen)]


def _show(row: Row, screen: Screen) -> Component:
    return key(screen.say(N_("Guard…")), symbol="user", **goes(address_of(PATH, closure=row["id"])))


def _reopen(row: Row, screen: Screen) -> Component:
    water = row["depth_cm"] is not None and row["drained_at"] is None
    label = screen.say(N_("The water still stands: why open it")) if water else screen.say(N_("Why (may stay empty)"))
    title = screen.say(N_("Open the road again: %(road)s"), road=screen.read(row["name"]))
    ask = asks("reopen", title, label, screen.say(N_("Open this road")), closure=int(row["id"]))
    return key(screen.say(N_("Open again…")), symbol="check", **ask)


def _take_back(closure: int, changed_at: datetime | str | None, screen: Screen) -> Component:
    """Undo: gone after half a minute."""
    at = moment(changed_at) if isinstance(changed_at, str) else changed_at
    gone_at = (at or screen.center.now()) + timedelta(seconds=TAKE_BACK_S)
    return key(
        screen.say(N_("Undo")),
        symbol="arrow-back-up",
        look="order",
        hidden=gone_at <= screen.center.now(),
        **{"data-gone-at": gone_at.isoformat()},
        **orders("take_back", closure=closure),
    )


def ended(closures: Sequence[EndedClosure], screen: Screen) -> list[Component]:
    """What is open again, or stayed open."""
    if not closures:
        return []
    lines = html.Ul([_ended_line(it, screen) for it in closures], className="lines")
    return [section(screen.say(N_("Open again in the last 24 h")), lines, note=str(len(closures)), folded=False)]


def _ended_line(it: EndedClosure, screen: Screen) -> html.Li:
    said = " · ".join(part for part in (screen.say(phrases.CLOSURE_STATE[it.state]), it.end_reason, it.ended_by) if part)
    back = [_take_back(it.id, it.ended_at, screen)] if it.state is ClosureState.REOPENED else []
    return html.Li(
        [
            html.Span(icon("check"), className="sign"),
            html.Div([html.B(screen.read(it.name)), html.Small(said)], className="what"),
            html.Div(html.Small(hour_minute(it.ended_at, screen)), className="when"),
            html.Div(back, className="acts"),
        ],
        className="line over",
        **{"data-ended": str(it.id)},
    )


# ---- one closed road ----------------------------------------------------------------------------------------------


def chosen(row: Row | None, effect: ClosureEffect | None, guard: GuardSight | None, at: At, screen: Screen) -> list[Component]:
    """A closed road: what it costs the circle, and who could guard it."""
    if not at.get("closure"):
        return []
    if effect is not None and row is None:  # closed a moment ago: its row is on its way to this screen
        return [skeleton(4)]
    if row is None or effect is None:
        return [empty_state(screen.say(N_("This road is open again.")), screen.say(N_("Esc goes back to the map.")))]
    heading = html.Div(
        [
            html.Div([html.H2(screen.read(row["name"])), html.Small(_facts(row, screen), className="muted")], className="what"),
            key("", symbol="x", title=screen.say(N_("Back")), keys="Esc", **goes(PATH)),
        ],
        className="title",
    )
    return [heading, html.Div([*price(effect, screen), _guards(row, effect, guard, screen)], className="fields")]


def _guards(row: Row, effect: ClosureEffect, guard: GuardSight | None, screen: Screen) -> Component:
    closure, proposed = int(row["id"]), row["state"] == ClosureState.PROPOSED
    act = "confirm" if proposed else "guard"
    offers = [
        html.Li(
            [
                html.Span(guard_offer(unit, screen)),
                key(
                    screen.say(N_("Close it, guarded by this unit") if proposed else N_("Let it guard")),
                    symbol="user",
                    look="order",
                    **orders(act, closure=closure, guard=unit.unit_id),
                ),
            ],
            **{"data-offer": unit.unit_id},
        )
        for unit in effect.guards
    ]
    now = [_guard(row, guard, screen)]
    if row["guard_unit_id"] is not None:
        now.append(key(screen.say(N_("Release the guard")), symbol="x", look="order", **orders("release", closure=closure)))
    none = [html.Li(screen.say(N_("No unit is free to guard it.")), className="bad")]
    soonest = screen.say(N_("who could be there soonest"))
    return section(screen.say(N_("Guard")), html.Div(now, className="acts"), html.Ul(offers or none, className="duties"), note=soonest)


# ---- standby points -----------------------------------------------------------------------------------------------


def standby(advice: Mapping[str, Any] | None, at: At, screen: Screen) -> list[Component]:
    """Where the units that are free would stand best, with what it would bring; the move that brings most stands first."""
    if at.get("closure") or tab_of(at) != "standby":
        return []
    again = key(
        screen.say(N_("Work it out anew") if advice else N_("Work it out")),
        symbol="refresh",
        keys="Ctrl+Enter",
        look="primary order",
        **{"data-main": "1", "data-first": ""},
        **orders("standby"),
    )
    note = html.P(screen.say(N_("Advice for the units that are free, on the roads as they are. Nobody is moved.")), className="muted")
    return [html.Div([note, *_advice(advice, screen), html.Div(again, className="foot")], className="fields")]


def _advice(advice: Mapping[str, Any] | None, screen: Screen) -> list[Component]:
    if advice is None:
        return [empty_state(screen.say(N_("Nobody has asked for standby points yet.")), symbol="truck")]
    shares = {"before": percent(advice["share_before"]), "after": percent(advice["share_after"])}
    gain = points(advice["share_after"] - advice["share_before"], screen)
    said = screen.say(N_("Reached within 5 minutes: %(before)s, from the standby points %(after)s"), **shares)
    told = [
        html.P([html.Span(said), html.B(f" {gain}")]),
        html.P(
            screen.say(N_("worked out %(time)s by %(name)s"), time=hour_minute(advice["at"], screen), name=advice["by"]), className="muted"
        ),
    ]
    if not advice["points"]:
        return [*told, empty_state(screen.say(N_("The units stand well: no move helps.")))]
    heads = [N_("Unit"), N_("Standby point"), N_("Drive"), N_("Brings alone")]
    table = html.Table(
        [
            html.Thead(html.Tr([html.Th(screen.say(head), scope="col") for head in heads])),
            html.Tbody([_move(point, screen) for point in advice["points"]]),
        ],
        className="listing",
    )
    return [*told, table]


def _move(point: Mapping[str, Any], screen: Screen) -> html.Tr:
    drive = screen.say(N_("cut off")) if point["drive_s"] is None else minutes_seconds(point["drive_s"])
    gain = point.get("gain")
    return html.Tr(
        [
            html.Td(html.B(call_signs(screen).get(point["unit_id"], point["unit_id"]))),
            html.Td(screen.read(point["near"])),
            html.Td(drive, className="number"),
            html.Td("—" if gain is None else f"{gain * 100:+.1f}", className="number"),
        ],
        **{"data-move": point["unit_id"]},
    )


# ---- for the map --------------------------------------------------------------------------------------------------


def sketch(effect: ClosureEffect | None, advice: Mapping[str, Any] | None, at: At, screen: Screen) -> list[Component]:
    """What assets/roads.js draws over the map: the ground that would be closed, who falls out of the circle, and standby points."""
    shown: dict[str, Any] = {"way": tab_of(at) if roads_form.is_form(at) else "", "lines": [], "lost": [], "moves": []}
    if effect is not None:
        shown["lines"] = [[[point.lat, point.lon] for point in line] for line in effect.blocked.lines]
        shown["lost"] = [[place["lat"], place["lon"]] for place in effect.lost]
    if advice is not None and not at.get("closure") and tab_of(at) == "standby":
        signs = call_signs(screen)
        shown["moves"] = [
            [it["unit_id"], it["lat"], it["lon"], f"{signs.get(it['unit_id'], it['unit_id'])} → {screen.read(it['near'])}"]
            for it in advice["points"]
        ]
    return [html.Div(hidden=True, **{"data-shown": json.dumps(shown, ensure_ascii=False)})]
