"""Watches and the roster: who answers now, how one watch takes over from the other, and who may change what."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from command_center.catalogue import CatalogueError
from command_center.center import Center
from command_center.db.tables import LogEntry, Person, Watch
from command_center.domain.board import Board
from command_center.domain.errors import (
    IllegalStep,
    Invalid,
    NoRelief,
    NotPermitted,
    OwnSwap,
    PersonBusy,
    Refusal,
    UnknownPerson,
    UnknownPost,
    UnknownRollCall,
    UnknownSwap,
    UnknownWatch,
    WatchesOverlap,
    WatchIsOver,
)
from command_center.domain.rights import Actor, Role
from command_center.domain.watches import CENTRE, Duty, PersonRole, WatchStatus
from command_center.services import access, history, people, roll_calls, roster, seeding, swaps, watches
from command_center.services.live import facts_payload, read_snapshot
from command_center.services.people import PersonFacts
from command_center.services.swaps import AskSwap
from command_center.services.watches import WatchView
from tests.conftest import Clock

DAY = timedelta(days=1)
HOUR_S = 3600.0


def here(center: Center, text: str) -> datetime:
    """A clock time of the street."""
    return datetime.fromisoformat(text).replace(tzinfo=center.zone)


def on_duty(center: Center, at: datetime | None = None, post: str = CENTRE) -> WatchView:
    watch = watches.on_duty_now(center, at, post)
    assert watch is not None
    return watch


def following(center: Center, watch: WatchView) -> WatchView:
    return next(it for it in watches.find_watches(center, watch.to_at, watch.to_at + DAY, watch.post) if it.from_at == watch.to_at)


def begin(center: Center, actor: Actor, watch: WatchView) -> None:
    with center.work(actor) as work:
        watches.begin_watch(work, watch.id)


def last_event(center: Center) -> dict[str, object]:
    entry: dict[str, object] = history.recent_entries(center, limit=1)[0]
    return entry


def on_board(center: Center) -> dict[str, list[str]]:
    rows = [row for row in read_snapshot(center).rows if row["kind"] == "watch"]
    return {post: sorted(row["number"] for row in rows if row["post"] == post) for post in {row["post"] for row in rows}}


def new_person(center: Center, actor: Actor, name: str = "王明", role: PersonRole = PersonRole.DUTY_OFFICER, **more: str) -> str:
    return people.add_person(center, PersonFacts(role=role, name_zh=name, name_en=name, **more), actor)


# ---- the directory and the seeded roster -------------------------------------------------------------------------------------------


def test_a_new_centre_knows_its_people_and_none_of_their_numbers(center: Center) -> None:
    everybody = people.people(center)

    assert Counter(entry.role.value for entry in everybody) == {
        "commander": 1,
        "deputy_commander": 1,
        "duty_leader": 7,
        "duty_officer": 8,
        "duty_assistant": 8,
        "station_chief": 4,
        "station_crew": 48,
    }
    assert Counter(entry.station for entry in everybody if entry.role is PersonRole.STATION_CREW) == dict.fromkeys(
        ("YY", "LY", "MX", "JL"), 12
    )
    assert {entry.basis for entry in everybody} == {"demo"}
    assert not any(entry.phone or entry.has_channel for entry in everybody)


def test_the_demo_roster_covers_two_weeks_with_nothing_to_complain_about(center: Center) -> None:
    found = roster.roster(center, center.now(), center.now() + 13 * DAY)

    assert list(found.hints) == []
    assert {watch.basis for watch in found.watches} == {"demo"}
    assert Counter(watch.post for watch in found.watches) == dict.fromkeys(watches.posts(center), 14)


def test_a_second_start_keeps_the_roster_and_a_later_one_goes_on_with_it(center: Center, clock: Clock) -> None:
    lines = history.verify_log(center).lines

    seeding.prepare(center)
    assert history.verify_log(center).lines == lines

    clock.advance(3 * 24 * HOUR_S)
    seeding.prepare(center)
    assert on_duty(center, center.now() + 13 * DAY).basis == "demo"
    assert on_board(center)[CENTRE] == ["20260305-1", "20260306-1"]


def test_who_is_on_duty_follows_the_clock_until_somebody_takes_over(center: Center) -> None:
    before, after = (on_duty(center, here(center, f"2026-03-03 {time}")) for time in ("07:59", "08:00"))

    assert (before.number, after.number) == ("20260302-1", "20260303-1")
    assert [len(before.on(duty)) for duty in Duty] == [1, 1, 1, 0]
    assert before.on(Duty.LEADER) != after.on(Duty.LEADER)
    station = on_duty(center, post="YY")
    assert [len(station.on(duty)) for duty in Duty] == [1, 0, 0, 5]


def test_the_pattern_can_be_another_one(open_center: Callable[[], Center], officer: Actor) -> None:
    thirds = open_center()
    thirds.pattern_name = "third8"

    roster.fill_roster(thirds, 1, officer)

    day = watches.find_watches(thirds, here(thirds, "2026-03-04 00:00"), here(thirds, "2026-03-05 00:00"), CENTRE)
    assert [watch.number for watch in day] == ["20260304-1", "20260304-2", "20260304-3"]
    assert len({watch.on(Duty.OFFICER) for watch in day}) == 3
    assert len({watch.on(Duty.LEADER) for watch in day}) == 1


def test_half_days_are_a_day_watch_and_a_night_watch_at_every_post_with_nothing_to_complain_about(
    open_center: Callable[[], Center], officer: Actor
) -> None:
    halves = open_center()
    halves.pattern_name = "half12"

    roster.fill_roster(halves, 2, officer)

    begin_at, end_at = here(halves, "2026-03-03 08:00"), here(halves, "2026-03-13 08:00")
    found = roster.roster(halves, begin_at, end_at)
    assert Counter(watch.post for watch in found.watches) == dict.fromkeys(watches.posts(halves), 20)
    assert {(watch.to_at - watch.from_at).total_seconds() for watch in found.watches} == {12 * HOUR_S}
    assert list(found.hints) == []
    of_the_desk = [watch for watch in found.watches if watch.post == CENTRE]
    assert all(before.to_at == after.from_at for before, after in pairwise(of_the_desk))
    assert all(
        not {it.person_id for it in one.on(Duty.OFFICER)} & {it.person_id for it in next_.on(Duty.OFFICER)}
        for one, next_ in pairwise(of_the_desk)
    )
    times = ("2026-03-04 07:59", "2026-03-04 08:00", "2026-03-04 19:59", "2026-03-04 20:00", "2026-03-05 07:59")
    numbers = [on_duty(halves, here(halves, time)).number for time in times]
    assert numbers == ["20260303-2", "20260304-1", "20260304-1", "20260304-2", "20260304-2"]


def test_the_night_watch_of_half_days_relieves_the_day_watch(open_center: Callable[[], Center], clock: Clock, officer: Actor) -> None:
    halves = open_center()
    halves.pattern_name = "half12"
    roster.fill_roster(halves, 1, officer)
    clock.advance(24 * HOUR_S)
    by_day = on_duty(halves)
    by_night = following(halves, by_day)

    begin(halves, officer, by_day)
    clock.advance(11 * HOUR_S + 300)
    begin(halves, officer, by_night)

    assert (by_day.number, by_night.number) == ("20260303-1", "20260303-2")
    assert on_duty(halves).number == by_night.number
    closed = on_duty(halves, halves.now() - timedelta(seconds=1))
    assert (closed.number, closed.ended_at) == (by_day.number, halves.now())


def test_a_pattern_the_catalogue_does_not_have_is_named(open_center: Callable[[], Center]) -> None:
    center = open_center()
    center.pattern_name = "weekly"

    with pytest.raises(CatalogueError, match="no pattern 'weekly'"):
        _ = center.watch_pattern


# ---- taking over -------------------------------------------------------------------------------------------------------------------


def test_who_took_over_stays_responsible_until_relieved_however_late_that_is(center: Center, clock: Clock, officer: Actor) -> None:
    first = on_duty(center)
    second = following(center, first)
    begin(center, officer, first)
    clock.advance(30 * HOUR_S)

    assert on_duty(center).number == first.number
    with center.work(officer) as work:
        watches.start_handing_over(work, first.id)
    assert (on_duty(center).number, on_duty(center).status) == (first.number, WatchStatus.HANDING_OVER)
    begin(center, officer, second)

    assert on_duty(center).number == second.number
    closed = on_duty(center, center.now() - timedelta(seconds=1))
    assert (closed.number, closed.status, closed.ended_at) == (first.number, WatchStatus.CLOSED, center.now())
    assert last_event(center)["facts"] == {
        "watch_id": second.id,
        "number": second.number,
        "post": CENTRE,
        "people": [it.name.zh for it in sorted(second.people, key=lambda it: it.person_id)],
        "relieved": first.number,
    }


@pytest.mark.both_engines
def test_of_two_watches_that_take_over_at_once_one_has_the_post(center: Center, officer: Actor) -> None:
    first = on_duty(center)
    rivals = [following(center, first), first]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda watch: begin(center, officer, watch), rivals))

    with center.read() as session:
        holding = session.scalars(select(Watch).where(Watch.post == CENTRE, Watch.status == WatchStatus.ON_DUTY)).all()
    assert len(holding) == 1


@pytest.mark.both_engines
def test_the_database_itself_refuses_a_second_watch_at_a_post(center: Center, officer: Actor) -> None:
    first = on_duty(center)
    begin(center, officer, first)

    def push_in() -> None:
        with center.work(officer) as work:
            work.get(Watch, following(center, first).id).status = WatchStatus.ON_DUTY

    with pytest.raises(IntegrityError):
        push_in()


def test_the_desk_is_never_left_but_a_station_may_stand_down(center: Center, officer: Actor) -> None:
    desk, station = on_duty(center), on_duty(center, post="YY")
    for watch in (desk, station):
        begin(center, officer, watch)

    def stand_down(watch: WatchView) -> None:
        with center.work(officer) as work:
            watches.end_watch(center, work, watch.id)

    with pytest.raises(NoRelief):
        stand_down(desk)
    stand_down(station)

    assert on_duty(center).number == desk.number
    assert watches.on_duty_now(center, post="YY") is None


def test_a_watch_that_ended_does_not_begin_again(center: Center, officer: Actor) -> None:
    first = on_duty(center)
    begin(center, officer, first)
    begin(center, officer, following(center, first))

    with pytest.raises(IllegalStep):
        begin(center, officer, first)
    with pytest.raises(UnknownWatch), center.work(officer) as work:
        watches.begin_watch(work, 99_999)


def test_the_board_has_the_present_and_the_next_watch_of_every_post(center: Center, officer: Actor) -> None:
    before = read_snapshot(center)
    first = on_duty(center)
    second = following(center, first)
    assert on_board(center) == {post: ["20260302-1", "20260303-1"] for post in watches.posts(center)}

    begin(center, officer, first)
    begin(center, officer, second)
    third = following(center, second)
    roster.seat_people(center, third.id, {"DL01": Duty.LEADER}, officer)
    roster.drop_watch(center, following(center, on_duty(center, post="YY")).id, officer)
    roster.seat_people(center, following(center, third).id, {"DL02": Duty.LEADER}, officer)

    with center.read() as session:
        told = [facts_payload(center, session, it) for it in session.scalars(select(LogEntry).where(LogEntry.id > before.log_id))]
    board = Board.of(before.rows)
    for payload in told:
        board.apply(json.loads(payload)["rows"])
    assert board.all_rows() == Board.of(read_snapshot(center).rows).all_rows()
    assert on_board(center)[CENTRE] == [second.number, third.number]
    assert on_board(center)["YY"] == ["20260302-1", "20260304-1"]
    shown = board.get("watch", str(third.id))
    assert shown is not None
    assert [(it["id"], it["duty"]) for it in shown["people"]] == [("DL01", "leader")]


def test_names_on_the_board_come_without_numbers(center: Center, officer: Actor) -> None:
    leader = on_duty(center).on(Duty.LEADER)[0]
    people.change_person(
        center, leader.person_id, PersonFacts(role=PersonRole.DUTY_LEADER, name_zh="李华", name_en="Li Hua", phone="0536-1234567"), officer
    )

    rows = json.dumps([row for row in read_snapshot(center).rows if row["kind"] == "watch"], ensure_ascii=False)

    assert "李华" in rows
    assert "1234567" not in rows


# ---- the roster by hand ------------------------------------------------------------------------------------------------------------


def test_a_roster_of_ones_own_takes_the_place_of_the_made_up_one(center: Center, officer: Actor) -> None:
    own = [new_person(center, officer, name) for name in ("甲", "乙")]

    made = roster.fill_roster(center, 1, officer)

    tomorrow = on_duty(center, center.now() + DAY)
    assert made == 7 * len(watches.posts(center))
    assert (tomorrow.basis, tomorrow.number) == ("own", "20260303-1")
    assert tomorrow.on(Duty.OFFICER)[0].person_id in own
    assert roster.keep_demo_roster(center) == 0


def test_filling_twice_makes_nothing_twice_and_keeps_what_was_set_by_hand(center: Center, officer: Actor) -> None:
    roster.fill_roster(center, 2, officer)
    tomorrow = on_duty(center, center.now() + DAY)
    roster.seat_people(center, tomorrow.id, {"DC01": Duty.LEADER}, officer)

    assert roster.fill_roster(center, 2, officer) == 0
    assert [it.person_id for it in on_duty(center, center.now() + DAY).people] == ["DC01"]


@pytest.mark.both_engines
def test_two_who_fill_the_roster_at_once_fill_it_once(center: Center, officer: Actor) -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: roster.fill_roster(center, 1, officer), range(2)))

    assert 0 in made or made[0] == made[1]
    found = roster.roster(center, center.now(), center.now() + 6 * DAY)
    assert [hint for hint in found.hints if hint.kind in ("overlap", "gap", "two_places")] == []


def test_a_watch_of_another_length_is_put_in_by_hand_and_the_made_up_ones_give_way(center: Center, officer: Actor) -> None:
    begin_at, end_at = here(center, "2026-03-05 08:00"), here(center, "2026-03-05 20:00")

    roster.add_watch(center, CENTRE, begin_at, end_at, {"DC01": Duty.LEADER}, officer)

    found = roster.roster(center, begin_at, begin_at + DAY)
    assert [(watch.number, watch.to_at) for watch in found.watches if watch.post == CENTRE] == [("20260305-1", end_at)]
    gap = next(hint for hint in found.hints if hint.kind == "gap")
    assert (gap.post, gap.from_at, gap.to_at) == (CENTRE, end_at, begin_at + DAY)


def test_what_cannot_stand_on_the_roster_is_refused(center: Center, officer: Actor) -> None:
    begin_at = here(center, "2026-03-20 08:00")
    roster.add_watch(center, CENTRE, begin_at, begin_at + DAY, {"DO01": Duty.OFFICER}, officer)
    cases: list[tuple[type[Refusal], str, datetime, datetime, dict[str, Duty]]] = [
        (WatchesOverlap, CENTRE, begin_at + timedelta(hours=2), begin_at + timedelta(hours=30), {}),
        (PersonBusy, "YY", begin_at, begin_at + DAY, {"DO01": Duty.LEADER}),
        (UnknownPerson, "YY", begin_at, begin_at + DAY, {"nobody": Duty.LEADER}),
        (UnknownPost, "moon", begin_at, begin_at + DAY, {}),
        (Invalid, CENTRE, begin_at + 2 * DAY, begin_at + DAY, {}),
        (Invalid, CENTRE, begin_at + DAY, begin_at + 30 * DAY, {}),
        (Invalid, CENTRE, begin_at - 30 * DAY, begin_at - 29 * DAY, {}),
    ]

    for refusal, post, from_at, to_at, seats in cases:
        with pytest.raises(refusal):
            roster.add_watch(center, post, from_at, to_at, seats, officer)
    with pytest.raises(Invalid):
        roster.fill_roster(center, 0, officer)


def test_what_was_is_not_changed_afterwards(center: Center, officer: Actor) -> None:
    first = on_duty(center)
    begin(center, officer, first)
    begin(center, officer, following(center, first))

    with pytest.raises(WatchIsOver):
        roster.seat_people(center, first.id, {}, officer)
    with pytest.raises(WatchIsOver):
        roster.drop_watch(center, on_duty(center).id, officer)


@pytest.mark.parametrize("role", [Role.CREW, Role.DISPLAY])
def test_crews_and_displays_do_not_write_the_roster(center: Center, role: Role) -> None:
    stranger = Actor(name="stranger", role=role)
    watch = on_duty(center)

    for verb in (
        lambda: roster.fill_roster(center, 1, stranger),
        lambda: roster.seat_people(center, watch.id, {}, stranger),
        lambda: roster.drop_watch(center, watch.id, stranger),
        lambda: new_person(center, stranger),
        lambda: swaps.ask_swap(center, AskSwap(watch_id=watch.id, person_id="DO01", other_person_id="DO02"), stranger),
        lambda: roll_calls.start_roll_call(center, stranger),
    ):
        with pytest.raises(NotPermitted):
            verb()


# ---- the directory -----------------------------------------------------------------------------------------------------------------


def test_a_message_address_is_kept_and_neither_shown_nor_logged(center: Center, officer: Actor) -> None:
    person_id = new_person(center, officer, channel="dingtalk://SecretToken0123456789")

    people.change_person(
        center, person_id, PersonFacts(role=PersonRole.DUTY_OFFICER, name_zh="王明", name_en="Wang Ming"), officer, keep_channel=True
    )

    entry = next(it for it in people.people(center) if it.id == person_id)
    assert (entry.has_channel, entry.basis) == (True, "own")
    assert last_event(center)["facts"] == {"person_id": person_id, "person": "王明", "changed": ["name_en"]}
    with center.read() as session:
        assert not session.scalar(select(func.count()).where(LogEntry.facts.cast(Person.name_zh.type).contains("SecretToken")))


def test_who_left_is_seated_no_more(center: Center, officer: Actor) -> None:
    people.person_left(center, "DO03", officer)

    with pytest.raises(UnknownPerson):
        roster.seat_people(center, on_duty(center, center.now() + DAY).id, {"DO03": Duty.OFFICER}, officer)
    assert "DO03" not in {entry.id for entry in people.people(center)}


@pytest.mark.parametrize(
    "facts",
    [
        {"name_zh": " "},
        {"name_zh": "甲、乙"},
        {"station": "YY"},
        {"role": PersonRole.STATION_CREW},
        {"role": PersonRole.STATION_CREW, "station": "XX"},
        {"channel": "nosuchservice://x"},
    ],
)
def test_an_entry_that_cannot_be_right_is_refused(center: Center, officer: Actor, facts: dict[str, object]) -> None:
    good: dict[str, object] = {"role": PersonRole.DUTY_OFFICER, "name_zh": "王明", "name_en": "Wang Ming"}

    with pytest.raises(Invalid):
        people.add_person(center, PersonFacts(**(good | facts)), officer)  # type: ignore[arg-type]  # wrong on purpose


def test_the_call_chain_names_leader_on_watch_deputy_and_commander_and_tells_its_gaps(center: Center, officer: Actor) -> None:
    leader = on_duty(center).on(Duty.LEADER)[0]
    people.change_person(
        center, "CM01", PersonFacts(role=PersonRole.COMMANDER, name_zh="张", name_en="Zhang", phone="13800000000"), officer
    )
    people.person_left(center, "DC01", officer)

    chain = people.call_chain(center)

    assert [(link.role, link.person_id, link.phone, link.gap) for link in chain] == [
        ("duty_leader", leader.person_id, None, "no_number"),
        ("deputy_commander", None, None, "nobody"),
        ("commander", "CM01", "13800000000", None),
    ]
    assert people.call_chain(center, center.now() + 90 * DAY)[0].gap == "nobody"


# ---- swaps -------------------------------------------------------------------------------------------------------------------------


def asked(center: Center, actor: Actor, *, in_return: bool = False) -> tuple[int, WatchView, str, str]:
    """A swap of tomorrow's officer with that of the day after; its id, tomorrow's watch, who gives, who takes."""
    mine = on_duty(center, center.now() + DAY)
    theirs = following(center, mine)
    giver, taker = (watch.on(Duty.OFFICER)[0].person_id for watch in (mine, theirs))
    order = AskSwap(
        watch_id=mine.id, person_id=giver, other_person_id=taker, other_watch_id=theirs.id if in_return else None, reason="孩子生病"
    )
    return swaps.ask_swap(center, order, actor), mine, giver, taker


def officers(center: Center, watch: WatchView) -> list[str]:
    return [it.person_id for it in on_duty(center, watch.from_at).on(Duty.OFFICER)]


def test_a_swap_changes_nothing_until_a_leader_approves_it(center: Center, officer: Actor, leader: Actor) -> None:
    swap_id, mine, giver, taker = asked(center, officer)
    assert officers(center, mine) == [giver]
    with pytest.raises(NotPermitted):
        swaps.approve_swap(center, swap_id, officer)

    swaps.approve_swap(center, swap_id, leader)

    assert officers(center, mine) == [taker]
    assert swaps.swaps(center) == []
    assert [(swap.status.value, swap.decided_by) for swap in swaps.swaps(center, open_only=False)] == [("approved", leader.name)]


def test_in_return_the_other_watch_changes_hands_too(center: Center, officer: Actor, leader: Actor) -> None:
    swap_id, mine, giver, taker = asked(center, officer, in_return=True)
    theirs = following(center, mine)

    swaps.approve_swap(center, swap_id, leader)

    assert (officers(center, mine), officers(center, theirs)) == ([taker], [giver])


@pytest.mark.both_engines
def test_of_two_leaders_at_once_one_decides_and_the_other_is_told(center: Center, officer: Actor) -> None:
    swap_id, mine, giver, taker = asked(center, officer)
    leaders = [Actor(name=name, role=Role.DUTY_LEADER) for name in ("张", "李")]
    verbs: list[Callable[[Center, int, Actor], None]] = [swaps.approve_swap, swaps.refuse_swap]

    def decide(number: int) -> str:
        try:
            verbs[number](center, swap_id, leaders[number])
        except IllegalStep as refusal:
            return str(refusal.facts["status"])
        return "won"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(decide, (0, 1)))

    winner = outcomes.index("won")
    assert outcomes[1 - winner] == ("approved", "refused")[winner]
    assert officers(center, mine) == [(taker, giver)[winner]]
    assert swaps.swaps(center, open_only=False)[0].decided_by == leaders[winner].name


def test_what_came_in_between_is_seen_when_the_swap_is_approved(center: Center, officer: Actor, leader: Actor) -> None:
    swap_id, mine, giver, taker = asked(center, officer)
    roster.seat_people(center, on_duty(center, mine.from_at, "YY").id, {taker: Duty.LEADER}, officer)

    with pytest.raises(PersonBusy):
        swaps.approve_swap(center, swap_id, leader)

    assert officers(center, mine) == [giver]
    assert [swap.status.value for swap in swaps.swaps(center)] == ["asked"]


def test_nobody_decides_on_a_swap_of_ones_own(center: Center, officer: Actor, leader: Actor, admin: Actor) -> None:
    account_id = access.create_account(center, "leader-02", Role.DUTY_LEADER, admin)
    swap_id, _, giver, _ = asked(center, officer)
    people.change_person(
        center, giver, PersonFacts(role=PersonRole.DUTY_OFFICER, name_zh="王", name_en="Wang", account="leader-02"), officer
    )

    with pytest.raises(OwnSwap):
        swaps.refuse_swap(center, swap_id, Actor(name="leader-02", role=Role.DUTY_LEADER, account_id=account_id))
    swaps.refuse_swap(center, swap_id, leader)


def test_a_swap_that_cannot_be_is_refused_when_it_is_asked(center: Center, officer: Actor, leader: Actor) -> None:
    mine = on_duty(center, center.now() + DAY)
    giver = mine.on(Duty.OFFICER)[0].person_id
    cases: list[tuple[type[Refusal], AskSwap]] = [
        (Invalid, AskSwap(watch_id=mine.id, person_id=giver, other_person_id=giver)),
        (Invalid, AskSwap(watch_id=mine.id, person_id="CM01", other_person_id="DC01")),
        (UnknownPerson, AskSwap(watch_id=mine.id, person_id=giver, other_person_id="nobody")),
        (UnknownWatch, AskSwap(watch_id=99_999, person_id=giver, other_person_id="DC01")),
        (PersonBusy, AskSwap(watch_id=mine.id, person_id=giver, other_person_id=mine.on(Duty.LEADER)[0].person_id)),
    ]

    for refusal, order in cases:
        with pytest.raises(refusal):
            swaps.ask_swap(center, order, officer)
    with pytest.raises(UnknownSwap):
        swaps.approve_swap(center, 99_999, leader)


# ---- the stations' roll call -------------------------------------------------------------------------------------------------------


def test_a_roll_call_asks_every_station_and_tells_who_is_silent(
    center: Center, clock: Clock, officer: Actor, crew: Callable[[str], Actor]
) -> None:
    call_id = roll_calls.start_roll_call(center, officer)

    roll_calls.answer_roll_call(center, call_id, "YY", 6, crew("patrol-01"))
    roll_calls.answer_roll_call(center, call_id, "LY", 4, officer, "两人送医")

    call = roll_calls.roll_call(center)
    assert call is not None
    assert [(it.station, it.expected, it.on_duty, it.way) for it in call.stations[:2]] == [("YY", 6, 6, "card"), ("LY", 6, 4, "phone")]
    assert [(it.station, it.late) for it in call.silent] == [("MX", False), ("JL", False)]
    clock.advance(601)
    later = roll_calls.roll_call(center, call_id)
    assert later is not None
    assert [(it.station, it.late) for it in later.silent] == [("MX", True), ("JL", True)]
    assert not later.stations[0].late


@pytest.mark.both_engines
def test_two_officers_who_call_at_once_ask_once(center: Center, clock: Clock, officer: Actor) -> None:
    with ThreadPoolExecutor(2) as pool:
        calls = set(pool.map(lambda _: roll_calls.start_roll_call(center, officer), range(2)))

    clock.advance(600)
    assert len(calls) == 1
    assert roll_calls.start_roll_call(center, officer) not in calls


def test_a_crew_answers_for_its_own_station_only(center: Center, officer: Actor, crew: Callable[[str], Actor], display: Actor) -> None:
    call_id = roll_calls.start_roll_call(center, officer)

    for actor in (crew("patrol-01"), display):
        with pytest.raises(NotPermitted):
            roll_calls.answer_roll_call(center, call_id, "JL", 6, actor)
    with pytest.raises(UnknownRollCall):
        roll_calls.answer_roll_call(center, 99_999, "JL", 6, officer)
    with pytest.raises(UnknownPost):
        roll_calls.answer_roll_call(center, call_id, "XX", 6, officer)
    with pytest.raises(Invalid):
        roll_calls.answer_roll_call(center, call_id, "JL", -1, officer)
