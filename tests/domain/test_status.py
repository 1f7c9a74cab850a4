"""Status charts: what may follow what, whatever the order of events."""

from collections.abc import Mapping
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.errors import IllegalStep
from command_center.domain.status import (
    ASSIGNMENT_CHART,
    ENDED_ASSIGNMENT,
    ENDED_INCIDENT,
    INCIDENT_CHART,
    OPEN_INCIDENT,
    UNIT_CHART,
    AssignmentStatus,
    IncidentStatus,
    UnitStatus,
    advance,
    incident_status_for,
    may_advance,
)

CHARTS = (UNIT_CHART, ASSIGNMENT_CHART, INCIDENT_CHART)


@pytest.mark.parametrize("chart", CHARTS)
def test_every_status_has_a_line_in_its_chart_and_never_follows_itself(chart: Mapping[StrEnum, frozenset[StrEnum]]) -> None:
    kind = type(next(iter(chart)))

    assert set(chart) == set(kind)
    assert all(status not in following for status, following in chart.items())


def test_an_illegal_step_is_refused_with_both_ends() -> None:
    with pytest.raises(IllegalStep) as refusal:
        advance(UNIT_CHART, UnitStatus.CHARGING, UnitStatus.ON_SCENE, subject="patrol-03")

    assert refusal.value.facts == {"subject": "patrol-03", "status": "charging", "wanted": "on_scene"}


def test_an_ended_assignment_stays_ended() -> None:
    assert all(ASSIGNMENT_CHART[status] == frozenset() for status in ENDED_ASSIGNMENT)


def test_a_merged_incident_cannot_be_reopened_but_the_other_ended_ones_can() -> None:
    assert not INCIDENT_CHART[IncidentStatus.MERGED]
    assert all(may_advance(INCIDENT_CHART, status, IncidentStatus.NEW) for status in ENDED_INCIDENT - {IncidentStatus.MERGED})


@given(st.lists(st.sampled_from(AssignmentStatus)), st.sampled_from(sorted(OPEN_INCIDENT)))
def test_an_open_incident_can_always_follow_its_units(assignments: list[AssignmentStatus], now: IncidentStatus) -> None:
    to = incident_status_for(assignments, now)

    assert to in OPEN_INCIDENT
    assert to is now or may_advance(INCIDENT_CHART, now, to)


@given(st.lists(st.sampled_from(AssignmentStatus)))
def test_an_incident_with_a_unit_on_scene_says_so(assignments: list[AssignmentStatus]) -> None:
    status = incident_status_for([*assignments, AssignmentStatus.ON_SCENE], IncidentStatus.NEW)

    assert status is IncidentStatus.ON_SCENE


def test_an_incident_whose_only_unit_declined_waits_again() -> None:
    assert incident_status_for([AssignmentStatus.DECLINED], IncidentStatus.DISPATCHED) is IncidentStatus.NEW


def test_an_incident_is_under_control_when_the_last_unit_cleared() -> None:
    status = incident_status_for([AssignmentStatus.RECALLED, AssignmentStatus.CLEARED], IncidentStatus.ON_SCENE)

    assert status is IncidentStatus.CONTROLLED
