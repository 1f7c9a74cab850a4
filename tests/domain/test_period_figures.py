"""Response times cut by area, type and hour, and 1-3-5: what has to hold for any calls at all."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.levels import Level
from command_center.domain.period_figures import CUTS, STAGES, CallCounts, CountedIncident, Cut, WatchFigures, watch_figures

MORNING = datetime(2026, 3, 1, 16, tzinfo=UTC)
DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")


@st.composite
def calls(draw: st.DrawFn) -> CountedIncident:
    """A call of that day with any of its moments told or not; the unit that arrived first is the one that stops the clock."""
    reported = MORNING + timedelta(seconds=draw(st.integers(0, 86_399)))
    handling, turnout, travel = (timedelta(seconds=draw(st.integers(0, 900))) for _ in range(3))
    dispatched, rolling, there = reported + handling, reported + handling + turnout, reported + handling + turnout + travel
    is_there = draw(st.booleans())
    is_rolling = draw(st.booleans())
    return CountedIncident(
        type=draw(st.sampled_from(("E101", "E107", "E125"))),
        level=draw(st.sampled_from(list(Level))),
        area=draw(st.sampled_from((None, "A1", "A2"))),
        lat=36.7,
        lon=119.14,
        reported_at=reported,
        dispatched_at=dispatched,
        on_scene_at=there if is_there else None,
        unit_dispatched_at=dispatched if is_there else None,
        unit_en_route_at=rolling if is_there and is_rolling else None,
        unit_on_scene_at=there if is_there else None,
    )


def figures(incidents: Sequence[CountedIncident]) -> WatchFigures:
    span = (MORNING, MORNING + DAY)
    return watch_figures(incidents, CallCounts(calls=len(incidents), joined=0), (), (), span=span, now=span[1], zone=ZONE)


def key_of(incident: CountedIncident, cut: str) -> str:
    hour = f"{incident.reported_at.astimezone(ZONE).hour:02d}"
    return {"area": incident.area or "", "type": incident.type, "hour": hour}[cut]


@given(st.lists(calls(), max_size=40))
def test_every_incident_is_in_each_cut_once_and_the_shares_add_up(incidents: list[CountedIncident]) -> None:
    told = figures(incidents)

    for cut in CUTS:
        parts = told.cuts[cut]
        assert sum(it.incidents for it in parts) == told.incidents
        assert sum(it.arrivals for it in parts) == told.arrivals
        if told.kept_share is not None:
            kept = sum((it.kept_share or 0) * it.arrivals for it in parts)
            assert kept == pytest.approx(told.kept_share * told.arrivals)


@given(st.lists(calls(), max_size=40))
def test_a_cut_says_what_the_figures_of_its_own_incidents_alone_would_say(incidents: list[CountedIncident]) -> None:
    told = figures(incidents)

    for cut in CUTS:
        for part in told.cuts[cut]:
            alone = figures([it for it in incidents if key_of(it, cut) == part.of])
            assert part == Cut(
                of=part.of,
                incidents=alone.incidents,
                arrivals=alone.arrivals,
                rolling_share=alone.rolling_share,
                there_share=alone.there_share,
                kept_share=alone.kept_share,
                p50_s={stage: alone.stages[stage].p50_s for stage in STAGES},
                p90_s={stage: alone.stages[stage].p90_s for stage in STAGES},
            )


@given(st.lists(calls(), min_size=1, max_size=40))
def test_who_is_there_in_three_minutes_is_there_in_five_and_the_ninetieth_is_no_sooner_than_the_median(
    incidents: list[CountedIncident],
) -> None:
    told = figures(incidents)

    assert (told.there_share is None) == (told.kept_share is None) == (told.arrivals == 0)
    if told.there_share is not None and told.kept_share is not None:
        assert told.there_share <= told.kept_share
    for times in told.stages.values():
        assert times.count == 0 or (times.p50_s or 0) <= (times.p90_s or 0)


@given(st.lists(calls(), max_size=40), st.randoms(use_true_random=False))
def test_the_order_in_which_incidents_are_read_changes_nothing(incidents: list[CountedIncident], dice: object) -> None:
    shuffled = sorted(incidents, key=lambda _: dice.random())  # type: ignore[attr-defined]  # hypothesis types its randoms as object

    assert figures(shuffled) == figures(incidents)


@pytest.mark.parametrize(
    ("turnout_s", "travel_s", "one_three_five"), [(60, 120, (1, 1, 1)), (61, 119, (0, 1, 1)), (60, 121, (1, 0, 1)), (61, 240, (0, 0, 0))]
)
def test_one_three_five_counts_a_minute_to_roll_and_three_and_five_to_be_there(
    turnout_s: int, travel_s: int, one_three_five: tuple[int, int, int]
) -> None:
    rolling = MORNING + timedelta(seconds=turnout_s)
    there = rolling + timedelta(seconds=travel_s)
    moments: dict[str, Any] = {"dispatched_at": MORNING, "unit_dispatched_at": MORNING, "unit_en_route_at": rolling}
    call = CountedIncident(
        type="E107",
        level=Level.III,
        area="A1",
        lat=36.7,
        lon=119.1,
        reported_at=MORNING,
        on_scene_at=there,
        unit_on_scene_at=there,
        **moments,
    )

    told = figures([call])

    assert (told.rolling_share, told.there_share, told.kept_share) == one_three_five
