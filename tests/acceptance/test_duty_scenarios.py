"""Duty scenarios as the street would live them: people act through the doors, jobs do the rest, time passes by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from command_center.domain.geo import Point, distance_m
from command_center.domain.rights import Role
from command_center.wire import EmbeddedValkey
from tests.acceptance.conftest import Duty
from tests.waiting import eventually

NORTH_M = 1 / 111_195
"""Degrees of latitude in a metre."""

LUANJIA, YINGYUAN, LONGYUAN = "XQ025", "XQ013", "XQ061"
"""Compounds in the areas A2, A1 and A3."""


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def called(duty: Duty, kind: str, place: str, said: str, **more: object) -> str:
    """The id of the incident a call opened."""
    return str(duty.post(duty.desk, "/incidents", {"kind": kind, "place_id": place, "said": said, **more})["id"])


def preselected(duty: Duty, incident: str) -> list[str]:
    chosen: list[str] = duty.get(f"/incidents/{incident}/proposal")["preselected"]
    return chosen


def sent(duty: Duty, incident: str, units: list[str]) -> dict[str, str]:
    """Assignments by unit."""
    ids = duty.post(duty.desk, f"/incidents/{incident}/dispatch", {"units": units})["assignments"]
    return dict(zip(units, ids, strict=True))


def told(duty: Duty, notice: dict[str, Any]) -> list[dict[str, Any]]:
    recipients: list[dict[str, Any]] = duty.get(f"/notices/{notice['id']}")["recipients"]
    return recipients


def overdue_answers(duty: Duty) -> set[str]:
    """Ids of messages on the board whose time to answer is over with somebody silent: what the wall counts in red."""
    now = at(duty.board()["now"])
    waiting = [row for row in duty.rows("notice") if row["needs_answer"] and row["answered"] < row["recipients"]]
    return {row["id"] for row in waiting if at(row["answer_until"]) <= now}


# ---- A ---------------------------------------------------------------------------------------------------------------------------


def test_a_blue_to_orange_on_a_night(duty: Duty) -> None:
    """A: a blue warning proposes level IV, orange level II, the district holds the floor, the lifting offers the checklist and no more."""
    duty.until(duty.local(18, 20))
    duty.reach("station", "YY", "station-YY")

    duty.paste("奎文区气象台发布暴雨蓝色预警")
    proposal = duty.proposals()["P01"]
    assert (proposal["level"], proposal["approve_by"]) == ("IV", "duty_leader")
    assert [reason["id"] for reason in proposal["reasons"]] == ["P01-T01"]

    asked = duty.post(duty.desk, "/plans/P01/activate", {"level": "IV", "reason": "暴雨蓝色预警"})
    assert asked["status"] == "proposed"
    assert duty.rows("task") == []
    activation = asked["id"]
    assert duty.post(duty.leader, f"/activations/{activation}/approve")["status"] == "active"
    duty.wait()
    assert duty.proposals() == {}

    task = duty.row("task", step_id="P01-S01")
    duty.post(duty.desk, f"/tasks/{task['id']}/done", {"text": "18:21收到，已回复区防办"})
    stations_must_answer_in_ten_minutes(duty)

    duty.until(duty.local(20, 0))
    duty.paste("区防指决定启动防汛Ⅲ级应急响应")
    assert (duty.proposals()["P01"]["level"], duty.proposals()["P01"]["floor"]) == ("III", "III")

    duty.until(duty.local(21, 40))
    duty.paste("奎文区气象台将暴雨蓝色预警升级为暴雨橙色预警")
    raised = duty.proposals()["P01"]
    assert (raised["level"], raised["floor"], raised["approve_by"]) == ("II", "III", "commander")

    steps_before = {row["step_id"] for row in duty.rows("task")}
    duty.post(duty.commander, f"/activations/{activation}/level", {"level": "II", "reason": "暴雨橙色预警"})
    duty.wait()
    assert {row["step_id"] for row in duty.rows("task")} - steps_before >= {"P01-S05", "P01-S08", "P01-S09"}
    assert duty.row("task", step_id="P01-S01")["status"] == "done"
    levels = [
        (line["event"], line["facts"].get("level") or line["facts"]["after"], line["facts"]["reason"])
        for line in duty.log_of(activation)
        if line["event"] in ("PlanActivated", "LevelChanged")
    ]
    assert levels == [("PlanActivated", "IV", "暴雨蓝色预警"), ("LevelChanged", "II", "暴雨橙色预警")]

    refused = duty.post(duty.commander, f"/activations/{activation}/level", {"level": "IV", "reason": "雨小了"}, status=409)
    assert (refused["code"], refused["facts"]["floor"]) == ("below_district_order", "III")
    lifting_offers_the_checklist_and_no_more(duty, activation)


def stations_must_answer_in_ten_minutes(duty: Duty) -> None:
    """The stations are told at once; one that answers leaves the others on the list, and they are asked again every three minutes."""
    notice = duty.message("stations", "10分钟内回执")
    assert at(notice["answer_until"]) - at(notice["queued_at"]) == timedelta(minutes=10)
    (message,) = [one for one in duty.phones.to("station-YY") if "10分钟内回执" in one.body]
    assert duty.stranger.post(message.link).status_code == 200
    assert duty.row("notice", id=notice["id"])["answered"] == 1

    duty.wait(9)
    assert notice["id"] not in overdue_answers(duty)
    duty.wait(1)
    assert notice["id"] in overdue_answers(duty)
    silent = [one["ref"] for one in told(duty, notice) if one["answered_at"] is None]
    assert sorted(silent) == ["JL", "LY", "MX"]
    rounds = [line["facts"]["round"] for line in duty.log_of(notice["activation_id"]) if is_about(line, "NoticeUnanswered", notice)]
    assert rounds == [1]
    duty.wait(3)
    rounds = [line["facts"]["round"] for line in duty.log_of(notice["activation_id"]) if is_about(line, "NoticeUnanswered", notice)]
    assert rounds == [1, 2]
    assert [one for one in duty.phones.to("station-YY") if "10分钟内回执" in one.body] == [message], "who answered is not asked again"


def is_about(line: dict[str, Any], event: str, notice: dict[str, Any]) -> bool:
    return bool(line["event"] == event and str(line["facts"]["notice_id"]) == notice["id"])


def lifting_offers_the_checklist_and_no_more(duty: Duty, activation: str) -> None:
    duty.until(duty.local(22, 0))
    duty.paste("奎文区气象台解除暴雨橙色预警")
    assert duty.proposals() == {}
    running = duty.row("activation", id=activation)
    assert (running["level"], running["status"]) == ("II", "active")
    ending = duty.get(f"/activations/{activation}/ending")
    assert (ending["offered"], ending["floor"]) == (False, "III"), "the district's order still stands"
    (order,) = duty.get("/warnings")["orders"]
    duty.post(duty.desk, f"/standing-orders/{order['id']}/end", {"reason": "区防指终止响应"})
    duty.wait()

    ending = duty.get(f"/activations/{activation}/ending")
    assert (ending["offered"], ending["holding"]) == (True, [])
    assert len(ending["conditions"]) == 3
    assert all(condition["met_by"] is None for condition in ending["conditions"])
    refused = duty.post(duty.commander, f"/activations/{activation}/terminate", status=409)
    assert (refused["code"], refused["facts"]["open"]) == ("conditions_open", ["1", "2", "3"])
    for condition in ending["conditions"]:
        duty.post(duty.desk, f"/activations/{activation}/conditions", {"number": condition["number"]})
    duty.post(duty.commander, f"/activations/{activation}/terminate")
    assert duty.rows("activation") == []


# ---- B ---------------------------------------------------------------------------------------------------------------------------


def test_b_thirty_calls_about_one_puddle_are_one_incident_with_one_unit(duty: Duty) -> None:
    """B: the form offers to join, the counter counts, one unit goes, and everyone who called hears once that it is over."""
    duty.reach("audience", "callers", "sms-{phone}")
    puddle = Point(36.7013452, 119.1507896)

    def call(number: int, metres_north: float) -> dict[str, Any]:
        spot = {"lat": puddle.lat + metres_north * NORTH_M, "lon": puddle.lon}
        body = {"kind": "E101", "at": spot, "said": "路上全是水", "caller_name": f"市民{number}", "caller_phone": f"1380000{number:04d}"}
        return duty.post(duty.desk, "/incidents", body)

    first = call(1, 0.0)
    duty.wait(2)
    near: dict[str, str | float] = {"kind": "E101", "lat": puddle.lat + 3 * NORTH_M, "lon": puddle.lon}
    (hit,) = duty.desk.get("/api/v1/incidents/joinable", params=near).json()["joinable"]
    assert (hit["id"], round(hit["distance_m"]), hit["age_s"]) == (first["id"], 3, 120)

    (unit,) = preselected(duty, first["id"])
    sent(duty, first["id"], [unit])
    for number in range(2, 31):
        duty.wait(17.9 / 29)
        answer = call(number, (number - 15.5) * 10 - 1 if number < 16 else (number - 15.5) * 10 + 1)
        assert (answer["id"], answer["joined"]) == (first["id"], True)
    assert max(distance_m(puddle, Point(it["lat"], it["lon"])) for it in duty.story(first["id"])["calls"]) < 150
    assert duty.clock.moment - at(duty.story(first["id"])["incident"]["reported_at"]) < timedelta(minutes=20)

    story = duty.story(first["id"])
    assert len({one["caller_phone"] for one in story["calls"]}) == 30
    assert [one["unit_id"] for one in story["assignments"]] == [unit]
    assert duty.row("incident")["caller_count"] == 30

    (assignment,) = [row["id"] for row in story["assignments"]]
    for status in ("en_route", "on_scene"):
        duty.post(duty.desk, f"/assignments/{assignment}/status", {"status": status})
    duty.post(duty.desk, f"/incidents/{first['id']}/control")
    duty.wait(5)
    duty.post(duty.desk, f"/assignments/{assignment}/status", {"status": "cleared"})
    duty.wait(60)
    assert sorted(one.to for one in duty.phones.received) == [f"sms-1380000{number:04d}" for number in range(1, 31)]
    assert all("已得到控制" in one.body for one in duty.phones.received)
    assert duty.rows("notice") == []


# ---- C ---------------------------------------------------------------------------------------------------------------------------


def test_c_the_guard_left_the_closed_road(duty: Duty) -> None:
    """C: 30 cm of water propose a closure with the plan's step and two guards; who leaves is missed at once, and at five minutes above."""
    duty.until(duty.local(23, 30))
    duty.reach("crew", "patrol-07", "patrol-07")
    duty.post(duty.commander, "/plans/P01/activate", {"level": "III", "reason": "雷阵雨，多处积水"})
    duty.wait()

    duty.measure("ponding_depth_cm", 30, place_id=LONGYUAN)
    proposed = duty.row("closure")
    assert (proposed["state"], proposed["step_id"], proposed["depth_cm"]) == ("proposed", "P01-S05", 30)
    assert len(proposed["suggested_units"]) == 2
    nearest = duty.get(f"/incidents/{called(duty, 'E107', LONGYUAN, '电动车冒烟')}/proposal")["units"]
    assert proposed["suggested_units"] == [unit["unit_id"] for unit in nearest if unit["suitable"]][:2]

    guard = "patrol-07"
    duty.post(duty.desk, f"/closures/{proposed['id']}/confirm", {"guard": "巡07"})
    duty.wait()
    (order,) = [message for message in duty.phones.to(guard) if "断路点" in message.body]
    assert duty.stranger.post(order.link).status_code == 200
    stands(duty, guard, proposed, metres=20)
    assert eventually(lambda: duty.row("closure")["guard_arrived_at"])

    duty.until(duty.local(2, 0))
    stands(duty, guard, proposed, metres=150)
    left = eventually(lambda: duty.row("closure")["guard_left_at"])
    assert at(duty.board()["now"]) - at(left) <= timedelta(seconds=60)
    duty.wait()
    assert any("离开断路点" in message.body for message in duty.phones.to(guard))
    assert [row for row in duty.rows("notice", audience="duty_chain") if "无人值守" in row["text"]["zh"]] == []

    duty.wait(5)
    above = duty.message("duty_chain", "无人值守")
    assert at(above["queued_at"]) - at(left) == timedelta(minutes=5)
    assert told(duty, above)[0]["kind"] in ("person", "role")
    (handed_over,) = duty.get("/closures")["closures"]
    assert (handed_over["id"], handed_over["guard_unit_id"]) == (proposed["id"], guard)

    stands(duty, guard, proposed, metres=10)
    assert eventually(lambda: duty.row("closure")["guard_left_at"] is None)
    duty.measure("ponding_depth_cm", 6, place_id=LONGYUAN)
    duty.post(duty.desk, f"/closures/{proposed['id']}/reopen")
    assert duty.rows("closure") == []
    assert [row for row in duty.rows("notice") if "断路点" in row["text"]["zh"]] == []


def stands(duty: Duty, unit: str, closure: dict[str, Any], *, metres: float) -> None:
    """A vehicle's tracker says where it is, so many metres north of the closed road."""
    duty.clock.advance(20)
    fix = {"unit": unit, "at": duty.clock.now().isoformat(), "lat": closure["lat"] + metres * NORTH_M, "lon": closure["lon"]}
    answer = duty.desk.post("/api/v1/positions", json=[fix | {"accuracy_m": 8}])
    assert answer.json() == {"accepted": 1, "rejected": {}}


# ---- D ---------------------------------------------------------------------------------------------------------------------------


def test_d_a_person_in_a_car_in_the_water_at_ten_past_three(duty: Duty) -> None:
    """D: three vehicles roll before approval, agencies are called, the phone report's clock runs, nobody waits for the silent crew."""
    duty.until(duty.local(3, 10))
    incident = called(duty, "E103", LUANJIA, "车里有人，水到车窗了", severity="II")
    dry_s = {unit["unit_id"]: unit["travel_s"] for unit in duty.get(f"/incidents/{incident}/proposal")["units"]}
    duty.paste("奎文区气象台发布暴雨橙色预警")
    proposal = duty.get(f"/incidents/{incident}/proposal")
    slower = [unit["travel_s"] / dry_s[unit["unit_id"]] for unit in proposal["units"] if unit["kind"] == "patrol_vehicle"]
    assert min(slower) > 1.1, "patrol vehicles do 20 instead of 25 km/h in rain"
    units: list[str] = proposal["preselected"]
    assert sorted(unit.partition("-")[0] for unit in units) == ["guarantee", "patrol", "patrol"]
    arrivals = {unit["unit_id"]: unit["arrival_s"] for unit in proposal["units"] if unit["suitable"]}
    for kind in ("patrol", "guarantee"):
        chosen = [arrivals[unit] for unit in units if unit.startswith(kind)]
        others = [seconds for unit, seconds in arrivals.items() if unit.startswith(kind) and unit not in units]
        assert max(chosen) <= min(others), "the nearest of each kind"

    orders = sent(duty, incident, units)
    begun = duty.post(duty.desk, "/plans/P01/activate", {"level": "II", "incident_id": int(incident), "life_risk": True, "units": []})
    assert begun["status"] == "provisional"
    duty.wait(0.1)
    lands_on_the_map(duty, orders, arrivals)
    held = {row["material"]: row["held"] for row in duty.get(f"/stock/needs?plan=P01:II&held_for=activation:{begun['id']}")["needs"]}
    assert (held["FL08"], held["FL10"]) == (100, 2)

    agencies = {one["phone"]: one for row in duty.rows("notice", audience="agencies") for one in told(duty, row)}
    assert {"119", "120"} <= set(agencies)
    duty.post(duty.desk, f"/recipients/{agencies['119']['id']}/told")
    answered = [one for row in duty.rows("notice", audience="agencies") for one in told(duty, row) if one["answered_at"]]
    assert [(one["phone"], one["answered_by"], one["channel"]) for one in answered] == [("119", "duty_officer-program", "phone")]

    (report,) = [row for row in duty.get(f"/reports?incident_id={incident}")["reports"] if row["kind"] == "phone"]
    assert at(report["due_at"]) - at(duty.story(incident)["incident"]["reported_at"]) == timedelta(minutes=30)
    the_silent_crew_is_not_waited_for(duty, incident, orders)


def lands_on_the_map(duty: Duty, orders: dict[str, str], arrivals: dict[str, float]) -> None:
    """Each order stands on the board with its expected arrival, as the proposal counted it in rain."""
    for unit, assignment in orders.items():
        row = duty.row("assignment", id=assignment)
        expected_s = (at(row["expected_arrival_at"]) - at(row["dispatched_at"])).total_seconds()
        assert abs(expected_s - arrivals[unit]) < 0.1


def the_silent_crew_is_not_waited_for(duty: Duty, incident: str, orders: dict[str, str]) -> None:
    silent, *others = sorted(orders, key=lambda unit: not unit.startswith("patrol"))
    for unit in others:
        duty.post(duty.web.client(Role.CREW, unit), f"/assignments/{orders[unit]}/status", {"status": "acknowledged"})
    duty.wait(0.8)
    assert duty.row("incident", id=incident)["suggestion"] is None
    duty.wait(0.2)
    suggestion = duty.row("incident", id=incident)["suggestion"]
    assert suggestion["instead_of"] == silent
    assert suggestion["unit_id"].startswith("patrol")
    assert suggestion["unit_id"] not in orders
    assert duty.row("assignment", id=orders[silent])["status"] == "no_answer"

    duty.post(duty.web.client(Role.CREW, silent), f"/assignments/{orders[silent]}/status", {"status": "en_route"})
    assert duty.row("assignment", id=orders[silent])["status"] == "en_route"
    assert duty.row("incident", id=incident)["suggestion"] is None


# ---- E ---------------------------------------------------------------------------------------------------------------------------


def test_e_three_centimetres_of_snow_at_half_past_four(duty: Duty) -> None:
    """E: depth proposes level III, cadres of all compounds are told, snow stop starts the clocks, 19 % of battery stays at home.

    The circle shrinks to what a vehicle does in snow, and at nine 71 of the 96 compounds are clear.
    """
    duty.until(duty.local(4, 30))
    duty.measure("snow_depth_cm", 3)
    proposal = duty.proposals()["P02"]
    assert (proposal["level"], proposal["approve_by"]) == ("III", "deputy_commander")

    asked = duty.post(duty.desk, "/plans/P02/activate", {"level": "III"})
    duty.post(duty.deputy, f"/activations/{asked['id']}/approve")
    duty.wait()
    order = duty.message("responsible", "请到包保小区组织清雪")
    cadres = {one["ref"]: one for one in told(duty, order)}
    compounds = [f"XQ{number:03d}" for number in range(1, 97)]
    responsible = {compound: duty.get(f"/responsibilities?place_id={compound}")["responsible"] for compound in compounds}
    assert len(responsible) == 96
    assert all({one["cadre_id"] for one in people} <= set(cadres) for people in responsible.values() if people)
    assert all(people[0]["part"] == "lead" for people in responsible.values())

    duty.wait(10)
    unread_after_ten = overdue_answers(duty)
    assert {row["id"] for audience in ("stations", "groups") for row in duty.rows("notice", audience=audience)} <= unread_after_ten
    assert duty.message("responsible", "走访独居老人")["id"] in unread_after_ten
    assert order["id"] in unread_after_ten
    leads = list(dict.fromkeys(people[0]["cadre_id"] for people in responsible.values()))
    for cadre in leads[:-5]:
        duty.post(duty.desk, f"/recipients/{cadres[cadre]['id']}/told")
    seen = duty.row("notice", id=order["id"])
    assert (seen["answered"], seen["recipients"]) == (len(leads) - 5, 156)
    unread = {one["ref"] for one in told(duty, order) if one["answered_at"] is None}
    assert set(leads[-5:]) <= unread

    the_weak_battery_stays_at_home(duty)
    the_circle_is_as_small_as_snow_makes_it(duty)

    stopped = duty.local(6, 10)
    duty.until(duty.local(6, 15))
    assert {row["due_at"] for row in duty.rows("task") if row["step_id"] in ("P02-S05", "P02-S11")} == {None}
    duty.post(duty.desk, f"/activations/{asked['id']}/anchor", {"anchor": "snow_stop", "at": stopped.isoformat()})
    assert at(duty.row("task", step_id="P02-S05")["due_at"]) == stopped.replace(hour=8)
    assert at(duty.row("task", step_id="P02-S11")["due_at"]) == stopped + timedelta(hours=24)

    duty.until(duty.local(9, 0))
    counting = duty.row("task", step_id="P02-S12", status="pending")
    refused = duty.post(duty.desk, f"/tasks/{counting['id']}/done", {"number": 97}, status=422)
    assert refused["facts"] == {"field": "number", "value": "97"}, "nobody clears more compounds than there are"
    duty.post(duty.desk, f"/tasks/{counting['id']}/done", {"number": 71})
    assert duty.row("task", step_id="P02-S12", status="done")["counted"] == {"what": "compounds", "done": 71, "of": 96}
    again = duty.row("task", step_id="P02-S12", status="pending")
    assert at(again["due_at"]) == duty.clock.moment + timedelta(hours=1), "counted again every hour"


def the_circle_is_as_small_as_snow_makes_it(duty: Duty) -> None:
    """Patrol vehicles alone: no street counts as reached that lies farther than four minutes at 12 km/h; 0.6 km as the crow flies."""
    assert round(duty.web.center.catalogue.street.coverage.radius_m.snow, -2) == 600
    for number in range(1, 5):
        duty.post(duty.desk, f"/units/guarantee-{number}/status", {"status": "out_of_service"})
    homes = [Point(unit["home"]["lat"], unit["home"]["lon"]) for unit in duty.get("/units")["units"] if unit["id"].startswith("patrol")]

    def reach_m() -> float | None:
        duty.web.carry()
        told = duty.get("/coverage")
        if (told["weather"], told["free_units"]) != ("snow", 11):  # twelve patrol vehicles without the weak one
            return None
        rings = [ring for ring in duty.get("/coverage/rings")["rings"] if ring["within_s"] is not None and ring["within_s"] <= 300]
        ends = [Point(*point) for ring in rings for line in ring["lines"] for point in line]
        return max(min(distance_m(home, end) for home in homes) for end in ends)

    farthest_m = eventually(reach_m, within_s=20)
    assert farthest_m is not None
    assert 600 <= farthest_m <= 800 + 50  # four minutes at 12 km/h, and a vehicle may stand 50 m beside its road


def the_weak_battery_stays_at_home(duty: Duty) -> None:
    home = next(unit for unit in duty.get("/units")["units"] if unit["id"] == "patrol-07")
    fix = {
        "unit": "patrol-07",
        "at": duty.clock.moment.isoformat(),
        "lat": home["home"]["lat"],
        "lon": home["home"]["lon"],
        "battery_pct": 19,
    }
    assert duty.post(duty.stranger, "/positions", [fix])["accepted"] == 1  # type: ignore[arg-type]  # the answer is JSON
    incident = called(duty, "E132", LONGYUAN, "小区门口结冰，老人摔倒了")

    def refused_for_its_battery() -> bool:
        units = {unit["unit_id"]: unit for unit in duty.get(f"/incidents/{incident}/proposal")["units"]}
        return not units["patrol-07"]["suitable"] and "low_battery" in units["patrol-07"]["reasons"]

    assert eventually(refused_for_its_battery)
    assert "patrol-07" not in preselected(duty, incident)


# ---- F ---------------------------------------------------------------------------------------------------------------------------


def test_f_gas_in_the_stairwell_and_the_leader_does_not_answer(duty: Duty) -> None:
    """F: units roll on a provisional order with wind and staging point; the chain is called; the late confirmation is kept."""
    duty.until(duty.local(21, 15))
    chain = [link for link in duty.get("/duty/call-chain")["chain"] if link["person_id"]]
    for link in chain:
        duty.reach("person", link["person_id"], f"{link['role']}")
    for unit in duty.get("/units")["units"]:
        duty.reach("crew", unit["id"], unit["id"])
    incident = called(duty, "E109", YINGYUAN, "楼道里煤气味很重", severity="II")
    duty.post(duty.desk, f"/incidents/{incident}/acknowledge")
    duty.measure("gas_lel_pct", 55, incident_id=int(incident))
    assert duty.proposals()["P04"]["level"] == "II"

    fields = {"wind": "东北风3级", "staging": "樱园小区北门"}
    blanks = {name for one in duty.post(duty.desk, "/plans/P04/preview", {"level": "II"})["messages"] for name in one["blanks"]}
    assert set(fields) <= blanks, "the form asks for both"
    order = {"level": "II", "incident_id": int(incident), "life_risk": True, "reason": "55 %LEL", "fields": fields}
    begun = duty.post(duty.desk, "/plans/P04/activate", order)
    assert begun["status"] == "provisional"
    began_at = duty.clock.moment
    duty.wait()
    crews = {row["unit_id"] for row in duty.rows("assignment", incident_id=incident)}
    assert len(crews) == 8, "six patrol and two guarantee vehicles"
    for unit in crews:
        dispatch = duty.phones.to(unit)[0]
        assert "风向：东北风3级" in dispatch.body
        assert "集结点：樱园小区北门" in dispatch.body
    assert "风向东北风3级" in duty.message("stations", "上风向接近")["text"]["zh"]
    assert fields["wind"] in duty.row("incident", id=incident)["note"]

    decide = [one for one in duty.phones.received if "请批示" in one.body]
    assert [one.to for one in decide] == ["duty_leader"]
    duty.until(began_at + timedelta(minutes=2.9))
    assert {one.to for one in duty.phones.received if "请批示" in one.body} == {"duty_leader"}
    duty.until(began_at + timedelta(minutes=3))
    assert {one.to for one in duty.phones.received if "请批示" in one.body} == {"duty_leader", "deputy_commander"}
    duty.until(began_at + timedelta(minutes=15))
    assert {one.to for one in duty.phones.received if "请批示" in one.body} >= {"duty_leader", "deputy_commander", "commander"}

    late = duty.row("activation", id=begun["id"])
    assert (late["status"], at(late["confirm_until"]) <= duty.clock.moment) == ("provisional", True)
    assert "ActivationNotConfirmed" in [line["event"] for line in duty.log_of(begun["id"])]
    assert {row["unit_id"] for row in duty.rows("assignment", incident_id=incident)} == crews

    duty.until(began_at + timedelta(minutes=19))
    assert duty.post(duty.commander, f"/activations/{begun['id']}/approve")["status"] == "active"
    (confirmed,) = [line["facts"] for line in duty.log_of(begun["id"]) if line["event"] == "ActivationConfirmed"]
    assert confirmed["late_s"] == 240
    asked = len(duty.phones.received)
    duty.wait(4)
    assert [one.body for one in duty.phones.received[asked:] if "请批示" in one.body] == []


# ---- H ---------------------------------------------------------------------------------------------------------------------------


def stuck_in_the_lift(duty: Duty) -> tuple[str, str]:
    """Ids of the incident and of the equipment plan at level IV for it."""
    duty.until(duty.local(10, 5))
    incident = called(duty, "E125", LONGYUAN, "电梯停在十七楼，里面有三个人", place_text="24层住宅楼")
    duty.wait()
    assert duty.proposals()["P10"]["level"] == "IV"
    begun = duty.post(duty.leader, "/plans/P10/activate", {"level": "IV", "incident_id": int(incident)})
    duty.wait()
    return incident, str(begun["id"])


def phoned(duty: Duty) -> set[str]:
    """Codes of the outside agencies that are to be called."""
    return {one["ref"] for row in duty.rows("notice", audience="agencies") for one in told(duty, row)}


def phones(duty: Duty, task: dict[str, Any]) -> list[str | None]:
    """Numbers of the agencies that a step of a preview calls."""
    return [duty.web.center.catalogue.common.external[code].phone for code in task["external"]]


def test_h_the_clocks_of_a_stuck_lift_speak_for_the_levels_by_themselves(duty: Duty) -> None:
    """H: half an hour speaks for level III and the fire service, two hours for level II and market regulation; both clocks can be seen."""
    incident, activation = stuck_in_the_lift(duty)
    reported_at = at(duty.story(incident)["incident"]["reported_at"])
    (timer,) = duty.story(incident)["timers"]
    marks = [(mark["plan_id"], mark["level"], (at(mark["at"]) - reported_at).total_seconds() / 60) for mark in timer["marks"]]
    assert (timer["metric"], timer["lasted_s"], marks) == ("stuck_minutes", None, [("P10", "III", 30), ("P10", "II", 120)])
    assert phoned(duty) == {"lift"}

    duty.until(reported_at + timedelta(minutes=29.9))
    assert duty.proposals() == {}
    duty.until(reported_at + timedelta(minutes=30))
    proposal = duty.proposals()["P10"]
    assert (proposal["level"], proposal["approve_by"]) == ("III", "deputy_commander")
    assert "119" in {
        phone for task in duty.post(duty.desk, "/plans/P10/preview", {"level": "III"})["tasks"] for phone in phones(duty, task)
    }
    duty.post(duty.deputy, f"/activations/{activation}/level", {"level": "III", "reason": "维保30分钟未到"})
    duty.wait()
    assert phoned(duty) == {"lift", "fire", "ambulance"}

    duty.until(reported_at + timedelta(minutes=119.9))
    assert duty.proposals() == {}
    duty.until(reported_at + timedelta(minutes=120))
    assert duty.proposals()["P10"]["level"] == "II"
    duty.post(duty.commander, f"/activations/{activation}/level", {"level": "II", "reason": "被困两小时"})
    duty.wait()
    assert phoned(duty) == {"lift", "fire", "ambulance", "market"}
    assert duty.row("task", step_id="P10-S08")["status"] == "pending"


def test_h_freeing_the_people_stops_the_clocks_and_says_how_long_it_took(duty: Duty) -> None:
    incident, _ = stuck_in_the_lift(duty)

    duty.wait(22)
    duty.post(duty.desk, f"/incidents/{incident}/control")
    duty.wait(120)

    assert duty.proposals() == {}
    (timer,) = duty.story(incident)["timers"]
    assert (timer["lasted_s"], timer["marks"]) == (22 * 60, [])


# ---- J ---------------------------------------------------------------------------------------------------------------------------


def test_j_redis_goes_away_under_six_orders_and_nobody_is_told_twice(duty: Duty, own_valkey: EmbeddedValkey) -> None:
    """J: screens stay up and say so, orders stand as queued, a tick by phone is enough, and recovery tells each crew once."""
    incident = called(duty, "E131", LUANJIA, "两辆车撞了，有人受伤")
    duty.wait()
    duty.board()
    units = [unit["unit_id"] for unit in duty.get(f"/incidents/{incident}/proposal")["units"] if unit["suitable"]][:6]
    for unit in units:
        duty.reach("crew", unit, unit)

    own_valkey.stop()
    orders = sent(duty, incident, units)
    eventually(lambda: "redis" in duty.get("/board")["degraded"], within_s=15)
    assert {"relay", "workers"} <= set(duty.get("/board")["degraded"]), "the banner says that background jobs are delayed"
    assert duty.desk.get("/console").status_code == 200
    assert duty.desk.get("/wall").status_code == 200
    assert {row["status"] for row in duty.story(incident)["assignments"]} == {"queued"}

    by_phone, *others = units
    duty.post(duty.desk, f"/assignments/{orders[by_phone]}/status", {"status": "acknowledged"})
    stands = {row["unit_id"]: row["status"] for row in duty.story(incident)["assignments"]}
    assert stands == {by_phone: "acknowledged"} | dict.fromkeys(others, "queued")

    duty.clock.advance(90)
    own_valkey.start()
    duty.wait()
    duty.wait()
    assert sorted(one.to for one in duty.phones.received) == sorted(others), "five crews by message, the sixth by phone, none twice"
    eventually(lambda: "redis" not in duty.get("/board")["degraded"], within_s=15)
    assert duty.row("assignment", id=orders[by_phone])["status"] == "acknowledged"


def test_j_a_position_that_grew_old_says_how_old_it_is(duty: Duty) -> None:
    """J: the board keeps the moment of the last fix, and a unit that fell silent is marked when units are proposed."""
    fix = {"unit": "patrol-04", "at": duty.clock.moment.isoformat(), "lat": 36.70623, "lon": 119.15367}
    assert duty.post(duty.stranger, "/positions", [fix])["accepted"] == 1  # type: ignore[arg-type]  # the answer is JSON
    incident = called(duty, "E131", LUANJIA, "两辆车撞了")

    def reasons() -> list[str]:
        units = duty.get(f"/incidents/{incident}/proposal")["units"]
        found: list[str] = next(unit["reasons"] for unit in units if unit["unit_id"] == "patrol-04")
        return found

    eventually(lambda: "position_lost" not in reasons())
    duty.wait(6)
    assert "position_lost" in reasons()
    (position,) = [row for row in duty.get("/board")["positions"]["v"] if row[0] == "patrol-04"]
    assert duty.clock.moment - at(position[6]) == timedelta(minutes=6)
