"""Figures of a time on the screen: headline figures beside those before, and charts of arrivals, hours, types, places and the circle."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from command_center.domain.period_figures import STAGES, Change, Cut, HeatCell, WatchFigures
from command_center.domain.response_time import PROMISE_S
from command_center.services import report_figures
from command_center.services.places import PlaceHit
from command_center.services.report_figures import Comparison
from command_center.ui import figures_heat
from command_center.ui.console_parts import minutes_seconds, moment
from command_center.ui.desk_parts import section
from command_center.ui.shell import Screen
from command_center.ui.theme import scheme
from command_center.ui.widgets import empty_state
from command_center.words import N_
from command_center.words.names import catalogue_names

INK: Mapping[str, Mapping[str, str]] = {
    "dark": {"text": "#d5dae0", "line": "#3a424b", "bar": "#7fb0e8", "other": "#8f98a2", "hot": "#d9ecff"},
    "light": {"text": "#1d2329", "line": "#c3cad1", "bar": "#0b57ad", "other": "#5f6973", "hot": "#062d5c"},
}
TYPES_SHOWN = 12
FONT = "Noto Sans SC, sans-serif"
"""The screens' own; a chart does not take it from the page."""


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


def charts(
    figures: WatchFigures, circle: Sequence[Mapping[str, Any]], hot: Sequence[tuple[HeatCell, PlaceHit]], screen: Screen
) -> list[Component]:
    """Arrivals, 1-3-5, hours, types, places, the circle: those of which there is something to draw."""
    if not figures.incidents and not circle:
        return [empty_state(screen.say(N_("Nothing happened in this time.")), symbol="report-analytics")]
    drawn: list[Component] = []
    if figures.arrivals:
        drawn.append(_chart(N_("Arrivals: median and 90th percentile, minutes"), _arrivals(figures, screen), screen))
        drawn.append(_chart(N_("1-3-5: rolling in one minute, there in three, in five"), _one_three_five(figures, screen), screen))
    if figures.incidents:
        drawn.append(_chart(N_("Incidents by hour"), _hours(figures, screen), screen))
        drawn.append(_chart(N_("Incidents by type"), _types(figures, screen), screen))
        heat = figures_heat.heat_map(figures, _ink(screen), screen)
        words = figures_heat.hottest_places(hot, screen)
        drawn.append(_chart(N_("Where incidents lie"), heat, screen, words, height=HEAT_PX))
    if circle:
        drawn.append(_chart(N_("Reached within five minutes, over time"), _circle(circle, screen), screen))
    return drawn


CUT_TITLES: Mapping[str, str] = {
    "area": N_("Response times by area"),
    "type": N_("Response times by type"),
    "hour": N_("Response times by hour of the call"),
}


def cuts(figures: WatchFigures, screen: Screen) -> list[Component]:
    """1-3-5 and times by area, type and hour, each as a chart with its table; a word where nobody arrived anywhere."""
    if not figures.incidents:
        return []
    if not figures.arrivals:
        return [html.P(screen.say(N_("No unit reached an incident in this time: there are no response times.")), className="muted")]
    return [_cut_section(cut, figures.cuts[cut], screen) for cut in CUT_TITLES]


def _cut_section(cut: str, found: Sequence[Cut], screen: Screen) -> Component:
    names = [report_figures.cut_name(screen.center, cut, it.of, screen.lang) for it in found]
    heads = [
        "",
        *(N_("Incidents"), N_("Reached")),
        *(N_("rolling in 1 min"), N_("in 3 min"), N_("in 5 min")),
        *(N_("Handling"), N_("Turnout"), N_("Travel"), N_("Arrival")),
    ]
    rows = [html.Tr([html.Th(name, scope="row"), *_cut_cells(it)]) for name, it in zip(names, found, strict=True)]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(screen.say(head) if head else "", scope="col") for head in heads])), html.Tbody(rows)],
        className="listing",
    )
    graph = dcc.Graph(figure=_drawn(_shares(names, found, screen), screen, CUT_PX), config=QUIET, className="chart")
    note = screen.say(N_("times: 90th percentile"))
    return section(screen.say(CUT_TITLES[cut]), graph, html.Div(table, className="wide"), note=note, folded=False)


def _cut_cells(it: Cut) -> list[Component]:
    shares = ["—" if share is None else f"{share * 100:.0f}%" for share in (it.rolling_share, it.there_share, it.kept_share)]
    times = ["—" if (seconds := it.p90_s[stage]) is None else minutes_seconds(seconds) for stage in STAGES]
    return [html.Td(text, className="number") for text in (str(it.incidents), str(it.arrivals), *shares, *times)]


def _shares(names: Sequence[str], found: Sequence[Cut], screen: Screen) -> go.Figure:
    """Bars of the five-minute share; the 90th percentile of the arrival as a mark at each, in minutes on the right, beside the promise."""
    ink = _ink(screen)
    known = [(name, it) for name, it in zip(names, found, strict=True) if it.kept_share is not None]
    x = [name for name, _ in known]
    drawn = go.Figure(
        go.Bar(x=x, y=[(it.kept_share or 0.0) * 100 for _, it in known], name=screen.say(N_("in 5 min")), marker_color=ink["bar"])
    )
    drawn.add_scatter(
        x=x,
        y=[(it.p90_s["arrival"] or 0.0) / 60 for _, it in known],
        name=screen.say(N_("90th percentile of the arrival, minutes")),
        mode="markers",
        marker={"symbol": "line-ew-open", "size": 22, "color": ink["text"], "line": {"width": 3}},
        yaxis="y2",
    )
    right = {"overlaying": "y", "side": "right", "rangemode": "tozero", "showgrid": False, "tickmode": "auto", "nticks": 5}
    promise = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "yref": "y2", "y0": PROMISE_S / 60, "y1": PROMISE_S / 60}
    drawn.update_layout(yaxis2=right, shapes=[promise | {"line": {"dash": "dot", "color": ink["text"]}}])
    drawn.update_yaxes(selector={"overlaying": None}, range=[0, 101], ticksuffix=" %")
    drawn.update_xaxes(type="category")
    return drawn


def _ink(screen: Screen) -> Mapping[str, str]:
    return INK[scheme(screen.theme, screen.center.now(), screen.center.catalogue.street.timezone)]


QUIET = {"displayModeBar": False, "responsive": True}
CHART_PX, CUT_PX, HEAT_PX = 260, 220, 400
"""Heights of charts; assets/figures.css says them too."""


def _chart(title: str, drawn: go.Figure, screen: Screen, *words: Component, height: int = CHART_PX) -> Component:
    looks = "chart tall" if height == HEAT_PX else "chart"
    graph = dcc.Graph(figure=_drawn(drawn, screen, height), config=QUIET, className=looks)
    return section(screen.say(title), graph, *words)


def _drawn(drawn: go.Figure, screen: Screen, height: int = CHART_PX) -> go.Figure:
    """The chart in the page's letters and colours. height : in pixels."""
    ink = _ink(screen)
    drawn.update_layout(
        height=height,
        margin={"l": 8, "r": 24, "t": 16, "b": 8},
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
    drawn.add_hline(y=PROMISE_S / 60, line_dash="dot", line_color=ink["text"])
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


def _one_three_five(figures: WatchFigures, screen: Screen) -> go.Figure:
    """The three shares of the stations' rule; one that nothing is known of is left out."""
    shares = {
        N_("rolling in 1 min"): figures.rolling_share,
        N_("in 3 min"): figures.there_share,
        N_("in 5 min"): figures.kept_share,
    }
    known = [(screen.say(label), share * 100) for label, share in reversed(shares.items()) if share is not None]
    values, names = [share for _, share in known], [label for label, _ in known]
    text = [f"{share:.0f} %" for share in values]
    bars = go.Bar(x=values, y=names, orientation="h", text=text, textposition="auto", textangle=0, marker_color=_ink(screen)["bar"])
    drawn = go.Figure(bars)
    drawn.update_xaxes(range=[0, 101], ticksuffix=" %")
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
    drawn.update_xaxes(tickformat="%H:%M\n%m-%d")
    return drawn
