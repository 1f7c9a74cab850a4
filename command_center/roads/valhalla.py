"""Travel times and ways from a Valhalla server (CENTER_ROUTER_URL), for a street whose vehicles go farther than its own network.

It is asked over HTTP and never run in this process: its native code has brought workers down. When it does not answer, or answers
nonsense, the street's own network does, and the log says so once per outage.
"""

import logging
from collections.abc import Sequence
from itertools import pairwise
from math import cos, hypot, pi, radians, sin
from typing import Any

import httpx
import numpy as np

from command_center.domain.closures import Blocked, Line
from command_center.domain.geo import EARTH_RADIUS_M, Point
from command_center.domain.text import Text
from command_center.roads.edges import FloatArray
from command_center.roads.network import Points, RoadNetwork, Route, as_degrees

log = logging.getLogger(__name__)

TIMEOUT_S = 2.0
"""An order does not wait longer for a better arrival time."""

LEAST_REACH_M = 6.0
"""Half a street: a closure thinner than this would not touch the middle line of every map."""

SLOWEST_KMH, FASTEST_KMH = 10, 140
"""What Valhalla takes as top_speed (10 to 252); faster is nobody here."""

_NO_WAY = frozenset({170, 171, 442})
"""Error codes of Valhalla: places in different parts of the network, no road near a place, no way found."""


class ValhallaRouter:
    """A `Router` over HTTP. own : the street's network, which answers when the server does not."""

    def __init__(self, url: str, own: RoadNetwork, *, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(base_url=url.rstrip("/"), timeout=TIMEOUT_S, transport=transport, trust_env=False)
        self._own = own
        self._is_away = False

    def close(self) -> None:
        self._http.close()

    def travel_s(
        self, origins: Points, destination: Point, *, vehicle_kmh: float | None = None, blocked: frozenset[Blocked] = frozenset()
    ) -> FloatArray:
        """Seconds from each origin to one destination; inf where no street leads there."""
        sources = [{"lat": float(lat), "lon": float(lon)} for lat, lon in as_degrees(origins)]
        if not sources:
            return np.zeros(0)
        order = {"sources": sources, "targets": [_place(destination)], **_costing(vehicle_kmh, blocked)}
        try:
            rows = self._ask("/sources_to_targets", order)["sources_to_targets"]
            seconds = np.array([_seconds(row[0]["time"]) for _, row in zip(sources, rows, strict=True)])
        except (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as problem:
            self._note_away(problem)
            return self._own.travel_s(origins, destination, vehicle_kmh=vehicle_kmh, blocked=blocked)
        self._is_away = False
        return seconds

    def route(
        self, origin: Point, destination: Point, *, vehicle_kmh: float | None = None, blocked: frozenset[Blocked] = frozenset()
    ) -> Route:
        """The fastest way, with inf seconds and no points where there is none."""
        order = {"locations": [_place(origin), _place(destination)], "units": "kilometers", **_costing(vehicle_kmh, blocked)}
        try:
            answer = self._ask("/route", order)
            route = _no_route() if answer.get("error_code") in _NO_WAY else _route(answer["trip"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError) as problem:
            self._note_away(problem)
            return self._own.route(origin, destination, vehicle_kmh=vehicle_kmh, blocked=blocked)
        self._is_away = False
        return route

    def _ask(self, path: str, order: dict[str, Any]) -> dict[str, Any]:
        """The answer as JSON; "there is no way" is an answer. Raises httpx.HTTPError, ValueError."""
        response = self._http.post(path, json=order)
        answer = response.json()
        if not isinstance(answer, dict):
            raise TypeError(f"an answer of type {type(answer).__name__}")
        if answer.get("error_code") not in _NO_WAY:
            response.raise_for_status()
        return answer

    def _note_away(self, problem: Exception) -> None:
        if not self._is_away:
            log.warning("the router does not answer: the street's own network does", extra={"problem": str(problem)})
        self._is_away = True


def _place(point: Point) -> dict[str, float]:
    return {"lat": point.lat, "lon": point.lon}


def _costing(vehicle_kmh: float | None, blocked: frozenset[Blocked]) -> dict[str, Any]:
    speed = {} if vehicle_kmh is None else {"top_speed": round(min(max(vehicle_kmh, SLOWEST_KMH), FASTEST_KMH))}
    outlines = [outline for one in sorted(blocked, key=repr) for line in one.lines for outline in _outlines(line, one.reach_m)]
    return {
        "costing": "auto",
        "costing_options": {"auto": speed},
        **({"exclude_polygons": [[[point.lon, point.lat] for point in outline] for outline in outlines]} if outlines else {}),
    }


def _outlines(line: Line, reach_m: float) -> list[list[Point]]:
    """Closed rings around a closure: one around a spot, one along every piece of a line."""
    reach_m = max(reach_m, LEAST_REACH_M)
    if len(line) == 1:
        corners = [_moved(line[0], reach_m * cos(angle * pi / 6), reach_m * sin(angle * pi / 6)) for angle in range(12)]
        return [[*corners, corners[0]]]
    return [_strip(a, b, reach_m) for a, b in pairwise(line) if a != b]


def _strip(a: Point, b: Point, reach_m: float) -> list[Point]:
    north, east = (b.lat - a.lat), (b.lon - a.lon) * cos(radians(a.lat))
    along = hypot(north, east)
    side_north, side_east = -east / along * reach_m, north / along * reach_m
    left, right = (side_north, side_east), (-side_north, -side_east)
    corners = [_moved(a, *left), _moved(b, *left), _moved(b, *right), _moved(a, *right)]
    return [*corners, corners[0]]


def _moved(point: Point, north_m: float, east_m: float) -> Point:
    degree_m = radians(1) * EARTH_RADIUS_M
    return Point(round(point.lat + north_m / degree_m, 6), round(point.lon + east_m / (degree_m * cos(radians(point.lat))), 6))


def _seconds(value: object) -> float:
    """A cell of the table; null is "no way". Raises ValueError for what is no time."""
    if value is None:
        return float("inf")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError(f"{value!r} is no time")
    return float(value)


def _no_route() -> Route:
    return Route(travel_s=np.inf, length_m=np.inf, points=np.zeros((0, 2)), seconds=np.zeros(0), streets=())


def _route(trip: dict[str, Any]) -> Route:
    """Valhalla gives seconds per manoeuvre; between two of them they are shared out by length."""
    legs = trip["legs"]
    points, seconds, streets = [], [], dict[Text, None]()
    before_s = 0.0
    for leg in legs:
        shape = decoded(leg["shape"])
        at_s = np.zeros(len(shape))
        for manoeuvre in leg["maneuvers"]:
            first, last = int(manoeuvre["begin_shape_index"]), int(manoeuvre["end_shape_index"])
            at_s[first : last + 1] = before_s + _shared_out(shape[first : last + 1], _seconds(manoeuvre["time"]))
            before_s = float(at_s[last])
            streets |= {Text(name, name): None for name in manoeuvre.get("street_names", [])[:1]}
        points.append(shape)
        seconds.append(at_s)
    travel_s = _seconds(trip["summary"]["time"])
    return Route(
        travel_s=travel_s,
        length_m=float(trip["summary"]["length"]) * 1000,
        points=np.concatenate(points),
        seconds=np.concatenate(seconds),
        streets=tuple(streets),
    )


def _shared_out(shape: FloatArray, takes_s: float) -> FloatArray:
    """(k,) seconds at each point of a piece that takes so long, by length."""
    if len(shape) < 2:
        return np.zeros(len(shape))
    flat = shape * np.array([1.0, cos(radians(float(shape[0, 0])))])
    far = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(flat, axis=0), axis=1))])
    return np.asarray(far / max(float(far[-1]), 1e-12) * takes_s)


def decoded(shape: str) -> FloatArray:
    """(k, 2) lat, lon of an encoded polyline with six decimals. Raises ValueError, IndexError for what is none."""
    numbers: list[int] = []
    value = shift = 0
    for letter in shape:
        chunk = ord(letter) - 63
        if not 0 <= chunk < 64:
            raise ValueError(f"{letter!r} is no letter of an encoded line")
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            numbers.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if not numbers or len(numbers) % 2:
        raise ValueError("an encoded line has pairs of numbers")
    return np.cumsum(np.array(numbers).reshape(-1, 2), axis=0) / 1e6


def route_line(points: Sequence[Point]) -> str:
    """Encode a line as `decoded` reads it."""
    flat = np.round(as_degrees(points) * 1e6).astype(int)
    steps = np.diff(flat, axis=0, prepend=np.zeros((1, 2), dtype=int)).ravel().tolist()
    return "".join(_letters(step) for step in steps)


def _letters(number: int) -> str:
    value = ~(number << 1) if number < 0 else number << 1
    letters = ""
    while value >= 0x20:
        letters += chr((0x20 | (value & 0x1F)) + 63)
        value >>= 5
    return letters + chr(value + 63)
