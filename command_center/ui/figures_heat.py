"""Where incidents lie: a heat map over the outlines of the areas, and the hottest places in words."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from dash import html
from dash.development.base_component import Component

from command_center.domain.geo import Point
from command_center.domain.heat import heat_field
from command_center.domain.period_figures import HeatCell, WatchFigures
from command_center.services.places import PlaceHit
from command_center.ui.map_layers import district_bounds
from command_center.ui.shell import Screen
from command_center.words import N_

COLD = 0.02
"""Share of the greatest warmth below which the map stays bare."""


def heat_map(figures: WatchFigures, ink: Mapping[str, str], screen: Screen) -> go.Figure:
    """Incidents per square kilometre, each spread over its neighbourhood. One colour: what is saturated elsewhere means a level."""
    (south, west), (north, east) = district_bounds(screen.center)
    field = heat_field(figures.heat, Point(south, west), Point(north, east))
    most = float(field.per_km2.max()) or 1.0
    drawn = go.Figure(
        go.Heatmap(
            x=field.lon,
            y=field.lat,
            z=field.per_km2,
            zmin=most * COLD,
            zmax=most,
            zsmooth="best",
            colorscale=[[0, "rgba(0,0,0,0)"], [0.35, _faint(ink["bar"])], [1, ink["hot"]]],
            colorbar={"title": {"text": screen.say(N_("per km²"))}, "thickness": 12, "outlinewidth": 0, "nticks": 4},
            hoverinfo="skip",
        )
    )
    for area in screen.center.catalogue.areas.values():
        corners = [*area.outline, *area.outline[:1]]
        line = {"color": ink["other"], "width": 1}
        drawn.add_scatter(x=[it.lon for it in corners], y=[it.lat for it in corners], mode="lines", line=line, hoverinfo="skip")
    drawn.add_scatter(
        x=[it.lon for it in figures.heat],
        y=[it.lat for it in figures.heat],
        mode="markers",
        marker={"size": 5, "color": ink["text"]},
        text=[str(it.incidents) for it in figures.heat],
        hoverinfo="text",
    )
    drawn.update_layout(showlegend=False)
    drawn.update_xaxes(visible=False, range=[west, east], constrain="domain")
    drawn.update_yaxes(visible=False, range=[south, north], scaleanchor="x", scaleratio=1.25, constrain="domain")
    return drawn


def _faint(color: str) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.45)"


def hottest_places(found: Sequence[tuple[HeatCell, PlaceHit]], screen: Screen) -> Component:
    """The same in words, for whoever does not see colours, and for the meeting."""
    lines = [
        html.Li(screen.say(N_("%(n)s near %(place)s"), n=cell.incidents, place=screen.read(place.name)), **{"data-hot": place.id})
        for cell, place in found
    ]
    return html.Ol(lines, className="hottest")
