"""The roster on the duty page: what is wrong with it, who sits where, and swaps: asked for at a seat, decided by a leader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from command_center.domain.rights import Right
from command_center.domain.watches import CENTRE, DESK_DUTIES, OVER, STATION_ROLES, Duty, Hint, SwapStatus
from command_center.services.people import DirectoryEntry
from command_center.services.roster import Roster
from command_center.services.swaps import SwapView
from command_center.services.watches import OnWatch, WatchView
from command_center.ui.console_parts import key
from command_center.ui.desk_page import At
from command_center.ui.desk_parts import asks, choice, day_and_minute, goes, hour_minute, orders, section, text_field
from command_center.ui.duty_report import allows, place
from command_center.ui.shell import Screen
from command_center.ui.widgets import icon
from command_center.words import N_, phrases

HINTS_SHOWN = 20
DECIDED_SHOWN = 5
"""Swaps that were decided, newest first, below those that wait."""

SEAT_MARK = "."
"""Parts watch and person in an address: swap=12.DO01."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody's seat on a watch that somebody else may take."""

    watch: WatchView
    person: OnWatch


def seat_of(days: Roster | None, at: At) -> Seat | None:
    """The seat that the address asks a swap for; None where there is no such seat (any more)."""
    number, _, person_id = (at.get("swap") or "").partition(SEAT_MARK)
    found = (Seat(watch=watch, person=it) for watch in (days.watches if days else ()) for it in watch.people)
    return next((it for it in found if str(it.watch.id) == number and it.person.person_id == person_id), None)


# ---- the roster ---------------------------------------------------------------------------------------------------


def roster(days: Roster, swaps: Sequence[SwapView], at: At, screen: Screen) -> list[Component]:
    """What is wrong ahead first, then wishes to swap, then the watches of the centre, then those of the stations."""
    parts: list[Component] = [_keys(screen)]
    ahead = [it for it in days.hints if it.to_at > screen.center.now()]
    if ahead:
        parts.append(section(screen.say(N_("To look at")), *_hints(ahead, days, screen), note=str(len(ahead)), folded=False))
    waiting = [it for it in swaps if it.status is SwapStatus.ASKED]
    parts += _wishes(waiting, [it for it in swaps if it.status is not SwapStatus.ASKED][:DECIDED_SHOWN], screen)
    for post in dict.fromkeys(watch.post for watch in days.watches):
        own = [watch for watch in days.watches if watch.post == post]
        parts.append(
            section(post_name(post, screen), _watches(own, waiting, at, screen), note=screen.read(days.pattern), folded=post != CENTRE)
        )
    return parts


def _keys(screen: Screen) -> Component:
    sheet = html.A(
        [icon("file-download"), html.Span(screen.say(N_("Roster (Excel)")), className="word")],
        href="/api/v1/duty/roster.xlsx",
        className="key",
        download="",
    )
    keeping: list[Component] = []
    if allows(screen, Right.KEEP_ROSTER):
        keeping = [
            key(screen.say(N_("Take over a roster…")), symbol="database", **{"data-choose-sheet": ""}),
            key(screen.say(N_("Fill four weeks")), symbol="calendar", look="order", **orders("fill")),
        ]
    return html.Div([sheet, *keeping, key(screen.say(N_("Print")), symbol="printer", **{"data-print": ""})], className="acts")


def post_name(post: str, screen: Screen) -> str:
    """What people call a post; a station that the street no longer has is called by its code."""
    stations = screen.center.catalogue.stations
    return screen.say(phrases.POST[CENTRE]) if post == CENTRE else screen.read(stations[post].name) if post in stations else post


def _watches(own: Sequence[WatchView], waiting: Sequence[SwapView], at: At, screen: Screen) -> Component:
    duties = [duty for duty in Duty if any(watch.on(duty) for watch in own)]
    heads = html.Tr([html.Th(screen.say(N_("Watch"))), *(html.Th(screen.say(phrases.DUTY[duty.value])) for duty in duties)])
    rows = [
        html.Tr(
            [
                html.Td(span(watch.from_at, watch.to_at, screen)),
                *(html.Td(_seats(watch, watch.on(duty), waiting, at, screen), className="seats") for duty in duties),
            ],
            **({"aria-current": "true"} if watch.from_at <= screen.center.now() < watch.to_at else {}),
        )
        for watch in own
    ]
    return html.Div(html.Table([html.Thead(heads), html.Tbody(rows)], className="listing"), className="wide")


def _seats(watch: WatchView, people: Sequence[OnWatch], waiting: Sequence[SwapView], at: At, screen: Screen) -> list[Component | str]:
    drawn: list[Component | str] = []
    for it in people:
        drawn += [*([", " if screen.lang == "en" else "、"] if drawn else []), _seat(Seat(watch=watch, person=it), waiting, at, screen)]
    return drawn


def _seat(seat: Seat, waiting: Sequence[SwapView], at: At, screen: Screen) -> Component:
    """A name that a swap can be asked for; where one waits already, who may take the seat."""
    name, person_id = screen.read(seat.person.name), seat.person.person_id
    for it in waiting:
        if (it.watch_id, it.person_id) == (seat.watch.id, person_id):
            return _pending(name, screen.read(it.other), screen)
        if (it.in_return, it.post, it.other_person_id) == (seat.watch.number, seat.watch.post, person_id):
            return _pending(name, screen.read(it.person), screen)
    if not allows(screen, Right.KEEP_ROSTER) or seat.watch.status in OVER or seat.watch.to_at <= screen.center.now():
        return html.Span(name)
    wanted = f"{seat.watch.id}{SEAT_MARK}{person_id}"
    chosen = {"aria-current": "true"} if at.get("swap") == wanted else {}
    label = screen.say(N_("Ask for a swap: %(name)s"), name=name)
    return html.Button(
        name, type="button", className="seat", title=label, **{"aria-label": label}, **chosen, **goes(place(at, swap=wanted))
    )


def _pending(name: str, other: str, screen: Screen) -> Component:
    return html.Span([html.Span(name), html.Small(screen.say(N_("→ %(name)s, waits for a leader"), name=other), className="mark")])


def span(from_at: datetime, to_at: datetime, screen: Screen) -> str:
    """From when to when, as it stands on paper."""
    return f"{day_and_minute(from_at, screen)} – {day_and_minute(to_at, screen)}"


def _hints(ahead: Sequence[Hint], days: Roster, screen: Screen) -> list[Component]:
    """The first of them, and the others folded below."""
    lines = [html.Li(_hint(it, days, screen), **{"data-hint": it.kind}) for it in ahead]
    shown, more = lines[:HINTS_SHOWN], lines[HINTS_SHOWN:]
    others = [section(screen.say(N_("%(n)s more"), n=len(more)), html.Ul(more, className="plain"), folded=True)] if more else []
    return [html.Ul(shown, className="plain"), *others]


def _hint(it: Hint, days: Roster, screen: Screen) -> str:
    """When, where, who, what, and how much of it."""
    post = "" if it.post is None else post_name(it.post, screen)
    who = "" if it.person is None else screen.read(days.names[it.person])
    words = [span(it.from_at, it.to_at, screen), post, who, screen.say(phrases.ROSTER_HINT[it.kind])]
    words += [screen.say(phrases.DUTY[it.duty.value])] if it.duty is not None else []
    words += [screen.say(phrases.ROSTER_HINT_VALUE[it.kind], n=f"{it.value:g}")] if it.value is not None else []
    return " · ".join(word for word in words if word)


# ---- swaps --------------------------------------------------------------------------------------------------------


def _wishes(waiting: Sequence[SwapView], decided: Sequence[SwapView], screen: Screen) -> list[Component]:
    """Those that wait for a leader, oldest first, then the last that were decided."""
    if not waiting and not decided:
        return []
    lines = html.Ul([*(_swap(it, screen) for it in waiting), *(_decided(it, screen) for it in decided)], className="lines")
    note = screen.say(N_("%(n)s wait for a leader"), n=len(waiting)) if waiting else screen.say(N_("all decided"))
    return [section(screen.say(N_("Wishes to swap")), lines, note=note, folded=not waiting)]


def _what(it: SwapView, screen: Screen) -> str:
    words = {"other": screen.read(it.other), "person": screen.read(it.person), "number": it.number}
    if it.in_return is None:
        return screen.say(N_("%(other)s for %(person)s on %(number)s"), **words)
    return screen.say(N_("%(other)s for %(person)s on %(number)s, in return for %(in_return)s"), **words, in_return=it.in_return)


def _swap(it: SwapView, screen: Screen) -> html.Li:
    keys: list[Component] = []
    if allows(screen, Right.APPROVE_SWAPS):
        refuse = asks("swap_refuse", _what(it, screen), screen.say(N_("Why")), screen.say(N_("Refuse")), swap=it.id)
        keys = [
            key(screen.say(N_("Approve")), symbol="check", look="primary order", **orders("swap_approve", swap=it.id)),
            key(screen.say(N_("Refuse…")), symbol="x", **refuse),
        ]
    asked = screen.say(N_("asked by %(name)s %(at)s"), name=it.asked_by, at=hour_minute(it.asked_at, screen))
    return html.Li(
        [
            html.Span(icon("users"), className="sign"),
            html.Div([html.B(_what(it, screen)), html.Small(" · ".join(word for word in (it.reason, asked) if word))], className="what"),
            html.Div(html.Small(span(it.from_at, it.to_at, screen)), className="when"),
            html.Div(keys, className="acts"),
        ],
        className="line",
        **{"data-swap": str(it.id)},
    )


def _decided(it: SwapView, screen: Screen) -> html.Li:
    how = " · ".join([screen.say(phrases.SWAP_STATUS[it.status.value]), it.decided_by or "", hour_minute(it.decided_at, screen)])
    return html.Li(
        [
            html.Span(icon("check" if it.status is SwapStatus.APPROVED else "x"), className="sign"),
            html.Div([html.B(_what(it, screen)), html.Small(how)], className="what"),
            html.Div(html.Small(span(it.from_at, it.to_at, screen)), className="when"),
        ],
        className="line over",
        **{"data-swap": str(it.id)},
    )


def swap_fields(seat: Seat | None, days: Roster | None, directory: Sequence[DirectoryEntry], at: At, screen: Screen) -> list[Component]:
    """Who shall take a seat, for a seat of theirs or for none, and why."""
    if seat is None or days is None or not allows(screen, Right.KEEP_ROSTER):
        return []
    options = [*_exchanges(seat, days, screen), *_stand_ins(seat, directory, screen)]
    who = screen.say(
        N_("%(name)s, %(duty)s, %(span)s"),
        name=screen.read(seat.person.name),
        duty=screen.say(phrases.DUTY[seat.person.duty.value]),
        span=span(seat.watch.from_at, seat.watch.to_at, screen),
    )
    if not options:
        return [html.P([html.B(who), " ", screen.say(N_("Nobody else in the directory has this duty."))], className="fields")]
    ask = key(
        screen.say(N_("Ask for the swap")),
        symbol="users",
        keys="Ctrl+Enter",
        look="primary order",
        **orders("swap_ask", watch=seat.watch.id, person=seat.person.person_id),
        **{"data-main": ""},
    )
    cancel = key(screen.say(N_("Cancel")), keys="Esc", **goes(place(at)))
    return [
        html.Div(
            [
                html.P([html.B(who), " ", html.Small(screen.say(N_("Nothing changes until a duty leader agrees.")), className="muted")]),
                choice("with", screen.say(N_("Who takes the seat")), options, options[0][0], at.get("token") or ""),
                text_field("reason", screen.say(N_("Why")), field_id="duty-swap-reason", **{"data-first": ""}),
                html.Div([cancel, ask], className="foot"),
            ],
            className="fields",
            **{"data-token": at.get("token") or ""},
        )
    ]


def _exchanges(seat: Seat, days: Roster, screen: Screen) -> Iterator[tuple[str, str]]:
    """Seats of the same duty at the same post that are still ahead, as "watch|person"."""
    for watch in days.watches:
        if watch.post != seat.watch.post or watch.from_at <= screen.center.now() or watch.id == seat.watch.id:
            continue
        for it in watch.on(seat.person.duty):
            if it.person_id != seat.person.person_id:
                words = {"name": screen.read(it.name), "span": span(watch.from_at, watch.to_at, screen)}
                yield f"{watch.id}|{it.person_id}", screen.say(N_("in return for %(span)s: %(name)s"), **words)


def _stand_ins(seat: Seat, directory: Sequence[DirectoryEntry], screen: Screen) -> Iterator[tuple[str, str]]:
    """People who may have this duty and are not on the watch, as "|person"."""
    seated = {it.person_id for it in seat.watch.people}
    for it in directory:
        of_the_desk = seat.watch.post == CENTRE and DESK_DUTIES.get(seat.person.duty) is it.role
        of_the_station = it.station == seat.watch.post and it.role in STATION_ROLES
        if (of_the_desk or of_the_station) and it.id not in seated:
            yield f"|{it.id}", screen.say(N_("stands in: %(name)s"), name=screen.read(it.name))
