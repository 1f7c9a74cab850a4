"""What a router answers, wherever it runs: in this process over the street's own network, or elsewhere over HTTP."""

from typing import Protocol

from command_center.domain.closures import Blocked
from command_center.domain.geo import Point
from command_center.roads.edges import FloatArray, IntArray
from command_center.roads.network import Points, Route


class Router(Protocol):
    """Travel times and ways. vehicle_kmh : the vehicle's cruise speed; blocked : ground that nobody drives over."""

    def travel_s(
        self, origins: Points, destination: Point, *, vehicle_kmh: float | None = None, blocked: frozenset[Blocked] = frozenset()
    ) -> FloatArray:
        """Seconds from each origin to one destination; inf where no street leads there."""
        ...

    def matrix_s(
        self, origins: Points, destinations: Points, *, vehicle_kmh: float | None = None, blocked: frozenset[Blocked] = frozenset()
    ) -> FloatArray:
        """(n, k) seconds from each of n origins to each of k destinations; inf where no street leads there."""
        ...

    def by_way_of(
        self,
        origins: Points,
        stops: Points,
        destination: Point,
        *,
        stop_s: float,
        vehicle_kmh: float | None = None,
        blocked: frozenset[Blocked] = frozenset(),
    ) -> tuple[FloatArray, IntArray]:
        """Seconds from each origin to the destination with the stop that brings it there soonest, and which one (-1: none, inf seconds).

        stop_s : how long the stop takes.
        """
        ...

    def route(
        self, origin: Point, destination: Point, *, vehicle_kmh: float | None = None, blocked: frozenset[Blocked] = frozenset()
    ) -> Route:
        """The fastest way, with inf seconds and no points where there is none."""
        ...
