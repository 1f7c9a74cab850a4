"""Free entries of the duty log: written by hand, never changed, corrected by new lines."""

import pytest

from command_center.center import Center
from command_center.db import log
from command_center.domain.errors import Invalid, NotPermitted, ReasonNeeded, UnknownEntry, UnknownIncident
from command_center.domain.handover import EntryAct
from command_center.domain.rights import Actor
from command_center.services import duty_log, history
from command_center.words import phrases
from command_center.words.names import catalogue_names
from tests.builders import take_test_call


def sentence(center: Center, entry_id: int, officer: Actor, language: str = "en") -> str:
    entry = duty_log.read_entry(center, entry_id, officer)
    return phrases.event(language, entry["event"], entry["facts"], catalogue_names(center.catalogue, language))


def test_an_entry_says_its_act_and_its_words_in_both_languages(center: Center, officer: Actor) -> None:
    entry = duty_log.write_entry(center, "  区防办来电：夜间加强巡查  ", EntryAct.TAKE, officer)

    assert sentence(center, entry, officer, "zh_CN") == "接：区防办来电：夜间加强巡查"
    assert sentence(center, entry, officer).startswith("Taken: 区防办来电")
    with center.read() as session:
        assert log.verify(session).broken_at is None


def test_an_entry_about_an_incident_stands_in_its_story(center: Center, officer: Actor) -> None:
    incident = take_test_call(center, officer)

    entry = duty_log.write_entry(center, "物业已到场", EntryAct.PASS_ON, officer, incident_id=incident.incident_id)

    assert history.incident_story(center, incident.incident_id, officer).entries[-1]["id"] == entry
    assert incident.number in sentence(center, entry, officer)


def test_a_correction_points_at_the_line_that_was_wrong_and_leaves_it(center: Center, officer: Actor) -> None:
    incident = take_test_call(center, officer)
    wrong = duty_log.write_entry(center, "两人被困", EntryAct.REPORT, officer, incident_id=incident.incident_id)
    before = duty_log.read_entry(center, wrong, officer)

    right = duty_log.write_entry(center, "三人被困", EntryAct.REPORT, officer, corrects=wrong)

    assert duty_log.read_entry(center, wrong, officer) == before
    assert duty_log.read_entry(center, right, officer)["facts"]["corrects"] == wrong
    assert duty_log.read_entry(center, right, officer)["incident_id"] == str(incident.incident_id)
    assert sentence(center, right, officer, "zh_CN") == f"更正第 {wrong} 条：三人被困"


def test_what_cannot_be_an_entry_is_refused(center: Center, officer: Actor, display: Actor) -> None:
    with pytest.raises(ReasonNeeded):
        duty_log.write_entry(center, " ", EntryAct.TAKE, officer)
    with pytest.raises(Invalid):
        duty_log.write_entry(center, "x" * 2001, EntryAct.TAKE, officer)
    with pytest.raises(UnknownIncident):
        duty_log.write_entry(center, "x", EntryAct.TAKE, officer, incident_id=999)
    with pytest.raises(UnknownEntry):
        duty_log.write_entry(center, "x", EntryAct.TAKE, officer, corrects=10**9)
    with pytest.raises(NotPermitted):
        duty_log.write_entry(center, "x", EntryAct.TAKE, display)
