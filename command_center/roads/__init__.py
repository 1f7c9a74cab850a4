"""Floor 2: the street network: import from .osm.pbf, travel times, routes, base map. Nothing here knows what a unit is."""

from command_center.roads.base_map import base_map
from command_center.roads.map_file import Progress
from command_center.roads.network import RoadNetwork, Route, Snap
from command_center.roads.osm_import import Box, RoadFileRefused
from command_center.roads.reach import NearestTwo
from command_center.roads.router import Router

__all__ = ["Box", "NearestTwo", "Progress", "RoadFileRefused", "RoadNetwork", "Route", "Router", "Snap", "base_map"]
