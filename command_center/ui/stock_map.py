"""Stock on the map: every depot by its tier, and for a chosen material those that hold enough, nearest by road first."""

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from command_center.center import Center
from command_center.domain.board import Board
from command_center.ui.shell import Screen
from command_center.words import N_


def draw_depots(center: Center, _board: Board, screen: Screen) -> Component:
    """The layer: assets/map_depots.js draws a shape for each tier and marks those that hold what is looked for."""
    tiers = {code: screen.read(tier.name) for code, tier in center.catalogue.depot_tiers.items()}
    features = [
        {
            "type": "Feature",
            "properties": {"code": depot.code, "tier": depot.tier, "name": screen.read(depot.name), "tier_name": tiers[depot.tier]},
            "geometry": {"type": "Point", "coordinates": [depot.point.lon, depot.point.lat]},
        }
        for depot in center.catalogue.depots.values()
    ]
    return dl.GeoJSON(data={"type": "FeatureCollection", "features": features}, pointToLayer={"variable": "cc.draw.depot"})


def stock_finder(screen: Screen) -> html.Form:
    """What is looked for and how much of it; the browser asks `/api/v1/stock/where` and draws the answer."""
    materials = sorted(screen.center.catalogue.materials.values(), key=lambda it: it.code)
    options = [html.Option(screen.say(N_("no material")), value="")]
    options += [html.Option(f"{it.code} {screen.read(it.name)}", value=it.code) for it in materials]
    found = html.Ol(id="stock-found", className="stock-found", **{"aria-live": "polite"})
    return html.Form(
        [
            html.B(screen.say(N_("Which depot has it"))),
            html.Label(
                [html.Span(screen.say(N_("Material")), className="field-name"), html.Select(options, name="material", className="choice")]
            ),
            html.Label(
                [
                    html.Span(screen.say(N_("At least")), className="field-name"),
                    html.Select([html.Option(str(number)) for number in QUANTITIES], name="quantity", className="choice"),
                ]
            ),
            html.P(screen.say(N_("By road from the open incident, else from the middle of the map.")), className="muted"),
            found,
        ],
        id="stock-finder",
        className="map-key stock-finder",
    )


QUANTITIES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""What is asked for as people say it; a depot's own page has the exact number."""
