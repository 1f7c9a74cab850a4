"""Beside the handover report: who is on watch and who is called in turn, the tabs, past reports."""

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from command_center.domain.watches import Duty
from command_center.services.handover import HandoverLine
from command_center.services.people import ChainLink
from command_center.services.watches import WatchView
from command_center.ui.console_parts import key, listed
from command_center.ui.desk_page import At
from command_center.ui.desk_parts import day_and_minute, goes, section
from command_center.ui.duty_report import place
from command_center.ui.duty_roster import span
from command_center.ui.shell import Screen
from command_center.ui.widgets import clock, empty_state, icon
from command_center.words import N_, phrases

TABS: Mapping[str, tuple[str, str]] = {
    "log": (N_("Duty log"), "notes"),
    "roll": (N_("Roll call"), "users"),
    "roster": (N_("Roster"), "calendar"),
    "past": (N_("Past reports"), "history"),
    "catch-up": (N_("Catch up"), "keyboard"),
}


def tab_of(at: At) -> str:
    wanted = at.get("tab") or ""
    return wanted if wanted in TABS else "log"


# ---- who is on watch ----------------------------------------------------------------------------------------------


def on_watch(now: WatchView | None, following: WatchView | None, screen: Screen) -> list[Component]:
    """The watch in charge with its telephone numbers, then the one that relieves it; where none does, that is said."""
    if now is None:
        return [empty_state(screen.say(N_("Nobody is on watch.")), screen.say(N_("Fill in the roster.")), symbol="users")]
    parts = [_watch(now, screen.say(N_("On watch")), screen, ends=True)]
    if following is None or following.from_at > now.to_at:
        nobody = screen.say(N_("Nobody is on the roster from %(at)s"), at=day_and_minute(now.to_at, screen))
        parts.append(html.P(html.B(nobody, className="bad"), className="said", **{"data-unrostered": ""}))
    if following is not None:
        parts.append(_watch(following, screen.say(N_("Next watch")), screen, ends=False))
    return parts


def _watch(watch: WatchView, name: str, screen: Screen, *, ends: bool) -> Component:
    late = ends and watch.to_at <= screen.center.now()
    left = [clock(until=watch.to_at.isoformat())] if ends else []
    heading = html.P([html.B(span(watch.from_at, watch.to_at, screen), className="bad" if late else ""), " ", *left], className="said")
    people = html.Ul([_person(watch, duty, screen) for duty in (Duty.LEADER, Duty.OFFICER, Duty.ASSISTANT)], className="lines")
    return section(name, heading, people, note=watch.number)


def _person(watch: WatchView, duty: Duty, screen: Screen) -> html.Li:
    seated = watch.on(duty)
    names = listed((screen.read(it.name) for it in seated), screen) or screen.say(N_("nobody"))
    phones = listed((it.phone for it in seated if it.phone), screen) or (screen.say(N_("no number on file")) if seated else "")
    return html.Li(
        [
            html.Span(icon("user"), className="sign" if seated else "sign bad"),
            html.Div(
                [html.B(names, className="" if seated else "bad"), html.Small(screen.say(phrases.DUTY[duty.value]))], className="what"
            ),
            html.Div(html.Small(phones), className="when"),
        ],
        className="line",
    )


def chain(links: Sequence[ChainLink], screen: Screen) -> list[Component]:
    """Who is called in turn when nobody answers."""
    rows = [
        html.Tr(
            [
                html.Td(screen.say(phrases.PERSON_ROLE[link.role])),
                html.Td("—" if link.name is None else screen.read(link.name)),
                html.Td(html.Span(screen.say(phrases.CHAIN_GAP[link.gap]), className="bad") if link.gap else link.phone),
            ]
        )
        for link in links
    ]
    return [section(screen.say(N_("Call chain")), html.Table(html.Tbody(rows), className="listing"), folded=False)]


# ---- tabs ---------------------------------------------------------------------------------------------------------


def tabs(at: At, screen: Screen) -> list[Component]:
    chosen = tab_of(at)
    keys = [
        key(screen.say(label), symbol=symbol, **({"aria-current": "true"} if name == chosen else {}), **goes(place(at, tab=name)))
        for name, (label, symbol) in TABS.items()
    ]
    return [html.Nav(keys, className="tabs", **{"aria-label": screen.say(N_("Beside the report"))})]


# ---- past reports -------------------------------------------------------------------------------------------------


def past(found: Sequence[HandoverLine], at: At, screen: Screen) -> list[Component]:
    if not found:
        return [empty_state(screen.say(N_("No watch has been handed over yet.")), symbol="history")]
    rows = []
    for it in found:
        href = place(at, handover=it.id, section=None)
        who = " → ".join(name or "—" for name in (it.outgoing_by, it.incoming_by))
        rows.append(
            html.Li(
                html.A(
                    [
                        html.Span(icon("lock" if it.sha256 else "edit"), className="sign"),
                        html.Div([html.B(it.number), html.Small(f"{span(it.from_at, it.to_at, screen)} · {who}")], className="what"),
                        html.Div(html.Small(screen.say(phrases.HANDOVER_STATUS[it.status.value])), className="when"),
                    ],
                    href=href,
                    className="line",
                    **goes(href),
                    **({"aria-current": "true"} if at.get("handover") == str(it.id) else {}),
                )
            )
        )
    return [html.Ul(rows, className="lines")]
