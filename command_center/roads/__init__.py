"""Floor 2: the street network: import from .osm.pbf, travel times, routes, base map. Nothing here knows what a unit is."""

from command_center.roads.base_map import base_map
from command_center.roads.network import RoadNetwork, Route, Snap
from command_center.roads.osm_import import RoadFileRefused

__all__ = ["RoadFileRefused", "RoadNetwork", "Route", "Snap", "base_map"]
