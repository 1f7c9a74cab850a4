"""Figures of a time on the screen: headline figures beside those before, and charts of arrivals, hours, types, places and the circle."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from command_center.center import Center
from command_center.domain.period_figures import STAGES, Change, Cut, WatchFigures
from command_center.services import report_figures
from command_center.services.report_figures import Comparison
from command_center.services.watches import WatchView
from command_center.ui.console_parts import key, minutes_seconds, moment
from command_center.ui.desk_page import At
from command_center.ui.desk_parts import address_of, day_and_minute, goes, section
from command_center.ui.shell import Screen
from command_center.ui.theme import scheme
from command_center.ui.widgets import empty_state, icon
from command_center.words import N_
from command_center.words.names import catalogue_names

PATH = "/reports"
Span = tuple[datetime, datetime]

KINDS: Mapping[str, str] = {"watch": N_("This watch"), "day": N_("Day"), "month": N_("Month")}
INK: Mapping[str, Mapping[str, str]] = {
    "dark": {"text": "#d5dae0", "line": "#3a424b", "bar": "#7fb0e8", "other": "#8f98a2"},
    "light": {"text": "#1d2329", "line": "#c3cad1", "bar": "#0b57ad", "other": "#5f6973"},
}
TYPES_SHOWN = 12
FONT = "Noto Sans SC, sans-serif"
"""The screens' own; a chart does not take it from the page."""


# ---- which time ---------------------------------------------------------------------------------------------------


def spans_of(at: At, watch: WatchView | None, center: Center) -> tuple[Span, Span]:
    """The time looked at and the one before it, as the address says; the watch now where it says nothing."""
    now = center.now()
    kind, day = kind_of(at), _day(at, now.astimezone(center.zone).date())
    if kind == "month":
        before = day.replace(day=1) - timedelta(days=1)
        return report_figures.span_of_month(center, day.year, day.month), report_figures.span_of_month(center, before.year, before.month)
    if kind == "watch" and watch is not None:
        begun = watch.begun_at or watch.from_at
        length = max(now - begun, timedelta(minutes=1))
        return (begun, begun + length), (begun - (watch.to_at - watch.from_at), begun)
    return report_figures.span_of_day(center, day), report_figures.span_of_day(center, day - timedelta(days=1))


def kind_of(at: At) -> str:
    return at.get("span") if at.get("span") in KINDS else "day"  # type: ignore[return-value]  # a key of KINDS by then


def looks_back(at: At) -> bool:
    """Whether the address asks for hindsight."""
    return at.get("look") == "back"


def _day(at: At, today: date) -> date:
    try:
        return date.fromisoformat(at.get("day") or "")
    except ValueError:
        return today


def choice(at: At, spans: tuple[Span, Span], screen: Screen) -> list[Component]:
    """Which time, one earlier, one later, and the way out as a workbook."""
    kind, today = kind_of(at), screen.center.now().astimezone(screen.center.zone).date()
    day = _day(at, today)
    keys = [
        key(
            screen.say(label),
            **({"aria-current": "true"} if name == kind else {}),
            **goes(address_of(PATH, span=name, day=day.isoformat())),
        )
        for name, label in KINDS.items()
    ]
    if kind != "watch":
        earlier = (day.replace(day=1) - timedelta(days=1)).replace(day=1) if kind == "month" else day - timedelta(days=1)
        later = (day.replace(day=28) + timedelta(days=4)).replace(day=1) if kind == "month" else day + timedelta(days=1)
        keys.append(key(screen.say(N_("Earlier")), symbol="arrow-back-up", **goes(address_of(PATH, span=kind, day=earlier.isoformat()))))
        if later <= today:
            keys.append(key(screen.say(N_("Later")), **goes(address_of(PATH, span=kind, day=later.isoformat()))))
    (from_at, to_at), (with_from, with_to) = spans
    wanted = {"from": from_at.isoformat(), "to": to_at.isoformat(), "with_from": with_from.isoformat(), "with_to": with_to.isoformat()}
    book = f"/api/v1/figures/book.xlsx?{urlencode(wanted | {'lang': screen.lang})}"
    sheet = html.A([icon("file-download"), html.Span("Excel", className="word")], href=book, className="key", download="")
    told = screen.say(
        N_("%(from)s to %(to)s, beside %(with_from)s to %(with_to)s"),
        **{"from": day_and_minute(from_at, screen), "to": day_and_minute(to_at, screen)},
        with_from=day_and_minute(with_from, screen),
        with_to=day_and_minute(with_to, screen),
    )
    return [html.Nav(keys, className="tabs", **{"aria-label": screen.say(N_("Which time"))}), html.P(told, className="said"), sheet]


# ---- headline figures ---------------------------------------------------------------------------------------------


def headlines(found: Comparison, screen: Screen) -> list[Component]:
    """Each figure with the one before it."""
    heads = [N_("Figure"), N_("Value"), N_("Before"), N_("Difference")]
    rows = [_row(it, screen) for it in found.changes]
    table = html.Table([html.Thead(html.Tr([html.Th(screen.say(head)) for head in heads])), html.Tbody(rows)], className="listing")
    simulated = found.figures.simulated
    note = [html.P(screen.say(N_("%(n)s of these incidents are simulated."), n=simulated), className="bad")] if simulated else []
    return [*note, table]


def _row(it: Change, screen: Screen) -> html.Tr:
    cells = [it.value, it.before, it.difference]
    shown = [_said(it.figure, value, signed=number == 2) for number, value in enumerate(cells)]
    return html.Tr([html.Td(report_figures.headline_name(it.figure, screen.lang)), *(html.Td(text, className="number") for text in shown)])


def _said(figure: str, value: float | None, *, signed: bool) -> str:
    if value is None:
        return "—"
    sign = "+" if signed and value > 0 else "-" if signed and value < 0 else ""
    size = abs(value) if signed else value
    if figure.endswith("_s"):
        return f"{sign}{minutes_seconds(size)}"
    if figure.endswith("_share") or figure.startswith("sounded"):
        return f"{sign}{size * 100:.0f} %"
    return f"{sign}{size:,.1f}".removesuffix(".0")


# ---- charts -------------------------------------------------------------------------------------------------------


def charts(figures: WatchFigures, circle: Sequence[Mapping[str, Any]], screen: Screen) -> list[Component]:
    """Arrivals, hours, types, places, the circle."""
    if not figures.incidents and not circle:
        return [empty_state(screen.say(N_("Nothing happened in this time.")), symbol="report-analytics")]
    return [
        _chart(N_("Arrivals: median and 90th percentile, minutes"), _arrivals(figures, screen), screen),
        _chart(N_("Incidents by hour"), _hours(figures, screen), screen),
        _chart(N_("Incidents by type"), _types(figures, screen), screen),
        _chart(N_("Where incidents lie"), _places(figures, screen), screen),
        _chart(N_("Reached within five minutes, over time"), _circle(circle, screen), screen),
    ]


CUT_TITLES: Mapping[str, str] = {
    "area": N_("Response times by area"),
    "type": N_("Response times by type"),
    "hour": N_("Response times by hour of the call"),
}


def cuts(figures: WatchFigures, screen: Screen) -> list[Component]:
    """Five-minute share and times by area, type and hour, each as a chart with its table; nothing where nobody arrived anywhere."""
    if not figures.arrivals:
        return []
    return [_cut_section(cut, figures.cuts[cut], screen) for cut in CUT_TITLES]


def _cut_section(cut: str, found: Sequence[Cut], screen: Screen) -> Component:
    names = [report_figures.cut_name(screen.center, cut, it.of, screen.lang) for it in found]
    heads = ["", N_("Incidents"), N_("Reached"), N_("in 5 min"), N_("Handling"), N_("Turnout"), N_("Travel"), N_("Arrival")]
    rows = [html.Tr([html.Th(name, scope="row"), *_cut_cells(it)]) for name, it in zip(names, found, strict=True)]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(screen.say(head) if head else "", scope="col") for head in heads])), html.Tbody(rows)],
        className="listing",
    )
    graph = dcc.Graph(figure=_drawn(_shares(names, found, screen), screen), config=QUIET, className="chart")
    note = screen.say(N_("times: 90th percentile"))
    return section(screen.say(CUT_TITLES[cut]), graph, html.Div(table, className="wide"), note=note, folded=False)


def _cut_cells(it: Cut) -> list[Component]:
    share = "—" if it.kept_share is None else f"{it.kept_share * 100:.0f}%"
    times = ["—" if (seconds := it.p90_s[stage]) is None else minutes_seconds(seconds) for stage in STAGES]
    return [html.Td(text, className="number") for text in (str(it.incidents), str(it.arrivals), share, *times)]


def _shares(names: Sequence[str], found: Sequence[Cut], screen: Screen) -> go.Figure:
    """Bars of the five-minute share, with the 90th percentile of the arrival written at each."""
    known = [(name, it) for name, it in zip(names, found, strict=True) if it.kept_share is not None]
    drawn = go.Figure(
        go.Bar(
            x=[name for name, _ in known],
            y=[(it.kept_share or 0.0) * 100 for _, it in known],
            text=[minutes_seconds(it.p90_s["arrival"] or 0.0) for _, it in known],
            textposition="auto",
            marker_color=_ink(screen)["bar"],
        )
    )
    drawn.update_yaxes(range=[0, 101], ticksuffix=" %")
    drawn.update_xaxes(type="category")
    return drawn


def _ink(screen: Screen) -> Mapping[str, str]:
    return INK[scheme(screen.theme, screen.center.now(), screen.center.catalogue.street.timezone)]


QUIET = {"displayModeBar": False, "responsive": True}


def _chart(title: str, drawn: go.Figure, screen: Screen) -> Component:
    graph = dcc.Graph(figure=_drawn(drawn, screen), config=QUIET, className="chart")
    return section(screen.say(title), graph)


def _drawn(drawn: go.Figure, screen: Screen) -> go.Figure:
    """The chart in the page's letters and colours."""
    ink = _ink(screen)
    drawn.update_layout(
        height=260,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": ink["text"], "family": FONT, "size": 14},
        legend={"orientation": "h", "y": 1.12},
        bargap=0.25,
    )
    drawn.update_xaxes(gridcolor=ink["line"], zerolinecolor=ink["line"], automargin=True)
    drawn.update_yaxes(gridcolor=ink["line"], zerolinecolor=ink["line"], automargin=True)
    return drawn


def _arrivals(figures: WatchFigures, screen: Screen) -> go.Figure:
    ink = _ink(screen)
    names = {
        "handling": screen.say(N_("call to dispatch")),
        "turnout": screen.say(N_("dispatch to rolling")),
        "travel": screen.say(N_("rolling to on scene")),
        "arrival": screen.say(N_("call to arrival")),
    }
    stages = [stage for stage in names if stage in figures.stages]
    drawn = go.Figure()
    for field, label, color in (("p50_s", N_("median"), ink["bar"]), ("p90_s", N_("90th percentile"), ink["other"])):
        values = [getattr(figures.stages[stage], field) for stage in stages]
        minutes = [None if value is None else value / 60 for value in values]
        drawn.add_bar(x=[names[stage] for stage in stages], y=minutes, name=screen.say(label), marker_color=color)
    drawn.add_hline(y=5, line_dash="dot", line_color=ink["text"])
    return drawn


def _hours(figures: WatchFigures, screen: Screen) -> go.Figure:
    return go.Figure(go.Bar(x=[f"{hour:02d}" for hour in range(24)], y=list(figures.by_hour), marker_color=_ink(screen)["bar"]))


def _types(figures: WatchFigures, screen: Screen) -> go.Figure:
    names = catalogue_names(screen.center.catalogue, screen.lang)
    shown = list(reversed(figures.by_type[:TYPES_SHOWN]))
    return go.Figure(
        go.Bar(
            x=[it.incidents for it in shown],
            y=[names.get(it.type, it.type) for it in shown],
            orientation="h",
            marker_color=_ink(screen)["bar"],
        )
    )


def _places(figures: WatchFigures, screen: Screen) -> go.Figure:
    """Cells of about a hundred metres on the outlines of the areas; the larger, the more incidents."""
    ink, drawn = _ink(screen), go.Figure()
    for area in screen.center.catalogue.areas.values():
        corners = [*area.outline, *area.outline[:1]]
        drawn.add_scatter(
            x=[it.lon for it in corners],
            y=[it.lat for it in corners],
            mode="lines",
            line={"color": ink["other"], "width": 1},
            hoverinfo="skip",
        )
    sizes = [8 + 6 * min(it.incidents, 8) for it in figures.heat]
    drawn.add_scatter(
        x=[it.lon for it in figures.heat],
        y=[it.lat for it in figures.heat],
        mode="markers",
        marker={"size": sizes, "color": ink["bar"], "opacity": 0.7},
        text=[str(it.incidents) for it in figures.heat],
        hoverinfo="text",
    )
    drawn.update_layout(showlegend=False)
    drawn.update_xaxes(visible=False)
    drawn.update_yaxes(visible=False, scaleanchor="x", scaleratio=1.25)
    return drawn


def _circle(readings: Sequence[Mapping[str, Any]], screen: Screen) -> go.Figure:
    zone = screen.center.zone
    moments = [at.astimezone(zone) for it in readings if (at := moment(it["at"])) is not None]
    shares = [it["demand_share"] * 100 for it in readings]
    if moments:  # each reading holds until the next
        moments, shares = [*moments, max(moments[-1], screen.center.now().astimezone(zone))], [*shares, shares[-1]]
    drawn = go.Figure(
        go.Scatter(
            x=moments,
            y=shares,
            mode="lines",
            line={"shape": "hv", "color": _ink(screen)["bar"]},
        )
    )
    drawn.update_yaxes(range=[0, 101], ticksuffix=" %")
    return drawn
