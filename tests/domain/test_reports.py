"""Reporting clocks: which are due when, whatever happens and in whatever order it is asked about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from command_center.domain.levels import Level
from command_center.domain.reports import (
    Because,
    Change,
    Clock,
    Matter,
    Move,
    Open,
    ReportKind,
    ReportState,
    TakeOver,
    Withdraw,
    changes,
    merged,
)
from command_center.domain.vocabulary import ReportingClocks

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
LIMITS = ReportingClocks(
    street_to_district_phone=30,
    street_to_district_written=60,
    followup={Level.IV: 1440, Level.III: 240, Level.II: 120, Level.I: 60},
    final_after_termination=1440,
)
FIRE = Matter(level=Level.III, since=NOON, ended_at=None, taken_back=False)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def clock(
    kind: ReportKind, state: ReportState = ReportState.OPEN, *, number: int = 1, due: float = 60, opened: float = 0, row: int = 1
) -> Clock:
    return Clock(id=row, kind=kind, number=number, state=state, opened_at=after(opened), due_at=after(due))


def applied(clocks: list[Clock], wanted: list[Change], now: datetime) -> list[Clock]:
    """The clocks after the changes, as the database would have them."""
    held = {it.id: it for it in clocks}
    for change in wanted:
        match change:
            case Open(kind=kind, number=number, due_at=due_at):
                row = max(held, default=0) + 1
                held[row] = Clock(id=row, kind=kind, number=number, state=ReportState.OPEN, opened_at=now, due_at=due_at)
            case Move(id=row, due_at=due_at):
                held[row] = replace(held[row], due_at=due_at)
            case Withdraw(id=row):
                held[row] = replace(held[row], state=ReportState.WITHDRAWN)
            case TakeOver(id=row, number=number):
                held[row] = replace(held[row], number=number)
    return list(held.values())


def test_a_phone_call_within_half_an_hour_and_a_written_report_within_the_hour() -> None:
    assert changes(FIRE, [], LIMITS, after(2)) == [
        Open(kind=ReportKind.PHONE, number=1, due_at=after(30)),
        Open(kind=ReportKind.INITIAL, number=1, due_at=after(60)),
    ]


def test_what_is_not_reportable_starts_no_clock() -> None:
    assert changes(replace(FIRE, level=Level.IV, since=None), [], LIMITS, NOON) == []


def test_a_follow_up_comes_after_the_first_written_report_only() -> None:
    told_by_phone = [clock(ReportKind.PHONE, ReportState.SENT, row=1), clock(ReportKind.INITIAL, row=2)]
    written = [replace(it, state=ReportState.SENT) for it in told_by_phone]

    assert changes(FIRE, told_by_phone, LIMITS, after(20)) == []
    assert changes(FIRE, written, LIMITS, after(50)) == [Open(kind=ReportKind.FOLLOW_UP, number=1, due_at=after(50 + 240))]


def test_a_graver_level_calls_the_follow_up_sooner_and_a_lighter_one_never_later() -> None:
    clocks = [clock(ReportKind.INITIAL, ReportState.SENT, row=1), clock(ReportKind.FOLLOW_UP, due=300, opened=60, row=2)]

    assert changes(replace(FIRE, level=Level.I), clocks, LIMITS, after(100)) == [Move(id=2, due_at=after(160))]
    assert changes(replace(FIRE, level=Level.IV), clocks, LIMITS, after(100)) == []


def test_the_final_report_takes_the_follow_ups_place_within_a_day() -> None:
    clocks = [clock(ReportKind.INITIAL, ReportState.SENT, row=1), clock(ReportKind.FOLLOW_UP, row=2)]

    assert changes(replace(FIRE, ended_at=after(90)), clocks, LIMITS, after(91)) == [
        Withdraw(id=2, because=Because.ENDED),
        Open(kind=ReportKind.FINAL, number=1, due_at=after(90 + 1440)),
    ]


def test_what_was_owed_when_it_ended_stays_owed() -> None:
    clocks = [clock(ReportKind.PHONE, row=1), clock(ReportKind.INITIAL, row=2)]

    assert [type(it) for it in changes(replace(FIRE, ended_at=after(10)), clocks, LIMITS, after(11))] == [Open]


def test_a_false_alarm_that_nobody_was_told_of_is_not_reported_and_one_that_was_ends_with_a_final_report() -> None:
    false = replace(FIRE, ended_at=after(20), taken_back=True)
    untold = [clock(ReportKind.PHONE, row=1), clock(ReportKind.INITIAL, row=2)]
    told = [clock(ReportKind.PHONE, ReportState.SENT, row=1), clock(ReportKind.INITIAL, row=2)]

    assert changes(false, untold, LIMITS, after(21)) == [Withdraw(id=row, because=Because.TAKEN_BACK) for row in (1, 2)]
    assert changes(false, told, LIMITS, after(21)) == [
        Withdraw(id=2, because=Because.ENDED),
        Open(kind=ReportKind.FINAL, number=1, due_at=after(20 + 1440)),
    ]


def test_what_a_person_dropped_altogether_owes_no_final_report() -> None:
    clocks = [clock(kind, ReportState.DROPPED, row=row) for row, kind in enumerate((ReportKind.PHONE, ReportKind.INITIAL))]

    assert changes(FIRE, clocks, LIMITS, after(30)) == []
    assert changes(replace(FIRE, ended_at=after(60)), clocks, LIMITS, after(60)) == []


def test_a_first_report_that_was_dropped_is_replaced_by_the_follow_up_once_the_district_knows() -> None:
    told = [clock(ReportKind.PHONE, ReportState.SENT, row=1), clock(ReportKind.INITIAL, ReportState.DROPPED, row=2)]
    untold = [replace(told[0], state=ReportState.OPEN), told[1]]

    assert changes(FIRE, told, LIMITS, after(50)) == [Open(kind=ReportKind.FOLLOW_UP, number=1, due_at=after(50 + 240))]
    assert changes(FIRE, untold, LIMITS, after(50)) == []
    assert [it.kind for it in changes(replace(FIRE, ended_at=after(60)), told, LIMITS, after(60)) if isinstance(it, Open)] == [
        ReportKind.FINAL
    ]


def test_what_was_reopened_goes_on_with_follow_ups_and_ends_with_a_final_report_of_its_own() -> None:
    clocks = [clock(ReportKind.INITIAL, ReportState.SENT, row=1), clock(ReportKind.FINAL, opened=90, row=2)]

    assert changes(FIRE, clocks, LIMITS, after(100)) == [
        Withdraw(id=2, because=Because.REOPENED),
        Open(kind=ReportKind.FOLLOW_UP, number=1, due_at=after(100 + 240)),
    ]
    sent = [clocks[0], clock(ReportKind.FINAL, ReportState.SENT, opened=90, row=2)]
    assert Open(kind=ReportKind.FINAL, number=2, due_at=after(200 + 1440)) in changes(
        replace(FIRE, ended_at=after(200)), sent, LIMITS, after(200)
    )


def test_what_either_of_two_merged_incidents_has_told_need_not_be_told_again() -> None:
    own = [clock(ReportKind.PHONE, row=1), clock(ReportKind.INITIAL, row=2, due=60)]
    others = [clock(ReportKind.PHONE, ReportState.SENT, row=3), clock(ReportKind.INITIAL, row=4, due=40)]

    assert merged(own, others) == [
        Withdraw(id=1, because=Because.MERGED),
        TakeOver(id=3, number=2),
        Withdraw(id=4, because=Because.MERGED),
        Move(id=2, due_at=after(40)),
    ]


def test_an_incident_without_clocks_takes_over_those_of_the_one_that_goes_into_it() -> None:
    others = [clock(ReportKind.PHONE, row=3, due=30), clock(ReportKind.INITIAL, row=4)]

    assert merged([], others) == [TakeOver(id=3, number=1), TakeOver(id=4, number=1)]


moments = st.integers(0, 3000).map(after)
states = st.sampled_from(list(ReportState))
some_clocks = st.lists(st.tuples(st.sampled_from(list(ReportKind)), states, moments, moments), max_size=8).map(
    lambda found: [
        Clock(
            id=row,
            kind=kind,
            number=1 + sum(other is kind for other, *_ in found[:row]),
            state=state,
            opened_at=opened_at,
            due_at=due_at,
        )
        for row, (kind, state, opened_at, due_at) in enumerate(found)
    ]
)
matters = st.builds(
    Matter, level=st.sampled_from(list(Level)), since=st.none() | moments, ended_at=st.none() | moments, taken_back=st.booleans()
)
LATER = after(3000)


@given(matter=matters, clocks=some_clocks)
def test_asked_twice_nothing_more_changes_and_no_clock_is_put_back(matter: Matter, clocks: list[Clock]) -> None:
    kept = applied(clocks, changes(matter, clocks, LIMITS, LATER), LATER)

    assert changes(matter, kept, LIMITS, LATER) == []
    before = {it.id: it for it in clocks}
    assert all(it.due_at <= before[it.id].due_at for it in kept if it.id in before)
    assert all(it.state is before[it.id].state for it in kept if it.id in before and before[it.id].state is not ReportState.OPEN)
    assert len({(it.kind, it.number) for it in kept}) == len(kept)


@given(matter=matters, own=some_clocks, others=some_clocks)
def test_after_a_merger_every_obligation_of_both_is_met_or_running_once(matter: Matter, own: list[Clock], others: list[Clock]) -> None:
    strangers = [replace(it, id=it.id + 100) for it in others]

    after_it = applied([*own, *strangers], merged(own, strangers), LATER)

    moved = {it.id for it in own} | {change.id for change in merged(own, strangers) if isinstance(change, TakeOver)}
    living = [it for it in after_it if it.id in moved]
    assert len({(it.kind, it.number) for it in living}) == len(living)
    for kind in (ReportKind.PHONE, ReportKind.INITIAL):
        owed = any(it.kind is kind and it.state is ReportState.OPEN for it in (*own, *strangers))
        assert not owed or any(it.kind is kind and it.state is not ReportState.WITHDRAWN for it in living)
    assert merged(living, [it for it in after_it if it.id not in moved]) == []
