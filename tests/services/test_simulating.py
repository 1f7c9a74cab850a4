"""Simulated days over the real street: the same calls for every policy, ours never worse where many wait, and hindsight."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db.board_rows import moment
from command_center.db.tables import Incident
from command_center.domain.geo import Point
from command_center.domain.levels import Level
from command_center.domain.response_time import TURNOUT_S
from command_center.domain.rights import Actor
from command_center.domain.status import AssignmentStatus, UnitStatus
from command_center.services import assignments, closures, coverage, simulating, units
from command_center.services.assignments import ReportStatus
from command_center.services.closures import CloseRoad
from command_center.services.dispatching import DispatchUnits, dispatch_units
from command_center.services.hindsight import hindsight
from command_center.services.policies import GROUP, POLICIES, NoSuchPolicy, policy_named, policy_names
from command_center.services.simulating import Stage
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.effort import effort
from tests.services.test_coverage import snow


@pytest.fixture
def sixteen(center: Center) -> Stage:
    return simulating.stage(center)


def test_the_same_seed_gives_the_same_days(center: Center, sixteen: Stage) -> None:
    first, again, other = (simulating.day_calls(center.catalogue, sixteen, days=3, per_day=100, seed=seed) for seed in (7, 7, 8))

    assert np.array_equal(first.at_s, again.at_s)
    assert np.array_equal(first.spot, again.spot)
    assert not np.array_equal(first.at_s[:50], other.at_s[:50])
    assert (np.diff(first.at_s) >= 0).all()
    assert 200 < len(first.at_s) < 400
    assert first.at_s.max() < 3 * 86_400


def test_on_a_quiet_day_everybody_is_served_in_time_by_any_policy(center: Center, sixteen: Stage) -> None:
    calls = simulating.day_calls(center.catalogue, sixteen, days=2, per_day=50, seed=3)

    shares = {policy: simulating.run(sixteen, calls, policy).promise_share for policy in POLICIES}

    assert all(share > 0.9 for share in shares.values())
    assert shares["ours"] == pytest.approx(shares["severity_first"], abs=0.01)


@pytest.mark.parametrize("units", [16, 60, 200])
def test_in_a_cloudburst_ours_is_at_least_eight_percent_below_severity_first(center: Center, units: int) -> None:
    """Three fresh seeds here; bench/roads.py takes twenty."""
    on = simulating.stage(center, units=units)
    ratios = []
    for seed in (501, 502, 503):
        calls = simulating.cloudburst_calls(center.catalogue, on, count=300, within_s=600, seed=seed)
        ours, plain = (simulating.run(on, calls, policy).weighted_s for policy in ("ours", "severity_first"))
        ratios.append(ours / plain)

    assert np.mean(ratios) <= 0.92


def test_thousands_of_calls_pass_in_a_second(center: Center, sixteen: Stage) -> None:
    calls = simulating.day_calls(center.catalogue, sixteen, days=20, per_day=100, seed=1)

    with effort() as made:
        simulating.run(sixteen, calls, "ours")

    assert made.calls < 200 * len(calls.at_s)


def test_an_unknown_policy_is_a_mistake_that_shows(center: Center, sixteen: Stage) -> None:
    with pytest.raises(NoSuchPolicy, match="severity_first"):
        simulating.run(sixteen, simulating.day_calls(center.catalogue, sixteen, days=1, per_day=5, seed=1), "clever")


FARTHEST_FROM_STANDBY = """
from command_center.domain.simulation import WaitsAt


class Farthest:
    waits_at = WaitsAt.STANDBY

    def choose(self, moment):
        order = moment.waiting[:1]
        return [(int(moment.free[moment.arrival_s(moment.free, order)[:, 0].argmax()]), int(order[0]))]
"""


def test_a_package_brings_a_policy_that_takes_part_by_its_name_and_takes_no_name_that_ships(
    center: Center, sixteen: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed package is a folder of metadata on the path."""
    package = tmp_path / "far_policies-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: far-policies\nVersion: 1.0\n", encoding="utf-8")
    (package / "entry_points.txt").write_text(f"[{GROUP}]\nfar = far_away:Farthest\nours = far_away:Farthest\n", encoding="utf-8")
    (tmp_path / "far_away.py").write_text(FARTHEST_FROM_STANDBY, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    calls = simulating.day_calls(center.catalogue, sixteen, days=2, per_day=50, seed=3)

    far, near = (simulating.run(sixteen, calls, policy) for policy in ("far", "ours_standby"))

    assert policy_names() == [*POLICIES, "far"]
    assert far.weighted_s > 1.3 * near.weighted_s
    assert policy_named("ours") is POLICIES["ours"]


# ---- hindsight ---------------------------------------------------------------------------------------------------------------------


def test_a_watch_without_calls_has_nothing_to_look_back_on(center: Center) -> None:
    report = hindsight(center, center.now() - timedelta(hours=24), center.now())

    assert (report["incidents"], report["real_s"]) == ([], None)


def test_a_far_unit_for_a_near_fire_shows_in_hindsight(center: Center, officer: Actor, clock: Clock, crew: Callable[[str], Actor]) -> None:
    began = center.now()
    taken = take_test_call(center, officer, place_id="XQ001", severity=Level.II)
    clock.advance(30)
    (assignment,) = dispatch_units(center, DispatchUnits(incident_id=taken.incident_id, unit_ids=("patrol-12",)), officer)
    for wait_s, status in ((20, "acknowledged"), (60, "en_route"), (600, "on_scene"), (900, "cleared")):
        clock.advance(wait_s)
        assignments.report_status(center, ReportStatus(assignment_id=assignment, status=AssignmentStatus(status)), crew("patrol-12"))
    take_test_call(center, officer, place_id="XQ090")

    report = hindsight(center, began, center.now() + timedelta(seconds=1))

    first, second = report["incidents"]
    assert (first["real_s"], first["units"]) == (710, ["patrol-12"])
    assert first["floor_s"] <= first["best_found_s"] < 400
    assert (second["real_s"], second["units"]) == (None, [])
    assert report["floor_s"] <= report["best_found_s"] < report["real_s"] == 710


def floor_of(center: Center, since: datetime) -> float:
    floor_s = hindsight(center, since, center.now() + timedelta(seconds=1))["floor_s"]
    assert isinstance(floor_s, float)
    return floor_s


def unanswered(center: Center, place: str) -> None:
    """A call with a first unit there: only who was reached is weighed."""
    taken = take_test_call(center, place_id=place, severity=Level.II)
    with Session(center.engine) as session, session.begin():
        session.get_one(Incident, taken.incident_id).on_scene_at = center.now() + timedelta(seconds=200)


def test_a_snow_watch_is_replayed_on_snow_and_says_so(center: Center, clock: Clock) -> None:
    coverage.keep_reading(center, coverage.see(center))
    began = center.now()
    unanswered(center, "XQ040")
    dry = floor_of(center, began)
    clock.advance(3600)
    snow(center)
    coverage.keep_reading(center, coverage.see(center))
    fell = center.now()
    unanswered(center, "XQ040")

    report, of_both = (
        hindsight(center, fell, center.now() + timedelta(seconds=1)),
        hindsight(center, began, center.now() + timedelta(seconds=1)),
    )

    assert [one["weather"] for one in report["weather"]] == ["snow"]
    assert [one["weather"] for one in of_both["weather"]] == ["dry", "snow"]
    first, second = (one["floor_s"] for one in of_both["incidents"])
    assert first == pytest.approx(dry, abs=0.2)
    assert second - TURNOUT_S > 1.2 * (first - TURNOUT_S), "the same way from the same points, each call on its own roads"
    assert not any("dry" in sentence["en"] for sentence in report["left_out"])
    assert all(sentence["zh"] != sentence["en"] for sentence in report["left_out"])


def test_a_watch_whose_weather_nobody_kept_says_that_it_is_taken_as_dry(center: Center) -> None:
    unanswered(center, "XQ040")

    report = hindsight(center, center.now() - timedelta(hours=1), center.now() + timedelta(seconds=1))

    assert report["weather"] == []
    assert "taken as dry" in report["left_out"][-1]["en"]


def test_vehicles_that_were_not_fit_answer_no_call_in_hindsight(center: Center, officer: Actor, clock: Clock) -> None:
    began = center.now()
    unanswered(center, "XQ040")
    everybody = floor_of(center, began)
    clock.advance(60)
    for vehicle in list(center.catalogue.vehicles)[:-1]:
        units.set_unit_status(center, vehicle, UnitStatus.OUT_OF_SERVICE, officer, "flat")
    clock.advance(600)
    unanswered(center, "XQ040")
    clock.advance(600)
    units.set_unit_status(center, "patrol-01", UnitStatus.AVAILABLE, officer)
    late = center.now()
    clock.advance(600)

    report = hindsight(center, began, center.now())
    of_the_end = hindsight(center, late - timedelta(seconds=1), center.now())

    first, second = (one["floor_s"] for one in report["incidents"])
    assert first == pytest.approx(everybody, abs=0.2)
    assert second > first + 20
    assert report["incidents"][1]["best_found_s"] >= second
    assert len(report["unfit"]) == len(center.catalogue.vehicles) - 1
    back = next(one for one in report["unfit"] if one["unit_id"] == "patrol-01")
    assert back["to_at"] == moment(late)
    assert len(of_the_end["unfit"]) == len(center.catalogue.vehicles) - 1, "who was unfit before the beginning still is"


def test_a_road_that_was_closed_then_is_gone_round_and_its_guard_answers_no_call(center: Center, officer: Actor, clock: Clock) -> None:
    began = center.now()
    unanswered(center, "XQ040")
    open_s = floor_of(center, began)
    clock.advance(600)
    spot = center.catalogue.places["XQ040"].point
    ring = [Point(spot.lat + 0.0015 * north, spot.lon + 0.002 * east) for north, east in ((1, 1), (1, -1), (-1, -1), (-1, 1), (1, 1))]
    closure = closures.close_road(center, CloseRoad(line=tuple(ring), guard="patrol-05"), officer)
    unanswered(center, "XQ040")
    clock.advance(600)
    closures.reopen_road(center, closure, officer)
    unanswered(center, "XQ040")

    report = hindsight(center, began, center.now() + timedelta(seconds=1))

    floors = [one["floor_s"] for one in report["incidents"]]
    assert report["closed_roads"] == 1
    assert floors[0] == floors[2] == pytest.approx(open_s, abs=0.2)
    assert floors[1] is None or floors[1] > open_s + 20
    assert [one["unit_id"] for one in report["unfit"]] == ["patrol-05"]
