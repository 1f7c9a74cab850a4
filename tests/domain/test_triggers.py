"""Every trigger of every plan holds for a situation made of what it asks for; what a person must judge is never decided here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command_center.catalogue import load_catalogue
from command_center.domain.levels import Level
from command_center.domain.plan_book import Escalation, Measure, Plan, Trigger
from command_center.domain.triggers import (
    OpenIncident,
    Reading,
    SignalInForce,
    Situation,
    Standing,
    Weigher,
    counts_until,
    latest,
    thresholds,
)
from tests.builders import MORNING

CATALOGUE = load_catalogue()
WEIGHER = Weigher(CATALOGUE)
TRIGGERS = {trigger.id: (plan, trigger) for plan in CATALOGUE.plans.values() for trigger in plan.triggers}


def reading(
    metric: str, value: float | str, *, incident_type: str | None = None, window_h: float | None = None, subject: str = ""
) -> Reading:
    return Reading(
        metric=metric,
        value=value,
        at=MORNING,
        source=f"measurement:{metric}",
        subject=subject or ("incident:1" if incident_type else ""),
        window_h=window_h,
        incident_type=incident_type,
    )


def enough(measure: Measure) -> float | str:
    """A value that just meets the bound."""
    if isinstance(measure.value, str) or measure.op in (">=", "<=", "=="):
        return measure.value
    return measure.value + (0.1 if measure.op == ">" else -0.1)


def own_type(plan: Plan, trigger: Trigger) -> str:
    """A type of incident that belongs to this plan, and to the trigger's variant."""
    types = [CATALOGUE.incident_types[code] for code in trigger.event or plan.incident_types]
    own = [kind for kind in types if kind.plan == plan.id and trigger.variant in (None, kind.variant)]
    return (own or types)[0].code


def made_for(plan: Plan, trigger: Trigger) -> Situation:
    """The situation that a trigger describes: about an incident of its plan, where it measures something."""
    if trigger.signal is not None:
        return Situation(signals=[SignalInForce(hazard=trigger.signal.hazard, color=trigger.signal.color, source="warning:1")])
    kind = own_type(plan, trigger)
    measures = [measure for measure in (trigger.metric, trigger.also) if measure is not None]
    return Situation(
        readings=[reading(measure.name, enough(measure), incident_type=kind, window_h=measure.window_h) for measure in measures],
        incidents=[OpenIncident(type=kind, source="incident:1")],
    )


def test_there_are_triggers_for_all_twelve_plans() -> None:
    assert {plan.id for plan, _ in TRIGGERS.values()} == {f"P{number:02d}" for number in range(1, 13)}
    assert len(TRIGGERS) > 100


@pytest.mark.parametrize("trigger_id", TRIGGERS)
def test_every_trigger_holds_for_the_situation_it_describes(trigger_id: str) -> None:
    plan, trigger = TRIGGERS[trigger_id]

    assessment = WEIGHER.weigh(made_for(plan, trigger))[plan.id]

    if trigger.condition is None:
        assert trigger_id in {reason.trigger_id for reason in assessment.reasons}
        assert assessment.level is not None
        assert assessment.level.rank >= trigger.level.rank
        assert assessment.approve_by == CATALOGUE.common.levels[assessment.level].approve_by
        assert assessment.reasons[0].sources
    else:
        assert (trigger_id, "condition") in {(doubt.trigger_id, doubt.doubt) for doubt in assessment.to_judge}


@pytest.mark.parametrize("trigger_id", [code for code, (_, trigger) in TRIGGERS.items() if trigger.metric is not None])
def test_a_value_short_of_the_bound_does_not_hold(trigger_id: str) -> None:
    plan, trigger = TRIGGERS[trigger_id]
    assert trigger.metric is not None
    short = made_for(plan, trigger)
    words = CATALOGUE.common.metrics[trigger.metric.name].values
    value = enough(trigger.metric)
    less = words[words.index(str(value)) - 1] if words else float(value) + (-1 if ">" in trigger.metric.op else 1)
    readings = [reading(trigger.metric.name, less, incident_type=short.readings[0].incident_type, window_h=trigger.metric.window_h)]

    assessment = WEIGHER.weigh(Situation(readings=[*readings, *short.readings[1:]], incidents=short.incidents)).get(plan.id)

    assert assessment is None or trigger_id not in {reason.trigger_id for reason in assessment.reasons}


def test_a_quiet_street_proposes_nothing() -> None:
    assert WEIGHER.weigh(Situation()) == {}


# ---- colour, level, district -------------------------------------------------------------------------------------------------------


def test_a_colour_is_not_a_level() -> None:
    red_heat = WEIGHER.weigh(Situation(signals=[SignalInForce(hazard="heat", color="red", source="warning:1")]))["P05"]

    assert (red_heat.level, red_heat.variant) == (Level.II, "heat")


def test_the_gravest_trigger_wins_and_brings_its_variant() -> None:
    both = [
        SignalInForce(hazard="rainstorm", color="blue", source="warning:1"),
        SignalInForce(hazard="drought", color="red", source="warning:2"),
    ]

    assessment = WEIGHER.weigh(Situation(signals=both))["P01"]

    assert (assessment.level, assessment.variant) == (Level.I, "drought")
    assert [reason.trigger_id for reason in assessment.reasons] == ["P01-T15", "P01-T01"]


@pytest.mark.parametrize(("ordered", "level"), [(Level.IV, Level.III), (Level.III, Level.III), (Level.II, Level.II)])
def test_the_street_is_never_below_the_district(ordered: Level, level: Level) -> None:
    yellow = SignalInForce(hazard="rainstorm", color="yellow", source="warning:1")
    standing = Standing(plan_id="P01", level=ordered, variant="flood", source="standing_order:1")

    assessment = WEIGHER.weigh(Situation(signals=[yellow], standing=[standing]))["P01"]

    assert (assessment.level, assessment.floor) == (level, ordered)


def test_an_order_alone_proposes_its_plan() -> None:
    standing = Standing(plan_id="P02", level=Level.III, variant=None, source="standing_order:1")

    (assessment,) = WEIGHER.weigh(Situation(standing=[standing])).values()

    assert (assessment.plan_id, assessment.level, assessment.reasons) == ("P02", Level.III, ())


# ---- whose reading it is -----------------------------------------------------------------------------------------------------------


def test_a_reading_of_an_incident_counts_for_the_incidents_own_plan() -> None:
    hurt = reading("injured_persons", 1, incident_type="E105")

    weighed = WEIGHER.weigh(Situation(readings=[hurt], incidents=[OpenIncident(type="E105", source="incident:1")]))

    assert {plan for plan, assessment in weighed.items() if assessment.level} == {"P03"}
    assert weighed["P03"].level is Level.II


def test_a_reading_that_several_plans_ask_for_and_belongs_to_none_is_for_a_person() -> None:
    weighed = WEIGHER.weigh(Situation(readings=[reading("trapped_persons", 12)]))

    assert {"P01", "P03", "P09"} <= weighed.keys()
    assert {assessment.level for assessment in weighed.values()} == {None}
    assert {doubt.doubt for assessment in weighed.values() for doubt in assessment.to_judge} == {"whose"}


def test_a_reading_that_only_one_plan_asks_for_needs_no_incident() -> None:
    assert WEIGHER.weigh(Situation(readings=[reading("snow_depth_cm", 3)]))["P02"].level is Level.III
    assert WEIGHER.weigh(Situation(readings=[reading("ponding_depth_cm", 27, subject="place:X")]))["P01"].level is Level.III


def test_an_outage_of_unknown_kind_leaves_the_heating_rule_to_a_person() -> None:
    assessment = WEIGHER.weigh(Situation(readings=[reading("outage_hours", 13)]))["P08"]

    assert assessment.level is None
    assert {doubt.doubt for doubt in assessment.to_judge} == {"variant"}


def test_two_measures_must_meet_at_the_same_place() -> None:
    here, there = "place:A", "place:B"
    apart = [reading("households_affected", 600, subject=here), reading("outage_hours", 9, subject=there)]
    together = [reading("households_affected", 600, subject=here), reading("outage_hours", 9, subject=here)]

    assert "P08" not in WEIGHER.weigh(Situation(readings=apart))
    assert WEIGHER.weigh(Situation(readings=together))["P08"].level is Level.III


@pytest.mark.parametrize(("window_h", "holds"), [(0.5, True), (1.0, True), (6.0, False)])
def test_rain_over_a_shorter_time_is_more_and_over_a_longer_time_says_nothing(window_h: float, holds: bool) -> None:
    weighed = WEIGHER.weigh(Situation(readings=[reading("rain_mm", 35, window_h=window_h)]))

    assert ("P01" in weighed) is holds


def test_high_rise_counts_for_an_indoor_fire_only() -> None:
    def level(kind: str) -> Level | None:
        tall = reading("building_height_m", 60, incident_type=kind)
        return WEIGHER.weigh(Situation(readings=[tall], incidents=[OpenIncident(type=kind, source="incident:1")]))["P03"].level

    assert (level("E105"), level("E108")) == (Level.II, Level.IV)


# ---- running plans -----------------------------------------------------------------------------------------------------------------

RULES = [(plan, rule) for plan in CATALOGUE.plans.values() for rule in plan.escalation]


@pytest.mark.parametrize(("plan", "rule"), RULES, ids=[f"{plan.id}-{rule.to}" for plan, rule in RULES])
def test_every_rule_to_go_up_asks_for_it_from_below_only(plan: Plan, rule: Escalation) -> None:
    as_trigger = Trigger(
        id="x",
        level=rule.to,
        kind="metric",
        basis="working",
        text=rule.text,
        metric=rule.when.metric,
        also=rule.when.also,
        event=rule.when.event,
    )
    situation = made_for(plan, as_trigger)
    below = [level for level in Level if level.rank < rule.to.rank]

    for level in below:
        assert rule.to in {due.to for due in WEIGHER.escalations(plan, level, situation)}
    assert rule.to not in {due.to for due in WEIGHER.escalations(plan, rule.to, situation)}


# ---- readings over time ------------------------------------------------------------------------------------------------------------


def test_the_newest_reading_of_a_place_counts() -> None:
    old, new = reading("ponding_depth_cm", 50, subject="place:A"), reading("ponding_depth_cm", 10, subject="place:A")
    later = Reading(metric=new.metric, value=new.value, at=MORNING + timedelta(minutes=5), source="measurement:2", subject=new.subject)
    other = reading("ponding_depth_cm", 30, subject="place:B")

    kept = latest([later, old, other])

    assert {one.value for one in kept} == {10, 30}


def test_a_reading_counts_as_long_as_its_metric_or_its_window_says() -> None:
    metrics = CATALOGUE.common.metrics

    assert counts_until(metrics["rain_mm"], MORNING, 1.0) == MORNING + timedelta(hours=1)
    assert counts_until(metrics["rain_mm"], MORNING, 24.0) == MORNING + timedelta(hours=24)
    assert counts_until(metrics["snow_depth_cm"], MORNING, None) == MORNING + timedelta(hours=12)


def test_the_thresholds_of_a_clock_are_those_of_the_plans() -> None:
    assert thresholds(CATALOGUE, "stuck_minutes") == [30.0, 120.0]
    assert thresholds(CATALOGUE, "river_stage") == []


signals = st.builds(
    SignalInForce,
    hazard=st.sampled_from(list(CATALOGUE.warning_signals.hazards)),
    color=st.sampled_from(list(CATALOGUE.warning_signals.colors)),
    source=st.just("warning:1"),
)
kinds = st.sampled_from([code for code, kind in CATALOGUE.incident_types.items() if kind.stream == "emergency"])
readings = st.builds(
    reading,
    metric=st.sampled_from([name for name, metric in CATALOGUE.common.metrics.items() if not metric.values]),
    value=st.floats(0, 1000),
    incident_type=st.none() | kinds,
    window_h=st.none() | st.floats(0.1, 48),
)


@given(
    st.lists(signals, max_size=4),
    st.lists(readings, max_size=6),
    st.lists(st.builds(OpenIncident, type=kinds, source=st.just("incident:1")), max_size=5),
)
@settings(max_examples=200)
def test_more_bad_news_never_lowers_a_level(signals: list[SignalInForce], readings: list[Reading], incidents: list[OpenIncident]) -> None:
    less = WEIGHER.weigh(Situation(signals=signals[:1], readings=readings[:2], incidents=incidents[:1]))
    more = WEIGHER.weigh(Situation(signals=signals, readings=latest(readings[:2]) + readings[2:], incidents=incidents))

    for plan_id, assessment in less.items():
        if assessment.level is not None and plan_id in more and {one.subject for one in readings} == {""}:
            above = more[plan_id].level
            assert above is not None
            assert above.rank >= assessment.level.rank
