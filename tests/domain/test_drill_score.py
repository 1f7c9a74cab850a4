"""The score of a drill, from lines of a log alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.drill_book import CallStep, Expectation, Scenario, Step, ThatKind
from command_center.domain.drill_score import Line, Score, Verdict, score
from command_center.domain.levels import Level
from command_center.domain.text import Text

START = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
NOTHING = Text("无", "none")
CALL = Step(at="00:30", id="fire", call=CallStep(type="E107", words="x", place="XQ001"))


def expecting(that: ThatKind, within: str = "01:00", **more: Any) -> Scenario:  # noqa: ANN401 - any field of Expectation
    expect = Expectation(that=that, says=NOTHING, within=within, **more)
    steps = (CALL, Step(at="00:30", expect=expect))
    return Scenario(id="X", slug="x", title=NOTHING, summary=NOTHING, basis="demo", starts="08:00", ends="30:00", steps=steps)


def line(at_s: float, event: str, **facts: Any) -> Line:  # noqa: ANN401 - a fact of any kind
    return Line(at=START + timedelta(seconds=at_s), event=event, facts=facts)


def called(at_s: float, incident: int = 7, *, step: str = "fire", joined: bool = False) -> list[Line]:
    number = f"20260701-{incident:03d}"
    return [
        line(at_s, "CallTaken", incident_id=incident, number=number, type="E107", severity="III", call_id=1, joined=joined),
        line(at_s + 0.5, "DrillStepPlayed", step=step, group="fire", kind="call", incident=incident, problem=""),
    ]


def judged(scenario: Scenario, lines: list[Line], until_s: float = 1800) -> Score:
    return score(scenario, lines, started_at=START, until=START + timedelta(seconds=until_s))


def verdict(scenario: Scenario, lines: list[Line], until_s: float = 1800) -> Verdict:
    (only,) = judged(scenario, lines, until_s).verdicts
    return only


def sent(at_s: float, incident: int = 7, assignment: int = 1, unit: str = "patrol-01") -> Line:
    return line(at_s, "UnitDispatched", incident_id=incident, assignment_id=assignment, unit_id=unit, number="x")


@pytest.mark.parametrize(("at_s", "state", "took_s"), [(50, "met", 20), (90, "met", 60), (91, "late", 61), (None, "missed", None)])
def test_a_unit_sent_within_the_limit_is_met_and_later_is_late(at_s: float | None, state: str, took_s: float | None) -> None:
    lines = called(30) + ([] if at_s is None else [sent(at_s)])

    found = verdict(expecting("sent", of="fire"), lines)

    assert (found.state, found.took_s) == (state, took_s)


def test_while_there_is_time_nothing_is_missed() -> None:
    assert verdict(expecting("sent", of="fire"), called(30), until_s=60).state == "open"


def test_a_call_that_came_late_is_judged_from_when_it_came() -> None:
    found = verdict(expecting("sent", of="fire"), [*called(200), sent(240)])

    assert (found.state, found.took_s, found.asked_s) == ("met", 40, 200)


def test_several_units_are_counted() -> None:
    lines = [*called(30), sent(40, assignment=1), sent(200, assignment=2)]

    assert verdict(expecting("sent", of="fire", count=1), lines).state == "met"
    assert verdict(expecting("sent", of="fire", count=2), lines).state == "late"
    assert verdict(expecting("sent", of="fire", count=3), lines).state == "missed"


def test_a_unit_sent_elsewhere_does_not_count() -> None:
    assert verdict(expecting("sent", of="fire"), [*called(30), sent(40, incident=8)]).state == "missed"


def test_an_incident_is_seen_by_whoever_acknowledges_or_sends() -> None:
    assert verdict(expecting("seen", of="fire"), [*called(30), line(40, "IncidentAcknowledged", incident_id=7)]).took_s == 10
    assert verdict(expecting("seen", of="fire"), [*called(30), sent(45)]).took_s == 15


def test_callers_of_one_puddle_belong_into_one_incident_be_it_by_merging() -> None:
    scenario = expecting("joined", of="fire", count=2, within="10:00")
    apart = [*called(30), *called(60, incident=8, step="fire-2")]
    merged = line(120, "IncidentMerged", incident_id=8, number="x", into_id=7, into_number="y")

    assert verdict(scenario, [*called(30), *called(60, step="fire-2", joined=True)]).state == "met"
    assert verdict(scenario, apart).state == "missed"
    assert verdict(scenario, [*apart, merged]).state == "met"
    assert verdict(scenario, called(30)).state == "missed"


@pytest.mark.parametrize(
    ("lines", "state", "took_s"),
    [
        ([line(40, "PlanActivated", plan_id="P01", level="IV")], "missed", None),
        ([line(40, "PlanActivated", plan_id="P01", level="II")], "met", 10),
        ([line(10, "PlanActivated", plan_id="P01", level="I")], "met", 0),
        (
            [line(10, "PlanActivated", plan_id="P01", level="IV"), line(70, "LevelChanged", plan_id="P01", before="IV", after="III")],
            "met",
            40,
        ),
        ([line(40, "PlanActivated", plan_id="P02", level="II")], "missed", None),
    ],
)
def test_a_plan_is_wanted_at_a_level_or_graver(lines: list[Line], state: str, took_s: float | None) -> None:
    found = verdict(expecting("level", of="P01", level=Level.III), lines)

    assert (found.state, found.took_s) == (state, took_s)


def test_a_proposal_counts_from_when_it_was_asked_for() -> None:
    scenario = expecting("proposed", of="P01", level=Level.III)
    proposed = [line(at_s, "PlanProposed", plan_id="P01", level="III") for at_s in (5, 50)]

    assert verdict(scenario, proposed).took_s == 20
    assert verdict(scenario, proposed[:1]).state == "missed"


def test_something_with_these_facts_happens_or_never_does() -> None:
    facts = {"unit_id": "patrol-07"}
    there = [line(50, "UnitDispatched", unit_id="patrol-07", incident_id=1), line(55, "UnitDispatched", unit_id="patrol-01", incident_id=1)]

    assert verdict(expecting("happens", event="UnitDispatched", facts=facts), there).state == "met"
    assert verdict(expecting("happens", event="UnitDispatched", facts=facts, count=2), there).state == "missed"
    assert verdict(expecting("never", event="UnitDispatched", facts=facts), there).state == "missed"
    assert verdict(expecting("never", event="UnitDispatched", facts=facts), there[1:]).state == "met"
    assert verdict(expecting("never", event="UnitDispatched", facts=facts), [], until_s=60).state == "open"


def test_what_could_not_have_happened_was_not_kept_from_happening() -> None:
    scenario = expecting("never", event="RoadReopened", given="RoadClosed")
    closed, reopened = line(20, "RoadClosed", closure_id=1), line(50, "RoadReopened", closure_id=1)

    assert verdict(scenario, [closed]).state == "met"
    assert verdict(scenario, []).state == "missed", "who closed no road has not kept it closed"
    assert verdict(scenario, [closed, reopened]).state == "missed"
    assert verdict(scenario, [], until_s=60).state == "open"


def test_every_order_is_delivered_once_and_nobody_is_told_twice() -> None:
    scenario = expecting("told_once", of="fire", within="10:00")
    delivered = line(41, "DispatchDelivered", incident_id=7, assignment_id=1)
    once = [*called(30), sent(40), delivered, line(41, "DispatchSent", incident_id=7, assignment_id=1)]

    assert verdict(scenario, once).state == "met"
    assert verdict(scenario, [*once, line(60, "DispatchDelivered", incident_id=7, assignment_id=1)]).state == "missed"
    assert verdict(scenario, called(30)).state == "missed"
    assert verdict(scenario, [*called(30), sent(40)]).state == "missed"
    assert verdict(scenario, [*called(30), sent(40), line(42, "DispatchAcknowledged", incident_id=7, assignment_id=1)]).state == "met"


def test_times_of_a_call_and_the_five_minute_share() -> None:
    there = line(300, "UnitOnScene", incident_id=7, unit_id="patrol-01", assignment_id=1, number="x", response_s=240.0, first=True)
    waiting = called(40, incident=8, step="other")

    found = judged(expecting("sent", of="fire"), [*called(30), *waiting, sent(60), there], until_s=600)

    first, second = found.calls
    assert (first.sent_s, first.there_s, first.calls) == (30, 240.0, 1)
    assert (second.sent_s, second.there_s) == (None, None)
    assert found.five_minute_share == 0.5


def test_a_decision_is_timed_from_when_it_was_waited_for() -> None:
    lines = [
        line(60, "ActivationAsked", plan_id="P01", level="IV"),
        line(200, "PlanActivated", plan_id="P01", level="IV", provisional=False),
        line(300, "PlanActivated", plan_id="P04", level="II", provisional=True),
        line(900, "ActivationConfirmed", plan_id="P04", level="II", late_s=0.0),
        line(1000, "LevelChanged", plan_id="P01", before="IV", after="III", provisional=False),
    ]

    found = judged(expecting("sent", of="fire"), lines).decisions

    assert [(one.plan_id, one.what, one.level, one.delay_s) for one in found] == [
        ("P01", "PlanActivated", "IV", 140),
        ("P04", "PlanActivated", "II", None),
        ("P04", "ActivationConfirmed", "II", 600),
        ("P01", "LevelChanged", "III", None),
    ]


def test_a_level_that_is_lowered_before_it_is_asked_for_was_never_met() -> None:
    raised, lowered = line(5, "PlanActivated", plan_id="P01", level="II"), line(10, "LevelChanged", plan_id="P01", before="II", after="IV")
    wish = expecting("level", of="P01", level=Level.II, within="05:00")

    states = [verdict(wish, lines, until_s).state for lines, until_s in (([raised], 6), ([raised, lowered], 11), ([raised, lowered], 900))]

    assert states == ["open", "open", "missed"]


happenings = st.lists(
    st.one_of(
        st.builds(sent, st.floats(31, 900), st.just(7), st.integers(1, 4)),
        st.builds(lambda at: line(at, "IncidentAcknowledged", incident_id=7), st.floats(31, 900)),
        st.builds(lambda at, level: line(at, "PlanActivated", plan_id="P01", level=level), st.floats(0, 900), st.sampled_from(list(Level))),
    ),
    max_size=12,
)
wishes = st.sampled_from(
    [
        expecting("sent", of="fire", count=2, within="04:00"),
        expecting("seen", of="fire"),
        expecting("level", of="P01", level=Level.II, within="05:00"),
        expecting("never", event="UnitDispatched", facts={"assignment_id": "3"}, within="05:00"),
    ]
)


@given(wishes, happenings, st.floats(0, 1000), st.floats(0, 1000))
def test_a_verdict_once_given_stands(scenario: Scenario, happened: list[Line], one_s: float, other_s: float) -> None:
    sooner_s, later_s = sorted((one_s, other_s))
    lines = sorted([*called(30), *happened], key=lambda each: each.at)

    before, after = verdict(scenario, lines, sooner_s).state, verdict(scenario, lines, later_s).state

    assert (before, after) not in {
        ("met", "missed"),
        ("met", "late"),
        ("met", "open"),
        ("late", "missed"),
        ("missed", "met"),
        ("missed", "open"),
    }
