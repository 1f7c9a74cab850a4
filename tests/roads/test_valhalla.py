"""A router elsewhere: asked in Valhalla's words, understood in its answers, replaced by the street's own network when it fails.

The answers are written as Valhalla 3.5 gives them; no server takes part.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.closures import Blocked
from command_center.domain.geo import Point
from command_center.roads import RoadNetwork
from command_center.roads.valhalla import FASTEST, ValhallaRouter, decoded, route_line
from tests.roads.test_road_network import at, square

HERE, THERE = at(0, 0), at(2, 2)
Answer = Callable[[dict[str, Any]], httpx.Response]


@pytest.fixture
def own(tmp_path: Path) -> RoadNetwork:
    return square(tmp_path)


def router(own: RoadNetwork, answer: Answer, asked: list[tuple[str, dict[str, Any]]] | None = None) -> ValhallaRouter:
    def answered(request: httpx.Request) -> httpx.Response:
        order = json.loads(request.content)
        if asked is not None:
            asked.append((request.url.path, order))
        return answer(order)

    return ValhallaRouter("http://router.test:8002/", own, transport=httpx.MockTransport(answered))


def table(*seconds: float | None) -> Answer:
    rows = [[{"from_index": number, "to_index": 0, "time": one, "distance": 1.0}] for number, one in enumerate(seconds)]
    return lambda _: httpx.Response(200, json={"sources_to_targets": rows, "units": "kilometers", "algorithm": "costmatrix"})


def same_roads(own: RoadNetwork) -> Answer:
    """A server that knows exactly these roads."""

    def answer(order: dict[str, Any]) -> httpx.Response:
        ends = [[Point(one["lat"], one["lon"]) for one in order[side]] for side in ("sources", "targets")]
        times = own.matrix_s(*ends, vehicle_kmh=order["costing_options"]["auto"].get("top_speed")).tolist()
        rows = [[{"time": one if np.isfinite(one) else None, "distance": 1.0} for one in row] for row in times]
        return httpx.Response(200, json={"sources_to_targets": rows, "units": "kilometers", "algorithm": "costmatrix"})

    return answer


def trip(*points: Point) -> Answer:
    manoeuvres = [
        {"type": 1, "street_names": ["胜利东街"], "time": 30.0, "length": 0.2, "begin_shape_index": 0, "end_shape_index": 1},
        {"type": 15, "street_names": ["鸢飞路"], "time": 60.0, "length": 0.2, "begin_shape_index": 1, "end_shape_index": 3},
        {"type": 4, "time": 0, "length": 0, "begin_shape_index": 3, "end_shape_index": 3},
    ]
    leg = {"maneuvers": manoeuvres, "shape": route_line(points), "summary": {"time": 90.0, "length": 0.4}}
    answer = {"trip": {"legs": [leg], "summary": {"time": 90.0, "length": 0.4}, "status": 0, "units": "kilometers"}}
    return lambda _: httpx.Response(200, json=answer)


def test_many_to_one_is_one_question_and_no_way_is_infinite(own: RoadNetwork) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    seconds = router(own, table(120, None, 31), asked).travel_s([HERE, at(1, 0), at(2, 0)], THERE, vehicle_kmh=25)

    assert seconds.tolist() == [120, np.inf, 31]
    ((path, order),) = asked
    assert path == "/sources_to_targets"
    assert len(order["sources"]) == 3
    assert order["targets"] == [{"lat": THERE.lat, "lon": THERE.lon}]
    assert (order["costing"], order["costing_options"]) == ("auto", {"auto": {**FASTEST, "top_speed": 25}})
    assert "exclude_polygons" not in order


def test_nobody_asks_about_no_places(own: RoadNetwork) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    assert router(own, table(), asked).travel_s([], THERE).shape == (0,)
    assert asked == []


def test_many_to_many_is_asked_in_pieces_that_a_server_takes_and_put_together_again(own: RoadNetwork) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []
    origins = [at(east / 60, 0) for east in range(120)]
    destinations = [at(2, north / 40) for north in range(70)]

    seconds = router(own, same_roads(own), asked).matrix_s(origins, destinations, vehicle_kmh=30)

    assert seconds == pytest.approx(own.matrix_s(origins, destinations, vehicle_kmh=30))
    assert [(len(order["sources"]), len(order["targets"])) for _, order in asked] == [(50, 50), (50, 20)] * 2 + [(20, 50), (20, 20)]


@pytest.mark.parametrize(("origins", "destinations", "questions"), [(0, 3, 0), (3, 0, 0), (1, 2500, 1), (2501, 1, 2), (10, 250, 1)])
def test_few_to_many_is_as_few_questions_as_may_be(own: RoadNetwork, origins: int, destinations: int, questions: int) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []

    seconds = router(own, same_roads(own), asked).matrix_s([HERE] * origins, [THERE] * destinations)

    assert seconds.shape == (origins, destinations)
    assert len(asked) == questions


def test_a_stop_on_the_way_is_the_one_that_brings_the_vehicle_there_soonest(own: RoadNetwork) -> None:
    origins, stops = [HERE, at(2, 0.4), at(0, 2)], [at(0, 1), at(1, 2), at(2, 0)]

    seconds, which = router(own, same_roads(own)).by_way_of(origins, stops, THERE, stop_s=90)

    expected_s, expected = own.by_way_of(origins, stops, THERE, stop_s=90)
    assert seconds == pytest.approx(expected_s)
    assert which.tolist() == expected.tolist()


def test_a_stop_that_nobody_reaches_is_no_stop(own: RoadNetwork) -> None:
    nowhere = router(own, lambda order: table(*([None] * len(order["sources"])))(order))

    seconds, which = nowhere.by_way_of([HERE, THERE], [at(1, 0)], THERE, stop_s=90)
    _, of_none = nowhere.by_way_of([HERE, THERE], [], THERE, stop_s=90)

    assert seconds.tolist() == [np.inf, np.inf]
    assert which.tolist() == of_none.tolist() == [-1, -1]


def test_a_table_that_breaks_off_is_worked_out_anew_as_a_whole(own: RoadNetwork) -> None:
    """Half of it by one router and half by another would compare what cannot be compared."""
    answers = iter([table(*[1.0] * 50), _down])

    def one_then_none(order: dict[str, Any]) -> httpx.Response:
        rows = [row * len(order["targets"]) for row in next(answers)(order).json()["sources_to_targets"]]
        return httpx.Response(200, json={"sources_to_targets": rows})

    origins, destinations = [at(0, 0)] * 60, [at(2, 2)] * 60

    seconds = router(own, one_then_none).matrix_s(origins, destinations)

    assert seconds.tolist() == own.matrix_s(origins, destinations).tolist()


def test_one_place_off_the_map_of_the_server_costs_only_its_own_times(own: RoadNetwork) -> None:
    """A server refuses the whole table (170) when one of its places lies on no road it knows."""
    lost = at(40, 40)
    asked: list[tuple[str, dict[str, Any]]] = []
    known = same_roads(own)

    def picky(order: dict[str, Any]) -> httpx.Response:
        off_map = any(place["lat"] == lost.lat for place in (*order["sources"], *order["targets"]))
        refusal = {"error_code": 170, "error": "Locations are in unconnected regions. Go check/edit the map at osm.org"}
        return httpx.Response(400, json=refusal) if off_map else known(order)

    origins = [HERE, at(1, 0), lost, at(2, 0), at(2, 1)]

    to_one = router(own, picky, asked).travel_s(origins, THERE)
    to_all = router(own, picky).matrix_s(origins, origins)

    expected = own.matrix_s(origins, origins)
    expected[2], expected[:, 2] = np.inf, np.inf
    assert to_one == pytest.approx([*own.travel_s(origins[:2], THERE), np.inf, *own.travel_s(origins[3:], THERE)])
    assert to_all == pytest.approx(expected)
    assert len(asked) <= 7


def test_a_long_straight_street_is_one_ring_and_a_bent_one_follows_its_bends(own: RoadNetwork) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []
    straight = tuple(at(0, north / 2) for north in range(60))
    bent = (*straight, at(5, 29.5), at(5.005, 29.6), at(9, 29.5))

    router(own, table(10), asked).travel_s([HERE], THERE, blocked=frozenset({Blocked((straight,), 6.0)}))
    router(own, table(10), asked).travel_s([HERE], THERE, blocked=frozenset({Blocked((bent,), 6.0)}))

    assert [[len(ring) for ring in order["exclude_polygons"]] for _, order in asked] == [[5], [5, 5, 5, 5]]


def test_closed_roads_go_with_the_question_as_rings_around_them(own: RoadNetwork) -> None:
    asked: list[tuple[str, dict[str, Any]]] = []
    closed = frozenset({Blocked(((at(1, 0),),), 40.0), Blocked(((at(0, 1), at(0, 2), at(1, 2)),), 1.0)})

    router(own, table(10), asked).travel_s([HERE], THERE, blocked=closed)

    rings = asked[0][1]["exclude_polygons"]
    assert sorted(len(ring) for ring in rings) == [5, 5, 13]
    assert all(ring[0] == ring[-1] for ring in rings)
    circle = next(ring for ring in rings if len(ring) == 13)
    away = [np.hypot((lat - at(1, 0).lat) * 111_195, (lon - at(1, 0).lon) * 111_195 * np.cos(np.radians(36.7))) for lon, lat in circle]
    assert away == pytest.approx([40.0] * 13, abs=0.5)


def test_a_street_that_need_not_keep_forbidden_turns_asks_for_ways_over_them_too(own: RoadNetwork) -> None:
    asked: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return httpx.Response(200, json={"sources_to_targets": [[{"time": 60}]]})

    for keeps in (True, False):
        free = ValhallaRouter("http://router.test:8002/", own, keep_turn_restrictions=keeps, transport=httpx.MockTransport(answer))
        free.travel_s([at(0, 0)], at(2, 2))

    assert [one["costing_options"]["auto"].get("ignore_restrictions", False) for one in asked] == [False, True]


def test_a_way_has_a_line_with_times_its_length_and_its_streets(own: RoadNetwork) -> None:
    line = [at(0, 0), at(2, 0), at(2, 1), at(2, 2)]

    route = router(own, trip(*line)).route(HERE, THERE)

    assert (route.travel_s, route.length_m) == (90, 400)
    assert route.points == pytest.approx(np.array([(point.lat, point.lon) for point in line]), abs=1e-6)
    assert route.seconds == pytest.approx([0, 30, 60, 90], abs=0.1)
    assert [street.zh for street in route.streets] == ["胜利东街", "鸢飞路"]


@pytest.mark.parametrize("code", [170, 171, 442])
def test_no_way_is_an_answer_and_no_failure(own: RoadNetwork, code: int) -> None:
    refusing = router(own, lambda _: httpx.Response(400, json={"error_code": code, "error": "No path could be found for input"}))

    route = refusing.route(HERE, THERE)

    assert (route.travel_s, len(route.points)) == (np.inf, 0)


def _down(_order: dict[str, Any]) -> httpx.Response:
    raise httpx.ConnectTimeout("nobody there")


FAILURES: dict[str, Answer] = {
    "nobody there": _down,
    "busy": lambda _: httpx.Response(503, text="busy"),
    "an error of its own": lambda _: httpx.Response(500, json={"error_code": 199, "error": "unknown"}),
    "a list": lambda _: httpx.Response(200, json=[]),
    "nothing": lambda _: httpx.Response(200, json={"sources_to_targets": [], "trip": {}}),
    "words for times": lambda _: httpx.Response(200, json={"sources_to_targets": [[{"time": "soon"}]], "trip": {"legs": 3}}),
    "times before now": lambda _: httpx.Response(200, json={"sources_to_targets": [[{"time": -5}]], "trip": None}),
    "no text": lambda _: httpx.Response(200, content=b"\xff\xfe"),
}


@pytest.mark.parametrize("answer", FAILURES.values(), ids=FAILURES.keys())
def test_whatever_goes_wrong_the_own_network_answers(own: RoadNetwork, answer: Answer) -> None:
    elsewhere = router(own, answer)

    assert elsewhere.travel_s([HERE], THERE).tolist() == own.travel_s([HERE], THERE).tolist()
    assert elsewhere.matrix_s([HERE, at(1, 0)], [THERE]).tolist() == own.matrix_s([HERE, at(1, 0)], [THERE]).tolist()
    by_way = [one.by_way_of([HERE], [at(1, 0)], THERE, stop_s=9)[0].tolist() for one in (elsewhere, own)]
    assert by_way[0] == by_way[1]
    assert elsewhere.route(HERE, THERE).length_m == own.route(HERE, THERE).length_m


def test_an_outage_is_told_once(own: RoadNetwork, caplog: pytest.LogCaptureFixture) -> None:
    answers = iter([_down, _down, table(5), _down])

    def one_after_the_other(order: dict[str, Any]) -> httpx.Response:
        return next(answers)(order)

    elsewhere = router(own, one_after_the_other)

    for _ in range(4):
        elsewhere.travel_s([HERE], THERE)

    assert [record.message for record in caplog.records].count("the router does not answer: the street's own network does") == 2


@given(
    st.lists(
        st.builds(Point, st.floats(-90, 90).map(lambda it: round(it, 6)), st.floats(-180, 180).map(lambda it: round(it, 6))), min_size=1
    )
)
def test_an_encoded_line_is_read_as_it_was_written(points: list[Point]) -> None:
    assert decoded(route_line(points)) == pytest.approx(np.array([(point.lat, point.lon) for point in points]), abs=1e-6)


@given(st.text(max_size=30))
def test_what_is_no_line_is_refused_and_never_hangs(shape: str) -> None:
    try:
        found = decoded(shape)
    except (ValueError, IndexError):
        return
    assert found.shape[1] == 2
