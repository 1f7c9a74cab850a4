"""A past time once more with everything known: how far the choices were from the best that could have been done, the worst first."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from dash import html
from dash.development.base_component import Component

from command_center.domain.period_figures import WatchFigures
from command_center.domain.rights import Right
from command_center.ui.console_parts import key, listed, minutes_seconds, type_name
from command_center.ui.desk_page import At
from command_center.ui.desk_parts import address_of, goes, hour_minute, section
from command_center.ui.figures_times import PATH, Span, asked
from command_center.ui.shell import Screen
from command_center.ui.speech import call_signs
from command_center.ui.widgets import empty_state, severity
from command_center.words import N_

LONGEST_REPLAYED = timedelta(days=7)
WORST_SHOWN = 12
WORTH_TELLING_S = 15.0
"""A choice that cost less than this was as good as any."""


def looks_back(at: At) -> bool:
    """Whether the address asks for hindsight."""
    return at.get("look") == "back"


def panel(replay: Mapping[str, Any] | None, at: At, span: Span, figures: WatchFigures, screen: Screen) -> list[Component]:
    """The panel for whoever works at the desk."""
    if screen.caller is None or not screen.caller.may(Right.TAKE_CALLS):
        return []
    title = screen.say(N_("In hindsight"))
    if span[1] - span[0] > LONGEST_REPLAYED:
        return [section(title, html.P(screen.say(N_("Choose a watch or a day: a longer time is not replayed.")), className="muted"))]
    if replay is None or not looks_back(at):
        return [section(title, *_offer(at, figures, screen))]
    if not replay["incidents"]:
        return [section(title, empty_state(screen.say(N_("No call in this time: nothing to look back on.")), symbol="history"))]
    return [section(title, *_found(replay, screen), class_name="hindsight")]


def _offer(at: At, figures: WatchFigures, screen: Screen) -> list[Component]:
    told = N_("The calls of this time once more, with everything known: how far the choices were from the best that could have been done.")
    href = address_of(PATH, **asked(at) | {"look": "back"})
    look = key(screen.say(N_("Look back")), symbol="history", look="order", **goes(href))
    return [html.P(screen.say(told), className="muted"), html.Div(look, className="acts")] if figures.incidents else _nothing(screen)


def _nothing(screen: Screen) -> list[Component]:
    return [html.P(screen.say(N_("No call in this time: nothing to look back on.")), className="muted")]


def _found(replay: Mapping[str, Any], screen: Screen) -> list[Component]:
    rows = [
        (N_("as it was"), replay["real_s"]),
        (N_("best that could have been done"), replay["best_found_s"]),
        (N_("no choice could have been faster"), replay["floor_s"]),
    ]
    table = html.Table(
        html.Tbody(
            [html.Tr([html.Th(screen.say(label), scope="row"), html.Td(_time(value), className="number")]) for label, value in rows]
        ),
        className="listing",
    )
    lead = html.P(screen.say(N_("Call to first unit there, mean weighted by level")), className="muted")
    worst = worst_first(replay["incidents"])
    unreached = sum(it["real_s"] is None for it in replay["incidents"])
    parts: list[Component] = [lead, table]
    if worst:
        parts += [
            html.H4(screen.say(N_("Choices that cost most"))),
            html.Ul([_line(it, screen) for it in worst[:WORST_SHOWN]], className="lines"),
        ]
    else:
        parts.append(empty_state(screen.say(N_("No choice could have been much better."))))
    if unreached:
        parts.append(html.P(screen.say(N_("%(n)s incidents that no unit reached are left out."), n=unreached), className="muted"))
    return parts


def worst_first(incidents: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those whose help came later than it could have, by the seconds lost."""
    known = [it for it in incidents if it["real_s"] is not None and it["best_found_s"] is not None]
    return sorted((it for it in known if lost_s(it) >= WORTH_TELLING_S), key=lambda it: (-lost_s(it), it["number"]))


def lost_s(it: Mapping[str, Any]) -> float:
    """Seconds that the best choice found would have saved."""
    return float(it["real_s"] - it["best_found_s"])


def _line(it: Mapping[str, Any], screen: Screen) -> html.Li:
    signs = call_signs(screen)
    sent = listed((signs.get(unit, unit) for unit in it["units"]), screen)
    where = f"{hour_minute(it['reported_at'], screen)} · {screen.read(it['place'])} · {sent}"
    times = {"real": _time(it["real_s"]), "best": _time(it["best_found_s"])}
    href = address_of("/console", incident=it["incident_id"])
    return html.Li(
        [
            severity(it["severity"], screen),
            html.Div([html.B(f"{type_name(it, screen)} {it['number']}"), html.Small(where)], className="what"),
            html.Div(
                [
                    html.B(f"+{minutes_seconds(lost_s(it))}", className="bad"),
                    html.Small(screen.say(N_("%(real)s, best %(best)s"), **times)),
                ],
                className="when",
            ),
            html.Div(key(screen.say(N_("Open the incident")), symbol="history", **goes(href)), className="acts"),
        ],
        className="line",
        **{"data-hindsight": it["incident_id"]},
    )


def _time(seconds: float | None) -> str:
    return "—" if seconds is None else minutes_seconds(seconds)
