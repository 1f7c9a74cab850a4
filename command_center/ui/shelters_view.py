"""Shelters on the screen: one line each with places, people, special needs and the next count; open, count, close."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from command_center.domain.board import Row
from command_center.domain.catalogue import Shelter
from command_center.domain.shelters import COUNT_EVERY
from command_center.domain.text import Text
from command_center.ui.console_parts import key, moment
from command_center.ui.desk_parts import MoreToAsk, asks, hour_minute, named, orders, section
from command_center.ui.shell import Screen
from command_center.ui.widgets import clock, icon
from command_center.words import N_


def panel(screen: Screen, activation_id: str | None = None, kinds: Sequence[str] = (), nowhere: Sequence[Text] = ()) -> list[Component]:
    """Open shelters first, then those that may be opened, folded away.

    activation_id : of the plan this stands beside; its own shelters, and new ones are opened for it. kinds : what the plan prefers.
    nowhere : where plans let nobody be sheltered.
    """
    rows = screen.live.board.rows("shelter")
    mine = [row for row in rows if activation_id is None or row["activation_id"] == activation_id]
    taken = {row["shelter_id"] for row in rows}
    free = [it for it in screen.center.catalogue.shelters.values() if it.id not in taken and (not kinds or it.shelter_kind in kinds)]
    if not mine and not free:
        return []
    lines: list[Component] = [html.Ul([_open_line(row, screen) for row in mine], className="lines")] if mine else []
    if free:
        more = html.Ul([_closed_line(it, activation_id, screen) for it in free], className="lines")
        lines.append(section(screen.say(N_("Shelters that can be opened")), more, note=str(len(free)), folded=True))
    return [
        section(screen.say(N_("Shelters")), *not_there(nowhere, screen), *lines, note=_sum(mine, screen), folded=not mine and not nowhere)
    ]


def not_there(nowhere: Sequence[Text], screen: Screen) -> list[Component]:
    """Where nobody is brought, one line for each plan; a person has to know it, the map cannot tell."""
    return [html.P([icon("ban"), html.Span(screen.read(text))], className="not-there") for text in nowhere]


def _sum(rows: Sequence[Row], screen: Screen) -> str:
    if not rows:
        return screen.say(N_("none open"))
    people, places = sum(row["occupied"] for row in rows), sum(row["capacity"] for row in rows)
    return screen.say(N_("%(people)s people in %(places)s places"), people=people, places=places)


def _open_line(row: Row, screen: Screen) -> html.Li:
    name, full = screen.read(row["name"]), row["occupied"] > row["capacity"]
    facts = [_kind(row["shelter_kind"], screen)]
    if row["special_needs"]:
        facts.append(screen.say(N_("special needs: %(n)s"), n=row["special_needs"]))
    facts.append(screen.say(N_("open since %(time)s"), time=hour_minute(row["opened_at"], screen)))
    counted = screen.say(N_("%(people)s of %(places)s places"), people=row["occupied"], places=row["capacity"])
    return html.Li(
        [
            html.Span(icon("home"), className="sign"),
            html.Div(
                [html.B([name, " ", html.Span(counted, className="bad" if full else "")]), html.Small(" · ".join(facts))], className="what"
            ),
            html.Div(_next_count(row, screen), className="when"),
            html.Div([_count_key(row, name, screen), *_close_key(row, name, screen)], className="acts"),
        ],
        className="line",
        **{"data-shelter": row["shelter_id"]},
    )


def _next_count(row: Row, screen: Screen) -> list[Component]:
    """When people are to be counted next; late ones count on in the overdue colour."""
    last = moment(row["counted_at"]) or moment(row["opened_at"])
    due = (last or screen.center.now()) + COUNT_EVERY
    late = "late" if due <= screen.center.now() else ""
    return [clock(until=due.isoformat(), class_name=f"{late} bad" if late else ""), html.Small(screen.say(N_("next count")))]


def _count_key(row: Row, name: str, screen: Screen) -> Component:
    more = [
        MoreToAsk("special", screen.say(N_("of them with special needs")), str(row["special_needs"])),
        MoreToAsk("why", screen.say(N_("Why (only if more than places)"))),
    ]
    count = screen.say(N_("Count"))
    asked = asks(
        "shelter_count",
        f"{count}: {name}",
        screen.say(N_("People there now")),
        count,
        kind="number",
        value=str(row["occupied"]),
        more=more,
        opening=row["id"],
    )
    return key(screen.say(N_("Count…")), symbol="users", **asked)


def _close_key(row: Row, name: str, screen: Screen) -> list[Component]:
    """Nobody closes a shelter with people in it: the key comes when the last count says nobody is there."""
    if row["occupied"]:
        return []
    close = screen.say(N_("Close the shelter"))
    asked = asks("shelter_close", f"{close}: {name}", screen.say(N_("Remark (may stay empty)")), close, opening=row["id"])
    return [key(screen.say(N_("Close it…")), symbol="lock", **asked)]


def _closed_line(shelter: Shelter, activation_id: str | None, screen: Screen) -> html.Li:
    facts = [_kind(shelter.shelter_kind, screen), screen.say(N_("%(n)s places"), n=shelter.capacity)]
    if shelter.accessible:
        facts.append(screen.say(N_("step-free")))
    if not shelter.indoor:
        facts.append(screen.say(N_("in the open air")))
    opens = orders("shelter_open", shelter=shelter.id, activation=activation_id)
    return html.Li(
        [
            html.Span(icon("home"), className="sign muted"),
            html.Div([html.B(screen.read(shelter.name)), html.Small(" · ".join(facts))], className="what"),
            html.Div(key(screen.say(N_("Open it")), symbol="plus", look="order", **opens), className="when"),
        ],
        className="line over",
        **{"data-shelter": shelter.id},
    )


def _kind(code: str, screen: Screen) -> str:
    return named(screen.center.catalogue.common.shelter_kinds, code, screen)
