"""The handover: a report filled from the night's rows, officers' words, two signatures, one seal, and clocks that nobody can turn back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from command_center.center import Center
from command_center.db import log
from command_center.db.tables import Handover, Watch
from command_center.domain.errors import (
    AlreadySigned,
    BlockersOpen,
    EditedMeanwhile,
    HandoverUnwritten,
    NobodyNext,
    NotPermitted,
    NotSignedYet,
    ReasonNeeded,
    Refusal,
    SameOfficer,
    SectionNotEditable,
    SignatureRefused,
    UnknownBlocker,
    UnknownHandover,
    WatchIsOver,
)
from command_center.domain.handover import HandoverReport, HandoverStatus, SectionEdit
from command_center.domain.positions import Fix
from command_center.domain.rights import Actor, Role
from command_center.domain.status import UnitStatus
from command_center.domain.watches import WatchStatus
from command_center.services import closures, handover, incidents, measurements, units, watches
from command_center.services.closures import CloseRoad
from command_center.services.handover import EditHandover
from command_center.services.measurements import TakeMeasurement
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.flood_night import PASSPHRASE, flood_night, signer
from tests.working import entries, work_off

DAY = timedelta(days=1)


@pytest.fixture
def outgoing(center: Center) -> Actor:
    return signer(center, "王交班")


@pytest.fixture
def incoming(center: Center) -> Actor:
    return signer(center, "李接班")


def row(report: HandoverReport, section: str, key: str) -> dict[str, str]:
    """One line of a section as an English reader sees it."""
    line = next(it for it in report.section(section).lines if it.key == key)
    return {name: cell.text.en for name, cell in line.cells.items()}


def form(report: HandoverReport, section: str) -> dict[str, str]:
    return row(report, section, report.section(section).lines[0].key)


def write(center: Center, actor: Actor, handover_id: int, section: str, based_on: int = 0, **edit: Any) -> int:  # noqa: ANN401 - fields of an edit
    return handover.edit_handover(
        center, EditHandover(handover_id=handover_id, section=section, edit=SectionEdit(**edit), based_on=based_on), actor
    )


def ready(center: Center, actor: Actor) -> int:
    """A report whose officer has written all that has to be written, and a word on everything that holds it up."""
    handover_id = handover.open_handover(center, actor)
    write(center, actor, handover_id, "equipment", fields={"phones": "正常", "keys": "3把"})
    for blocker in handover.handover_context(center, actor, handover_id).blockers:
        handover.note_blocker(center, handover_id, blocker.key, "已电话告知接班员", actor)
    return handover_id


def sealed(center: Center, outgoing: Actor, incoming: Actor) -> int:
    handover_id = ready(center, outgoing)
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)
    return handover_id


# ---- the report --------------------------------------------------------------------------------------------------------------------


def test_every_section_of_the_template_is_there_and_every_field_has_a_cell(center: Center, officer: Actor) -> None:
    report = handover.handover_context(center, officer)

    assert [it.key for it in report.sections] == [it.key for it in center.catalogue.handover.sections]
    assert len(report.sections) == 18
    for section in report.sections:
        assert all(list(line.cells) == list(section.fields) for line in section.lines)
    assert (report.id, report.number, report.status) == (None, "20260302-1", HandoverStatus.DRAFT)


def test_a_flood_night_fills_the_report(center: Center, clock: Clock, officer: Actor) -> None:
    night = flood_night(center, clock, officer)

    report = handover.handover_context(center, officer)

    header = form(report, "header")
    assert header["from"] == "2 Mar 2026 08:00"
    assert header["outgoing_officer"] != header["incoming_officer"] != "—"
    assert "reported: 4, ended: 1, still open: 3" in form(report, "situation")["summary"]
    assert [line.cells["plan"].text.zh for line in report.section("warnings").lines] == ["防汛抗旱", "防汛抗旱"]
    plan = row(report, "activations", f"activation:{night.activation}")
    assert (plan["level"], plan["confirmed_by"]) == ("II", "赵总")
    assert int(plan["steps_overdue"]) > 0
    silent, unowned = (row(report, "incidents", f"incident:{it}") for it in (night.silent, night.unowned))
    assert (silent["units"], silent["next_action"]) == ("Patrol 03", "ask whether Patrol 03 has the order")
    assert (unowned["owner"], unowned["next_action"]) == ("—", "send a unit")
    closed = row(report, "closed", f"incident:{night.closed}")
    assert (closed["arrive_s"], closed["within_5min"], closed["outcome"]) == ("4 min 12 s", "yes", "Closed")
    assert (row(report, "units", "unit:patrol-02")["battery"], row(report, "units", "unit:patrol-02")["crew"]) == ("88%", "李强, 王磊")
    assert row(report, "stations", "station:LY") == row(report, "stations", "station:LY") | {"on_duty": "5 of 6", "note": "1人病假"}
    assert row(report, "stations", "station:JL")["on_duty"] == "no answer yet"
    pump, hoods = row(report, "stock", f"stock:{night.pumps.depot}:FL05"), row(report, "stock", "stock:YY-S01:FR05")
    assert int(pump["issued"]) == night.pumps.held
    assert int(pump["below_minimum"]) == 9 - int(pump["on_hand"])
    assert (hoods["issued"], hoods["returned"]) == ("6", "2")
    assert row(report, "closures", f"closure:{night.closure}")["guarded_by"] == "Patrol 05, on its way"
    assert row(report, "people", f"shelter:{night.shelter}")["occupied"] == "36"
    assert {line.cells["kind"].value for line in report.section("clocks").lines} >= {"phone", "initial"}
    assert row(report, "todo", f"entry:{night.promise}")["text"].startswith("follow up: ")
    assert {it.kind for it in report.blockers} == {"unacknowledged_dispatch", "emergency_without_owner", "report_clock_overdue"}


def test_what_is_not_kept_here_says_so_and_can_be_written(center: Center, officer: Actor, outgoing: Actor) -> None:
    handover_id = handover.open_handover(center, officer)

    section = handover.handover_context(center, officer, handover_id).section("reports")
    assert section.note is not None
    assert "governance platform" in section.note.en
    assert form(handover.handover_context(center, officer), "reports")["received"] == "—"
    write(center, outgoing, handover_id, "reports", fields={"received": "14", "overdue": "1"})
    assert handover.handover_context(center, officer, handover_id).section("reports").lines[0].cells["received"].text.en == "14"


def test_water_that_proposes_a_closure_is_handed_over_as_not_decided(center: Center, clock: Clock, officer: Actor) -> None:
    measurements.take_measurement(center, TakeMeasurement(metric="ponding_depth_cm", value=31.0, place_id="XQ002"), officer)
    work_off(center, clock)

    report = handover.handover_context(center, officer)

    (water,) = report.section("closures").lines
    told = {name: cell.text.en for name, cell in water.cells.items()}
    assert told == told | {"reason": "water 31 cm deep", "guarded_by": "nobody", "reopen_rule": "only proposed: the desk has to decide"}
    assert report.section("closures").note is None


def test_a_unit_is_handed_over_where_it_stands_and_with_what_is_wrong_with_it(center: Center, officer: Actor) -> None:
    place = center.catalogue.places["XQ030"]
    center.tracks.store([Fix(unit_id="patrol-04", at=center.now(), point=place.point, battery_pct=90.0)])
    units.set_unit_status(center, "patrol-04", UnitStatus.OUT_OF_SERVICE, officer, "左前轮漏气")
    units.plan_service(center, "patrol-06", center.now().date() - timedelta(days=3), officer)

    report = handover.handover_context(center, officer)

    standing = row(report, "units", "unit:patrol-04")
    assert (standing["place"], standing["fault"]) == (f"near {place.name.en}", "左前轮漏气")
    assert row(report, "units", "unit:patrol-06")["fault"].startswith("maintenance was due 2026-02-27")


def test_closed_roads_are_handed_over_with_their_guards_and_what_opens_them(center: Center, officer: Actor) -> None:
    street = closures.close_road(center, CloseRoad(street=center.roads.streets[0].zh, reason="管道抢修", guard="patrol-05"), officer)
    spot = closures.close_road(center, CloseRoad(place_id="XQ002", reason="积水"), officer)

    report = handover.handover_context(center, officer)

    assert row(report, "closures", f"closure:{street}") | {"place": "", "since": ""} == {
        "place": "",
        "since": "",
        "reason": "管道抢修",
        "guarded_by": "Patrol 05, on its way",
        "reopen_rule": "by order of the desk",
    }
    assert row(report, "closures", f"closure:{spot}")["guarded_by"] == "nobody"
    assert row(report, "closures", f"closure:{spot}")["reopen_rule"] == "when the water is below 15 cm"


def test_every_figure_that_the_system_wrote_leads_to_its_rows(center: Center, clock: Clock, officer: Actor) -> None:
    flood_night(center, clock, officer)
    closures.close_road(center, CloseRoad(place_id="XQ002", reason="积水"), officer)

    report = handover.handover_context(center, officer)

    by_hand = {"reports", "instructions", "equipment", "remarks", "signatures"}
    drawn = [section for section in report.sections if section.key not in by_hand]
    assert [section.key for section in drawn if not section.lines] == []
    silent = [
        (section.key, line.key, name)
        for section in drawn
        for line in section.lines
        for name, cell in line.cells.items()
        if cell.text.en != "—" and cell.link is None
    ]
    assert silent == []


def test_the_report_costs_the_same_statements_however_much_has_happened(center: Center, clock: Clock, officer: Actor) -> None:
    def statements() -> int:
        told: list[str] = []
        event.listen(center.engine, "before_cursor_execute", lambda *args: told.append(args[2]))
        handover.handover_context(center, officer)
        return len([it for it in told if it.startswith("SELECT")])

    before = statements()
    flood_night(center, clock, officer)
    for _ in range(20):
        take_test_call(center, officer)

    assert statements() <= before + 6  # seats of watches and shelters' rows come with their lists, once there are any


# ---- writing -----------------------------------------------------------------------------------------------------------------------


def test_what_an_officer_writes_stands_in_both_languages_with_its_author(center: Center, officer: Actor, outgoing: Actor) -> None:
    handover_id = handover.open_handover(center, officer)
    assert handover.open_handover(center, outgoing) == handover_id

    write(center, outgoing, handover_id, "situation", fields={"summary": "全街道积水已退"})
    write(center, outgoing, handover_id, "todo", added=[{"text": "早七点回访车库", "due_at": "7:00"}])

    report = handover.handover_context(center, officer, handover_id)
    summary = report.section("situation")
    assert (summary.lines[0].cells["summary"].text.zh, summary.edited_by, summary.version) == ("全街道积水已退", "王交班", 1)
    assert report.section("todo").lines[-1].cells["text"].text.en == "早七点回访车库"
    assert [it["section"] for it in entries(center, "HandoverEdited")] == ["situation", "todo"]


def test_an_edit_of_an_older_text_is_refused_and_names_who_was_faster(center: Center, officer: Actor, outgoing: Actor) -> None:
    handover_id = handover.open_handover(center, officer)
    write(center, outgoing, handover_id, "remarks", fields={"text": "先"})

    with pytest.raises(EditedMeanwhile) as no:
        write(center, officer, handover_id, "remarks", fields={"text": "后"})

    assert (no.value.facts["by"], no.value.facts["version"]) == ("王交班", 1)
    assert write(center, officer, handover_id, "remarks", based_on=1, fields={"text": "后"}) == 2
    write(center, officer, handover_id, "instructions", added=[{"given_by": "区防办", "text": "加密巡查"}])


def test_what_the_system_fills_in_is_nobodys_to_write(center: Center, officer: Actor) -> None:
    handover_id = handover.open_handover(center, officer)

    with pytest.raises(SectionNotEditable):
        write(center, officer, handover_id, "incidents", added=[{"number": "1"}])
    with pytest.raises(UnknownHandover):
        write(center, officer, 999, "remarks", fields={"text": "x"})


# ---- the outgoing signature --------------------------------------------------------------------------------------------------------


def test_blockers_without_a_word_refuse_the_signature_with_the_list(center: Center, clock: Clock, officer: Actor, outgoing: Actor) -> None:
    flood_night(center, clock, officer)
    handover_id = handover.open_handover(center, outgoing)
    write(center, outgoing, handover_id, "equipment", fields={"phones": "ok"})

    with pytest.raises(BlockersOpen) as no:
        handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)

    blockers = handover.handover_context(center, officer, handover_id).blockers
    assert no.value.facts["count"] == len(blockers) > 2
    for blocker in blockers:
        handover.note_blocker(center, handover_id, blocker.key, "已告知", outgoing)
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    with pytest.raises(UnknownBlocker):
        handover.note_blocker(center, handover_id, "report_clock_overdue:999", "x", outgoing)
    with pytest.raises(ReasonNeeded):
        handover.note_blocker(center, handover_id, blockers[0].key, " ", outgoing)


def test_a_section_only_the_officer_can_fill_has_to_be_filled(center: Center, outgoing: Actor) -> None:
    handover_id = handover.open_handover(center, outgoing)

    with pytest.raises(HandoverUnwritten) as no:
        handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)

    assert no.value.facts == {"sections": ["equipment"]}


def test_a_wrong_passphrase_signs_nothing(center: Center, outgoing: Actor, officer: Actor) -> None:
    handover_id = ready(center, outgoing)

    for actor, passphrase in ((outgoing, "wrong horse"), (officer, PASSPHRASE), (outgoing, "")):
        with pytest.raises(SignatureRefused):
            handover.sign_outgoing(center, handover_id, passphrase, actor)

    assert handover.handover_context(center, outgoing, handover_id).status is HandoverStatus.DRAFT
    assert not entries(center, "HandoverSigned")


def test_the_outgoing_officer_stays_responsible_until_the_incoming_one_signs(
    center: Center, clock: Clock, outgoing: Actor, incoming: Actor
) -> None:
    first = watches.on_duty_now(center)
    assert first is not None
    handover_id = ready(center, outgoing)
    clock.advance(DAY.total_seconds())

    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    held = watches.on_duty_now(center)
    assert held is not None
    assert (held.number, held.status) == (first.number, WatchStatus.HANDING_OVER)
    clock.advance(720)
    handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)

    now = watches.on_duty_now(center)
    before = watches.on_duty_now(center, center.now() - timedelta(seconds=1))
    assert now is not None
    assert before is not None
    assert (now.number, now.status, now.begun_at) == ("20260303-1", WatchStatus.ON_DUTY, center.now())
    assert (before.number, before.begun_at, before.ended_at) == (first.number, first.from_at, center.now())


def test_after_the_signature_only_objections_are_taken(center: Center, outgoing: Actor, incoming: Actor) -> None:
    handover_id = ready(center, outgoing)
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)

    with pytest.raises(AlreadySigned) as no:
        write(center, outgoing, handover_id, "remarks", fields={"text": "还有一句"})
    write(center, incoming, handover_id, "signatures", fields={"objections": "少一台水泵FL05"})
    handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)

    assert no.value.facts["by"] == "王交班"
    signatures = form(handover.handover_context(center, outgoing, handover_id), "signatures")
    assert (signatures["outgoing_officer"], signatures["incoming_officer"], signatures["objections"]) == (
        "王交班",
        "李接班",
        "少一台水泵FL05",
    )
    with pytest.raises(AlreadySigned):
        write(center, incoming, handover_id, "signatures", based_on=1, fields={"objections": "算了"})


def test_a_signature_is_taken_back_by_who_gave_it_or_a_leader(center: Center, outgoing: Actor, incoming: Actor, leader: Actor) -> None:
    handover_id = ready(center, outgoing)
    with pytest.raises(NotSignedYet):
        handover.withdraw_signature(center, handover_id, outgoing)
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)

    with pytest.raises(NotPermitted):
        handover.withdraw_signature(center, handover_id, incoming)
    handover.withdraw_signature(center, handover_id, leader)

    held = watches.on_duty_now(center)
    assert held is not None
    assert held.status is WatchStatus.ON_DUTY
    with pytest.raises(NotSignedYet):
        handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)
    write(center, outgoing, handover_id, "remarks", fields={"text": "更正"})
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)


# ---- the seal ----------------------------------------------------------------------------------------------------------------------


def test_the_sealed_report_is_what_was_signed_whatever_happens_afterwards(
    center: Center, clock: Clock, officer: Actor, outgoing: Actor, incoming: Actor
) -> None:
    night = flood_night(center, clock, officer)
    handover_id = sealed(center, outgoing, incoming)
    signed = handover.handover_context(center, officer, handover_id)

    clock.advance(3600)
    incidents.acknowledge_incident(center, night.unowned, officer)
    take_test_call(center, officer)
    again = handover.handover_context(center, officer, handover_id)

    assert again == signed
    assert handover.seal_holds(again)
    assert again.status is HandoverStatus.HANDED_OVER
    (done,) = entries(center, "HandoverSealed")
    assert (done["sha256"], done["next_number"]) == (again.sha256, "20260303-1")


def test_the_seal_names_the_logs_head_it_was_drawn_from(center: Center, outgoing: Actor, incoming: Actor, officer: Actor) -> None:
    handover_id = sealed(center, outgoing, incoming)
    report = handover.handover_context(center, officer, handover_id)

    with center.read() as session:
        line = session.execute(text("SELECT hash FROM log_entry WHERE id = :id"), {"id": report.log_id}).scalar_one()
        assert log.verify(session).broken_at is None
    assert line == report.log_hash


@pytest.mark.parametrize(
    "change",
    [
        {"sealed": {"schema": "handover/1"}},
        {"sha256": "0" * 64},
        {"outgoing_by": "somebody else"},
        {"notes": {"report_clock_overdue:1": {"text": "x"}}},
        {"edits": {}},
        {"log_hash": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_database_itself_refuses_to_change_a_sealed_report(
    center: Center, outgoing: Actor, incoming: Actor, change: dict[str, Any]
) -> None:
    handover_id = sealed(center, outgoing, incoming)

    with Session(center.engine) as session, pytest.raises(DBAPIError, match="the handover is sealed"):
        session.execute(update(Handover).where(Handover.id == handover_id).values(**change))
    with Session(center.engine) as session, pytest.raises(DBAPIError, match="the handover is sealed"):
        session.execute(text("DELETE FROM handover"))


def test_a_leader_countersigns_once_and_beside_the_seal(center: Center, outgoing: Actor, incoming: Actor) -> None:
    leader = signer(center, "张带班", Role.DUTY_LEADER)
    handover_id = ready(center, outgoing)
    with pytest.raises(NotSignedYet):
        handover.countersign(center, handover_id, PASSPHRASE, leader)
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    sha256 = handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)

    with pytest.raises(NotPermitted):
        handover.countersign(center, handover_id, PASSPHRASE, incoming)
    handover.countersign(center, handover_id, PASSPHRASE, leader)

    report = handover.handover_context(center, outgoing, handover_id)
    assert (report.status, report.leader_by, report.sha256) == (HandoverStatus.COUNTERSIGNED, "张带班", sha256)
    assert handover.seal_holds(report)
    with pytest.raises(AlreadySigned) as no:
        handover.countersign(center, handover_id, PASSPHRASE, leader)
    assert no.value.facts["by"] == "张带班"
    with Session(center.engine) as session, pytest.raises(DBAPIError, match="the handover is sealed"):
        session.execute(update(Handover).values(leader_by="somebody else"))


# ---- who signs ---------------------------------------------------------------------------------------------------------------------


def test_nobody_hands_over_to_himself_or_before_the_other_has_signed(center: Center, outgoing: Actor, incoming: Actor) -> None:
    handover_id = ready(center, outgoing)

    with pytest.raises(NotSignedYet):
        handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    with pytest.raises(SameOfficer):
        handover.sign_incoming(center, handover_id, PASSPHRASE, outgoing)


@pytest.mark.parametrize("side", ["outgoing", "incoming"])
def test_of_two_who_sign_at_once_one_wins_and_the_other_is_told_who(center: Center, outgoing: Actor, incoming: Actor, side: str) -> None:
    third = signer(center, "赵三")
    handover_id = ready(center, outgoing)
    pair, sign = (outgoing, third), handover.sign_outgoing
    if side == "incoming":
        handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
        pair = (incoming, third)

    def attempt(actor: Actor) -> Refusal | None:
        try:
            (sign if side == "outgoing" else handover.sign_incoming)(center, handover_id, PASSPHRASE, actor)
        except Refusal as no:
            return no
        return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = dict(zip(pair, pool.map(attempt, pair), strict=True))

    (winner,) = (actor for actor, no in outcomes.items() if no is None)
    (refused,) = (no for no in outcomes.values() if no is not None)
    assert isinstance(refused, AlreadySigned)
    assert (refused.facts["by"], refused.facts["side"]) == (winner.name, side)


def test_something_new_after_the_first_signature_needs_a_word_before_the_second(
    center: Center, officer: Actor, outgoing: Actor, incoming: Actor
) -> None:
    handover_id = ready(center, outgoing)
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    taken = take_test_call(center, officer)

    with pytest.raises(BlockersOpen):
        handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)
    handover.note_blocker(center, handover_id, f"emergency_without_owner:{taken.incident_id}", "接班后立即处置", incoming)
    handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)

    (blocker,) = handover.handover_context(center, officer, handover_id).blockers
    assert (blocker.note, blocker.noted_by) == ("接班后立即处置", "李接班")


def test_without_a_next_watch_on_the_roster_nobody_can_take_over(center: Center, outgoing: Actor, incoming: Actor) -> None:
    handover_id = ready(center, outgoing)
    handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)
    with Session(center.engine) as session, session.begin():
        session.execute(update(Watch).where(Watch.status == WatchStatus.SCHEDULED).values(status=WatchStatus.DROPPED))

    with pytest.raises(NobodyNext):
        handover.sign_incoming(center, handover_id, PASSPHRASE, incoming)


def test_a_report_of_a_watch_that_has_been_relieved_is_not_signed_any_more(center: Center, outgoing: Actor, officer: Actor) -> None:
    handover_id = ready(center, outgoing)
    first = watches.on_duty_now(center)
    assert first is not None
    following = next(it for it in watches.find_watches(center, first.to_at, first.to_at + DAY) if it.from_at == first.to_at)
    with center.work(officer) as work:
        watches.begin_watch(work, following.id)

    with pytest.raises(WatchIsOver):
        handover.sign_outgoing(center, handover_id, PASSPHRASE, outgoing)


def test_a_clock_that_is_set_back_leaves_watches_in_their_order(center: Center, clock: Clock, outgoing: Actor, incoming: Actor) -> None:
    first = sealed(center, outgoing, incoming)
    clock.advance(-6 * 3600)
    second = ready(center, incoming)
    handover.sign_outgoing(center, second, PASSPHRASE, incoming)
    clock.advance(-3600)
    handover.sign_incoming(center, second, PASSPHRASE, outgoing)

    with center.read() as session:
        rows = [session.get_one(Handover, it) for it in (first, second)]
        chain = [session.get_one(Watch, it.watch_id) for it in rows]
    for watch in chain:
        assert watch.begun_at is not None
        assert watch.ended_at is not None
        assert watch.begun_at <= watch.ended_at
    assert chain[0].ended_at is not None
    assert chain[1].begun_at is not None
    assert chain[1].begun_at >= chain[0].ended_at
    assert all(it.outgoing_at is not None and it.incoming_at is not None and it.incoming_at >= it.outgoing_at for it in rows)
    held = handover.find_handovers(center, outgoing)
    assert [it.id for it in held] == [second, first]
    assert handover.handover_context(center, outgoing).number == "20260304-1"


def test_only_the_desk_and_its_leaders_see_a_report(center: Center, display: Actor, admin: Actor) -> None:
    for actor in (display, admin, Actor(name="crew", role=Role.CREW, unit_id="patrol-01")):
        with pytest.raises(NotPermitted):
            handover.handover_context(center, actor)
        with pytest.raises(NotPermitted):
            handover.open_handover(center, actor)
