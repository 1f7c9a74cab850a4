"""The map as a list of layers. To add one: one `Layer(...)` in LAYERS, drawn from the centre's catalogue and the live board.

Each layer lies in a pane of its own ("layer-<id>"), so that the key of the map switches it without asking the server. What moves (units,
incidents) is an empty group here: assets/map.js fills it from the live board. No text of people ever goes into a GeoJSON `tooltip` or
`popup`: Leaflet reads those as HTML.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, degrees, radians
from pathlib import Path
from typing import Any

import dash_leaflet as dl
from dash import html
from dash.development.base_component import Component

from command_center.catalogue import FOLDER
from command_center.center import Center
from command_center.domain.board import Board
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.text import Text
from command_center.services.base_maps import saved_base_map
from command_center.ui.shell import Screen
from command_center.ui.stock_map import draw_depots
from command_center.ui.widgets import icon, level_name, severity
from command_center.words import N_, phrases

Feature = dict[str, Any]
Bounds = tuple[tuple[float, float], tuple[float, float]]
"""South-west and north-east corner, (lat, lon) each."""

MARGIN_SHARE = 0.04
"""Free rim around the district on a fitted map, as a share of its height and width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One thing the map can show.

    draw : gets the centre, the board and the screen; its component lands in the layer's own pane.
    pages : names of the pages that have it. default_on : whether it shows before anyone chose. z : stacking order, higher in front.
    """

    id: str
    title: Text
    draw: Callable[[Center, Board, Screen], Component]
    pages: frozenset[str] = frozenset({"console", "wall", "roads"})
    default_on: bool = True
    z: int = 400


def named(function: str) -> dict[str, str]:
    """A function of assets/map.js, called by dash-leaflet in the browser."""
    return {"variable": f"cc.draw.{function}"}


def _collection(features: Iterable[Feature]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def _at(point: Point, **properties: Any) -> Feature:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [point.lon, point.lat]}}


# ---- base map ------------------------------------------------------------------------------------

ROAD_RANK: Mapping[str, int] = {"arterial": 3, "collector": 2, "minor": 1}
"""Weight of a road's line by kind, 3 the widest."""

BASE_PARTS: Sequence[tuple[str, str]] = (("blocks", "block"), ("water", "water"), ("railway", "rail"), ("roads", "road"))
"""Parts of the base map in drawing order, and the class of assets/map.css that draws each."""


@lru_cache(maxsize=2)
def _read_base_map(network: Path, _changed_at: int, shipped: Path) -> dict[str, Any]:
    drawn: dict[str, Any] = saved_base_map(network) or json.loads(shipped.read_text("utf-8"))
    return drawn


def base_map(center: Center) -> dict[str, Any]:
    """The drawing of the imported map file, which is kept with its road network; else the one that ships with the catalogue."""
    network, shipped = center.roads_file, (center.catalogue_dir or FOLDER) / "roads" / "demo.basemap.json"
    return _read_base_map(network, network.stat().st_mtime_ns if network.exists() else 0, shipped)


def _base_feature(feature: Mapping[str, Any], part: str) -> Feature:
    kind = feature["properties"]["k"]
    area = feature["geometry"]["type"].endswith("Polygon")
    drawn = "water-area" if part == "water" and area else "green" if kind == "green" else part
    return {
        "type": "Feature",
        "properties": {"layer": drawn, "rank": ROAD_RANK.get(kind, 1), "area": area},
        "geometry": feature["geometry"],
    }


def _draw_base(center: Center, board: Board, screen: Screen) -> Component:
    features = [_base_feature(feature, drawn) for part, drawn in BASE_PARTS for feature in base_map(center)[part]["features"]]
    features.sort(key=lambda feature: (not feature["properties"]["area"], feature["properties"]["rank"]))
    return dl.GeoJSON(data=_collection(features), style=named("base"), interactive=False)


def _line_middle(line: Sequence[Sequence[float]]) -> tuple[Point, float]:
    """Middle point of a [lon, lat] line and the angle in degrees, clockwise, at which its name is to be written there."""
    half = (len(line) - 1) // 2
    (lon_a, lat_a), (lon_b, lat_b) = line[half][:2], line[half + 1][:2]
    turn = -degrees(atan2(lat_b - lat_a, (lon_b - lon_a) * cos(radians(lat_a))))
    upright = turn - 180 if turn > 90 else turn + 180 if turn < -90 else turn
    return Point((lat_a + lat_b) / 2, (lon_a + lon_b) / 2), upright


def _street_names(features: Iterable[Mapping[str, Any]], lang: str) -> Iterable[Feature]:
    """One label per named arterial, on its longest stretch; the base map has one feature per name."""
    for feature in features:
        facts = feature["properties"]
        line = max(feature["geometry"]["coordinates"], key=len)
        if facts["k"] == "arterial" and "n" in facts and len(line) > 1:
            point, turn = _line_middle(line)
            yield _at(point, name=facts["e" if lang == "en" else "n"], turn=round(turn, 1))


def _draw_street_names(center: Center, board: Board, screen: Screen) -> Component:
    names = _street_names(base_map(center)["roads"]["features"], screen.lang)
    return dl.GeoJSON(data=_collection(names), pointToLayer=named("road"), interactive=False)


# ---- the street's own places ---------------------------------------------------------------------


def _draw_areas(center: Center, board: Board, screen: Screen) -> Component:
    outlines = [
        {
            "type": "Feature",
            "properties": {"name": screen.read(area.name)},
            "geometry": {"type": "Polygon", "coordinates": [[[corner.lon, corner.lat] for corner in (*area.outline, area.outline[0])]]},
        }
        for area in center.catalogue.areas.values()
        if area.outline
    ]
    return dl.GeoJSON(data=_collection(outlines), style=named("outline"), interactive=False)


def station_name(name: str) -> str:
    """A station's name short enough for a map: "樱园站", "Yingyuan station"."""
    return name.replace("应急救援站", "站").split(" (")[0].replace(" rescue station", "").strip()


def _draw_stations(center: Center, board: Board, screen: Screen) -> Component:
    stations = [
        _at(station.point, name=station_name(screen.read(station.name)), title=screen.read(station.name))
        for station in center.catalogue.stations.values()
    ]
    return dl.GeoJSON(data=_collection(stations), pointToLayer=named("station"))


def _draw_compounds(center: Center, board: Board, screen: Screen) -> Component:
    compounds = [
        _at(place.point, name=screen.read(place.name), shape="compound")
        for place in center.catalogue.places.values()
        if place.kind == "compound"
    ]
    return dl.GeoJSON(data=_collection(compounds), pointToLayer=named("place"))


# ---- what moves ----------------------------------------------------------------------------------


def _draw_incidents(center: Center, board: Board, screen: Screen) -> Component:
    return dl.LayerGroup(eventHandlers={"add": named("adoptIncidents")})


def _draw_units(center: Center, board: Board, screen: Screen) -> Component:
    return dl.LayerGroup(eventHandlers={"add": named("adoptUnits")})


def _draw_shelters(center: Center, board: Board, screen: Screen) -> Component:
    return dl.LayerGroup(eventHandlers={"add": named("adoptShelters")})


def _draw_circle(center: Center, board: Board, screen: Screen) -> Component:
    return dl.LayerGroup(eventHandlers={"add": named("adoptCircle")})


def _draw_late_names(center: Center, board: Board, screen: Screen) -> Component:
    return dl.LayerGroup(eventHandlers={"add": named("adoptLateNames")})


def _draw_warnings(center: Center, board: Board, screen: Screen) -> Component:
    return dl.LayerGroup(eventHandlers={"add": named("adoptWarnings")})


def _draw_closures(center: Center, board: Board, screen: Screen) -> Component:
    return dl.LayerGroup(eventHandlers={"add": named("adoptClosures")})


_DESK = frozenset({"console", "roads"})

LAYERS: Sequence[Layer] = (
    Layer(id="base", title=Text("底图", "Base map"), draw=_draw_base, z=300),
    Layer(id="circle", title=Text("五分钟圈外", "Beyond 5 minutes"), draw=_draw_circle, z=310),
    Layer(id="warnings", title=Text("预警范围", "Warned areas"), draw=_draw_warnings, pages=frozenset({"console", "wall"}), z=315),
    Layer(id="areas", title=Text("片区界线", "Area outlines"), draw=_draw_areas, z=320),
    Layer(id="street-names", title=Text("道路名称", "Street names"), draw=_draw_street_names, pages=_DESK, z=330),
    Layer(id="compounds", title=Text("小区", "Compounds"), draw=_draw_compounds, pages=_DESK, default_on=False, z=410),
    Layer(id="depots", title=Text("物资储备库", "Depots"), draw=draw_depots, pages=_DESK, default_on=False, z=420),
    Layer(id="stations", title=Text("救援站", "Stations"), draw=_draw_stations, z=430),
    Layer(id="late-names", title=Text("圈外小区", "Compounds beyond 5 minutes"), draw=_draw_late_names, z=434),
    Layer(id="closures", title=Text("封路", "Closed roads"), draw=_draw_closures, z=435),
    Layer(id="shelters", title=Text("避难场所", "Shelters"), draw=_draw_shelters, z=440),
    Layer(id="units", title=Text("车辆", "Units"), draw=_draw_units, z=450),
    Layer(id="incidents", title=Text("事件", "Incidents"), draw=_draw_incidents, z=460),
)
"""Back to front."""


def layers_of(page: str) -> list[Layer]:
    return [layer for layer in LAYERS if page in layer.pages]


def district_bounds(center: Center) -> Bounds:
    """The box around the street's areas, stations and vehicles' homes, with a free rim."""
    catalogue = center.catalogue
    points = [corner for area in catalogue.areas.values() for corner in area.outline]
    points += [station.point for station in catalogue.stations.values()] + [vehicle.home for vehicle in catalogue.vehicles.values()]
    south, north = min(point.lat for point in points), max(point.lat for point in points)
    west, east = min(point.lon for point in points), max(point.lon for point in points)
    rim_lat, rim_lon = (north - south) * MARGIN_SHARE, (east - west) * MARGIN_SHARE
    return (south - rim_lat, west - rim_lon), (north + rim_lat, east + rim_lon)


def _pane(layer: Layer, screen: Screen) -> Component:
    """The layer in its own pane; markers and shapes of a layer take the pane's name."""
    drawn = layer.draw(screen.center, screen.live.board, screen)
    return dl.Pane([drawn], name=f"layer-{layer.id}", style={"zIndex": layer.z})


def district_map(screen: Screen, *, page: str, map_id: str = "map", can_pan: bool = True) -> html.Div:
    """The map of the whole district with the page's layers; the Leaflet map is `cc.map` in the browser.

    can_pan : False for a wall, where nobody can pan it back.
    A click on the ground is Input(map_id, "clickData"); a click on a marker fills the store "picked" instead.
    """
    south_west, north_east = district_bounds(screen.center)
    gestures = dict.fromkeys(("dragging", "scrollWheelZoom", "doubleClickZoom", "boxZoom", "keyboard", "touchZoom"), can_pan)
    leaflet = dl.Map(
        [*(_pane(layer, screen) for layer in layers_of(page)), *([dl.ZoomControl(position="bottomleft")] if can_pan else [])],
        id=map_id,
        center=[(south_west[0] + north_east[0]) / 2, (south_west[1] + north_east[1]) / 2],
        zoom=14,
        viewport={"bounds": [list(south_west), list(north_east)], "transition": "setView"},
        zoomSnap=0.05,
        zoomControl=False,
        attributionControl=False,
        style={"height": "100%"},
        **gestures,
    )
    note = html.Div(screen.say(N_("Schematic map")), className="map-note")
    return html.Div([leaflet, note], className="map-box", role="region", **{"aria-label": screen.say(N_("Map of the district"))})


def layer_keys(screen: Screen, page: str) -> html.Div:
    """Switches of the page's layers; the browser keeps the choice."""
    return html.Div(
        [_layer_key(layer, screen) for layer in layers_of(page)],
        className="map-key",
        role="group",
        **{"aria-label": screen.say(N_("Map layers"))},
    )


def _layer_key(layer: Layer, screen: Screen) -> html.Button:
    facts = {"data-layer": layer.id, "data-on": "1" if layer.default_on else "", "aria-checked": "true" if layer.default_on else "false"}
    return html.Button(screen.read(layer.title), type="button", role="switch", className="layer-key", **facts)


def unit_symbol(state: str, kind: str = "patrol_vehicle", fix: str = "fresh") -> html.Span:
    """A unit's shape as on the map, for legends and lists."""
    facts = {"data-kind": kind, "data-state": state, "data-fix": fix, "aria-hidden": "true"}
    return html.Span(html.I(className="body"), className="mk unit", **facts)


def map_legend(screen: Screen) -> html.Div:
    """What the shapes mean: units by kind and state, fix age, shelters, depots by tier, roads, levels."""
    kinds = [(unit_symbol("available", kind), phrases.UNIT_KIND[kind]) for kind in ("patrol_vehicle", "guarantee_vehicle")]
    states = [(unit_symbol(state), label) for state, label in phrases.UNIT_STATUS.items()]
    ages = [(unit_symbol("available", fix="old"), N_("fix older than 30 s"))]
    units = [_legend_line(symbol, screen.say(label)) for symbol, label in (*kinds, *states, *ages)]
    shelter = _legend_line(html.Span(icon("home"), className="mk shelter"), screen.say(N_("open shelter: people/places")))
    depots = [
        _legend_line(
            html.Span([html.Span(className="body"), html.Span(className="mk-tag")], className=f"mk depot tier-{code}"),
            screen.read(tier.name),
        )
        for code, tier in screen.center.catalogue.depot_tiers.items()
    ]
    roads = [
        _legend_line(html.I(className=f"road-key {name}"), screen.say(label))
        for name, label in (("late", N_("help later than 5 min")), ("latest", N_("later than 8 min")), ("closed", N_("closed road")))
    ]
    levels = [_legend_line(severity(level, screen), level_name(level, screen)) for level in Level]
    return html.Div([*units, shelter, *depots, *roads, *levels], className="map-key legend")


def _legend_line(symbol: Component, label: str) -> html.Div:
    return html.Div([html.Span(symbol, className="swatch"), label])
