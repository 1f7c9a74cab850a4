"""Messages to people: who is asked again, through what, and what a service that refuses does to everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from command_center.center import Center
from command_center.db.tables import Notice, Recipient, Unit
from command_center.domain.errors import Invalid, MessageBlanksLeft, MessageNotHeld
from command_center.domain.levels import Level
from command_center.domain.rights import Actor, Role
from command_center.domain.text import Text
from command_center.services import activations, channels, notices, people
from command_center.services.activations import ActivatePlan
from command_center.services.audiences import Audience, addressees
from tests.builders import take_test_call
from tests.conftest import Clock
from tests.phones import MessageService, message_service
from tests.query_plans import listening
from tests.working import entries, rows, work_off

ADMIN = Actor(name="admin", role=Role.ADMIN)
STEP_S = 181.0


@pytest.fixture
def phones(clock: Clock) -> Iterator[MessageService]:
    with message_service(clock.now) as service:
        yield service


def ask(center: Center, audience: str, answer_in_s: float | None = 180.0) -> int:
    """A message to an audience that has to be answered; returns its id."""
    with center.work(ADMIN) as work:
        to = addressees(center, work.session, Audience(code=audience, groups=()))
        draft = notices.Draft(
            key=f"test:{audience}",
            audience=audience,
            channels=("phone",),
            text=Text("集合", "Muster"),
            to=to,
            answer_in_s=answer_in_s,
        )
        return notices.queue_notice(work, draft).id


def recipients(center: Center, notice_id: int) -> list[Recipient]:
    return notices.recipients_of(center, notice_id)


def chain(center: Center) -> list[str]:
    """Ids of the chain of command, in line."""
    with center.read() as session:
        return [it.ref for it in addressees(center, session, Audience(code=notices.IN_LINE))]


def reachable(center: Center, phones: MessageService, *names: str) -> None:
    for name in names:
        notices.set_channel(center, "person", name, phones.address(name), ADMIN)


def test_one_service_that_refuses_keeps_nobody_else_from_being_asked_again(center: Center, clock: Clock, phones: MessageService) -> None:
    for station in ("YY", "LY", "MX", "JL"):
        notices.set_channel(center, "station", station, phones.address(station), ADMIN)
    phones.out_of_order = {"LY"}

    notice_id = ask(center, "stations")
    work_off(center, clock)
    work_off(center, clock, STEP_S)

    assert [len(phones.to(station)) for station in ("YY", "MX", "JL")] == [2, 2, 2]
    (round_,) = entries(center, "NoticeUnanswered")
    assert round_["round"] == 1
    assert len(round_["recipients"]) == 4
    asked = {it.ref: it for it in recipients(center, notice_id)}
    assert "did not take the message" in asked["LY"].failed_reason

    phones.out_of_order = set()
    work_off(center, clock, STEP_S)
    assert len(phones.to("LY")) == 1
    assert [it["round"] for it in entries(center, "NoticeUnanswered")] == [1, 2]


def test_the_chain_of_command_is_called_three_minutes_apart_although_the_first_ones_service_refuses(
    center: Center, clock: Clock, phones: MessageService
) -> None:
    first, second, third = chain(center)
    reachable(center, phones, first, second, third)
    phones.out_of_order = {first}

    began = clock.now()
    ask(center, notices.IN_LINE)
    work_off(center, clock, 60)
    assert phones.received == []

    work_off(center, clock, 125)
    work_off(center, clock, STEP_S)

    minutes = {name: round((phones.to(name)[0].at - began).total_seconds() / 60) for name in (second, third)}
    assert minutes == {second: 3, third: 6}


def test_who_has_several_services_is_asked_through_the_next_one_each_round(center: Center, clock: Clock, phones: MessageService) -> None:
    first = chain(center)[0]
    notices.set_channel(center, "person", first, f"{phones.address('wecom')} {phones.address('sms')}", ADMIN)

    ask(center, notices.IN_LINE)
    work_off(center, clock)
    work_off(center, clock, STEP_S)
    work_off(center, clock, STEP_S)

    assert [message.to for message in phones.received] == ["wecom", "sms", "wecom"]


def test_where_one_service_refuses_the_other_has_it_at_once(center: Center, clock: Clock, phones: MessageService) -> None:
    first = chain(center)[0]
    notices.set_channel(center, "person", first, f"{phones.address('wecom')} {phones.address('sms')}", ADMIN)
    phones.out_of_order = {"wecom"}

    notice_id = ask(center, notices.IN_LINE)
    work_off(center, clock)

    assert [message.to for message in phones.received] == ["sms"]
    assert recipients(center, notice_id)[0].sent_at is not None


def test_an_audience_with_a_service_of_its_own_hears_once_and_answers_one_by_one(
    center: Center, clock: Clock, phones: MessageService
) -> None:
    notices.set_channel(center, "audience", "stations", phones.address("group"), ADMIN)
    notices.set_channel(center, "station", "MX", phones.address("MX"), ADMIN)

    notice_id = ask(center, "stations")
    work_off(center, clock)

    assert sorted(message.to for message in phones.received) == ["MX", "group"]
    reached = {it.ref: it.channel for it in recipients(center, notice_id)}
    assert reached == dict.fromkeys(("YY", "LY", "MX", "JL"), "json")
    assert "/a/" not in phones.to("group")[0].body, "nobody answers for the others"

    notices.told_by_phone(center, recipients(center, notice_id)[0].id, Actor(name="desk", role=Role.DUTY_OFFICER))
    work_off(center, clock, STEP_S)
    assert len(phones.to("group")) == 2
    assert channels.try_channel(center, "audience", "stations", ADMIN) == "json"


def test_who_is_silent_is_asked_until_somebody_answers_though_less_often(center: Center, clock: Clock, phones: MessageService) -> None:
    first, *_ = chain(center)
    reachable(center, phones, first)

    notice_id = ask(center, notices.IN_LINE)
    work_off(center, clock)
    for _ in range(notices.OFTEN_ROUNDS):
        work_off(center, clock, STEP_S)
    often = len(phones.received)
    assert often == 1 + notices.OFTEN_ROUNDS
    work_off(center, clock, 600)
    assert len(phones.received) == often
    work_off(center, clock, 301)
    assert len(phones.received) == often + 1

    notices.told_by_phone(center, recipients(center, notice_id)[0].id, Actor(name="desk", role=Role.DUTY_OFFICER))
    work_off(center, clock, 3600)
    assert len(phones.received) == often + 1


def test_received_is_no_decision_and_the_calls_for_one_go_on(center: Center, clock: Clock, phones: MessageService, officer: Actor) -> None:
    first, second, _ = chain(center)
    reachable(center, phones, first, second)
    incident = take_test_call(center, officer, kind="E103", severity=Level.II).incident_id
    begun = activations.activate_plan(
        center, ActivatePlan(plan_id="P01", level=Level.II, incident_id=incident, life_risk=True, reason="车里有人"), officer
    )
    work_off(center, clock)
    with center.read() as session:
        notice = session.scalars(select(Notice).where(Notice.key.contains(notices.TO_DECIDE))).one()

    notices.told_by_phone(center, recipients(center, notice.id)[0].id, officer)
    work_off(center, clock, STEP_S)
    asked = [message for message in phones.to(second) if "请批示" in message.title]
    assert len(asked) == 1

    activations.approve(center, begun.activation_id, Actor(name="赵总", role=Role.COMMANDER))
    work_off(center, clock, 3600)
    assert [message for message in phones.to(second) if "请批示" in message.title] == asked


def test_a_crew_whose_service_refuses_is_shown_as_not_told(center: Center, clock: Clock) -> None:
    commander = Actor(name="赵总", role=Role.COMMANDER)
    with center.work(ADMIN) as work:
        work.session.execute(update(Unit).values(channel="json://127.0.0.1:9/nobody"))
    activations.activate_plan(center, ActivatePlan(plan_id="P02", level=Level.IV, reason="道路结冰"), commander)

    for _ in range(4):
        work_off(center, clock, 10)

    duties = rows(center, "duty")
    assert duties
    assert {row["work"] for row in duties} == {"failed"}
    failed = entries(center, "DutyFailed")
    assert {it["unit_id"] for it in failed} == {row["unit_id"] for row in duties}
    assert "json did not take the message" in failed[0]["reason"]


def test_a_channel_with_one_address_that_nobody_knows_is_refused(center: Center) -> None:
    first = people.people(center)[0].id

    with pytest.raises(Invalid):
        notices.set_channel(center, "person", first, "json://127.0.0.1:9/good nonsense", ADMIN)


# ---- blanks ------------------------------------------------------------------------------------------------------------------------


def fire(center: Center, **fields: str) -> dict[str, dict[str, Any]]:
    """A fire plan of level II in force; its messages by audience, residents' with a shelter to name."""
    chief = Actor(name="chief", role=Role.COMMANDER)
    activations.activate_plan(center, ActivatePlan(plan_id="P03", level=Level.II, fields=fields), chief)
    return {row["audience"]: row for row in rows(center, "notice")}


def test_a_message_to_the_public_waits_for_its_blanks_while_the_crews_message_goes(center: Center, clock: Clock) -> None:
    sent = fire(center)
    assert "____" in sent["residents"]["text"]["zh"]
    assert "____" in sent["stations"]["text"]["zh"]

    work_off(center, clock)

    states = {row["id"]: row["work"] for row in rows(center, "notice")}
    assert [states[sent[audience]["id"]] for audience in ("residents", "stations")] == ["held", "done"]
    assert [facts["blanks"] for facts in entries(center, "NoticeHeld")] == [1]


def test_once_its_blanks_are_filled_it_goes_as_it_was_written(center: Center, clock: Clock, officer: Actor) -> None:
    notice_id = int(fire(center)["residents"]["id"])
    with pytest.raises(MessageBlanksLeft):
        notices.fill_notice(center, notice_id, Text("请到____", "Go to the school"), officer)
    with pytest.raises(Invalid):
        notices.fill_notice(center, notice_id, Text("请到学校", " "), officer)

    notices.fill_notice(center, notice_id, Text("请到学校", "Go to the school"), officer)
    work_off(center, clock)

    row = next(row for row in rows(center, "notice") if row["id"] == str(notice_id))
    assert (row["text"], row["work"]) == ({"zh": "请到学校", "en": "Go to the school"}, "done")
    with pytest.raises(MessageNotHeld):
        notices.fill_notice(center, notice_id, Text("请到公园", "Go to the park"), officer)


def test_what_was_filled_in_before_goes_at_once(center: Center, clock: Clock) -> None:
    residents = fire(center, shelter="文化路小学")["residents"]

    work_off(center, clock)

    assert next(row["work"] for row in rows(center, "notice") if row["id"] == residents["id"]) == "done"
    assert entries(center, "NoticeHeld") == []


def test_a_held_message_of_a_plan_that_is_taken_back_never_leaves(center: Center, clock: Clock, officer: Actor) -> None:
    notice_id = int(fire(center)["residents"]["id"])
    (row,) = rows(center, "activation")
    activations.roll_back(center, int(row["id"]), Actor(name="chief", role=Role.COMMANDER), "false alarm")

    with pytest.raises(MessageNotHeld):
        notices.fill_notice(center, notice_id, Text("请到学校", "Go to the school"), officer)


def test_an_answer_is_waited_for_from_the_moment_it_leaves(center: Center, clock: Clock, officer: Actor) -> None:
    with center.work(ADMIN) as work:
        to = addressees(center, work.session, Audience(code="shops", groups=()))
        draft = notices.Draft(
            key="test:shops", audience="shops", channels=("phone",), text=Text("到____", "At ____"), to=to, answer_in_s=600
        )
        notice_id = notices.queue_notice(work, draft).id
    clock.advance(3600)

    notices.fill_notice(center, notice_id, Text("到东门", "At the east gate"), officer)

    with center.read() as session:
        notice = session.get_one(Notice, notice_id)
        assert (notice.queued_at, notice.answer_until) == (clock.now(), clock.now() + timedelta(seconds=600))


def test_many_are_looked_up_with_as_many_statements_as_few(center: Center) -> None:
    everybody = [("person", it.id, None) for it in people.people(center)] + [("unit", ref, None) for ref in center.catalogue.vehicles]
    few = [everybody[0], everybody[-1]]

    with listening(center) as for_few, center.read() as session:
        notices.addresses_of(session, few)
    with listening(center) as for_all, center.read() as session:
        found = notices.addresses_of(session, everybody)

    assert len(found) == len(everybody) > 20
    assert len(for_all) == len(for_few) <= 3
