"""Travel times and ways from a Valhalla server (CENTER_ROUTER_URL), for a street whose vehicles go farther than its own network.

It is asked over HTTP and never run in this process: its native code has brought workers down. When it does not answer, or answers
nonsense, the street's own network does, and the log says so once per outage.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import cos, hypot, pi, radians, sin
from typing import Any

import httpx
import numpy as np

from command_center.domain.closures import Blocked, Line, simplified
from command_center.domain.geo import EARTH_RADIUS_M, Point
from command_center.domain.text import Text
from command_center.roads.edges import FloatArray, IntArray
from command_center.roads.network import Points, RoadNetwork, Route, as_degrees
from command_center.roads.reach import NOBODY

log = logging.getLogger(__name__)

TIMEOUT_S = 2.0
"""An order does not wait longer for a better arrival time."""

MATRIX_S = 6.0
"""Nor does a table of many questions, all of them together."""

MOST_PAIRS = 2_500
MOST_ACROSS = 50
"""What a server takes in one question as it is delivered (service_limits.auto.max_matrix_location_pairs): 50 x 50, or 2,500 to one."""

LEAST_REACH_M = 6.0
"""Half a street: a closure thinner than this would not touch the middle line of every map."""

SLOWEST_KMH, FASTEST_KMH = 10, 140
"""What Valhalla takes as top_speed (10 to 252); faster is nobody here."""

_NO_WAY = frozenset({170, 171, 442})
"""Error codes of Valhalla: places in different parts of the network, no road near a place, no way found."""

_FAILURES = (httpx.HTTPError, ValueError, KeyError, TypeError, IndexError)
"""Nobody answers, or the answer is none."""


FASTEST: Mapping[str, float] = {
    "destination_only_penalty": 0,
    "gate_cost": 0,
    "gate_penalty": 0,
    "maneuver_penalty": 0,
    "private_access_penalty": 0,
    "service_penalty": 0,
}
"""A rescue vehicle takes the fastest way: lanes open for it as they do in the street's own network. Turns stay forbidden."""

STRAIGHT_M = 2.0
"""A closed line is simplified by as much before it is sent: a server takes 100 corners of closed ground in all, and 10 km around it."""

_Places = list[dict[str, float]]


class ValhallaRouter:
    """A `Router` over HTTP. own : the street's network, which answers when the server does not."""

    def __init__(
        self, url: str, own: RoadNetwork, *, keep_turn_restrictions: bool = True, transport: httpx.BaseTransport | None = None
    ) -> None:
        """keep_turn_restrictions : False asks for ways over forbidden turns too, as the street's network has them then."""
        self._http = httpx.Client(base_url=url.rstrip("/"), timeout=TIMEOUT_S, transport=transport, trust_env=False)
        self._own = own
        self._always: Mapping[str, float | bool] = FASTEST if keep_turn_restrictions else {**FASTEST, "ignore_restrictions": True}
        self._is_away = False

    def close(self) -> None:
        self._http.close()

    def travel_s(
        self, origins: Points, destination: Point, *, vehicle_kmh: float | None = None, blocked: frozenset[Blocked] = frozenset()
    ) -> FloatArray:
        """Seconds from each origin to one destination; inf where no street leads there."""
        try:
            return self._table(origins, [destination], vehicle_kmh, blocked)[:, 0]
        except _FAILURES as problem:
            self._note_away(problem)
            return self._own.travel_s(origins, destination, vehicle_kmh=vehicle_kmh, blocked=blocked)

    def matrix_s(
        self, origins: Points, destinations: Points, *, vehicle_kmh: float | None = None, blocked: frozenset[Blocked] = frozenset()
    ) -> FloatArray:
        """(n, k) seconds from each of n origins to each of k destinations; all from the server, or all from the street's own network."""
        try:
            return self._table(origins, destinations, vehicle_kmh, blocked)
        except _FAILURES as problem:
            self._note_away(problem)
            return self._own.matrix_s(origins, destinations, vehicle_kmh=vehicle_kmh, blocked=blocked)

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
        """Seconds from each origin to the destination with the best of the stops on the way, and which it is (-1: none can be reached)."""
        try:
            onward_s = self._table(stops, [destination], vehicle_kmh, blocked)[:, 0] + stop_s
            whole_s = self._table(origins, stops, vehicle_kmh, blocked) + onward_s
        except _FAILURES as problem:
            self._note_away(problem)
            return self._own.by_way_of(origins, stops, destination, stop_s=stop_s, vehicle_kmh=vehicle_kmh, blocked=blocked)
        if not len(onward_s):
            return np.full(len(whole_s), np.inf), np.full(len(whole_s), NOBODY, dtype=np.int64)
        seconds, which = whole_s.min(axis=1), whole_s.argmin(axis=1)
        return seconds, np.where(np.isfinite(seconds), which, NOBODY)

    def _table(self, origins: Points, destinations: Points, vehicle_kmh: float | None, blocked: frozenset[Blocked]) -> FloatArray:
        """(n, k) seconds as the server has them, in as few questions as it takes. Raises whatever is in _FAILURES."""
        sources, targets = _places(origins), _places(destinations)
        seconds = np.zeros((len(sources), len(targets)))
        across = min(len(targets), max(MOST_ACROSS, MOST_PAIRS // max(len(sources), 1)))
        down = MOST_PAIRS // max(across, 1)
        give_up_at = time.monotonic() + MATRIX_S
        for top in range(0, len(sources), down):
            for left in range(0, len(targets), max(across, 1)):
                rows, columns = slice(top, top + down), slice(left, left + across)
                seconds[rows, columns] = self._block(sources[rows], targets[columns], self._costing(vehicle_kmh, blocked), give_up_at)
        self._is_away = False
        return seconds

    def _block(self, sources: _Places, targets: _Places, costing: dict[str, Any], give_up_at: float) -> FloatArray:
        """A server refuses a whole table for one place off its map: then the table is halved until that place stands alone."""
        if time.monotonic() > give_up_at:
            raise httpx.ReadTimeout("a table takes too long")
        answer = self._ask("/sources_to_targets", {"sources": sources, "targets": targets, **costing})
        if answer.get("error_code") not in _NO_WAY:
            return _times(answer["sources_to_targets"], sources, targets)
        if len(sources) * len(targets) == 1:
            return np.full((1, 1), np.inf)
        if len(sources) >= len(targets):
            halves = (sources[: len(sources) // 2], sources[len(sources) // 2 :])
            return np.concatenate([self._block(half, targets, costing, give_up_at) for half in halves])
        halves = (targets[: len(targets) // 2], targets[len(targets) // 2 :])
        return np.concatenate([self._block(sources, half, costing, give_up_at) for half in halves], axis=1)

    def route(
        self, origin: Point, destination: Point, *, vehicle_kmh: float | None = None, blocked: frozenset[Blocked] = frozenset()
    ) -> Route:
        """The fastest way, with inf seconds and no points where there is none."""
        order = {"locations": [_place(origin), _place(destination)], "units": "kilometers", **self._costing(vehicle_kmh, blocked)}
        try:
            answer = self._ask("/route", order)
            route = _no_route() if answer.get("error_code") in _NO_WAY else _route(answer["trip"])
        except _FAILURES as problem:
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

    def _costing(self, vehicle_kmh: float | None, blocked: frozenset[Blocked]) -> dict[str, Any]:
        speed = {} if vehicle_kmh is None else {"top_speed": round(min(max(vehicle_kmh, SLOWEST_KMH), FASTEST_KMH))}
        outlines = [outline for one in sorted(blocked, key=repr) for line in one.lines for outline in _outlines(line, one.reach_m)]
        return {
            "costing": "auto",
            "costing_options": {"auto": {**self._always, **speed}},
            **({"exclude_polygons": [[[point.lon, point.lat] for point in outline] for outline in outlines]} if outlines else {}),
        }

    def _note_away(self, problem: Exception) -> None:
        if not self._is_away:
            log.warning("the router does not answer: the street's own network does", extra={"problem": str(problem)})
        self._is_away = True


def _times(rows: list[Any], sources: _Places, targets: _Places) -> FloatArray:
    times = [[_seconds(cell["time"]) for _, cell in zip(targets, row, strict=True)] for _, row in zip(sources, rows, strict=True)]
    return np.array(times)


def _places(points: Points) -> _Places:
    return [{"lat": float(lat), "lon": float(lon)} for lat, lon in as_degrees(points)]


def _place(point: Point) -> dict[str, float]:
    return {"lat": point.lat, "lon": point.lon}


def _outlines(line: Line, reach_m: float) -> list[list[Point]]:
    """Closed rings around a closure: one around a spot, one along every piece of a line."""
    reach_m = max(reach_m, LEAST_REACH_M)
    if len(line) == 1:
        corners = [_moved(line[0], reach_m * cos(angle * pi / 6), reach_m * sin(angle * pi / 6)) for angle in range(12)]
        return [[*corners, corners[0]]]
    return [_strip(a, b, reach_m) for a, b in pairwise(simplified(line, STRAIGHT_M)) if a != b]


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
